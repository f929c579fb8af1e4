"""The rows behind repeated calls: one call with an `Idempotency-Key` runs, all others get its answer.

    (none) ─► running ─► done (a generation, or an answer that was kept) ─► (none) after a day
                 └─ failed, cut, hung up ─► (none): nothing is there to be answered again, so the next one runs anew

Who runs is decided by the row; a process that dies leaves it, and once its time is over the next caller runs.
All functions run on a database thread.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import IntegrityError, transaction

from accounts.models import ApiKey
from generations.models import ApiReplay, Generation

LEASE = datetime.timedelta(seconds=30)
KEPT = datetime.timedelta(hours=24)
# A longer answer is not kept: it is answered once.
ANSWER_MAX_BYTES = 32 * 1024 * 1024


class AnotherBodyError(Exception):
    """The same `Idempotency-Key` came before with other fields or files."""


class Standing(StrEnum):
    """What a caller finds."""

    MINE = "mine"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ReplayEnding:
    """How a repeatable chat call ended: an answer to be kept, or none."""

    replay_id: int
    status: int | None = None
    content_type: str = ""
    answer: bytes | None = field(default=None, repr=False)


def claim(key: ApiKey, *, value: str, path: str, body: str, now: datetime.datetime) -> tuple[Standing, ApiReplay]:
    """Become the one who runs this call, or find who does or did. `value` and `body` are digests.

    Raises: AnotherBodyError.
    """
    with transaction.atomic():
        row = ApiReplay.objects.select_for_update().filter(key=key, value=value).first()
        if row is not None and row.created_at <= now - KEPT:
            row.delete()
            row = None
        if row is None:
            row, is_new = _begin(key, value=value, path=path, body=body, now=now)
            if is_new:
                return Standing.MINE, row
        if (row.path, row.body) != (path, body):
            raise AnotherBodyError
        if row.generation_id is not None or row.status is not None:
            return Standing.DONE, row
        if row.running_until is not None and row.running_until > now:
            return Standing.RUNNING, row
        row.running_until = now + LEASE
        row.save(update_fields=["running_until"])
        return Standing.MINE, row


def _begin(key: ApiKey, *, value: str, path: str, body: str, now: datetime.datetime) -> tuple[ApiReplay, bool]:
    try:
        with transaction.atomic():
            values = {"path": path, "body": body, "created_at": now, "running_until": now + LEASE}
            return ApiReplay.objects.create(key=key, value=value, **values), True
    except IntegrityError:
        # Another call was first by a moment.
        return ApiReplay.objects.get(key=key, value=value), False


def renew(replay_ids: Collection[int], *, now: datetime.datetime) -> None:
    """Say that these calls still run. Idempotent: yes."""
    ApiReplay.objects.filter(pk__in=replay_ids, status=None, generation=None).update(running_until=now + LEASE)


def settle(replay_id: int, generation: Generation) -> None:
    """Write which generation answers all calls of this kind. Idempotent: yes."""
    ApiReplay.objects.filter(pk=replay_id).update(generation=generation, running_until=None)


def release(replay_id: int) -> None:
    """Forget a call that came to nothing, so that the next one runs. Idempotent: yes."""
    ApiReplay.objects.filter(pk=replay_id, status=None, generation=None).delete()


def finish(ending: ReplayEnding) -> None:
    """Keep the answer of a chat call, or forget the call when it has none. Idempotent: yes."""
    if ending.status is None:
        release(ending.replay_id)
        return
    kept = None
    if ending.answer is not None and len(ending.answer) <= ANSWER_MAX_BYTES:
        kept = zlib.compress(ending.answer, level=6)
    ApiReplay.objects.filter(pk=ending.replay_id).update(
        status=ending.status, content_type=ending.content_type[:100], answer=kept, running_until=None
    )


def answer_of(row: ApiReplay) -> bytes | None:
    """Return the answer that was kept, or None when it was not."""
    return zlib.decompress(bytes(row.answer)) if row.answer is not None else None


def sweep(*, now: datetime.datetime, is_dry: bool) -> int:
    """Forget what nobody is answered by any more; return how many. Idempotent: yes."""
    old = ApiReplay.objects.filter(created_at__lte=now - KEPT)
    count: int = old.count() if is_dry else old.delete()[0]
    return count
