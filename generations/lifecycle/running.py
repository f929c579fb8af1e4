"""Put down what still runs, thousands of rows at a time: the one answer to a poll that changes no state.

Nothing is read for it: what the next wait depends on came along with the lease. One statement for all rows, sent in
one go, costs a tenth of an update each. Every other answer takes the way of `poll.record_poll`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db import connection, models

from generations.gateway.types import TaskState
from generations.lifecycle.poll import EXPECTED_SECONDS, WATCH_EVERY_SECONDS, WATCH_SECONDS, PollAnswer
from generations.models import Generation

UNFINISHED = frozenset({TaskState.QUEUED, TaskState.RUNNING})
# Of the row: nobody holds it, it is due again then, and no trouble is in a row any more.
PUT_DOWN = """
UPDATE generations_generation SET due_at = %s, raw_reply = %s, lease_token = NULL, poll_count = poll_count + 1,
       poll_error_count = 0, outer_code_count = 0, not_found_count = 0
 WHERE id = %s AND lease_token = %s
"""


def is_still_running(answer: PollAnswer, *, now: datetime.datetime) -> bool:
    """Tell whether this answer says no more than "not yet", of a row that is not too old to be watched."""
    report = answer.report
    if report is None or answer.since is None or report.state not in UNFINISHED or report.unknown_word:
        return False
    return (now - answer.since).total_seconds() <= WATCH_SECONDS


def put_down(answers: Sequence[PollAnswer], *, now: datetime.datetime, wait_seconds: Callable[[float], float]) -> None:
    """Put these rows down until their next polls, each fenced by its lease.

    `wait_seconds` is the pace: it tells the wait for a task of an age, both in seconds.
    Idempotent: yes, the leases are spent.
    """
    if not answers:
        return
    values = [_values(answer, now=now, wait_seconds=wait_seconds) for answer in answers]
    with connection.cursor() as cursor:
        cursor.executemany(PUT_DOWN, values)


def _values(answer: PollAnswer, *, now: datetime.datetime, wait_seconds: Callable[[float], float]) -> tuple[Any, ...]:
    age_seconds = (now - (answer.since or now)).total_seconds()
    wait = WATCH_EVERY_SECONDS if age_seconds > EXPECTED_SECONDS else wait_seconds(age_seconds)
    due_at = now + datetime.timedelta(seconds=wait)
    return (
        _prepared("due_at", due_at),
        answer.raw,
        answer.generation_id,
        _prepared("lease_token", answer.lease_token),
    )


def _prepared(name: str, value: object) -> Any:
    field = cast("models.Field[Any, Any]", Generation._meta.get_field(name))
    return field.get_db_prep_value(value, connection)
