import pytest

from studio.deadlines import everything_seconds, jobs_seconds, replies_seconds


def test_the_default_stop_gives_eight_ten_and_thirteen_seconds() -> None:
    assert (replies_seconds(15), jobs_seconds(15), everything_seconds(15)) == (8, 10, 13)


@pytest.mark.parametrize("stop_seconds", [5, 6, 10, 15, 60, 600])
def test_whatever_the_time_it_is_shared_in_order_and_leaves_a_rest(stop_seconds: int) -> None:
    replies, jobs, everything = (share(stop_seconds) for share in (replies_seconds, jobs_seconds, everything_seconds))

    assert 0 < replies < jobs < everything < stop_seconds


def test_a_longer_stop_gives_all_of_it_to_replies_and_jobs() -> None:
    assert replies_seconds(60) == 53
    assert jobs_seconds(60) == 55
