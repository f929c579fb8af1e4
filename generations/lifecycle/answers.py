"""Write what a submit led to: matched by attempt, not by lease, so that an answer that comes late lands too.

An answer may find its row in any state: called uncertain meanwhile, canceled, given up, or submitted again by a
person. Nothing that the gateway took is ever dropped: at the least it is kept as a gateway task of the row.
"""

from __future__ import annotations

import datetime

from generations.hosts import host_name
from generations.lifecycle.submit import Outcome, SubmitAnswer
from generations.lifecycle.transitions import Batch, touch, transition
from generations.models import GatewayTask, Generation, GenerationOutput, Status

MAX_REQUEUES = 20
RATE_WAIT_SECONDS = 15.0
# A gateway that asks for more is asked again all the same.
LONGEST_ASKED_WAIT_SECONDS = 600.0
NO_CONNECTION_WAIT_SECONDS = (2, 5, 15, 30, 60)
LEASE_EXPIRED = "lease_expired"
ENGINE_GONE = "engine_gone"
FIRST_POLL_SECONDS = 3.0


def record_answer(answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch) -> Generation | None:
    """Write what a submit led to, and return the row when its results wait to be stored.

    Idempotent: yes; an attempt is answered once.
    """
    answered = GatewayTask.objects.filter(attempt_id=answer.attempt_id, answered_at__isnull=True)
    task_id = answer.accepted.task_id if answer.accepted else ""
    if not answered.update(answered_at=now, outcome=answer.outcome, task_id=task_id):
        return None
    if answer.outcome is Outcome.LOST:
        # No other answer can come, so the wait before *submit again* begins here.
        GatewayTask.objects.filter(attempt_id=answer.attempt_id, lease_ends_at__gt=now).update(lease_ends_at=now)
    task = GatewayTask.objects.select_related("generation__model").get(attempt_id=answer.attempt_id)
    generation = task.generation
    if generation.attempt_id != answer.attempt_id:
        # A person has submitted again meanwhile: the first task is kept and shown, the second one is followed.
        touch(generation, batch=batch)
        return None
    if answer.outcome is Outcome.ACCEPTED:
        _accept(generation, answer, now=now, batch=batch)
    elif answer.outcome is Outcome.DELIVERED:
        return _deliver(generation, answer, now=now, batch=batch)
    elif answer.outcome is Outcome.GIVEN_BACK:
        _give_back(generation, answer, now=now, batch=batch)
    elif answer.outcome is Outcome.REFUSED:
        _end(generation, Status.FAILED, answer, now=now, batch=batch)
    else:
        _end(generation, Status.UNCERTAIN, answer, now=now, batch=batch)
    return None


def call_lost(generation: Generation, *, reason: str, now: datetime.datetime, batch: Batch) -> bool:
    """Call a `submitting` row uncertain whose holder does not answer for it any more. Never a second POST.

    `reason` is `lease_expired`, or `engine_gone` when the process that held it is known to have ended.
    """
    attempt = GatewayTask.objects.filter(generation=generation, outcome="")
    if reason == ENGINE_GONE:
        # Nothing can be sent any more, so the wait before *submit again* begins here.
        attempt.filter(lease_ends_at__gt=now).update(lease_ends_at=now)
    attempt.update(outcome=Outcome.LOST)
    return transition(
        generation,
        Status.UNCERTAIN,
        now=now,
        batch=batch,
        reason=reason,
        due_at=None,
        lease_token=None,
        failure_reason=reason,
    )


def _accept(generation: Generation, answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch) -> None:
    due_at = now + datetime.timedelta(seconds=FIRST_POLL_SECONDS)
    raw = answer.accepted.raw if answer.accepted else ""
    if generation.status in {Status.CANCELED, Status.FAILED}:
        # The wish came while the POST was under way: the task is watched, and what arrives is kept.
        Generation.objects.filter(pk=generation.pk).update(
            accepted_at=now, due_at=due_at, lease_token=None, raw_reply=raw
        )
        touch(generation, batch=batch)
        return
    reason = "accepted" if generation.status == Status.SUBMITTING else "answer_arrived_late"
    transition(
        generation,
        Status.IN_PROGRESS,
        now=now,
        batch=batch,
        reason=reason,
        only_if={"attempt_id": answer.attempt_id},
        accepted_at=now,
        due_at=due_at,
        lease_token=None,
        raw_reply=raw,
        failure_reason="",
    )


def _deliver(
    generation: Generation, answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch
) -> Generation | None:
    delivered = answer.delivered
    if delivered is None:
        return None
    GenerationOutput.objects.filter(generation=generation).delete()
    GenerationOutput.objects.bulk_create(
        GenerationOutput(
            generation=generation,
            position=position,
            role=output.role,
            source_url=output.url or "",
            source_seen_at=now,
            pending_path=path,
        )
        for position, (output, path) in enumerate(zip(delivered.outputs, answer.pending_paths, strict=True))
    )
    is_late = generation.status in {Status.CANCELED, Status.FAILED}
    stored = transition(
        generation,
        Status.STORING,
        now=now,
        batch=batch,
        reason="late_success" if is_late else "answered_at_once",
        only_if={"attempt_id": answer.attempt_id},
        accepted_at=now,
        due_at=now,
        lease_token=None,
        usage=dict(delivered.usage or {}),
        raw_reply=delivered.raw,
        is_late_success=is_late,
        failure_reason="",
        storing_host=host_name() if any(answer.pending_paths) else "",
    )
    return generation if stored else None


def _give_back(generation: Generation, answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch) -> None:
    if generation.status != Status.SUBMITTING:
        return
    is_rate = answer.reason == "rate"
    if is_rate and generation.requeue_count >= MAX_REQUEUES:
        _end(generation, Status.FAILED, answer, now=now, batch=batch)
        return
    wait = 0.0
    if is_rate:
        asked = answer.error.retry_after_seconds if answer.error else None
        wait = min(asked or RATE_WAIT_SECONDS, LONGEST_ASKED_WAIT_SECONDS)
    elif answer.reason == "upstream":
        step = min(generation.requeue_count, len(NO_CONNECTION_WAIT_SECONDS) - 1)
        wait = NO_CONNECTION_WAIT_SECONDS[step]
    transition(
        generation,
        Status.QUEUED,
        now=now,
        batch=batch,
        reason=f"given_back_{answer.reason}"[:40],
        detail=answer.detail,
        only_if={"attempt_id": answer.attempt_id},
        due_at=now + datetime.timedelta(seconds=wait),
        lease_token=None,
        attempt_id=None,
        submitted_at=None,
        requeue_count=_requeues(generation.requeue_count, is_rate=is_rate),
    )


def _requeues(count: int, *, is_rate: bool) -> int:
    """Return the new count. An hour without a connection must not use up the patience with "slow down"."""
    if is_rate:
        return count + 1
    return max(count, min(count + 1, len(NO_CONNECTION_WAIT_SECONDS) - 1))


def _end(
    generation: Generation, to_status: Status, answer: SubmitAnswer, *, now: datetime.datetime, batch: Batch
) -> None:
    if generation.status not in {Status.SUBMITTING, Status.UNCERTAIN} or generation.status == to_status:
        return
    transition(
        generation,
        to_status,
        now=now,
        batch=batch,
        reason=answer.reason,
        detail=answer.detail,
        only_if={"attempt_id": answer.attempt_id},
        due_at=None,
        lease_token=None,
        failure_reason=answer.reason,
        failure_detail=answer.detail,
    )
