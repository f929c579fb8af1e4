"""Usual times and places in line: only what is known."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from generations.library.timing import ENOUGH_RUNS, elapsed_seconds, places_in_line, usual_of, usual_times
from generations.models import Status
from tests.factories import make_generation, model_named

NOW = timezone.now()


def make_run(owner: User, seconds: int, **more: object) -> None:
    make_generation(
        owner,
        **more,
        status=Status.COMPLETED,
        submitted_at=NOW,
        finished_at=NOW + datetime.timedelta(seconds=seconds),
    )


def test_too_few_runs_say_less_than_the_catalogue() -> None:
    usual = usual_of([10.0] * 4, expected_seconds=120)

    assert (usual.median_seconds, usual.is_measured) == (120, False)


def test_enough_runs_give_median_and_ninetieth_percentile(alice: User) -> None:
    for seconds in range(10, 21):
        make_run(alice, seconds)
    order = make_generation(alice)

    usual = usual_times([order])[order.pk]

    assert (usual.median_seconds, usual.late_seconds, usual.is_measured) == (15, 19, True)


def test_orders_are_compared_with_their_like(alice: User) -> None:
    large = {"resolution": "1080p", "ratio": "1:1", "duration": 10}
    for _ in range(ENOUGH_RUNS):
        make_run(alice, 30)
        make_run(alice, 300, parameters=large)
    orders = [
        make_generation(alice),
        make_generation(alice, parameters={**large, "ratio": "16:9", "seed": 7}),
        make_generation(alice, parameters={**large, "duration": 15}),
        make_generation(alice, model=model_named("nano-banana-pro"), kind="image"),
    ]

    usual = usual_times(orders)

    assert [usual[order.pk].is_measured for order in orders] == [True, True, False, False]
    assert [usual[order.pk].median_seconds for order in orders[:2]] == [30, 300]
    assert usual[orders[2].pk].median_seconds == orders[2].model.expected_seconds


def test_the_place_in_line_counts_everybody_before(alice: User, bob: User) -> None:
    first, second, third = make_generation(alice), make_generation(bob), make_generation(alice)
    running = make_generation(alice, status=Status.IN_PROGRESS)

    assert places_in_line([first, third, running]) == {first.pk: 1, third.pk: 3}
    assert places_in_line([second]) == {second.pk: 2}


def test_time_runs_from_the_submit_and_stops_at_the_end(alice: User) -> None:
    later = NOW + datetime.timedelta(seconds=90)
    queued = make_generation(alice, now=NOW)
    running = make_generation(
        alice, now=NOW, status=Status.IN_PROGRESS, submitted_at=NOW + datetime.timedelta(seconds=30)
    )
    done = make_generation(
        alice, now=NOW, status=Status.COMPLETED, submitted_at=NOW, finished_at=NOW + datetime.timedelta(seconds=5)
    )

    assert [elapsed_seconds(row, now=later) for row in (queued, running, done)] == [90, 60, 5]
