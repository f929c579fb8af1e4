"""The engine in this process beside the calls of a test: it submits, polls and stores until the test is done."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from django.db import connections

from generations.clock import database_now
from generations.engine.loop import Engine
from generations.lifecycle.collect import collect
from generations.models import Generation, Status


@contextlib.asynccontextmanager
async def engine_beside() -> AsyncGenerator[None, None]:
    """Run an engine, with the job cluster's work done beside it, while the block runs."""

    def store() -> None:
        try:
            for pk in Generation.objects.filter(status=Status.STORING).values_list("pk", flat=True):
                collect(pk, clock=database_now)
        finally:
            connections.close_all()

    async def store_on() -> None:
        while not is_over.is_set():
            await asyncio.to_thread(store)
            await asyncio.sleep(0.05)

    engine, is_over = Engine(), asyncio.Event()
    # Whoever of the two fails ends the block, too, which would wait for ever.
    async with asyncio.TaskGroup() as group:
        group.create_task(engine.run())
        group.create_task(store_on())
        try:
            yield
        finally:
            engine.is_stopping = True
            is_over.set()
