"""When a process counts as frozen, and how soon a dead one is started again: pure rules on a monotonic clock.

The monotonic clock stands still while the machine sleeps, so nothing looks frozen after waking up.
"""

from dataclasses import dataclass, field

STALE_SECONDS = 20.0
FIRST_BEAT_SECONDS = 40.0
# A loop that itself stood still for so long cannot say how long the others did.
BLIND_SECONDS = 5.0

SHORT_LIFE_SECONDS = 10.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0


@dataclass
class Heartbeat:
    """A file that a living process touches; judged by when its stamp was last seen to change."""

    started_seconds: float
    stamp_at_start: int | None
    last_stamp: int | None = None
    changed_seconds: float | None = None
    looked_seconds: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.last_stamp = self.stamp_at_start
        self.looked_seconds = self.started_seconds

    def is_stale(self, stamp: int | None, *, now_seconds: float) -> bool:
        """Tell whether the file has not been touched for too long.

        Units: `stamp` is a modification time in any unit, `None` while there is no file; `now_seconds` monotonic.
        """
        gap_seconds = now_seconds - self.looked_seconds
        self.looked_seconds = now_seconds
        if stamp != self.last_stamp:
            self.last_stamp = stamp
            self.changed_seconds = now_seconds
        if gap_seconds > BLIND_SECONDS:
            self.started_seconds += gap_seconds
            if self.changed_seconds is not None:
                self.changed_seconds = max(self.changed_seconds, now_seconds - 1)
        if self.changed_seconds is None:
            return now_seconds - self.started_seconds > FIRST_BEAT_SECONDS
        return now_seconds - self.changed_seconds > STALE_SECONDS


@dataclass
class Backoff:
    """The wait before a dead process is started again: none, until it dies young twice in a row."""

    delay_seconds: float = 0.0

    def next_delay_seconds(self, *, lived_seconds: float) -> float:
        """Return how long to wait after a life of this length."""
        if lived_seconds >= SHORT_LIFE_SECONDS:
            self.delay_seconds = 0.0
            return 0.0
        delay_seconds = self.delay_seconds
        self.delay_seconds = min(LONGEST_DELAY_SECONDS, max(FIRST_DELAY_SECONDS, delay_seconds * 2))
        return delay_seconds
