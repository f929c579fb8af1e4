"""What the library does by itself, each minute: write to the index what is not there yet, end what was begun."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

from generations.library import selection
from generations.search import folds, index

# The next minute goes on; a job must not hold a worker of the queue for long. Units: seconds.
SPEND_SECONDS = 40


def tend(*, clock: Callable[[], datetime.datetime]) -> int:
    """Index entries that wait for it, for less than a minute; return how many. Idempotent: yes.

    After an update that changed the tokenizer, or on an installation from before the index, that is all of them.
    So it is with the prompts that are counted. Then bulk actions whose page was closed go on.
    """
    until = time.monotonic() + SPEND_SECONDS
    count = 0
    while time.monotonic() < until:
        written = index.write_waiting()
        count += written
        if not written and not folds.fold_waiting():
            break
    selection.tend(clock=clock, seconds=max(0.0, until - time.monotonic()))
    return count
