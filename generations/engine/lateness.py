"""How long after their time polls leave: what tells an engine that keeps up from one that does not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# Of more, the newest ones tell.
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of one stretch of time. Units: milliseconds."""

    median_ms: int
    p99_ms: int


@dataclass(slots=True)
class Lateness:
    """The times since they were last taken. Units: seconds."""

    seconds: list[float] = field(default_factory=list)

    def note(self, seconds: float) -> None:
        """Remember one."""
        if len(self.seconds) < KEPT:
            self.seconds.append(max(0.0, seconds))

    def taken(self) -> Quantiles | None:
        """Return what was remembered in two figures, or None if it was nothing, and begin anew."""
        found, self.seconds = sorted(self.seconds), []
        if not found:
            return None
        return Quantiles(median_ms=_milliseconds(found, 0.5), p99_ms=_milliseconds(found, 0.99))


def _milliseconds(ordered: list[float], share: float) -> int:
    return round(1000 * ordered[max(0, math.ceil(share * len(ordered)) - 1)])
