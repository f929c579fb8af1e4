"""One HTTP exchange without a framework: the request as read, the three kinds of answer, and the hang-up."""

import asyncio
import dataclasses
import json
import os
import re
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON_TYPE = "application/json"
FLUSH_SECONDS = 0.2
_DISPOSITION = re.compile(r'(name|filename)="((?:[^"\\]|\\.)*)"')


class HangUp(Exception):
    """Close the connection now, without a further byte."""


class BodyTooLarge(Exception):
    """The request body is above the limit of its route."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form; ``filename`` is empty for a plain field."""

    name: str
    filename: str
    content_type: str
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A request whose body has been read."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int] | None

    @property
    def base_url(self) -> str:
        """Return the address under which the client reached us, without a trailing slash."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"

    def json(self) -> Any:
        """Return the parsed body. Raises: ValueError if it is not JSON in UTF-8."""
        return json.loads(self.body.decode("utf-8"))

    def parts(self) -> list[Part]:
        """Return the parts of a multipart form. Raises: ValueError if the body is something else."""
        content_type = self.headers.get("content-type", "")
        found = re.search(r'boundary="?([^";,]+)"?', content_type)
        if not content_type.lower().startswith("multipart/form-data") or not found:
            raise ValueError("the body is not multipart/form-data")
        parts = []
        for chunk in self.body.split(b"--" + found.group(1).encode())[1:]:
            if chunk.startswith(b"--"):
                break
            head, separator, content = chunk.partition(b"\r\n\r\n")
            if separator:
                parts.append(_read_part(head.decode("utf-8", "replace"), content.removesuffix(b"\r\n")))
        return parts


def _read_part(head: str, content: bytes) -> Part:
    lines = {}
    for line in head.strip().split("\r\n"):
        name, _, value = line.partition(":")
        lines[name.strip().lower()] = value.strip()
    names = dict(_DISPOSITION.findall(lines.get("content-disposition", "")))
    return Part(
        name=names.get("name", ""),
        filename=names.get("filename", ""),
        content_type=lines.get("content-type", ""),
        content=content,
    )


@dataclasses.dataclass(slots=True)
class Reply:
    """A complete answer."""

    body: bytes
    status: int = 200
    content_type: str = JSON_TYPE
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True)
class Stream:
    """An answer sent piece by piece; with ``length`` it promises that many bytes.

    If ``pieces`` raises :class:`HangUp`, the connection breaks in the middle.
    """

    pieces: AsyncIterator[bytes]
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    length: int | None = None


def json_reply(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return the content as a JSON answer, Chinese left readable."""
    return Reply(json.dumps(content, ensure_ascii=False).encode(), status, headers=dict(headers or {}))


async def read_request(scope: Scope, receive: Receive, *, limit_bytes: int) -> Request:
    """Read the whole request.

    Raises: BodyTooLarge above the limit; HangUp if the client leaves before the end of its body.
    """
    pieces, total = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HangUp
        pieces.append(message.get("body", b""))
        total += len(pieces[-1])
        if total > limit_bytes:
            raise BodyTooLarge
        if not message.get("more_body"):
            break
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(bytes(scope.get("query_string") or b"").decode("latin-1"), keep_blank_values=True)),
        headers={bytes(k).decode("latin-1").lower(): bytes(v).decode("latin-1") for k, v in scope["headers"]},
        body=b"".join(pieces),
        # Granian gives the port as text.
        client=(str(client[0]), int(client[1])) if client else None,
    )


async def send_reply(reply: Reply, send: Send) -> None:
    """Send a complete answer."""
    headers = {"content-type": reply.content_type, "content-length": str(len(reply.body)), **reply.headers}
    await send({"type": "http.response.start", "status": reply.status, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": reply.body})


async def send_stream(stream: Stream, receive: Receive, send: Send) -> bool:
    """Send a stream; return whether it reached its end before the client left."""
    headers = {"content-type": stream.content_type, **stream.headers}
    if stream.length is not None:
        headers["content-length"] = str(stream.length)
    await send({"type": "http.response.start", "status": stream.status, "headers": _raw(headers)})
    sending = asyncio.create_task(_send_pieces(stream.pieces, send))
    leaving = asyncio.create_task(_wait_for_leaving(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            return True
        return False
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_pieces(pieces: AsyncIterator[bytes], send: Send) -> None:
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except HangUp:
        # What was said before the break must still arrive; the server has no way to tell when it has.
        await asyncio.sleep(FLUSH_SECONDS)
        raise
    await send({"type": "http.response.body", "body": b""})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def hang_up(client: tuple[str, int] | None) -> bool:
    """Break the TCP connection of this client; return whether it was found.

    ASGI has no word for "close without an answer", so the socket is looked up among the process's own descriptors.
    """
    for entry in os.listdir("/dev/fd") if client else ():
        try:
            descriptor = int(entry)
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            with socket.socket(fileno=os.dup(descriptor)) as connection:
                if connection.getpeername()[:2] == client:
                    connection.shutdown(socket.SHUT_RDWR)
                    return True
        except OSError:
            continue
    return False
