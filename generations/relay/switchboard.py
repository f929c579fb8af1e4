"""All passages of one process: who is under way, whose key has ended meanwhile, and what ended calls came to.

One event loop; a few database threads. Endings are written together: while one transaction runs, the next gathers.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections, connection, connections

from generations.clock import database_now
from generations.gateway import client
from generations.relay import calls, replays
from generations.relay.calls import CallEnding
from generations.relay.lookout import Lookout
from generations.relay.passage import CallWork, Cut, Passage

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

DATABASE_THREADS = 2
WORKSHOP_THREADS = 2
GATHER_SECONDS = 0.05
TICK_SECONDS = 0.4
SURVEY_SECONDS = 10.0
WRITE_PAUSES_SECONDS = (0.2, 1.0, 3.0, None)

_boards: WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard] = WeakKeyDictionary()


def current() -> Switchboard:
    """Return the switchboard of the running event loop, and start it if there is none yet."""
    loop = asyncio.get_running_loop()
    board = _boards.get(loop)
    if board is None:
        board = _boards[loop] = Switchboard()
    return board


@dataclass(slots=True)
class Waiting:
    """A call that waits for its generation, or for its order to be taken, which nothing cuts short."""

    call_id: int
    key_id: int
    replay_id: int | None = None
    can_be_cut: bool = True
    cut: Cut | None = None


class Switchboard:
    """The passages of one process. Use `current()`."""

    def __init__(self) -> None:
        self.is_stopping = False
        self.passages: dict[Passage, asyncio.Task[Any]] = {}
        # Calls that wait for a generation of theirs instead of a stream.
        self.waiting: dict[asyncio.Task[Any], Waiting] = {}
        self.lookout = Lookout(self.in_database)
        # What has been begun and is not left half done, whoever hangs up.
        self._begun: set[asyncio.Task[Any]] = set()
        self._http = client.new_passage_clients()
        self._turn = itertools.cycle(self._http)
        self._database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="api-database")
        self._workshop = ThreadPoolExecutor(WORKSHOP_THREADS, thread_name_prefix="api-files")
        self._endings: list[CallEnding] = []
        self._writing: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def in_database(self, work: Callable[[], Result]) -> Result:
        """Return what a function says that needs the database."""
        return await asyncio.get_running_loop().run_in_executor(self._database, _tended, work)

    async def in_workshop(self, work: Callable[[], Result]) -> Result:
        """Return what a function says that takes files apart as well: seconds, beside the quick ones."""
        return await asyncio.get_running_loop().run_in_executor(self._workshop, _tended, work)

    async def to_its_end(
        self, work: Coroutine[Any, Any, Result], *, when_left: Callable[[Result], None] = lambda _result: None
    ) -> Result:
        """Return what a piece of work comes to. It goes on to its end also when the caller hangs up meanwhile.

        `when_left` is called with what it came to when nobody waits for it any more.
        """
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda done: _hand_on(done, when_left))
            raise

    @contextlib.contextmanager
    def waiting_for(self, waiting: Waiting) -> Iterator[Waiting]:
        """Count the running task as a call that waits: it is ended with its key, and with the process."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        self.waiting[task] = waiting
        self.start()
        try:
            yield waiting
        finally:
            self.waiting.pop(task, None)

    def start(self) -> None:
        """Begin to look after open calls. Idempotent: yes."""
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().create_task(self._tick_on())

    def enter(self, work: CallWork) -> Passage:
        """Return a passage that counts as under way until `leave`; the running task is the one to be cut."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        passage = Passage(work, http=next(self._turn))
        self.passages[passage] = task
        self.start()
        return passage

    async def leave(self, passage: Passage, *, cut: Cut | None = None) -> None:
        """Let a passage go and have its ending written, soon and whatever happens to the caller.

        Idempotent: yes, the first time counts.
        """
        if self.passages.pop(passage, None) is None:
            return
        if cut is not None and passage.cut is None and not passage.is_over:
            passage.cut = cut
        self.record(passage.ending())
        await passage.close()

    def record(self, ending: CallEnding) -> None:
        """Have an ending written."""
        self._endings.append(ending)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_endings())

    async def stop(self, *, deadline_seconds: float) -> None:
        """Take nothing new, let calls under way end until the deadline, cut the rest. Idempotent: yes."""
        if self.is_stopping:
            return
        self.is_stopping = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + deadline_seconds
        while self.passages and loop.time() < deadline:
            await asyncio.sleep(0.02)
        self._cut(lambda _passage: True, Cut.SHUTDOWN)
        self._cut_waiting(lambda _waiting: True, Cut.SHUTDOWN)
        while self._is_busy and loop.time() < deadline + 2.0:
            await asyncio.sleep(0.02)
        self.lookout.close()
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        for http in self._http:
            await http.aclose()
        # Each thread has a connection of its own; the barrier makes every one of them take part.
        meeting = threading.Barrier(DATABASE_THREADS + WORKSHOP_THREADS)
        closing = [self.in_database(lambda: _close(meeting)) for _ in range(DATABASE_THREADS)]
        closing += [self.in_workshop(lambda: _close(meeting)) for _ in range(WORKSHOP_THREADS)]
        await asyncio.gather(*closing)
        self._database.shutdown(wait=False)
        self._workshop.shutdown(wait=False)

    @property
    def _is_busy(self) -> bool:
        return bool(self.passages or self.waiting or self._begun) or self._is_writing

    @property
    def _is_writing(self) -> bool:
        return bool(self._endings) or (self._writing is not None and not self._writing.done())

    def _cut(self, is_meant: Callable[[Passage], bool], cut: Cut) -> None:
        for passage, task in list(self.passages.items()):
            if is_meant(passage) and passage.cut is None:
                passage.cut = cut
                task.cancel()

    def _cut_waiting(self, is_meant: Callable[[Waiting], bool], cut: Cut) -> None:
        for task, waiting in list(self.waiting.items()):
            if waiting.can_be_cut and waiting.cut is None and is_meant(waiting):
                waiting.cut = cut
                task.cancel()

    async def _write_endings(self) -> None:
        while self._endings:
            # What ends at about the same time is written together; nobody waits for it.
            await asyncio.sleep(GATHER_SECONDS)
            endings, self._endings = self._endings, []
            await self._write(endings)

    async def _write(self, endings: list[CallEnding]) -> None:
        for pause in WRITE_PAUSES_SECONDS:
            try:
                await self.in_database(lambda: calls.finish(endings, now=database_now()))
            except Exception:
                # The survey calls them interrupted once their time is over; until then it is tried again.
                logger.exception("The endings of %s API calls could not be written", len(endings))
                if pause is None:
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _tick_on(self) -> None:
        renewed_at = surveyed_at = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = asyncio.get_running_loop().time()
            try:
                await self._end_dead_keys()
                if now - renewed_at > calls.RENEWAL_SECONDS and (self.passages or self.waiting):
                    renewed_at = now
                    await self._renew()
                if now - surveyed_at > SURVEY_SECONDS:
                    surveyed_at = now
                    await self.in_database(lambda: calls.interrupt_abandoned(now=database_now()))
            except Exception:
                # The loop outlives a database that does not answer.
                logger.exception("The switchboard could not look after its calls this time")

    async def _renew(self) -> None:
        """Say that what is under way here still is."""
        works: list[CallWork | Waiting] = [passage.work for passage in self.passages]
        works += self.waiting.values()
        ids = [work.call_id for work in works]
        repeatable = [work.replay_id for work in works if work.replay_id is not None]
        await self.in_database(lambda: calls.renew(ids, now=database_now()))
        if repeatable:
            await self.in_database(lambda: replays.renew(repeatable, now=database_now()))

    async def _end_dead_keys(self) -> None:
        """End what runs for a key that was revoked, has expired, or whose person was deactivated."""
        keys = {passage.work.key_id for passage in self.passages}
        keys |= {waiting.key_id for waiting in self.waiting.values()}
        if not keys:
            return
        dead = await self.in_database(lambda: calls.dead_keys(keys, now=database_now()))
        self._cut(lambda passage: passage.work.key_id in dead, Cut.REVOKED)
        self._cut_waiting(lambda waiting: waiting.key_id in dead, Cut.REVOKED)


def _hand_on(done: asyncio.Task[Result], when_left: Callable[[Result], None]) -> None:
    if done.cancelled():
        return
    if error := done.exception():
        logger.info("A call whose client had left came to nothing: %s", type(error).__name__)
        return
    when_left(done.result())


def _close(meeting: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        meeting.wait(1.0)
    connections.close_all()


def _tended(work: Callable[[], Result]) -> Result:
    """Run with a connection that is fit, and give it back where a pool wants it."""
    close_old_connections()
    try:
        return work()
    finally:
        if connection.vendor == "postgresql":
            close_old_connections()
