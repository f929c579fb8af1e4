"""A time limit that a frozen process survives."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from generations.engine.patience import finish_within


def test_an_answer_that_came_while_the_process_was_frozen_is_read() -> None:
    async def frozen() -> bytes:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            asked = asyncio.create_task(
                finish_within(asyncio.get_running_loop().sock_recv(ours, 10), seconds=0.1, grace_seconds=5)
            )
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            theirs.sendall(b"paid")
            # Nothing of the loop runs meanwhile, as when the process was stopped.
            time.sleep(0.3)
            return await asked

    assert asyncio.run(frozen()) == b"paid"


def test_silence_ends_after_limit_and_grace_and_the_work_is_ended() -> None:
    ended = []

    async def silent() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError):
        asyncio.run(finish_within(silent(), seconds=0.01, grace_seconds=0.01))

    assert ended == [True]


def test_what_the_work_raises_passes_through() -> None:
    async def broken() -> None:
        raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        asyncio.run(finish_within(broken(), seconds=1))


def test_whoever_is_canceled_takes_the_work_along() -> None:
    ended = []

    async def silent() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def cancel() -> None:
        task = asyncio.create_task(finish_within(silent(), seconds=60))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())

    assert ended == [True]
