"""Follow a gateway task: ask, read, and decide what the answer means for the row.

Our own time-out is never the verdict: an overdue row is watched on slowly, and a late success lands. Only a
stated task error, three equal refusals or three "no such task" in a row fail it at once.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generations import wiring
from generations.gateway.adapters import MEDIA_ADAPTERS
from generations.gateway.errors import GatewayError, OuterCode
from generations.gateway.types import Endpoint, Send, TaskReport, TaskState, WireRequest, WireResponse
from generations.hosts import host_name
from generations.lifecycle.transitions import Batch, transition
from generations.media import store
from generations.models import Generation, GenerationOutput, Status

logger = logging.getLogger(__name__)

EXPECTED_SECONDS = 60 * 60
WATCH_SECONDS = 48 * 3600
WATCH_EVERY_SECONDS = 600.0
EQUAL_REFUSALS = 3
SUCCESSES_WITHOUT_LINK = 5
LONGEST_WAIT_SECONDS = 60.0

# What was counted in a row, and is not in a row any more.
NO_TROUBLE: Mapping[str, int] = {"poll_error_count": 0, "outer_code_count": 0, "not_found_count": 0}

_seen_unknown_words: set[str] = set()


@dataclass(frozen=True, slots=True)
class PollWork:
    """All that a poll needs, read once by the claim."""

    generation_id: int
    public_id: uuid.UUID
    lease_token: uuid.UUID
    protocol: str
    task_id: str
    endpoint: Endpoint
    due_at: datetime.datetime
    since: datetime.datetime


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """What one poll led to: a report, or the error in its place. `since` is when the gateway took the task."""

    generation_id: int
    lease_token: uuid.UUID
    report: TaskReport | None = None
    pending_paths: tuple[str, ...] = ()
    error: GatewayError | None = None
    raw: str = ""
    since: datetime.datetime | None = None


def poll_work(
    generation: Generation, *, protocol: str, task_id: str, lease_token: uuid.UUID, due_at: datetime.datetime
) -> PollWork:
    """Return the work of a row that the engine has leased; `due_at` is when its turn had come."""
    return PollWork(
        generation_id=generation.pk,
        public_id=generation.public_id,
        lease_token=lease_token,
        protocol=protocol,
        task_id=task_id,
        endpoint=wiring.endpoint_for(url=generation.endpoint_url, reference=generation.endpoint_key_reference),
        due_at=due_at,
        since=generation.accepted_at or generation.created_at,
    )


async def poll(work: PollWork, *, send: Send) -> PollAnswer:
    """Ask the gateway once. Never raises for what a gateway can do."""
    adapter = MEDIA_ADAPTERS[work.protocol]
    request: WireRequest = adapter.build_poll(work.task_id)
    response: WireResponse | None = None
    try:
        response = await send(request, work.endpoint)
        report = adapter.read_poll(response)
    except GatewayError as error:
        raw = response.raw_for_staff() if response is not None else ""
        return PollAnswer(work.generation_id, work.lease_token, error=error, raw=raw, since=work.since)
    paths = [
        await asyncio.to_thread(store.write_pending, output.content) if output.content is not None else ""
        for output in report.outputs
    ]
    return PollAnswer(
        work.generation_id,
        work.lease_token,
        report=report,
        pending_paths=tuple(paths),
        raw=report.raw,
        since=work.since,
    )


def record_poll(
    answer: PollAnswer, generation: Generation, *, now: datetime.datetime, next_seconds: float, batch: Batch
) -> bool:
    """Write what a poll led to, fenced by its lease; return whether results now wait to be stored.

    `next_seconds` is the pace's wait until the next ordinary poll. Idempotent: yes, the lease is spent.
    """
    if generation.lease_token != answer.lease_token:
        return False
    if answer.report is None:
        _record_error(answer, generation, now=now, batch=batch)
        return False
    report = answer.report
    if report.unknown_word and report.unknown_word not in _seen_unknown_words:
        _seen_unknown_words.add(report.unknown_word)
        logger.warning("the gateway uses an unknown status word: %s", report.unknown_word)
    if report.state is TaskState.SUCCEEDED:
        return _record_success(answer, generation, now=now, next_seconds=next_seconds, batch=batch)
    if report.state in {TaskState.FAILED, TaskState.EXPIRED, TaskState.CANCELLED}:
        _record_stated_end(answer, generation, now=now, batch=batch)
        return False
    _wait(generation, answer, now=now, seconds=next_seconds, batch=batch, **NO_TROUBLE)
    return False


def _record_success(
    answer: PollAnswer, generation: Generation, *, now: datetime.datetime, next_seconds: float, batch: Batch
) -> bool:
    report = answer.report
    if report is None or not report.outputs:
        # The link may come a moment later than the word; after a few rounds it is missing.
        if generation.not_found_count + 1 >= SUCCESSES_WITHOUT_LINK:
            _fail(generation, "output_missing", answer, now=now, batch=batch)
        else:
            _wait(
                generation,
                answer,
                now=now,
                seconds=next_seconds,
                batch=batch,
                not_found_count=generation.not_found_count + 1,
            )
        return False
    is_late = generation.status in {Status.CANCELED, Status.FAILED}
    moved = transition(
        generation,
        Status.STORING,
        now=now,
        batch=batch,
        reason="late_success" if is_late else "succeeded",
        only_if={"lease_token": answer.lease_token},
        due_at=now,
        lease_token=None,
        resolved=dict(report.resolved),
        usage=dict(report.usage or {}),
        raw_reply=answer.raw,
        is_late_success=generation.is_late_success or is_late,
        failure_reason="",
        failure_detail="",
        poll_error_count=0,
        not_found_count=0,
        storing_host=host_name() if any(answer.pending_paths) else "",
    )
    if moved:
        _write_outputs(generation, answer, now=now)
    return moved


def _write_outputs(generation: Generation, answer: PollAnswer, *, now: datetime.datetime) -> None:
    outputs = answer.report.outputs if answer.report else ()
    for position, (output, path) in enumerate(zip(outputs, answer.pending_paths, strict=True)):
        GenerationOutput.objects.update_or_create(
            generation=generation,
            position=position,
            defaults={
                "role": output.role,
                "source_url": output.url or "",
                "source_seen_at": now,
                "pending_path": path,
            },
        )


def _record_stated_end(answer: PollAnswer, generation: Generation, *, now: datetime.datetime, batch: Batch) -> None:
    report = answer.report
    reason = "upstream"
    if report is not None and report.state is TaskState.EXPIRED:
        reason = "expired"
    elif report is not None and report.error is not None:
        reason = report.error.reason
    if report is not None and report.state is TaskState.CANCELLED and generation.status == Status.IN_PROGRESS:
        transition(
            generation,
            Status.CANCELED,
            now=now,
            batch=batch,
            reason="canceled_by_gateway",
            only_if={"lease_token": answer.lease_token},
            due_at=None,
            lease_token=None,
            raw_reply=answer.raw,
        )
        return
    _fail(generation, reason, answer, now=now, batch=batch)


def _record_error(answer: PollAnswer, generation: Generation, *, now: datetime.datetime, batch: Batch) -> None:
    error = answer.error
    if error is None:
        return
    counts: dict[str, Any] = {"poll_error_count": generation.poll_error_count + 1}
    if isinstance(error, OuterCode):
        same = error.code == generation.outer_code
        counts |= {
            "outer_code": str(error.code)[:60],
            "outer_code_count": generation.outer_code_count + 1 if same else 1,
            "not_found_count": 0,
        }
        if counts["outer_code_count"] >= EQUAL_REFUSALS:
            _fail(generation, error.reason, answer, now=now, batch=batch)
            return
    elif error.status == 404:
        counts |= {"not_found_count": generation.not_found_count + 1, "outer_code_count": 0}
        if counts["not_found_count"] >= EQUAL_REFUSALS:
            _fail(generation, "output_missing", answer, now=now, batch=batch)
            return
    backoff = min(LONGEST_WAIT_SECONDS, 4.0 * 2.0 ** min(generation.poll_error_count, 8))
    seconds = min(error.retry_after_seconds or backoff, WATCH_EVERY_SECONDS)
    _wait(generation, answer, now=now, seconds=seconds, batch=batch, **counts)


def _wait(
    generation: Generation,
    answer: PollAnswer,
    *,
    now: datetime.datetime,
    seconds: float,
    batch: Batch,
    **counts: int | str,
) -> None:
    """Put the row down until its next poll; one that is long overdue is watched slowly, then called timed out."""
    age_seconds = (now - (generation.accepted_at or generation.created_at)).total_seconds()
    if age_seconds > WATCH_SECONDS:
        _fail(generation, "timeout", answer, now=now, batch=batch)
        return
    if age_seconds > EXPECTED_SECONDS:
        seconds = WATCH_EVERY_SECONDS
    unknown = answer.report.unknown_word if answer.report else None
    values: Mapping[str, Any] = {
        "due_at": now + datetime.timedelta(seconds=seconds),
        "lease_token": None,
        "poll_count": generation.poll_count + 1,
        **({"raw_reply": answer.raw} if answer.raw != generation.raw_reply and answer.raw else {}),
        **({"unknown_word": unknown[:60]} if unknown else {}),
        **counts,
    }
    Generation.objects.filter(pk=generation.pk, lease_token=answer.lease_token).update(**values)


def _fail(generation: Generation, reason: str, answer: PollAnswer, *, now: datetime.datetime, batch: Batch) -> None:
    detail = ""
    if answer.error is not None:
        detail = answer.error.detail
    elif answer.report is not None and answer.report.error is not None:
        detail = answer.report.error.detail
    if generation.status != Status.IN_PROGRESS:
        # Already canceled or given up: the verdict is kept for staff, the watch ends.
        Generation.objects.filter(pk=generation.pk, lease_token=answer.lease_token).update(
            due_at=None, lease_token=None, raw_reply=answer.raw, failure_detail=detail
        )
        return
    transition(
        generation,
        Status.FAILED,
        now=now,
        batch=batch,
        reason=reason,
        detail=detail,
        only_if={"lease_token": answer.lease_token},
        due_at=None,
        lease_token=None,
        failure_reason=reason,
        failure_detail=detail,
        raw_reply=answer.raw,
    )
