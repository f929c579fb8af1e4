"""Moves one request and its answer over HTTP: keys, time-outs, size limits, honest errors. Never repeats anything.

The trap: a paid request may be repeated only if nothing of it was heard. Failing to connect is
`ConnectionNotMade`; every trouble after that is `AnswerLost`, however early it looks.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from functools import cache
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Final, NoReturn

import httpx

from generations.gateway.envelopes import read_object
from generations.gateway.errors import (
    AnswerLost,
    AuthError,
    BadInput,
    ConnectionNotMade,
    GatewayError,
    ProtocolError,
)
from generations.gateway.streams import read_stream
from generations.gateway.types import MEGABYTE_BYTES, ChatEvent, Endpoint, WireRequest, WireResponse

if TYPE_CHECKING:
    from generations.gateway.adapters import ChatStreamReader

CONNECT_SECONDS: Final = 10.0
WRITE_SECONDS: Final = 30.0
BIG_BODY_WRITE_SECONDS: Final = 60.0
BIG_BODY_BYTES: Final = MEGABYTE_BYTES
# How long an answer may drip after its first byte, beyond the longest silence.
DRIP_GRACE_SECONDS = 60.0
KEEP_ALIVE_SECONDS: Final = 3.0
STREAM_ERROR_MAX_BYTES: Final = MEGABYTE_BYTES
# Shorter keys are words, and would be cut out of sentences.
_ECHO_MIN_CHARACTERS = 8

_NOT_MADE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
)
TRANSPORT_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


async def send(http: httpx.AsyncClient, request: WireRequest, *, endpoint: Endpoint) -> WireResponse:
    """Send one request and return the answer, whatever its status.

    Raises: ConnectionNotMade, AnswerLost; AuthError and BadInput for a key or body that cannot be written;
    ProtocolError for an answer above the request's limit.
    Idempotent: no.
    """
    outgoing = _outgoing(http, request, endpoint=endpoint)
    try:
        response = await http.send(outgoing, stream=True, follow_redirects=False)
        try:
            body = _Body(response, request)
            async for chunk in response.aiter_bytes():
                body.add(chunk)
        finally:
            await response.aclose()
    except TRANSPORT_TROUBLE as error:
        raise transport_error(error) from None
    return _wire_response(response, body.content, endpoint=endpoint)


def send_sync(http: httpx.Client, request: WireRequest, *, endpoint: Endpoint) -> WireResponse:
    """Send one request and return the answer, for callers without an event loop. As `send`."""
    outgoing = _outgoing(http, request, endpoint=endpoint)
    try:
        response = http.send(outgoing, stream=True, follow_redirects=False)
        try:
            body = _Body(response, request)
            for chunk in response.iter_bytes():
                body.add(chunk)
        finally:
            response.close()
    except TRANSPORT_TROUBLE as error:
        raise transport_error(error) from None
    return _wire_response(response, body.content, endpoint=endpoint)


async def open_answer(
    http: httpx.AsyncClient, request: WireRequest, *, endpoint: Endpoint, accept: str
) -> httpx.Response:
    """Send one request and return its answer, of which only the head has been read; whoever calls closes it.

    For calls that are passed through byte by byte. Raises: as `send`. Idempotent: no.
    """
    outgoing = _outgoing(http, request, endpoint=endpoint, accept=accept)
    try:
        return await http.send(outgoing, stream=True, follow_redirects=False)
    except TRANSPORT_TROUBLE as error:
        raise transport_error(error) from None


async def stream_chat(
    http: httpx.AsyncClient, request: WireRequest, *, endpoint: Endpoint, reader: ChatStreamReader
) -> AsyncGenerator[ChatEvent, None]:
    """Send one chat request and yield what its stream means, as it arrives.

    Closing the generator (`contextlib.aclosing`) closes the connection, which stops the reply at the gateway.
    Raises: before the first event as `send`, and the GatewayError that an answer states instead of a stream;
    later the GatewayError that the stream states, and StreamCut if it ends before the model has finished.
    Idempotent: no.
    """
    outgoing = _outgoing(http, request, endpoint=endpoint, accept="text/event-stream")
    try:
        response = await http.send(outgoing, stream=True, follow_redirects=False)
    except TRANSPORT_TROUBLE as error:
        raise transport_error(error) from None
    try:
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not response.is_success or media_type != "text/event-stream":
            await _raise_instead_of_stream(response, endpoint=endpoint)
        events = read_stream(response, reader=reader, silence_seconds=request.read_timeout_seconds)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()
    finally:
        await response.aclose()


def new_submit_client() -> httpx.AsyncClient:
    """Return the client of paid requests: a fresh connection each, because a stale one would lose an answer."""
    return httpx.AsyncClient(limits=httpx.Limits(max_connections=256, max_keepalive_connections=0), **_client_options())


def new_stream_client() -> httpx.AsyncClient:
    """Return the client of chat: a connection for each reply, closed with it, as many as there are replies."""
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0), **_client_options()
    )


def new_passage_clients(count: int = 8) -> list[httpx.AsyncClient]:
    """Return the clients of calls that are passed through, to be used in turn, because wide pools are slow.

    A connection waits three seconds for the next call. So a busy caller does without a handshake each time, and a
    gateway that closes idle connections after five seconds or more never meets a request on one that it has closed.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_SECONDS)
    return [httpx.AsyncClient(limits=limits, **_client_options()) for _ in range(count)]


