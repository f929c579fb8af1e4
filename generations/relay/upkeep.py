"""What a web process starts and stops: the relay's ticks, which also look after replies that nobody watches."""

from __future__ import annotations

import asyncio

from generations.relay import station, switchboard


def start() -> None:
    """Start the relay of this process; to be called on its event loop. Idempotent: yes."""
    station.current()
    switchboard.current().start()


async def stop(*, deadline_seconds: float = 8.0) -> None:
    """Let replies and calls under way finish until the deadline, then interrupt the rest. Idempotent: yes."""
    await asyncio.gather(
        station.current().stop(deadline_seconds=deadline_seconds),
        switchboard.current().stop(deadline_seconds=deadline_seconds),
    )
