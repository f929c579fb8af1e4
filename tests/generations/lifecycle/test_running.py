"""What still runs is put down by one statement for all, which must mean what a single answer would have meant."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from generations.engine import tick
from generations.gateway.errors import UpstreamError
from generations.gateway.types import TaskReport, TaskState
from generations.lifecycle.poll import WATCH_EVERY_SECONDS, PollAnswer
from generations.lifecycle.running import is_still_running, put_down
from generations.models import Generation, Status
from tests.factories import make_generation

pytestmark = pytest.mark.django_db

RUNNING = TaskReport(state=TaskState.RUNNING)


def running(owner: User, **more: object) -> Generation:
    values = {"accepted_at": timezone.now(), "lease_token": uuid.uuid4(), **more}
    return make_generation(owner, status=Status.IN_PROGRESS, **values)


def answer_for(row: Generation, report: TaskReport | None = RUNNING, **more: object) -> PollAnswer:
    assert row.lease_token is not None
    values = {"since": row.accepted_at, "raw": '{"code": 0}', **more}
    return PollAnswer(row.pk, row.lease_token, report=report, **values)  # type: ignore[arg-type]


def test_a_thousand_rows_cost_one_statement(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    now = timezone.now()
    rows = [running(alice) for _ in range(3)]

    with django_assert_num_queries(1):
        put_down([answer_for(row) for row in rows], now=now, wait_seconds=lambda _age: 3.0)

    for row in rows:
        row.refresh_from_db()
        assert row.due_at == now + datetime.timedelta(seconds=3)
        assert (row.lease_token, row.poll_count, row.raw_reply) == (None, 1, '{"code": 0}')


def test_a_row_that_somebody_else_holds_by_now_is_left_alone(alice: User) -> None:
    row = running(alice)
    answer = answer_for(row)
    Generation.objects.filter(pk=row.pk).update(lease_token=uuid.uuid4())

    put_down([answer], now=timezone.now(), wait_seconds=lambda _age: 3.0)

    row.refresh_from_db()
    assert (row.poll_count, row.due_at) == (0, None)


def test_trouble_counts_in_a_row_only(alice: User) -> None:
    row = running(alice, poll_error_count=9, outer_code_count=2, not_found_count=2)

    tick.flush([answer_for(row)], now=timezone.now(), in_flight=1)

    row.refresh_from_db()
    assert (row.poll_error_count, row.outer_code_count, row.not_found_count) == (0, 0, 0)


def test_an_overdue_row_is_watched_slowly(alice: User) -> None:
    now = timezone.now()
    row = running(alice, accepted_at=now - datetime.timedelta(hours=2))

    put_down([answer_for(row)], now=now, wait_seconds=lambda _age: 3.0)

    row.refresh_from_db()
    assert row.due_at == now + datetime.timedelta(seconds=WATCH_EVERY_SECONDS)


def test_the_wait_follows_the_age_of_the_task(alice: User) -> None:
    now = timezone.now()
    row = running(alice, accepted_at=now - datetime.timedelta(seconds=100))

    put_down([answer_for(row)], now=now, wait_seconds=lambda age: age / 10)

    row.refresh_from_db()
    assert row.due_at == now + datetime.timedelta(seconds=10)


@pytest.mark.parametrize(
    ("report", "hours"),
    [
        (None, 0),
        (TaskReport(state=TaskState.SUCCEEDED), 0),
        (TaskReport(state=TaskState.FAILED), 0),
        (TaskReport(state=TaskState.RUNNING, unknown_word="pondering"), 0),
        (RUNNING, 49),
    ],
)
def test_whatever_else_an_answer_says_takes_the_other_way(alice: User, report: TaskReport | None, hours: int) -> None:
    now = timezone.now()
    row = running(alice, accepted_at=now - datetime.timedelta(hours=hours))
    error = UpstreamError("trouble") if report is None else None

    assert not is_still_running(answer_for(row, report, error=error), now=now)
    assert is_still_running(answer_for(row, RUNNING), now=now) is (hours == 0)
