"""All live replies of one process: who produces them, who watches, and the five ticks a second that keep them.

Everything here runs on one event loop; everything that touches the database runs on one thread beside it, so
that flushes, claims and endings of this process never wait for each other's locks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections, connections

from generations.clock import database_now
from generations.gateway import client
from generations.models import MessageStatus
from generations.relay import claims, naming, pieces, producer, queue
from generations.relay.events import Position
from generations.relay.naming import TitleWish
from generations.relay.pieces import TailWish
from generations.relay.producer import Producer, Wish
from generations.relay.replies import LiveReply
from generations.relay.viewers import Viewer

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# A process that is killed loses what came since its last write: with the writing itself, less than 250 ms.
TICK_SECONDS = 0.2
SURVEY_SECONDS = 1.0
# Who sends a message opens its stream at once; after this nobody seems to be looking.
PATIENCE_SECONDS = 2.0
LIVE_MAX = 500
# How long the row of an ended reply is tried again, when the database does not answer.
ENDING_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)

_stations: WeakKeyDictionary[asyncio.AbstractEventLoop, Station] = WeakKeyDictionary()


def current() -> Station:
    """Return the station of the running event loop, and start it if there is none yet; a closed one stays closed."""
    loop = asyncio.get_running_loop()
    station = _stations.get(loop)
    if station is None:
        station = _stations[loop] = Station()
        station.start()
    return station


class Station:
    """The relay of one process. Use `current()`."""

    def __init__(self) -> None:
        self.replies: dict[int, LiveReply] = {}
        self.producers: dict[int, Producer] = {}
        self.is_stopping = False
        self.is_closed = False
        self._http = client.new_stream_client()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="relay-database")
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="relay-drawing")
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: set[int] = set()
        self._titling: set[int] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._surveyed_at = 0.0

    def start(self) -> None:
        """Begin to tick. Idempotent: yes."""
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().create_task(self._tick_on())

    def watch(self, message_id: int, *, seen: Position | None) -> Viewer:
        """Return a viewer of a reply. If the reply still waits for a producer, this process becomes it."""
        reply = self._reply_of(message_id)
        viewer = reply.attach(seen)
        if self.is_closed:
            viewer.close()
        elif message_id not in self.producers and message_id not in self._opening:
            self._begin_open(reply)
        return viewer

    def leave(self, message_id: int, viewer: Viewer) -> None:
        """Forget a viewer; what this process produces goes on, what it only watched ends with its last viewer."""
        reply = self.replies.get(message_id)
        if reply is not None:
            reply.detach(viewer)
            self._forget_if_idle(reply)

    async def stop(self, *, deadline_seconds: float) -> None:
        """Take no new replies, finish those under way until the deadline, interrupt the rest. Idempotent: yes."""
        if self.is_closed:
            return
        self.is_stopping = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + deadline_seconds
        while (self.producers or self._titling) and loop.time() < deadline:
            await asyncio.sleep(0.02)
        for one in list(self.producers.values()):
            one.end(Wish.SHUTDOWN)
        while self.producers and loop.time() < deadline + sum(ENDING_PAUSES_SECONDS[:3]):
            await asyncio.sleep(0.02)
        await self._close()

    async def _close(self) -> None:
        self.is_closed = True
        for task in [*self._tasks, *([self._ticking] if self._ticking else [])]:
            task.cancel()
        for reply in list(self.replies.values()):
            reply.hang_up()
        await self._http.aclose()
        await self.in_database(connections.close_all)
        self._database.shutdown(wait=False)
        self._drawing.shutdown(wait=False)

    async def in_database(self, work: Callable[[], Result]) -> Result:
        """Return what a function says that needs the database."""

        def run() -> Result:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._database, run)

    def _reply_of(self, message_id: int) -> LiveReply:
        reply = self.replies.get(message_id)
        if reply is None:
            reply = LiveReply(message_id, drawing=self._drawing, count_live=lambda: len(self.replies))
            self.replies[message_id] = reply
        return reply

    def _forget_if_idle(self, reply: LiveReply) -> None:
        pk = reply.message_id
        if not reply.viewers and pk not in self.producers and pk not in self._opening:
            self.replies.pop(pk, None)

    def _begin_open(self, reply: LiveReply) -> None:
        """Open in a task of its own: a viewer that leaves now must not leave a claim without a producer behind."""
        self._opening.add(reply.message_id)
        self._begin(self._open(reply))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, reply: LiveReply) -> None:
        """Produce a reply that waits, or follow the row of one that somebody else produces."""
        work = None
        try:
            if not self.is_stopping and len(self.producers) < LIVE_MAX:
                work = await self.in_database(lambda: producer.begin(reply.message_id, now=database_now()))
            if work is not None:
                self.producers[reply.message_id] = Producer(work, reply, http=self._http)
                reply.ready()
        finally:
            self._opening.discard(reply.message_id)
        if work is not None:
            await self._produce(self.producers[reply.message_id])
        else:
            await self._follow_rows([reply])
            self._forget_if_idle(reply)

    async def _produce(self, one: Producer) -> None:
        try:
            if self.is_stopping:
                one.end(Wish.SHUTDOWN)
            await one.run()
            status = MessageStatus.INTERRUPTED
            if one.wish is not Wish.LOST:
                status = await self._write_ending(one)
        finally:
            self.producers.pop(one.reply.message_id, None)
            self.replies.pop(one.reply.message_id, None)
        one.reply.finish(status)

    async def _write_ending(self, one: Producer) -> MessageStatus:
        ending = one.ending()
        claim = one.work.claim
        for pause in (*ENDING_PAUSES_SECONDS, None):
            try:
                await self.in_database(
                    lambda: claims.finish(claim.message_id, token=claim.token, ending=ending, now=database_now())
                )
                await self._let_queue_go(claim.message_id)
                await self._begin_title(claim.message_id)
            except Exception:
                # The upkeep calls the reply interrupted when the lease has run out; until then it may still land.
                logger.exception("The end of reply %s could not be written", one.work.public_id)
                if pause is None:
                    return MessageStatus.INTERRUPTED
                await asyncio.sleep(pause)
            else:
                break
        return MessageStatus(ending.status)

    async def _let_queue_go(self, message_id: int) -> None:
        """Send what waited for the end of a reply. If that fails, the reply has ended all the same."""
        try:
            await self.in_database(lambda: queue.after_ending(message_id, now=database_now()))
        except Exception:
            logger.exception("The queue behind a reply could not go on")

    async def _begin_title(self, message_id: int) -> None:
        """Ask for a title of the reply's thread, where it has none yet, in a task that nobody waits for."""
        if self.is_stopping:
            return
        try:
            wish = await self.in_database(lambda: naming.claim(message_id))
        except Exception:
            logger.exception("The title behind a reply could not be asked for")
            return
        if wish is not None:
            self._titling.add(wish.thread_id)
            self._begin(self._title(wish))

    async def _title(self, wish: TitleWish) -> None:
        try:
            found = await naming.ask(wish, http=self._http)
            await self.in_database(lambda: naming.write(wish, found))
        except Exception:
            # The thread keeps its first words; nobody asks a second time.
            logger.exception("Thread %s could not be given its title", wish.public_id)
        finally:
            self._titling.discard(wish.thread_id)

    async def _tick_on(self) -> None:
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._tick(began)
            except Exception:
                # The loop outlives a database that does not answer; what was not kept is tried again.
                logger.exception("The relay could not keep its replies this time")
            passed = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(0.01, TICK_SECONDS - passed))

    async def _tick(self, monotonic_seconds: float) -> None:
        if self.producers:
            await self._flush(monotonic_seconds)
        followed = [reply for pk, reply in self.replies.items() if pk not in self.producers]
        if followed:
            await self._follow_rows(followed)
        if monotonic_seconds - self._surveyed_at >= SURVEY_SECONDS and not self.is_stopping:
            self._surveyed_at = monotonic_seconds
            await self._survey()

    async def _flush(self, monotonic_seconds: float) -> None:
        producers = dict(self.producers)
        growths = [one.growth(monotonic_seconds=monotonic_seconds) for one in producers.values()]
        result = await self.in_database(lambda: pieces.flush(growths, now=database_now()))
        for growth in growths:
            one = producers[growth.message_id]
            one.note_flush(growth, monotonic_seconds=monotonic_seconds)
            if growth.message_id in result.lost:
                one.end(Wish.LOST)
            elif growth.message_id in result.stop_wished:
                one.end(Wish.STOP)

    async def _follow_rows(self, replies: list[LiveReply]) -> None:
        wishes = [TailWish(one.message_id, len(one.text), len(one.reasoning)) for one in replies]
        tailed = await self.in_database(lambda: pieces.tail(wishes))
        for reply, wish, piece in zip(replies, wishes, tailed, strict=True):
            # Meanwhile this process may have become the producer, or have asked a second time.
            has_more = (len(reply.text), len(reply.reasoning)) != (wish.text_length, wish.reasoning_length)
            if reply.message_id in self.producers or reply.is_finished or has_more:
                continue
            reply.add(text=piece.text, reasoning=piece.reasoning)
            reply.ready()
            if piece.status not in claims.UNFINISHED:
                self.replies.pop(reply.message_id, None)
                reply.finish(piece.status)

    async def _survey(self) -> None:
        found = await self.in_database(lambda: claims.survey(now=database_now(), patience_seconds=PATIENCE_SECONDS))
        if found.has_abandoned:
            await self.in_database(lambda: claims.interrupt_abandoned(now=database_now()))
        for message_id in found.unopened[: max(0, LIVE_MAX - len(self.producers))]:
            if message_id not in self.producers and message_id not in self._opening:
                self._begin_open(self._reply_of(message_id))