def new_sync_client() -> httpx.Client:
    """Return a client for the few callers without an event loop."""
    return httpx.Client(limits=httpx.Limits(max_connections=4, max_keepalive_connections=0), **_client_options())


def transport_error(error: Exception) -> GatewayError:
    """Return what a failure of the connection means for the request."""
    kind = ConnectionNotMade if isinstance(error, _NOT_MADE) else AnswerLost
    return kind(f"{type(error).__name__}: {error}")


class _Body:
    """The answer's bytes so far, within the limits of size and time."""

    def __init__(self, response: httpx.Response, request: WireRequest) -> None:
        self._status = response.status_code
        self._max_bytes = request.max_response_bytes
        # The read time-out is of each silence; this one ends an answer that drips.
        self._deadline = time.monotonic() + request.read_timeout_seconds + DRIP_GRACE_SECONDS
        self._chunks: list[bytes] = []
        self._size_bytes = 0
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_bytes:
            self._refuse()

    def add(self, chunk: bytes) -> None:
        """Keep a chunk. Raises: ProtocolError above the limit of size; AnswerLost above that of time."""
        self._size_bytes += len(chunk)
        if self._size_bytes > self._max_bytes:
            self._refuse()
        if time.monotonic() > self._deadline:
            raise AnswerLost("The answer came too slowly.", status=self._status)
        self._chunks.append(chunk)

    @property
    def content(self) -> bytes:
        """All bytes."""
        return b"".join(self._chunks)

    def _refuse(self) -> NoReturn:
        raise ProtocolError(f"The answer is larger than {self._max_bytes} bytes.", status=self._status)


async def _raise_instead_of_stream(response: httpx.Response, *, endpoint: Endpoint) -> NoReturn:
    """Read an answer that is no stream, and raise what it means."""
    content = b""
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > STREAM_ERROR_MAX_BYTES:
                break
    except TRANSPORT_TROUBLE as error:
        raise transport_error(error) from None
    answer = _wire_response(response, content, endpoint=endpoint)
    read_object(answer)
    raise ProtocolError(f"No stream: {answer.raw_for_staff()}", status=answer.status)


def _outgoing(
    http: httpx.AsyncClient | httpx.Client,
    request: WireRequest,
    *,
    endpoint: Endpoint,
    accept: str = "application/json",
) -> httpx.Request:
    body = _encoded_body(request)
    size_bytes = len(body.get("content", b"")) + sum(len(part.content) for part in request.files)
    headers = {
        "Accept": accept,
        # Nothing is decompressed, so that the limits of size hold for what arrives.
        "Accept-Encoding": "identity",
        **dict(request.headers),
        **key_header(request.path, endpoint),
    }
    connect_seconds = min(CONNECT_SECONDS, request.read_timeout_seconds)
    timeout = httpx.Timeout(
        connect=connect_seconds,
        read=request.read_timeout_seconds,
        write=BIG_BODY_WRITE_SECONDS if size_bytes > BIG_BODY_BYTES else WRITE_SECONDS,
        pool=connect_seconds,
    )
    try:
        return http.build_request(
            request.method,
            f"{endpoint.base_url}{request.path}",
            params=list(request.query) or None,
            headers=headers,
            timeout=timeout,
            **body,
        )
    except httpx.InvalidURL as error:
        raise transport_error(error) from None


def _encoded_body(request: WireRequest) -> dict[str, Any]:
    try:
        if request.json is not None:
            return {"content": json.dumps(request.json, ensure_ascii=False, allow_nan=False).encode()}
        for _name, value in request.form:
            value.encode()
    except (UnicodeEncodeError, ValueError):
        raise BadInput("The request holds half a character or a number that JSON cannot write.") from None
    if request.files or request.form:
        parts = [(part.name, (part.filename, part.content, part.mime)) for part in request.files]
        return {"data": dict(request.form), "files": parts}
    return {}


def key_header(path: str, endpoint: Endpoint) -> dict[str, str]:
    """Return the key under the header of the path's family.

    Raises: AuthError for a key that no header can carry.
    Source: https://apidoc.3hei.com/zh/docs/guide/quickstart; Bearer for the asset library from …/api/get-asset.
    """
    key = endpoint.api_key
    if not key or not key.isascii() or not key.isprintable():
        raise AuthError("The key is empty or holds characters that no header can carry.")
    return {"AIKey": key} if path.startswith("/ai/") else {"Authorization": f"Bearer {key}"}


def _wire_response(response: httpx.Response, body: bytes, *, endpoint: Endpoint) -> WireResponse:
    """Return the answer without the key, which some gateways quote in their refusals."""
    body = without_key(body, endpoint.api_key)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return WireResponse(status=response.status_code, headers=headers, body=body)


def without_key(body: bytes, key: str) -> bytes:
    """Return an answer's bytes with every echo of the key cut out."""
    return body.replace(key.encode(), b"***") if len(key) >= _ECHO_MIN_CHARACTERS else body


def _client_options() -> dict[str, Any]:
    return {"verify": tls_context(), "trust_env": False, "follow_redirects": False, "http1": True, "http2": False}


@cache
def tls_context() -> SSLContext:
    """Return what every connection trusts."""
    # One context for all clients: each would take 20 ms and a megabyte of certificates.
    return httpx.create_ssl_context(trust_env=False)
