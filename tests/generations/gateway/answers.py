"""Answers as a gateway might give them, and transports that give them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import httpx

from generations.gateway.adapters import ChatStreamReader
from generations.gateway.client import stream_chat
from generations.gateway.types import ChatEvent, Endpoint, WireRequest, WireResponse

KEY = "sk-the-secret-key-of-the-team"
ENDPOINT = Endpoint(base_url="http://gateway.test", api_key=KEY)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24

T = TypeVar("T")


def answer(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> WireResponse:
    """Return an answer; anything but bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    media_type = "text/html; charset=utf-8" if content.lstrip().startswith(b"<") else "application/json"
    return WireResponse(status=status, headers={"content-type": media_type, **(headers or {})}, body=content)


def result(body: object, **more: Any) -> WireResponse:
    """Return a good answer in the envelope of the media paths."""
    return answer({"code": 0, "info": "success", "result": body}, **more)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(work)


async def with_client(
    handler: Callable[[httpx.Request], httpx.Response], work: Callable[[httpx.AsyncClient], Awaitable[T]]
) -> T:
    """Do something with a client whose gateway is a function."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http:
        return await work(http)


async def collect(events: AsyncGenerator[ChatEvent, None]) -> list[ChatEvent]:
    """Return all events of a stream."""
    async with aclosing(events):
        return [event async for event in events]


class Pieces(httpx.AsyncByteStream):
    """A body that arrives piece by piece; a piece may also be an exception or a wait in seconds."""

    def __init__(self, *pieces: bytes | float | Exception) -> None:
        self.pieces = pieces
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, bytes):
                yield piece
            else:
                await asyncio.sleep(piece)

    async def aclose(self) -> None:
        self.is_closed = True


def streamed(
    reader: ChatStreamReader, body: Pieces, *, request: WireRequest, headers: dict[str, str] | None = None
) -> list[ChatEvent]:
    """Return what a reader makes of a stream that arrives in these pieces."""
    said: list[ChatEvent] = []
    streamed_into(said, reader, body, request=request, headers=headers)
    return said


def streamed_into(
    said: list[ChatEvent],
    reader: ChatStreamReader,
    body: Pieces,
    *,
    request: WireRequest,
    headers: dict[str, str] | None = None,
) -> None:
    """Append events as they come, so that what came before an error can be looked at."""
    headers = headers or {"content-type": "text/event-stream; charset=utf-8"}

    async def follow(http: httpx.AsyncClient) -> None:
        async with aclosing(stream_chat(http, request, endpoint=ENDPOINT, reader=reader)) as events:
            async for event in events:
                said.append(event)

    run(with_client(lambda _request: httpx.Response(200, headers=headers, stream=body), follow))
