"""The engine's connections: many kept lines of one request at a time for polls, an unpooled client for every submit.

Polls that find no line free wait here, for whichever is free first. A submit never reuses a connection: a stale one
would turn a harmless failure into an uncertain one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from generations.gateway import client
from generations.gateway.lines import Line
from generations.gateway.types import Endpoint, WireRequest, WireResponse

# A gateway that takes a fifth of a second for each is still asked a thousand times a second.
POLLS_AT_ONCE = 256


class Clients:
    """All connections of one engine."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._free: list[Line] = []
        self._room = asyncio.Semaphore(POLLS_AT_ONCE)
        self._submit_client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Wait for a free line and lend it for one question that may be asked again."""
        async with self._room:
            # The one that was used last: it is the least likely to have been closed meanwhile.
            line = self._free.pop() if self._free else self._new_line()
            try:
                yield line
            finally:
                self._free.append(line)

    def _new_line(self) -> Line:
        line = Line()
        self._lines.append(line)
        return line

    async def send_submit(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        """Send a paid request, once. Raises: GatewayError."""
        if self._submit_client is None:
            self._submit_client = client.new_submit_client()
        return await client.send(self._submit_client, request, endpoint=endpoint)

    async def close(self) -> None:
        """Close every connection."""
        for line in self._lines:
            line.close()
        if self._submit_client is not None:
            await self._submit_client.aclose()
