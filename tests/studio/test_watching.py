from studio.watching import (
    FIRST_BEAT_SECONDS,
    LONGEST_DELAY_SECONDS,
    STALE_SECONDS,
    Backoff,
    Heartbeat,
)


def looked_at(heartbeat: Heartbeat, *, until: float, stamp: int | None) -> bool:
    """Look every second, as the supervisor does, and return what the last look says."""
    result = False
    while heartbeat.looked_seconds < until:
        result = heartbeat.is_stale(stamp, now_seconds=min(until, heartbeat.looked_seconds + 1))
    return result


def test_a_file_that_changes_is_a_sign_of_life() -> None:
    heartbeat = Heartbeat(0.0, None)

    assert not any(heartbeat.is_stale(second, now_seconds=float(second)) for second in range(1, 200))


def test_an_untouched_file_is_stale_after_twenty_seconds() -> None:
    heartbeat = Heartbeat(0.0, None)
    heartbeat.is_stale(7, now_seconds=1.0)

    assert not looked_at(heartbeat, until=1 + STALE_SECONDS, stamp=7)
    assert looked_at(heartbeat, until=2 + STALE_SECONDS, stamp=7)


def test_the_first_touch_may_take_longer() -> None:
    heartbeat = Heartbeat(0.0, None)

    assert not looked_at(heartbeat, until=FIRST_BEAT_SECONDS, stamp=None)
    assert looked_at(heartbeat, until=FIRST_BEAT_SECONDS + 1, stamp=None)


def test_the_stamp_of_an_earlier_life_is_no_sign_of_this_one() -> None:
    heartbeat = Heartbeat(0.0, 7)

    assert not looked_at(heartbeat, until=FIRST_BEAT_SECONDS, stamp=7)
    assert looked_at(heartbeat, until=FIRST_BEAT_SECONDS + 1, stamp=7)


def test_a_watcher_that_stood_still_itself_blames_nobody() -> None:
    heartbeat = Heartbeat(0.0, None)
    heartbeat.is_stale(7, now_seconds=1.0)

    assert not heartbeat.is_stale(7, now_seconds=500.0)
    assert looked_at(heartbeat, until=501 + STALE_SECONDS, stamp=7)


def test_a_first_death_is_followed_by_a_start_at_once() -> None:
    assert Backoff().next_delay_seconds(lived_seconds=0.1) == 0.0


def test_dying_young_again_and_again_waits_longer_and_longer() -> None:
    backoff = Backoff()
    delays = [backoff.next_delay_seconds(lived_seconds=0.1) for _ in range(12)]

    assert delays[:4] == [0.0, 0.5, 1.0, 2.0]
    assert delays[-1] == LONGEST_DELAY_SECONDS


def test_a_long_life_forgives_the_deaths_before() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.next_delay_seconds(lived_seconds=0.1)

    assert backoff.next_delay_seconds(lived_seconds=3600) == 0.0
    assert backoff.next_delay_seconds(lived_seconds=0.1) == 0.0
