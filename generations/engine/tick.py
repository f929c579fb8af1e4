"""One tick's work in the database: write what came back, then lease what is due. Two short transactions.

Everything here runs in the engine's one database thread; the loop itself never touches a row.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from generations import queueing
from generations.engine import health, pace, turns
from generations.hosts import host_name
from generations.lifecycle.answers import ENGINE_GONE, LEASE_EXPIRED, call_lost, record_answer
from generations.lifecycle.collect import take_from_gone
from generations.lifecycle.poll import PollAnswer, PollWork, poll_work, record_poll
from generations.lifecycle.running import is_still_running, put_down
from generations.lifecycle.submit import (
    Outcome,
    SubmitAnswer,
    SubmitWork,
    claim_submit,
    is_blocking,
)
from generations.lifecycle.transitions import Batch, changes
from generations.models import CatalogModel, GatewayTask, Generation, Installation, Status

logger = logging.getLogger(__name__)

COLLECT_JOB = "generations.jobs.collect_outputs"
CLAIM_AT_MOST = 500
# Of one engine at a time: what its lines can carry in a good part of a lease.
POLLS_AT_MOST = 600
SET_ASIDE_SECONDS = 60
# Any fixed number will do, as long as every host of an installation uses the same one.
CLAIM_LOCK_ID = 7_308_324_466
POLL_FIELDS = ("public_id", "model", "due_at", "accepted_at", "created_at", "endpoint_url", "endpoint_key_reference")
WATCHED = (Status.IN_PROGRESS, Status.CANCELED, Status.FAILED)


@dataclass(slots=True)
class Claimed:
    """What one tick leased for the loop to do."""

    submits: list[SubmitWork] = field(default_factory=list)
    polls: list[PollWork] = field(default_factory=list)


def flush(answers: Sequence[SubmitAnswer | PollAnswer], *, now: datetime.datetime, in_flight: int) -> None:
    """Write what came back since the last tick, in one transaction.

    If one row's answer cannot be written, the others still are: each then gets a transaction of its own.
    """
    if not answers:
        return
    budget = Installation.current().polls_per_second
    try:
        _write(answers, now=now, in_flight=in_flight, budget=budget)
    except Exception:
        logger.exception("writing %s answers together failed; writing them one by one", len(answers))
        for answer in answers:
            _write_one(answer, now=now, in_flight=in_flight, budget=budget)


def _write_one(answer: SubmitAnswer | PollAnswer, *, now: datetime.datetime, in_flight: int, budget: int) -> None:
    if isinstance(answer, PollAnswer):
        # Pushed ahead first: an answer that cannot be written must not come back every tick.
        later = now + datetime.timedelta(seconds=SET_ASIDE_SECONDS)
        Generation.objects.filter(pk=answer.generation_id, lease_token=answer.lease_token).update(due_at=later)
    try:
        _write([answer], now=now, in_flight=in_flight, budget=budget)
    except Exception:
        logger.exception("an answer could not be written")


def _write(
    answers: Sequence[SubmitAnswer | PollAnswer], *, now: datetime.datetime, in_flight: int, budget: int
) -> None:
    def wait_seconds(age_seconds: float) -> float:
        return pace.poll_wait_seconds(age_seconds, in_flight=in_flight, polls_per_second=budget)

    polls = [answer for answer in answers if isinstance(answer, PollAnswer)]
    told = [poll for poll in polls if not is_still_running(poll, now=now)]
    with changes() as batch:
        put_down([poll for poll in polls if is_still_running(poll, now=now)], now=now, wait_seconds=wait_seconds)
        for answer in answers:
            if isinstance(answer, SubmitAnswer):
                _write_submit(answer, now=now, batch=batch)
        rows = Generation.objects.select_related("model").in_bulk([poll.generation_id for poll in told])
        for poll in told:
            row = rows.get(poll.generation_id)
            if row is None:
                continue
            health.learn(poll.error, now=now)
            wait = wait_seconds((now - (row.accepted_at or row.created_at)).total_seconds())
            if record_poll(poll, row, now=now, next_seconds=wait, batch=batch):
                _queue_collect(row.pk, now=now)


def _write_submit(answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch) -> None:
    health.learn(answer.error, now=now)
    if answer.outcome in {Outcome.ACCEPTED, Outcome.DELIVERED}:
        health.clear()
    stored = record_answer(answer, now=now, batch=batch)
    if stored is not None:
        _queue_collect(stored.pk, now=now)


def _queue_collect(generation_id: int, *, now: datetime.datetime) -> None:
    """Queue the job that stores the outputs; the row comes due again in case the queue loses it."""
    backstop = now + datetime.timedelta(seconds=pace.STORE_AGAIN_SECONDS)
    Generation.objects.filter(pk=generation_id, status=Status.STORING).update(due_at=backstop, lease_token=None)
    queueing.enqueue_here(COLLECT_JOB, generation_id)


def claim(
    *, now: datetime.datetime, shift_token: uuid.UUID, blocking_in_flight: int, polls_in_flight: int = 0
) -> Claimed:
    """Lease what is due and return the work; nothing is sent before this has been committed.

    No more polls are leased than can be sent before their leases end: an engine that cannot keep up is late, and does
    not waste its time on leases that have run out.
    """
    claimed = Claimed()
    # A look without a lock: most ticks find nothing, and SQLite's writers need not wait for them.
    if not Generation.objects.due(now).exists():
        return claimed
    with changes() as batch:
        _claim_lost(now=now, batch=batch)
        _claim_stores(now=now)
        claimed.polls = _claim_polls(now=now, at_most=POLLS_AT_MOST - polls_in_flight)
        claimed.submits = _claim_submits(
            now=now, shift_token=shift_token, batch=batch, blocking_in_flight=blocking_in_flight
        )
    return claimed


def _due(now: datetime.datetime, *statuses: Status, **only_if: Any) -> QuerySet[Generation]:
    rows = Generation.objects.due(now).filter(status__in=statuses, **only_if).order_by("due_at")
    # On SQLite the transaction is exclusive already, and the hint is left out by Django.
    return rows.select_for_update(skip_locked=True, of=("self",))


def _claim_lost(*, now: datetime.datetime, batch: Batch) -> None:
    for generation in _due(now, Status.SUBMITTING).select_related("model")[:CLAIM_AT_MOST]:
        call_lost(generation, reason=LEASE_EXPIRED, now=now, batch=batch)


def bury(token: uuid.UUID, *, now: datetime.datetime) -> int:
    """Take what a dead process of this host held out of its hands, and return how many rows that were.

    A paid submit becomes uncertain; what was only being stored comes due again. Idempotent: yes.
    """
    held = Generation.objects.filter(lease_token=token)
    with changes() as batch:
        lost = [
            call_lost(row, reason=ENGINE_GONE, now=now, batch=batch) for row in held.filter(status=Status.SUBMITTING)
        ]
        # Of those canceled while they were being sent, the awaited answer cannot come any more.
        canceled = held.filter(status=Status.CANCELED).update(due_at=now, lease_token=None)
    return len(lost) + canceled + take_from_gone(token, now=now)


def take_back(*, shift_token: uuid.UUID, known: Collection[uuid.UUID], now: datetime.datetime) -> int:
    """Put back in line what this engine has claimed and never got to see, and return how much that was.

    A commit whose confirmation was lost leaves such rows. This process alone could have sent them, and has not.
    """
    held = Generation.objects.filter(lease_token=shift_token, status=Status.SUBMITTING).exclude(attempt_id__in=known)
    attempts = [attempt for attempt in held.values_list("attempt_id", flat=True) if attempt is not None]
    with changes() as batch:
        for attempt in attempts:
            record_answer(SubmitAnswer(attempt, Outcome.GIVEN_BACK, reason="never_sent"), now=now, batch=batch)
    return len(attempts)


def _claim_stores(*, now: datetime.datetime) -> None:
    # What came inside an answer lies on the disk of the host that got it, and waits for that host.
    due = _due(now, Status.STORING, storing_host__in=("", host_name())).only("pk")
    for generation in due[:CLAIM_AT_MOST]:
        _queue_collect(generation.pk, now=now)


def _claim_polls(*, now: datetime.datetime, at_most: int) -> list[PollWork]:
    rows = list(_due(now, *WATCHED).only(*POLL_FIELDS)[:at_most]) if at_most > 0 else []
    if not rows:
        return []
    held_until = health.polls_held_until(now)
    keys = [row.pk for row in rows]
    if held_until is not None:
        Generation.objects.filter(pk__in=keys).update(due_at=held_until)
        return []
    tasks = _task_ids(rows)
    without = [row.pk for row in rows if row.pk not in tasks]
    if without:
        # Canceled while its submit was under way, and that submit's answer never came: nothing to watch.
        Generation.objects.filter(pk__in=without).update(due_at=None)
    token = uuid.uuid4()
    lease_ends_at = now + datetime.timedelta(seconds=pace.POLL_LEASE_SECONDS)
    Generation.objects.filter(pk__in=list(tasks)).update(lease_token=token, due_at=lease_ends_at)
    protocols = dict(CatalogModel.objects.values_list("pk", "protocol"))
    return [
        poll_work(
            row,
            protocol=protocols[row.model_id],
            task_id=tasks[row.pk],
            lease_token=token,
            due_at=row.due_at or now,
        )
        for row in rows
        if row.pk in tasks
    ]


def watched_count() -> int:
    """Return how many rows are polled, by all hosts together: the gateway's poll budget is shared out among them."""
    return Generation.objects.filter(due_at__isnull=False, status__in=WATCHED).count()


