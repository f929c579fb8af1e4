"""Whose turn it is: limits per person and in all, and nobody behind another's batch."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from generations.engine import tick
from generations.engine.shift import take_shift
from generations.models import EngineShift, Generation, Installation, Status
from tests.factories import make_generation, model_named

pytestmark = pytest.mark.django_db

SHIFT = uuid.uuid4()


def claim(shift_token: uuid.UUID = SHIFT, *, blocking_in_flight: int = 0) -> list[int]:
    """Let an engine claim, and return which rows it will submit, in order."""
    take_shift(shift_token, now=timezone.now())
    claimed = tick.claim(now=timezone.now(), shift_token=shift_token, blocking_in_flight=blocking_in_flight)
    return [work.generation_id for work in claimed.submits]


def answer_one() -> None:
    """Let the oldest submit under way be accepted."""
    pk = Generation.objects.filter(status=Status.SUBMITTING).order_by("pk").values_list("pk", flat=True)[0]
    Generation.objects.filter(pk=pk).update(status=Status.IN_PROGRESS, due_at=None, lease_token=None)


def order(owner: User, count: int, *, picture: bool = False) -> list[int]:
    """Queue so many clips, or pictures that block."""
    more: dict[str, Any] = {"model": model_named("gpt-image-2"), "parameters": {}} if picture else {}
    return [make_generation(owner, due_at=timezone.now(), **more).pk for _ in range(count)]


def test_one_persons_batch_does_not_hold_up_anothers_single_prompt(alice: User, bob: User) -> None:
    Installation.objects.create(pk=1, submits_in_flight=4, submits_in_flight_per_person=3)
    order(alice, 20)
    (single,) = order(bob, 1)

    claimed = claim()

    assert single in claimed
    assert len(claimed) == 4


def test_a_single_image_behind_a_batch_of_two_hundred_is_the_next_that_leaves(alice: User, bob: User) -> None:
    batch = order(alice, 200)
    assert len(claim()) == 8
    answer_one()
    (single,) = order(bob, 1)

    assert claim()[0] == single
    assert set(claim()) <= set(batch)


def test_a_batch_that_fills_every_place_lets_the_next_person_in_first(alice: User, bob: User) -> None:
    Installation.objects.create(pk=1, submits_in_flight=2, submits_in_flight_per_person=2)
    batch = order(alice, 200)
    assert claim() == batch[:2]
    singles = order(bob, 2)
    assert claim() == []

    answer_one()
    assert claim() == singles[:1], "alice has one under way, and bob none"
    answer_one()
    assert claim() == batch[2:3], "each has one"


def test_a_person_has_a_limit_of_submits_under_way(alice: User) -> None:
    Installation.objects.create(pk=1, submits_in_flight=10, submits_in_flight_per_person=2)
    order(alice, 5)

    assert len(claim()) == 2
    assert claim() == []


def test_what_a_dead_engine_had_under_way_holds_nobody_up(alice: User) -> None:
    Installation.objects.create(pk=1, submits_in_flight=10, submits_in_flight_per_person=2)
    order(alice, 4)
    claim()
    EngineShift.objects.update(expires_at=timezone.now())

    assert len(claim(uuid.uuid4())) == 2


def test_models_that_block_have_a_limit_of_their_own(alice: User) -> None:
    Installation.objects.create(
        pk=1, submits_in_flight=1, submits_in_flight_per_person=50, blocking_submits_in_flight=3
    )
    pictures = order(alice, 12, picture=True)
    (clip,) = order(alice, 1)

    claimed = claim()

    assert clip in claimed, "a clip waits for no picture"
    assert len(set(claimed) & set(pictures)) == 3


def test_one_persons_pictures_leave_room_for_anothers(alice: User, bob: User) -> None:
    order(alice, 200, picture=True)
    assert len(claim()) == 8

    assert len(set(claim()) | set(order(bob, 3, picture=True))) == 3
    assert len(claim()) == 2, "two of ten places were left"


def test_calls_that_are_open_count_whatever_became_of_their_rows(alice: User) -> None:
    Installation.objects.create(pk=1, blocking_submits_in_flight=3)
    order(alice, 5, picture=True)

    assert len(claim(blocking_in_flight=2)) == 1
