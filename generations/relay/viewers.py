"""One open stream request, and what waits to be sent on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from generations.relay.events import Position, StreamEvent

# Not for the wire: the viewer's stream ends here.
HANG_UP = StreamEvent("hang-up", Position())
# A viewer that is this far behind gets everything anew instead.
VIEWER_QUEUE_MAX = 500


@dataclass(eq=False, slots=True)
class Viewer:
    """One open stream request. `seen` is what it already has; None means nothing that could be built upon."""

    seen: Position | None
    is_new: bool = True
    is_closed: bool = False
    _waiting: deque[StreamEvent] = field(default_factory=deque)
    _has_some: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, event: StreamEvent) -> None:
        """Let an event wait for its turn; a viewer that cannot follow starts again at the next frame."""
        if self.is_closed:
            return
        if len(self._waiting) >= VIEWER_QUEUE_MAX:
            self._waiting.clear()
            self.seen, self.is_new = None, True
            return
        self._waiting.append(event)
        self._has_some.set()

    def close(self) -> None:
        """End the stream without an end of the reply, so that the browser comes back for the rest."""
        self.is_closed = True
        self._waiting.clear()
        self._waiting.append(HANG_UP)
        self._has_some.set()

    async def next_events(self, *, timeout_seconds: float) -> Sequence[StreamEvent]:
        """Return all events that wait, at least one; nothing after a silence of `timeout_seconds`."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._has_some.wait()
        except TimeoutError:
            return ()
        events = tuple(self._waiting)
        self._waiting.clear()
        self._has_some.clear()
        return events
