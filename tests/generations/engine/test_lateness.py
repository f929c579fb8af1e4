"""How late polls leave, in two figures."""

from __future__ import annotations

from generations.engine.lateness import Lateness, Quantiles


def test_nothing_noted_is_nothing_known() -> None:
    assert Lateness().taken() is None


def test_it_tells_the_median_and_what_one_in_a_hundred_exceeds() -> None:
    lateness = Lateness()
    for hundredth in range(100):
        lateness.note(hundredth / 100)

    assert lateness.taken() == Quantiles(median_ms=490, p99_ms=980)
    assert lateness.taken() is None, "each stretch of time is told once"


def test_a_poll_before_its_time_is_not_late() -> None:
    lateness = Lateness()
    lateness.note(-3600)

    assert lateness.taken() == Quantiles(median_ms=0, p99_ms=0)