def _task_ids(rows: Sequence[Generation]) -> dict[int, str]:
    known = GatewayTask.objects.filter(generation__in=rows).exclude(task_id="").order_by("id")
    return dict(known.values_list("generation_id", "task_id"))


def _claim_submits(
    *, now: datetime.datetime, shift_token: uuid.UUID, batch: Batch, blocking_in_flight: int
) -> list[SubmitWork]:
    if not Generation.objects.due(now).filter(status=Status.QUEUED).exists():
        return []
    _wait_for_other_hosts()
    line = turns.Turns.read(now, blocking_here=blocking_in_flight)
    wanted = line.in_order(turns.waiting(now))
    allowed = health.submits_allowed(len(wanted), now=now)
    if allowed < len(wanted):
        # The probe is what was given back least often: one order that is refused for itself must not hold up all.
        wanted.sort(key=lambda row: row.requeue_count)
    works: list[SubmitWork] = []
    for generation in wanted:
        if len(works) >= allowed:
            break
        blocking = is_blocking(generation.model.protocol)
        if not line.admit(generation.owner_id, blocking=blocking):
            continue
        lease = pace.submit_lease_seconds(
            is_blocking=blocking,
            has_files=bool(generation.inputs.all()),
            blocking_read_seconds=settings.BLOCKING_SUBMIT_READ_SECONDS,
        )
        work = claim_submit(generation, now=now, lease_seconds=lease, shift_token=shift_token, batch=batch)
        if work is not None:
            works.append(work)
    return works


def _wait_for_other_hosts() -> None:
    """Let one host at a time count and claim: two that count at once would both find room for the last submit.

    PostgreSQL lets go of the lock with the transaction; on SQLite the transaction is exclusive already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK_ID])
