"""Reads a stream of server-sent events to its end, or to the end of its usefulness.

Pings and comments keep a connection alive for ever without saying anything; so silence is measured by what the
reader makes of the stream, not by bytes. After the model has finished nothing is worth an error any more.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

import httpx
from httpx_sse import EventSource

from generations.gateway.errors import ProtocolError, StreamCut
from generations.gateway.types import MEGABYTE_BYTES, ChatEvent

if TYPE_CHECKING:
    from generations.gateway.adapters import ChatStreamReader

STREAM_MAX_BYTES = 64 * MEGABYTE_BYTES
# How long the usage may take after the finish.
FINISH_GRACE_SECONDS = 5.0


async def read_stream(
    response: httpx.Response, *, reader: ChatStreamReader, silence_seconds: float
) -> AsyncGenerator[ChatEvent, None]:
    """Yield what the events of a response mean.

    Units: `silence_seconds` is the longest time without anything said.
    Raises: StreamCut if the stream ends or goes silent before the model has finished; ProtocolError for an event
    that is no JSON, or an endless stream; the GatewayError that the stream states.
    """
    # The standard allows UTF-8 only, whatever the header says, perhaps with a mark in front.
    response.encoding = "utf-8-sig"
    response.stream = _Capped(cast("httpx.AsyncByteStream", response.stream))
    clock = asyncio.get_running_loop().time
    deadline = clock() + silence_seconds
    async with aclosing(EventSource(response).aiter_sse()) as source:
        while not reader.is_done:
            try:
                async with asyncio.timeout_at(deadline):
                    event = await anext(source)
            except StopAsyncIteration:
                break
            except (httpx.HTTPError, httpx.StreamError, OSError) as error:
                if reader.is_finished:
                    break
                raise StreamCut(f"{type(error).__name__}: {error}") from None
            said = reader.feed(event.event, event.data)
            for one in said:
                yield one
            if said:
                deadline = clock() + (FINISH_GRACE_SECONDS if reader.is_finished else silence_seconds)
    if not reader.is_finished:
        raise StreamCut("The stream ended without a finish.")


class _Capped(httpx.AsyncByteStream):
    """A response's bytes up to a limit, so that one endless line cannot fill the memory."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size_bytes = 0
        async for chunk in self._stream:
            size_bytes += len(chunk)
            if size_bytes > STREAM_MAX_BYTES:
                raise ProtocolError(f"The stream is longer than {STREAM_MAX_BYTES} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
