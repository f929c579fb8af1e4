"""The engine's loop: every quarter of a second, write what came back, lease what is due, send it off.

The loop's thread never touches the database (Django's ORM refuses it); one thread does all of it, once a tick.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import resource
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from generations import presence, queueing, wakeups
from generations.clock import database_now
from generations.engine import pace, shift, steadying, tick
from generations.engine.clients import Clients
from generations.engine.lateness import Lateness
from generations.engine.patience import finish_within
from generations.lifecycle import announce
from generations.lifecycle.poll import PollAnswer, PollWork, poll
from generations.lifecycle.submit import Outcome, SubmitAnswer, SubmitWork, is_blocking, submit

logger = logging.getLogger(__name__)

PROBE_JOB = "generations.jobs.touch_probe"
PROBE_EVERY_SECONDS = 5.0
LONGEST_SHIFT_SECONDS = 24 * 3600
LARGEST_GROWTH_BYTES = 320 * 1024**2
Result = TypeVar("Result")


class Engine:
    """One shift of one host's engine."""

    def __init__(self) -> None:
        self.token = uuid.uuid4()
        self.presence = presence.Presence(self.token)
        self.clients = Clients()
        self.lateness = Lateness()
        self.answers: list[SubmitAnswer | PollAnswer] = []
        self.submits: dict[asyncio.Task[None], SubmitWork] = {}
        self.polls: set[asyncio.Task[None]] = set()
        self.database = ThreadPoolExecutor(1, thread_name_prefix="engine-database")
        self.renewed = self.probed = 0.0
        # The database's clock, and this process's when it was read.
        self.clock = (datetime.datetime.now(datetime.UTC), time.monotonic())
        self.watched = 0
        self.overlong_polls = 0
        self.wake = asyncio.Event()
        self.is_stopping = False
        self.is_held = True
        # After a tick that failed, rows may be claimed of which the loop was never told.
        self.is_unsure = False

    async def run(self) -> None:
        """Work until asked to stop, until the shift is lost, or until it has grown old or large."""
        if not await self._in_database(self._begin):
            logger.info("the engine's shift is taken; nothing to do here")
            self.presence.end()
            self.database.shutdown()
            return
        logger.info("the engine is on shift")
        started, memory = time.monotonic(), _largest_memory_bytes()
        listening = asyncio.create_task(wakeups.listen(self.wake))
        try:
            while not self.is_stopping and self.is_held and not _is_worn_out(started, memory):
                began = time.monotonic()
                await self._tick()
                await self._rest(began)
            await self._finish()
        finally:
            listening.cancel()
            await self.clients.close()
            self.database.shutdown(wait=False, cancel_futures=True)
            logger.info("the engine's shift has ended")

    async def _tick(self) -> None:
        answers, self.answers = self.answers, []
        try:
            claimed = await self._in_database(lambda: self._turn(answers))
        except Exception:
            # The database is away for a moment. Nothing is lost: the answers wait for the next tick.
            logger.exception("a tick failed")
            self.answers[:0] = answers
            self.is_unsure = True
            await asyncio.sleep(1.0)
            return
        for work in claimed.submits:
            task = asyncio.create_task(self._submit(work))
            self.submits[task] = work
            task.add_done_callback(lambda done: self.submits.pop(done, None))
        for poll_one in claimed.polls:
            poll_task = asyncio.create_task(self._poll(poll_one))
            self.polls.add(poll_task)
            poll_task.add_done_callback(self.polls.discard)

    def _turn(self, answers: list[SubmitAnswer | PollAnswer]) -> tick.Claimed:
        """Do one tick's database work. Runs in the database thread."""
        close_old_connections()
        now = database_now()
        self.clock = (now, time.monotonic())
        tick.flush(answers, now=now, in_flight=self.watched)
        if self.is_unsure:
            self._take_back(now)
        self._upkeep(now)
        if self.is_stopping or not self.is_held:
            return tick.Claimed()
        blocking = sum(is_blocking(work.protocol) for work in list(self.submits.values()))
        return tick.claim(now=now, shift_token=self.token, blocking_in_flight=blocking, polls_in_flight=len(self.polls))

    def _take_back(self, now: datetime.datetime) -> None:
        # In this order: an attempt is among the answers before it leaves the submits.
        known = {work.attempt_id for work in list(self.submits.values())}
        known |= {answer.attempt_id for answer in list(self.answers) if isinstance(answer, SubmitAnswer)}
        if count := tick.take_back(shift_token=self.token, known=known, now=now):
            logger.warning("%s claimed rows had not been sent; they are back in line", count)
        self.is_unsure = False

    def _upkeep(self, now: datetime.datetime) -> None:
        # Only ever set here, never assigned: the loop's own thread may ask for the end at this very moment.
        if shift.is_stop_wished():
            self.is_stopping = True
        elapsed = time.monotonic()
        if elapsed - self.renewed >= shift.RENEW_SECONDS:
            in_flight = len(self.submits) + len(self.polls)
            state = shift.renew_shift(self.token, now=now, in_flight=in_flight, lateness=self.lateness.taken())
            self.is_held = state.is_held
            if state.is_stopping:
                self.is_stopping = True
            self.renewed = elapsed
            self.watched = tick.watched_count()
        if elapsed - self.probed >= PROBE_EVERY_SECONDS:
            queueing.enqueue_once(PROBE_JOB)
            steadying.bring_back(now=now)
            self._bury_the_dead(now)
            announce.queue_due(now=now)
            if self.overlong_polls:
                logger.warning("%s polls took too long, and are repeated", self.overlong_polls)
                self.overlong_polls = 0
            self.probed = elapsed

    def _bury_the_dead(self, now: datetime.datetime) -> None:
        for token in presence.gone():
            if count := tick.bury(token, now=now):
                logger.warning("a process ended with %s rows in its hands; they are taken out of them", count)
            presence.forget(token)

    def _begin(self) -> bool:
        close_old_connections()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                # A claim must survive a power cut before its POST leaves.
                cursor.execute("PRAGMA synchronous=FULL")
        self.presence.begin()
        return shift.take_shift(self.token, now=database_now())

    async def _submit(self, work: SubmitWork) -> None:
        left = pace.submit_lease_seconds(
            is_blocking=is_blocking(work.protocol),
            has_files=bool(work.files),
            blocking_read_seconds=settings.BLOCKING_SUBMIT_READ_SECONDS,
        )
        try:
            answer = await finish_within(submit(work, send=self.clients.send_submit), seconds=left - 5)
        except TimeoutError:
            answer = SubmitAnswer(work.attempt_id, Outcome.LOST, reason="timeout")
        except asyncio.CancelledError:
            answer = SubmitAnswer(work.attempt_id, Outcome.LOST, reason="interrupted")
        except Exception:
            logger.exception("submitting %s failed in an unforeseen way", work.public_id)
            answer = SubmitAnswer(work.attempt_id, Outcome.LOST, reason="protocol")
        self.answers.append(answer)

    async def _poll(self, work: PollWork) -> None:
        try:
            async with asyncio.timeout(pace.POLL_LEASE_SECONDS - 3):
                async with self.clients.line() as line:
                    now, read_at_seconds = self.clock
                    self.lateness.note((now - work.due_at).total_seconds() + time.monotonic() - read_at_seconds)
                    self.answers.append(await poll(work, send=line.send))
        except TimeoutError:
            # The lease runs out by itself, and the row comes due again.
            self.overlong_polls += 1
        except asyncio.CancelledError:
            logger.info("polling %s was interrupted", work.public_id)
            raise
        except Exception:
            logger.exception("polling %s failed in an unforeseen way", work.public_id)

    async def _rest(self, began: float) -> None:
        """Wait for the next tick, or for a wake-up; those that come together make one tick."""
        shift.beat()
        left = pace.TICK_SECONDS - (time.monotonic() - began)
        await asyncio.sleep(min(pace.SHORTEST_REST_SECONDS, max(0.01, left)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), left - pace.SHORTEST_REST_SECONDS)
        self.wake.clear()

    async def _in_database(self, work: Callable[[], Result]) -> Result:
        """Run in the database thread; the heartbeat goes on meanwhile, for a busy database is not a dead engine."""
        future = asyncio.get_running_loop().run_in_executor(self.database, work)
        while True:
            done, _pending = await asyncio.wait({future}, timeout=1.0)
            shift.beat()
            if done:
                return future.result()

    async def _finish(self) -> None:
        """Let what is under way answer, then write down that the rest is uncertain, and give the shift back."""
        patience = max(2.0, settings.STOP_SECONDS - 6.0) if self.is_stopping else settings.BLOCKING_SUBMIT_READ_SECONDS
        waiting: set[asyncio.Task[Any]] = {*self.submits, *self.polls}
        deadline = time.monotonic() + patience
        if not self.is_stopping:
            # Polling is the successor's from now on; only the answers already paid for are waited for.
            await self._in_database(lambda: shift.end_shift(self.token, now=database_now()))
            waiting = set(self.submits)
        while waiting and time.monotonic() < deadline:
            _done, waiting = await asyncio.wait(waiting, timeout=0.5)
            shift.beat()
        lost = [work for task, work in self.submits.items() if not task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for work in lost:
            logger.warning("%s was still unanswered when the engine stopped; it is uncertain now", work.public_id)
        await self._in_database(self._hand_over)

    def _hand_over(self) -> None:
        answers, self.answers = self.answers, []
        now = database_now()
        tick.flush(answers, now=now, in_flight=self.watched)
        shift.end_shift(self.token, now=now)
        self.presence.end()


def run_engine() -> None:
    """Run one shift to its end. Idempotent: yes, a second copy finds the shift taken and returns."""
    asyncio.run(Engine().run())


def _is_worn_out(started: float, memory_bytes: int) -> bool:
    """Tell whether a fresh shift should take over from one that began then, when the process had needed that much."""
    is_old = time.monotonic() - started > LONGEST_SHIFT_SECONDS
    return is_old or _largest_memory_bytes() - memory_bytes > LARGEST_GROWTH_BYTES


def _largest_memory_bytes() -> int:
    """Return the most memory that this process, or the one it was forked of, has ever needed; it never shrinks."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
