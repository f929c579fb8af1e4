"""Stations on an event loop of their own, and what their viewers read."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol

from django.utils import timezone

from generations.models import Message, Thread
from generations.relay import turns
from generations.relay.events import Position, StreamEvent
from generations.relay.station import Station
from generations.relay.viewers import HANG_UP, Viewer

OPENAI = "gpt-5.1"
ANTHROPIC = "claude-sonnet-4-6"


class MakeReply(Protocol):
    """Makes a thread whose first reply waits."""

    def __call__(self, text: str, *, model: str = OPENAI) -> Message: ...


def follow_up(thread: Thread, text: str) -> Message:
    """Say something more in a thread and return the waiting reply."""
    question = turns.Question(text=text, model=thread.model, submission_id=uuid.uuid4())
    return turns.add_turn(thread, question, now=timezone.now()).reply


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test's coroutine to its end."""
    asyncio.run(work())


@contextlib.asynccontextmanager
async def open_station() -> AsyncIterator[Station]:
    """A running station, stopped without patience afterwards."""
    station = Station()
    station.start()
    try:
        yield station
    finally:
        await station.stop(deadline_seconds=0)


async def read_to_end(viewer: Viewer, *, seconds: float = 20.0) -> list[StreamEvent]:
    """Return all events of a viewer up to the last one."""
    events: list[StreamEvent] = []
    async with asyncio.timeout(seconds):
        while not events or (events[-1].name != "done" and events[-1] is not HANG_UP):
            events.extend(await viewer.next_events(timeout_seconds=seconds))
    return events


async def read_until_text(viewer: Viewer, *, characters: int, seconds: float = 20.0) -> list[StreamEvent]:
    """Return the events of a viewer up to the first that reaches so much text."""
    events: list[StreamEvent] = []
    async with asyncio.timeout(seconds):
        while not events or events[-1].position.text < characters:
            events.extend(await viewer.next_events(timeout_seconds=seconds))
    return events


def final_position(events: list[StreamEvent]) -> Position:
    """Return what a reader of these events has reached."""
    return events[-1].position
