"""Waiting for what several processes bring about together."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for something. Raises: AssertionError when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)
