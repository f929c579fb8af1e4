"""Kept connections for polls, on asyncio's own transport: a fraction of the CPU that a general client takes for each.

A poll is small, has no body, follows no redirect and may be asked again; thousands of them leave every few seconds,
so what a general client does for all other requests would fill a core. The errors are those of `client.send`.
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

import h11

from generations.gateway.client import key_header, tls_context, without_key
from generations.gateway.errors import AnswerLost, ConnectionNotMade, ProtocolError
from generations.gateway.types import Endpoint, WireRequest, WireResponse

HEAD_MAX_BYTES = 100 * 1024
# The form of gzip or of zlib, whichever the first bytes tell.
EITHER_FORM = 32 + zlib.MAX_WBITS
Origin = tuple[str, str, int]


class Line:
    """One connection to whichever gateway was asked last; it carries one request at a time."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None

    async def send(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        """Send one request without a body and return the answer, whatever its status.

        A kept connection that the gateway has closed meanwhile is replaced once.
        Units: the request's `read_timeout_seconds` here bounds the whole call.
        Raises: ConnectionNotMade, AnswerLost; AuthError for a key that cannot be written; ProtocolError for an answer
        above the request's limit.
        Idempotent: no; for questions only.
        """
        origin, prefix = _address(endpoint.base_url)
        wire = _request(request, endpoint, origin=origin, prefix=prefix)
        try:
            async with asyncio.timeout(request.read_timeout_seconds):
                status, headers, body = await self._ask(wire, origin, max_bytes=request.max_response_bytes)
        except TimeoutError:
            self.close()
            raise AnswerLost("The gateway did not answer in time.") from None
        except BaseException:
            # Cut off in the middle: what still comes would be taken for the next request's answer.
            self.close()
            raise
        return WireResponse(status=status, headers=headers, body=without_key(body, endpoint.api_key))

    def close(self) -> None:
        """Close the connection, if there is one. Idempotent: yes."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _ask(self, wire: h11.Request, origin: Origin, *, max_bytes: int) -> tuple[int, dict[str, str], bytes]:
        kept = self._connection
        if kept is not None and kept.is_open and kept.origin == origin:
            try:
                return await kept.ask(wire, max_bytes=max_bytes)
            except _StaleError:
                pass
        self.close()
        self._connection = await _connected(origin)
        try:
            return await self._connection.ask(wire, max_bytes=max_bytes)
        except _StaleError:
            raise AnswerLost("The gateway hung up without an answer.") from None


class _StaleError(Exception):
    """The connection had ended before a byte of the answer came."""


class _Connection(asyncio.Protocol):
    """An open connection and the protocol's state on it."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX_BYTES)
        self._answer: asyncio.Future[tuple[int, dict[str, str], bytes]] | None = None
        self._head: h11.Response | None = None
        self._body = bytearray()
        self._max_bytes = 0
        self._is_heard = False

    async def ask(self, wire: h11.Request, *, max_bytes: int) -> tuple[int, dict[str, str], bytes]:
        """Send a request and return status, headers and body. Raises: _StaleError, AnswerLost, ProtocolError."""
        if self._transport is None:
            raise _StaleError
        self._answer = asyncio.get_running_loop().create_future()
        self._head, self._body, self._max_bytes, self._is_heard = None, bytearray(), max_bytes, False
        try:
            self._transport.write((self._http.send(wire) or b"") + (self._http.send(h11.EndOfMessage()) or b""))
            return await self._answer
        except h11.ProtocolError as error:
            raise AnswerLost(f"{type(error).__name__}: {error}") from None
        finally:
            self._answer = None

    def close(self) -> None:
        """Hang up without waiting."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        if isinstance(transport, asyncio.Transport):
            self._transport, self.is_open = transport, True

    def data_received(self, data: bytes) -> None:
        """Read what came; what nobody has asked for is no answer, and ends the connection."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        self._is_heard = True
        self._read(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits; the end of the connection may be the end of the answer."""
        self.is_open = False
        if self._answer is None or self._answer.done():
            return
        if not self._is_heard:
            self._answer.set_exception(_StaleError())
        elif exc is not None:
            self._answer.set_exception(AnswerLost(f"{type(exc).__name__}: {exc}"))
        else:
            self._read(b"")

    def _read(self, data: bytes) -> None:
        try:
            self._http.receive_data(data)
            while (event := self._http.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._keep(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    self._finish()
                    return
                elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                    raise AnswerLost("The gateway hung up without an answer.")
        except h11.ProtocolError as error:
            self._fail(AnswerLost(f"{type(error).__name__}: {error}"))
        except (AnswerLost, ProtocolError) as error:
            self._fail(error)

    def _keep(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._max_bytes:
            raise ProtocolError(f"The answer is larger than {self._max_bytes} bytes.")

    def _finish(self) -> None:
        head = self._head
        if head is None or self._answer is None:
            raise AnswerLost("The gateway hung up without an answer.")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        body = _decoded(bytes(self._body), headers.get("content-encoding", ""), max_bytes=self._max_bytes)
        self._answer.set_result((head.status_code, headers, body))
        try:
            self._http.start_next_cycle()
        except h11.ProtocolError:
            self.close()
        else:
            if self._http.trailing_data[0]:
                self.close()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()


async def _connected(origin: Origin) -> _Connection:
    """Return an open connection. Raises: ConnectionNotMade."""
    scheme, host, port = origin
    loop, tls = asyncio.get_running_loop(), tls_context() if scheme == "https" else None
    try:
        _transport, connection = await loop.create_connection(lambda: _Connection(origin), host, port, ssl=tls)
    except OSError as error:
        raise ConnectionNotMade(f"{type(error).__name__}: {error}") from None
    return connection


def _decoded(body: bytes, encoding: str, *, max_bytes: int) -> bytes:
    """Return the body without a compression that was not asked for. Raises: ProtocolError."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    unpacking = zlib.decompressobj(EITHER_FORM)
    try:
        content = unpacking.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise ProtocolError(f"The answer is compressed, and damaged: {error}") from None
    if len(content) > max_bytes:
        raise ProtocolError(f"The answer is larger than {max_bytes} bytes.")
    return content


@lru_cache(maxsize=32)
def _address(base_url: str) -> tuple[Origin, str]:
    """Return where to connect, and what every path begins with. Raises: ConnectionNotMade."""
    try:
        parts = urlsplit(base_url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in {"http", "https"}:
        raise ConnectionNotMade("The gateway's address is no web address.")
    return (parts.scheme, host, port or (443 if parts.scheme == "https" else 80)), quote(parts.path, safe="/%")


def _request(request: WireRequest, endpoint: Endpoint, *, origin: Origin, prefix: str) -> h11.Request:
    scheme, host, port = origin
    name = f"[{host}]" if ":" in host else host
    headers = {
        "Host": name if port == (443 if scheme == "https" else 80) else f"{name}:{port}",
        "Accept": "application/json",
        # Nothing is decompressed that need not be, so that the limits of size hold for what arrives.
        "Accept-Encoding": "identity",
        **dict(request.headers),
        **key_header(request.path, endpoint),
    }
    query = f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
    return h11.Request(method=request.method, target=f"{prefix}{request.path}{query}", headers=list(headers.items()))
