"""How the time of a clean stop is shared out: replies first, then jobs and polls, then whatever is left.

Of the default fifteen seconds replies get 8, jobs and polls 10, everything 13. A longer stop gives all of the
additional time to each of them; a shorter one shrinks all in proportion.
"""


def replies_seconds(stop_seconds: float) -> float:
    """Return how long replies that still stream may go on."""
    return max(stop_seconds - 7, stop_seconds * 8 / 15)


def jobs_seconds(stop_seconds: float) -> float:
    """Return how long running jobs, polls and submits may go on."""
    return max(stop_seconds - 5, stop_seconds * 10 / 15)


def everything_seconds(stop_seconds: float) -> float:
    """Return when the last process is ended, whatever it does."""
    return max(stop_seconds - 2, stop_seconds * 13 / 15)
