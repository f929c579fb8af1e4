"""How long the engine waits: between polls, and before it offers work to a gateway that asked for patience.

Units: seconds everywhere.
"""

import random

# (age of the task up to, wait): quick at first, calm after.
FIRST_MINUTE_SECONDS = 3.0
TO_THIRD_MINUTE_SECONDS = 5.0
AFTERWARDS_SECONDS = 10.0
JITTER = 0.1

TICK_SECONDS = 0.25
SHORTEST_REST_SECONDS = 0.02
POLL_LEASE_SECONDS = 15.0
SUBMIT_LEASE_SECONDS = 60.0
SUBMIT_WITH_FILES_LEASE_SECONDS = 180.0
BLOCKING_LEASE_EXTRA_SECONDS = 60.0
STORE_AGAIN_SECONDS = 60.0
PROBE_SECONDS = 60.0


def poll_wait_seconds(age_seconds: float, *, in_flight: int, polls_per_second: int) -> float:
    """Return the wait before the next poll of a task of this age.

    When many tasks run, waits are stretched evenly so that the gateway's poll budget holds. The spread of ten
    per cent keeps tasks that began together from being asked together for ever.
    """
    if age_seconds < 60:
        wait = FIRST_MINUTE_SECONDS
    elif age_seconds < 180:
        wait = TO_THIRD_MINUTE_SECONDS
    else:
        wait = AFTERWARDS_SECONDS
    wait = max(wait, in_flight / max(1, polls_per_second))
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - a spread, not a secret


def submit_lease_seconds(*, is_blocking: bool, has_files: bool, blocking_read_seconds: float) -> float:
    """Return how long a submit may hold its row: longer than the call itself can possibly take."""
    if is_blocking:
        return blocking_read_seconds + BLOCKING_LEASE_EXTRA_SECONDS
    return SUBMIT_WITH_FILES_LEASE_SECONDS if has_files else SUBMIT_LEASE_SECONDS
