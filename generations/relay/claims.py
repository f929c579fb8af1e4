"""The rows of replies: who may produce one, what is kept of it, and how it ends.

    pending ─► streaming ─► completed · stopped · failed · interrupted
       └──────► stopped (nobody had begun) · interrupted (nobody began in time)

Every change is a conditional update, so that of two processes one finds that the other was first. A reply's
lease is `producer_until`: its producer renews it while it flushes, and once it has run out the row belongs to
whoever looks. Only the one who wrote `streaming` may call the gateway. Only a person leads a reply back to `pending`,
by asking it to go on (`continuing.go_on`); nothing here ever does.

All functions run on a database thread. Those that change rows open their own transaction.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from generations.models import Message, MessagePiece, MessageStatus, Purpose, Revision, Thread, TimelineEntry
from generations.relay import pieces, usage
from generations.relay.context import build_order
from generations.search import index

RENEWAL = datetime.timedelta(seconds=3)
# A message that nobody began to answer for so long is not answered by surprise.
PENDING_MAX = datetime.timedelta(minutes=15)
UNFINISHED = (MessageStatus.PENDING, MessageStatus.STREAMING)
# Since when a reply waits: since it was asked to go on, or else since it was made.
_WAITING_SINCE = Coalesce("asked_at", "created_at")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to produce one reply. Nobody else has it while `until` is renewed."""

    message_id: int
    token: UUID
    until: datetime.datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended. Units: `reasoning_ms` is how long the model thought."""

    status: str
    text: str
    reasoning: str
    finish_reason: str = ""
    failure_reason: str = ""
    failure_detail: str = ""
    reasoning_ms: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    is_usage_estimated: bool = False
    charge_amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the upkeep should do: replies that nobody opened, and whether some lost their producer."""

    unopened: tuple[int, ...]
    has_abandoned: bool


def claim(message_id: int, *, now: datetime.datetime) -> Claim | None:
    """Become the producer of a waiting reply, or return None when it does not wait any more.

    Idempotent: no. What follows a claim may cost money, so of all callers one gets it, once.
    """
    taken = Claim(message_id=message_id, token=uuid.uuid4(), until=now + pieces.LEASE)
    # Open tabs are not told: for lists a reply is under way since it was asked for, and the call must not wait.
    count = (
        Message.objects.alias(waiting_since=_WAITING_SINCE)
        .filter(
            pk=message_id, status=MessageStatus.PENDING, stop_requested_at=None, waiting_since__gt=now - PENDING_MAX
        )
        .update(status=MessageStatus.STREAMING, producer_token=taken.token, producer_until=taken.until, started_at=now)
    )
    return taken if count else None


def finish(message_id: int, *, token: UUID, ending: Ending, now: datetime.datetime) -> bool:
    """Write how a reply ended, unless it is no longer this producer's; tell whether it was.

    Idempotent: yes, the second call changes nothing.
    """
    with transaction.atomic():
        count = _held(message_id, token).update(
            status=ending.status,
            text=ending.text,
            reasoning=ending.reasoning,
            finish_reason=ending.finish_reason[:40],
            failure_reason=ending.failure_reason[:30],
            failure_detail=ending.failure_detail,
            reasoning_ms=ending.reasoning_ms,
            input_tokens=ending.input_tokens,
            output_tokens=ending.output_tokens,
            is_usage_estimated=ending.is_usage_estimated,
            charge_amount=ending.charge_amount,
            currency=ending.currency,
            finished_at=now,
            producer_token=None,
            producer_until=None,
        )
        if count:
            MessagePiece.objects.filter(message_id=message_id).delete()
            _announce_all([message_id])
    return bool(count)


def interrupt_abandoned(*, now: datetime.datetime) -> int:
    """End replies whose producer is gone, with the text that was kept, and those that nobody ever began.

    Idempotent: yes. Return how many there were.
    """
    is_gone = Q(status=MessageStatus.STREAMING) & (Q(producer_until=None) | Q(producer_until__lte=now))
    is_old = Q(status=MessageStatus.PENDING, waiting_since__lte=now - PENDING_MAX)
    with transaction.atomic():
        abandoned = Message.objects.alias(waiting_since=_WAITING_SINCE).filter(is_gone | is_old)
        held = abandoned.order_by("pk").select_for_update(skip_locked=True, of=("self",))
        rows = list(held.select_related("model", "thread__model"))
        pieces.complete(rows)
        for row in rows:
            _interrupt(row, now=now)
        ended = [row.pk for row in rows]
        _announce_all(ended)
    return len(ended)


def _interrupt(row: Message, *, now: datetime.datetime) -> None:
    """End one reply whose producer is gone. The gateway has counted what it said; nobody is left who knows how much."""
    spent = usage.of_earlier_calls(row)
    if row.status == MessageStatus.STREAMING:
        said = row.text[row.continued_from or 0 :] + ("" if row.continued_from else row.reasoning)
        model = row.model or row.thread.model
        spent = spent.plus(usage.of_call(model, build_order(row), usage=None, has_finished=False, said=said))
    Message.objects.filter(pk=row.pk).update(
        status=MessageStatus.INTERRUPTED,
        failure_reason="interrupted",
        text=row.text,
        reasoning=row.reasoning,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        is_usage_estimated=spent.is_estimated,
        charge_amount=spent.charge_amount,
        finished_at=now,
        producer_token=None,
        producer_until=None,
    )
    MessagePiece.objects.filter(message_id=row.pk).delete()


def stop_unbegun(message_id: int, *, now: datetime.datetime) -> bool:
    """End a reply that nobody has begun, because its person does not want it any more; tell whether it was one.

    Idempotent: yes.
    """
    with transaction.atomic():
        count = Message.objects.filter(pk=message_id, status=MessageStatus.PENDING).update(
            status=MessageStatus.STOPPED, finished_at=now
        )
        if count:
            _announce_all([message_id])
    return bool(count)


def survey(*, now: datetime.datetime, patience_seconds: float) -> Survey:
    """Return which unfinished replies nobody looks after. One query, whatever their number."""
    patience = datetime.timedelta(seconds=patience_seconds)
    rows = (
        Message.objects.filter(status__in=UNFINISHED).annotate(waiting_since=_WAITING_SINCE).order_by("waiting_since")
    )
    unopened: list[int] = []
    has_abandoned = False
    for pk, status, since, until, stop in rows.values_list(
        "pk", "status", "waiting_since", "producer_until", "stop_requested_at"
    ):
        if status == MessageStatus.STREAMING:
            has_abandoned |= until is None or until <= now
        elif since <= now - PENDING_MAX:
            has_abandoned = True
        elif stop is None and since <= now - patience:
            unopened.append(pk)
    return Survey(unopened=tuple(unopened), has_abandoned=has_abandoned)


def _held(message_id: int, token: UUID) -> QuerySet[Message]:
    return Message.objects.filter(pk=message_id, producer_token=token, status=MessageStatus.STREAMING)


def announce(threads: Collection[Thread]) -> None:
    """Write the timeline rows of these threads and tell open tabs; must be the last statement of a transaction."""
    entries = [
        TimelineEntry.objects.record_thread(thread, status=thread.leaf.status if thread.leaf else "")
        for thread in threads
        if thread.purpose == Purpose.CHAT
    ]
    index.write(entries)
    Revision.objects.bump(entries)


def _announce_all(message_ids: Sequence[int]) -> None:
    if message_ids:
        announce(list(Thread.objects.filter(messages__in=message_ids).select_related("leaf").distinct().order_by("pk")))
