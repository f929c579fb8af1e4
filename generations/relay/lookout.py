"""Everybody of one process who waits for a generation, told together: one question a round, however many wait."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from typing import TypeAlias

from generations.models import UNFINISHED, Generation

logger = logging.getLogger(__name__)

ROUND_SECONDS = 0.25
GONE = ""
Ask: TypeAlias = Callable[[Callable[[], dict[int, str]]], Awaitable[dict[int, str]]]


class Lookout:
    """Looks at the rows that somebody waits for. `ask` runs a function on a database thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._waiting: defaultdict[int, set[asyncio.Future[str]]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, generation_id: int) -> str:
        """Return the status of a generation as soon as nothing is expected any more, or `GONE` without its row."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[str] = loop.create_future()
        self._waiting[generation_id].add(told)
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._look())
        try:
            return await told
        finally:
            self._waiting[generation_id].discard(told)
            if not self._waiting[generation_id]:
                del self._waiting[generation_id]

    def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        while self._waiting:
            try:
                await self._look_once()
            except Exception:
                # Whoever waits outlives a database that does not answer for a while.
                logger.exception("Nobody could be told this time how their generations stand")
            await asyncio.sleep(ROUND_SECONDS)

    async def _look_once(self) -> None:
        ids = list(self._waiting)
        over = await self._ask(lambda: statuses_of_ended(ids))
        for generation_id, status in over.items():
            for told in self._waiting.get(generation_id, ()):
                if not told.done():
                    told.set_result(status)


def statuses_of_ended(ids: Collection[int]) -> dict[int, str]:
    """Return the status of each of these that waits for nobody any more; `GONE` for one that has no row."""
    rows = dict(Generation.objects.filter(pk__in=ids).values_list("pk", "status"))
    return {pk: rows.get(pk, GONE) for pk in ids if rows.get(pk, GONE) not in UNFINISHED}
