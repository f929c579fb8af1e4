"""The rows of calls by key: opened before the gateway is asked, ended with what the call came to.

    open ─► completed · failed · stopped (its client hung up, or its key was revoked) · interrupted (its process ended)

An open row's process moves `open_until` on; a row past it was lost with its process, and whoever looks calls it
interrupted. All functions run on a database thread.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from accounts.models import ApiKey, User
from generations.models import ApiCall, ApiCallContent, ApiUsage, CallStatus, CatalogModel, Generation
from generations.relay import replays
from generations.relay.replays import ReplayEnding

LEASE = datetime.timedelta(seconds=30)
RENEWAL_SECONDS = 8.0


class TooManyAtOnceError(Exception):
    """The key or its person has as many calls under way as they may."""

    def __init__(self, whose: str, limit: int) -> None:
        super().__init__(whose)
        self.whose = whose
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls, as far as a request tells."""

    address: str
    name: str
    request_id: str


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many calls may be under way."""

    per_key: int
    per_person: int


@dataclass(frozen=True, slots=True)
class CallEnding:
    """What a call came to. `content` is None where the key keeps no words."""

    call_id: int
    key_id: int
    status: str
    http_status: int | None = None
    first_byte_ms: int | None = None
    finish_reason: str = ""
    failure_reason: str = ""
    failure_detail: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    is_usage_estimated: bool = False
    charge_amount: Decimal | None = None
    content: dict[str, Any] | None = field(default=None, repr=False)
    replay: ReplayEnding | None = field(default=None, repr=False)


def open_call(
    key: ApiKey,
    model: CatalogModel,
    *,
    client: Client,
    at_once: AtOnce | None,
    now: datetime.datetime,
    generation: Generation | None = None,
    **values: Any,
) -> ApiCall:
    """Write the row of a call that is about to be made and return it.

    Without `at_once` nothing is counted: a call that only makes a row is over at once.
    Raises: TooManyAtOnceError.
    """
    with transaction.atomic():
        if at_once is not None:
            _check_room(key, at_once, now=now)
        return ApiCall.objects.create(
            key=key,
            person_id=key.person_id,
            protocol=model.protocol,
            model=model,
            generation=generation,
            started_at=now,
            open_until=now + LEASE,
            client_address=client.address[:60],
            client_name=client.name[:200],
            request_id=client.request_id[:64],
            **values,
        )


def _check_room(key: ApiKey, at_once: AtOnce, *, now: datetime.datetime) -> None:
    if connection.vendor == "postgresql":
        # Two that count at the same moment would both find the last place. Rows that name the person stay writable: an
        # engine that holds a generation of theirs would else wait for this, and this for the engine.
        list(User.objects.select_for_update(no_key=True).filter(pk=key.person_id).values_list("pk"))
    # Written out, because it runs at every call. The index of open calls makes it a look at those alone.
    statement = f"""
        SELECT COUNT(*), COALESCE(SUM(CASE WHEN key_id = %s THEN 1 ELSE 0 END), 0) FROM {ApiCall._meta.db_table}
        WHERE status = 'open' AND open_until > %s AND person_id = %s
    """  # noqa: S608 - the name of our own table
    until = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(statement, [key.pk, until, key.person_id])
        of_person, of_key = cursor.fetchone()
    if of_person >= at_once.per_person:
        raise TooManyAtOnceError("person", at_once.per_person)
    if of_key >= at_once.per_key:
        raise TooManyAtOnceError("key", at_once.per_key)


def finish(endings: Sequence[CallEnding], *, now: datetime.datetime) -> None:
    """Write how calls ended, in one transaction. Idempotent: yes, a row ends once."""
    with transaction.atomic():
        ended = [ending for ending in endings if _end(ending, now=now)]
        ApiCallContent.objects.bulk_create(
            ApiCallContent(call_id=ending.call_id, **ending.content) for ending in ended if ending.content is not None
        )
        for ending in endings:
            if ending.replay is not None:
                replays.finish(ending.replay)
        _count(ended, now=now)


def _end(ending: CallEnding, *, now: datetime.datetime) -> bool:
    still_open = ApiCall.objects.filter(pk=ending.call_id, status=CallStatus.OPEN)
    return bool(
        still_open.update(
            status=ending.status,
            open_until=None,
            finished_at=now,
            http_status=ending.http_status,
            first_byte_ms=ending.first_byte_ms,
            finish_reason=ending.finish_reason[:40],
            failure_reason=ending.failure_reason[:30],
            failure_detail=ending.failure_detail,
            input_tokens=ending.input_tokens,
            output_tokens=ending.output_tokens,
            is_usage_estimated=ending.is_usage_estimated,
            charge_amount=ending.charge_amount,
        )
    )


def _count(ended: Iterable[CallEnding], *, now: datetime.datetime) -> None:
    """Add to the day's usage of each key."""
    by_key: dict[int, list[CallEnding]] = defaultdict(list)
    for ending in ended:
        by_key[ending.key_id].append(ending)
    for key_id in sorted(by_key):
        sums: dict[str, int | Decimal] = {
            "call_count": len(by_key[key_id]),
            "input_tokens": sum(ending.input_tokens or 0 for ending in by_key[key_id]),
            "output_tokens": sum(ending.output_tokens or 0 for ending in by_key[key_id]),
            "amount": sum((ending.charge_amount or Decimal(0) for ending in by_key[key_id]), Decimal(0)),
        }
        row = ApiUsage.objects.filter(key_id=key_id, on=now.date())
        added = {name: F(name) + value for name, value in sums.items()}
        if not row.update(**added):
            ApiUsage.objects.bulk_create([ApiUsage(key_id=key_id, on=now.date())], ignore_conflicts=True)
            row.update(**added)


def renew(call_ids: Collection[int], *, now: datetime.datetime) -> None:
    """Say that these calls are still answered. Idempotent: yes."""
    ApiCall.objects.filter(pk__in=call_ids, status=CallStatus.OPEN).update(open_until=now + LEASE)


def dead_keys(key_ids: Collection[int], *, now: datetime.datetime) -> frozenset[int]:
    """Return which of these keys open nothing any more."""
    usable = ApiKey.objects.usable(now=now).filter(pk__in=key_ids).values_list("pk", flat=True)
    return frozenset(key_ids) - frozenset(usable)


def interrupt_abandoned(*, now: datetime.datetime) -> int:
    """End calls whose process is gone; return how many there were. Idempotent: yes."""
    abandoned = ApiCall.objects.filter(status=CallStatus.OPEN, open_until__lte=now)
    if not abandoned.exists():
        return 0
    return abandoned.update(
        status=CallStatus.INTERRUPTED, failure_reason="interrupted", open_until=None, finished_at=now
    )
