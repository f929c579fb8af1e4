"""A clock that is set by an hour, either way: nobody waits for it, and nobody pays twice."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from generations.engine import tick
from generations.engine.shift import renew_shift, take_shift
from generations.engine.steadying import LONGEST_WAIT, bring_back
from generations.gateway.types import Accepted
from generations.lifecycle.answers import record_answer
from generations.lifecycle.submit import Outcome, SubmitAnswer
from generations.lifecycle.transitions import changes
from generations.models import GatewayState, Generation, Status
from tests.factories import make_generation

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.IN_PROGRESS, Status.STORING, Status.CANCELED])
def test_set_back_an_hour_rows_are_due_at_once(alice: User, status: Status) -> None:
    now = timezone.now()
    row = make_generation(alice, status=status, due_at=now + HOUR)

    assert bring_back(now=now) == 1

    assert list(Generation.objects.due(now)) == [row]
    assert bring_back(now=now) == 0


def test_set_back_an_hour_a_submit_keeps_a_whole_lease_and_no_more(alice: User, settings: object) -> None:
    now = timezone.now()
    row = make_generation(alice, status=Status.SUBMITTING, due_at=now + HOUR)

    bring_back(now=now)

    row.refresh_from_db()
    assert row.due_at is not None
    assert now + datetime.timedelta(seconds=60) < row.due_at < now + LONGEST_WAIT


def test_what_waits_as_long_as_it_may_is_left_alone(alice: User) -> None:
    now = timezone.now()
    for status, seconds in ((Status.IN_PROGRESS, 600), (Status.STORING, 300), (Status.SUBMITTING, 660)):
        make_generation(alice, status=status, due_at=now + datetime.timedelta(seconds=seconds))

    assert bring_back(now=now) == 0


def test_set_back_an_hour_a_gateway_is_not_waited_for() -> None:
    now = timezone.now()
    GatewayState.objects.create(endpoint_url="sandbox", hold_until=now + HOUR, probe_at=now + HOUR)

    bring_back(now=now)

    state = GatewayState.objects.get()
    assert (state.hold_until, state.probe_at) == (None, now)


def test_set_back_an_hour_the_shift_of_a_dead_engine_is_free_and_a_living_one_is_not() -> None:
    now = timezone.now()
    dead, living, other = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    take_shift(dead, now=now + HOUR)

    assert take_shift(living, now=now)
    assert not renew_shift(dead, now=now, in_flight=0).is_held
    assert not take_shift(other, now=now)


def test_set_forward_an_hour_a_submit_called_uncertain_too_soon_still_lands(alice: User) -> None:
    now = timezone.now()
    row = make_generation(alice, status=Status.SUBMITTING, due_at=now + datetime.timedelta(seconds=60))
    assert row.attempt_id is not None

    assert tick.claim(now=now + HOUR, shift_token=uuid.uuid4(), blocking_in_flight=0).submits == []
    row.refresh_from_db()
    assert row.status == Status.UNCERTAIN
    answer = SubmitAnswer(row.attempt_id, Outcome.ACCEPTED, accepted=Accepted("cgt-1"))
    with changes() as batch:
        record_answer(answer, now=now + HOUR, batch=batch)

    row.refresh_from_db()
    assert row.status == Status.IN_PROGRESS


def test_set_forward_an_hour_a_running_row_is_polled_again_and_not_given_up(alice: User) -> None:
    now = timezone.now()
    row = make_generation(alice, status=Status.IN_PROGRESS, due_at=now, accepted_at=now)

    polls = tick.claim(now=now + HOUR, shift_token=uuid.uuid4(), blocking_in_flight=0).polls

    assert [work.generation_id for work in polls] == [row.pk]
