"""What starts and stops with a web worker: the upkeep of live replies.

The server runs an application's own shutdown only after the last connection has ended. A chat stream is such a
connection, so waiting for that would cut every reply instead of finishing it: the stop signal itself begins the
upkeep's stop, and the shutdown only waits for it.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings

from studio.bodies import Receive, Send
from studio.deadlines import replies_seconds

logger = logging.getLogger(__name__)

UPKEEP_MODULE = "generations.relay.upkeep"


def find_upkeep() -> ModuleType | None:
    """Return the module that keeps live replies going, when this installation has one."""
    return import_module(UPKEEP_MODULE) if find_spec(UPKEEP_MODULE) else None


class StopOnce:
    """Runs the stop of the upkeep one time, whoever asks for it first."""

    def __init__(self, stop: Callable[[], Awaitable[None]]) -> None:
        self._stop = stop
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to stop; to be called on the event loop. Idempotent: yes."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def wait(self) -> None:
        """Begin to stop if nobody did, and return when it is done."""
        self.begin()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            await self._stop()
        except Exception:
            # A failure here must not keep the worker from ending.
            logger.exception("Live replies could not be stopped cleanly")


def begin_at_signal(stop: StopOnce, *, number: signal.Signals = signal.SIGTERM) -> None:
    """Let a stop signal begin the stop, and then do what it did before."""
    loop = asyncio.get_running_loop()
    before = getattr(loop, "_signal_handlers", {}).get(number)

    def on_signal() -> None:
        stop.begin()
        if before is not None:
            before._run()

    loop.add_signal_handler(number, on_signal)


async def run(receive: Receive, send: Send) -> None:
    """Speak the lifespan protocol with the server."""
    await receive()
    upkeep = find_upkeep()
    stop = None
    if upkeep is not None:
        deadline_seconds = replies_seconds(settings.STOP_SECONDS)
        stop = StopOnce(lambda: upkeep.stop(deadline_seconds=deadline_seconds))
        upkeep.start()
        begin_at_signal(stop)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if stop is not None:
        await stop.wait()
    await send({"type": "lifespan.shutdown.complete"})
