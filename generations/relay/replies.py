"""One reply as this process knows it, whoever produces it, and the viewers that follow it here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from generations.models import MessageStatus
from generations.relay.canvas import Canvas
from generations.relay.events import Position, StreamEvent
from generations.relay.viewers import Viewer

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# Up to here a frame is drawn on the event loop, where it costs less than the way to a thread and back.
INLINE_MAX_CHARACTERS = 1_500
FRAME_MIN_SECONDS = 0.04
FRAME_MAX_SECONDS = 1.0
# What has piled up is painted in frames of at most so much: a reply of a megabyte that a second process takes up.
FRAME_MAX_CHARACTERS = 30_000
# An open end is sent whole with every frame, so that a long one comes less often. Units: characters a second.
OPEN_SENT_PER_SECOND = 300_000
# All replies together draw for at most a third of the time, as long as that leaves each a frame a second.
DRAWING_SHARE = 3


class LiveReply:
    """A reply that may still grow. It is drawn only while somebody looks, once for all who do."""

    def __init__(self, message_id: int, *, drawing: Executor, count_live: Callable[[], int]) -> None:
        self.message_id = message_id
        self.status: str = MessageStatus.STREAMING
        self.is_finished = False
        # Until what the row holds is known, nobody can be told where the reply stands.
        self.is_ready = False
        self.viewers: set[Viewer] = set()
        self._text = ""
        self._reasoning = ""
        self._pieces: list[str] = []
        self._thoughts: list[str] = []
        self._unpainted: list[str] = []
        self._unsaid: list[str] = []
        self._said_length = 0
        self._thought_ms: int | None = None
        self._canvas = Canvas()
        self._drawing = drawing
        self._count_live = count_live
        self._changed = asyncio.Event()
        self._painter: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """The text so far. Joining is put off until somebody asks, because pieces are many and small."""
        if self._pieces:
            self._text += "".join(self._pieces)
            self._pieces.clear()
        return self._text

    @property
    def reasoning(self) -> str:
        """The thinking so far."""
        if self._thoughts:
            self._reasoning += "".join(self._thoughts)
            self._thoughts.clear()
        return self._reasoning

    def add(self, *, text: str = "", reasoning: str = "") -> None:
        """Take the next piece."""
        if text:
            self._pieces.append(text)
            self._unpainted.append(text)
        if reasoning:
            self._thoughts.append(reasoning)
            self._unsaid.append(reasoning)
        self._changed.set()

    def resume(self, *, text: str, reasoning: str) -> None:
        """Take what a reply that goes on had said before, as far as it is not here yet."""
        self.add(text=text[len(self.text) :], reasoning=reasoning[len(self.reasoning) :])

    def pondered(self, milliseconds: int) -> None:
        """Say that the model has thought, and for how long."""
        self._thought_ms = milliseconds
        if self._said_length or self._unsaid:
            self._say_thoughts()
            self._broadcast("pondered", {"seconds": _seconds(milliseconds)})

    def ready(self) -> None:
        """Say that what has been kept of the reply so far is here."""
        if not self.is_ready:
            self.is_ready = True
            self._changed.set()

    def finish(self, status: str) -> None:
        """Say that nothing more will come; viewers get what is left, and then the end."""
        self.status = status
        self.is_finished = self.is_ready = True
        self._changed.set()

    def attach(self, seen: Position | None) -> Viewer:
        """Return a viewer that gets all it has not seen, and then whatever comes."""
        viewer = Viewer(seen)
        self.viewers.add(viewer)
        if self._painter is None or self._painter.done():
            self._painter = asyncio.get_running_loop().create_task(self._paint_on())
        self._changed.set()
        return viewer

    def detach(self, viewer: Viewer) -> None:
        """Forget a viewer. Without any, nothing is drawn any more; the reply itself goes on."""
        self.viewers.discard(viewer)
        if not self.viewers and self._painter is not None:
            self._painter.cancel()
            self._painter = None

    def hang_up(self) -> None:
        """Send all viewers away before the end."""
        for viewer in self.viewers:
            viewer.close()

    async def _paint_on(self) -> None:
        """Turn what comes into events, for as long as somebody looks."""
        clock = asyncio.get_running_loop().time
        next_frame_at = 0.0
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._say_thoughts()
            if self._unpainted and not self._grow():
                # What comes during the pause is painted with the rest.
                await asyncio.sleep(0 if self.is_finished else max(0.0, next_frame_at - clock()))
                self._say_thoughts()
                next_frame_at = clock() + await self._paint()
            await self._greet()
            if self._unpainted or self._unsaid:
                self._changed.set()
            elif self.is_finished:
                self._broadcast("done", {"status": self.status})
                return

    def _grow(self) -> bool:
        """Send a piece on as it is, where nothing has to be rendered for it."""
        piece = "".join(self._unpainted)
        if not self._canvas.grow(piece):
            return False
        self._unpainted.clear()
        self._broadcast("text", {"text": piece})
        return True

    async def _paint(self) -> float:
        """Render what is new and send it. Return how long to wait before the next time. Units: seconds."""
        piece = "".join(self._unpainted)
        self._unpainted[:] = [piece[FRAME_MAX_CHARACTERS:]] if len(piece) > FRAME_MAX_CHARACTERS else []
        piece = piece[:FRAME_MAX_CHARACTERS]
        clock = asyncio.get_running_loop().time
        began = clock()
        frame = await self._draw(self._canvas.paint, piece)
        self._broadcast("delta", {"html": frame.settled_html, "open": frame.open_html})
        drawn_seconds = (clock() - began) * DRAWING_SHARE * self._count_live()
        sent_seconds = len(frame.open_html) / OPEN_SENT_PER_SECOND
        return min(max(FRAME_MIN_SECONDS, drawn_seconds, sent_seconds), FRAME_MAX_SECONDS)

    async def _draw(self, paint: Callable[[str], Result], piece: str) -> Result:
        return await self._off_loop(lambda: paint(piece), weight=self._canvas.tail_length + len(piece))

    async def _off_loop(self, work: Callable[[], Result], *, weight: int) -> Result:
        """Return what a piece of work says, done in a thread unless it is less than the way there and back."""
        if weight <= INLINE_MAX_CHARACTERS:
            return work()
        # Cancelling a painter between two frames must not leave half a frame behind.
        running = asyncio.get_running_loop().run_in_executor(self._drawing, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def _say_thoughts(self) -> None:
        if self._unsaid:
            piece = "".join(self._unsaid)
            self._unsaid.clear()
            self._said_length += len(piece)
            self._broadcast("thought", {"text": piece})

    async def _greet(self) -> None:
        """Bring newcomers to where the others are."""
        newcomers = [viewer for viewer in self.viewers if viewer.is_new and self._can_greet(viewer)]
        if not newcomers:
            return
        painted, said = self.text[: self._canvas.offset], self.reasoning[: self._said_length]

        def prepare() -> list[list[StreamEvent]]:
            self._canvas.refresh()
            return [self._catch_up(viewer.seen, painted=painted, said=said) for viewer in newcomers]

        for viewer, events in zip(newcomers, await self._off_loop(prepare, weight=len(painted)), strict=True):
            viewer.is_new = False
            for event in events:
                viewer.offer(event)

    def _can_greet(self, viewer: Viewer) -> bool:
        """Tell whether a newcomer has seen no more than is here: rows lag a little behind their producer."""
        here, seen = self._position, viewer.seen
        is_ahead = seen is not None and (seen.text > here.text or seen.reasoning > here.reasoning)
        return self.is_finished or (self.is_ready and not is_ahead)

    def _catch_up(self, seen: Position | None, *, painted: str, said: str) -> list[StreamEvent]:
        canvas = self._canvas
        here = Position(len(painted), len(said), canvas.settled_offset)
        settled = None
        if seen is not None and seen.reasoning <= here.reasoning:
            settled = canvas.settled_since(painted, settled=seen.settled)
        if seen is None or settled is None:
            content: dict[str, str | int] = {"html": canvas.settled_html, "open": canvas.open_html, "thought": said}
            if said and self._thought_ms is not None:
                content["seconds"] = _seconds(self._thought_ms)
            return [StreamEvent("reset", here, content)]
        events = []
        if seen.reasoning < here.reasoning:
            position = Position(seen.text, here.reasoning, seen.settled)
            events.append(StreamEvent("thought", position, {"text": said[seen.reasoning :]}))
        if seen.text < here.text or seen.settled < here.settled:
            events.append(StreamEvent("delta", here, {"html": settled, "open": canvas.open_html}))
        return events

    @property
    def _position(self) -> Position:
        return Position(self._canvas.offset, self._said_length, self._canvas.settled_offset)

    def _broadcast(self, name: str, content: dict[str, str | int]) -> None:
        event = StreamEvent(name, self._position, content)
        for viewer in self.viewers:
            if not viewer.is_new:
                viewer.offer(event)


def _seconds(milliseconds: int) -> int:
    return max(1, round(milliseconds / 1000))
