"""Time limits that a frozen process survives: what has arrived meanwhile is read before time is called."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
GRACE_SECONDS = 2.0


async def finish_within(
    work: Coroutine[Any, Any, Result], *, seconds: float, grace_seconds: float = GRACE_SECONDS
) -> Result:
    """Return what the work returns, or end it when its time is over.

    A process that was stopped and goes on later finds its time over and the answer in its socket, both at once.
    A plain time limit would throw a paid answer away; so the work gets a moment to read it.

    Raises: TimeoutError when it takes longer than both together.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _pending = await asyncio.wait({task}, timeout=seconds)
        if not done:
            done, _pending = await asyncio.wait({task}, timeout=grace_seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise
    if not done:
        task.cancel()
        await asyncio.wait({task})
        raise TimeoutError
    return task.result()
