"""One live reply and its readers: what is drawn on the event loop and what beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from generations.relay.replies import LiveReply
from generations.relay.viewers import Viewer
from tests.generations.relay.stations import read_to_end, run

WORST = {
    "a megabyte": "A paragraph of some **words**.\n\n" * 33_000,
    "a line of 200,000 characters": "a" * 200_000,
    "script": "<script>alert(1)</script>" * 8_000,
    "10,000 levels": "- " * 10_000 + "deep",
    "10,000 quotations": ">" * 10_000 + " deep",
}


class CountingExecutor(ThreadPoolExecutor):
    """One thread that remembers what was given to it."""

    def __init__(self) -> None:
        super().__init__(1, thread_name_prefix="drawing")
        self.count = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.count += 1
        return super().submit(work, *args, **kwargs)


async def show(drawing: CountingExecutor, text: str) -> tuple[Viewer, LiveReply]:
    """Return a reader of a reply that has just said all of this, and the reply, which has ended."""
    reply = LiveReply(1, drawing=drawing, count_live=lambda: 1)
    viewer = reply.attach(None)
    reply.ready()
    await asyncio.sleep(0)
    reply.add(text=text)
    reply.finish("completed")
    return viewer, reply


@pytest.fixture
def drawing() -> Iterator[CountingExecutor]:
    """Where frames are drawn that are too much for the event loop."""
    with CountingExecutor() as executor:
        yield executor


@pytest.mark.parametrize("text", WORST.values(), ids=WORST.keys())
def test_the_worst_reply_is_drawn_beside_the_event_loop_and_arrives_whole(drawing: CountingExecutor, text: str) -> None:
    async def work() -> None:
        viewer, reply = await show(drawing, text)
        events = await read_to_end(viewer, seconds=120)
        assert events[-1].name == "done"
        assert max(event.position.text for event in events) == len(text)
        # What comes as plain text is put on the page as text, never as markup.
        markup = [str(event.content.get(part, "")) for event in events for part in ("html", "open")]
        assert not any("<script" in one for one in markup)
        assert reply.text == text

    run(work)
    assert drawing.count >= 1


def test_a_megabyte_is_drawn_in_many_frames(drawing: CountingExecutor) -> None:
    text = WORST["a megabyte"]

    async def work() -> None:
        viewer, _reply = await show(drawing, text)
        await read_to_end(viewer, seconds=120)

    run(work)
    assert drawing.count >= len(text) // 30_000


def test_a_few_words_need_no_other_thread(drawing: CountingExecutor) -> None:
    async def work() -> None:
        viewer, _reply = await show(drawing, "A few **words**.")
        await read_to_end(viewer)

    run(work)
    assert drawing.count == 0
