"""One request and its answer over ASGI, without a framework: read under guard, sent with a time limit on each piece.

A client that does not read would otherwise hold its stream for ever: the server stops taking bytes when its buffer
is full, so a piece that cannot be handed over in time means that nobody reads any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SEND_SECONDS = 30.0
# A body up to this size is read to its end before it is refused, so that the connection can go on.
SMALL_BODY_BYTES = 1024 * 1024
DRAIN_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 2.0


class ClientGoneError(Exception):
    """The client has hung up, or does not read any more."""


class StreamBrokenError(Exception):
    """The answer has begun and cannot be ended properly: the connection is dropped, so that none takes it for whole."""


@dataclass(slots=True)
class ApiRequest:
    """A request whose body may still be on its way. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    client_address: str
    request_id: str
    base_url: str
    is_secure: bool
    receive: Receive = field(repr=False)
    is_read: bool = False
    # What the guard of the body raised: it is the guard's to answer.
    guard_error: Exception | None = None
    when_read: Callable[[], None] | None = field(default=None, repr=False)

    async def read(self) -> bytes:
        """Return the whole body; a second call returns nothing.

        Raises: ClientGoneError; whatever guards `receive`.
        """
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes. Raises: as `read`."""
        while not self.is_read:
            try:
                message = await self.receive()
            except Exception as error:
                self.guard_error = error
                raise
            if message["type"] != "http.request":
                raise ClientGoneError
            self.is_read = not message.get("more_body", False)
            yield message.get("body", b"")
        if self.when_read is not None:
            self.when_read()
            self.when_read = None

    @property
    def has_small_body(self) -> bool:
        """Whether the announced body is small enough to be read for nothing."""
        length = self.headers.get("content-length", "0" if "transfer-encoding" not in self.headers else "")
        return length.isdigit() and int(length) <= SMALL_BODY_BYTES

    async def wait_for_leaving(self) -> None:
        """Return when the client has hung up; the body must have been read."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


@dataclass(slots=True)
class ApiAnswer:
    """A whole answer."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(content: Mapping[str, Any], **more: Any) -> ApiAnswer:
    """Return an answer in JSON; `more` are fields of `ApiAnswer`."""
    return ApiAnswer(json.dumps(content, ensure_ascii=False).encode(), **more)


@dataclass(slots=True)
class ApiStream:
    """An answer that comes piece by piece; with `length_bytes` it promises that many bytes.

    `close` is awaited at the end however it comes, also when not one piece could be sent.
    """

    pieces: AsyncGenerator[bytes, None]
    close: Callable[[], Awaitable[None]]
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    length_bytes: int | None = None


async def send_answer(answer: ApiAnswer | ApiStream, send: Send, *, request: ApiRequest) -> None:
    """Send an answer to its end.

    Raises: ClientGoneError; StreamBrokenError for a stream that ends before its time.
    """
    headers = {
        "content-type": answer.content_type,
        "cache-control": "no-store" if isinstance(answer, ApiAnswer) else "no-cache",
        "x-content-type-options": "nosniff",
        "x-request-id": request.request_id,
        "request-id": request.request_id,
        **answer.headers,
    }
    if isinstance(answer, ApiStream):
        if answer.length_bytes is not None:
            headers["content-length"] = str(answer.length_bytes)
        headers["x-accel-buffering"] = "no"
        await _send_stream(answer, headers, send)
    elif request.is_read or request.method in {"GET", "HEAD"}:
        headers["content-length"] = str(len(answer.body))
        await _hand_over(send, _start(answer.status, headers))
        await _hand_over(send, _piece(b"" if request.method == "HEAD" else answer.body, more=False))
    else:
        await _send_before_the_body(answer, headers, send, request=request)


async def _send_stream(answer: ApiStream, headers: dict[str, str], send: Send) -> None:
    try:
        await _hand_over(send, _start(answer.status, headers))
        async with aclosing(answer.pieces) as pieces:
            async for piece in pieces:
                await _hand_over(send, _piece(piece, more=True))
        await _hand_over(send, _piece(b"", more=False))
    finally:
        await answer.close()


async def _send_before_the_body(answer: ApiAnswer, headers: dict[str, str], send: Send, *, request: ApiRequest) -> None:
    """Answer a client that is still sending. The server hangs up when a stated length is out, so none is stated.

    What still comes is read for a moment: a client whose connection breaks while it sends never sees the answer.
    """
    await _hand_over(send, _start(answer.status, {**headers, "connection": "close"}))
    await _hand_over(send, _piece(answer.body, more=True))
    drained_bytes = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while not request.is_read and drained_bytes < DRAIN_BYTES:
                message = await request.receive()
                request.is_read = message["type"] != "http.request" or not message.get("more_body", False)
                drained_bytes += len(message.get("body", b""))
    except TimeoutError:
        pass
    await _hand_over(send, _piece(b"", more=False))


async def _hand_over(send: Send, message: Message) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send(message)
    except (TimeoutError, OSError, RuntimeError):
        raise ClientGoneError from None


def _start(status: int, headers: Mapping[str, str]) -> Message:
    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def _piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
