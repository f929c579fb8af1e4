"""Hands each request to the threaded half or to the event loop, its body under guard.

Traps of the server (granian 2.8) that this module knows:
- A receive that is not a coroutine function fails across threads, so every `receive` here is one of our own.
- An answer with a stated length is followed by a hang-up as soon as that length is out, also while the client still
  sends. Browsers then show a broken connection. So a refusal states no length, is sent at once, and ends only when the
  client has stopped sending, for a short while at most.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from generations.api.families import family_of
from studio import lifespan, refusals
from studio.bodies import (
    BodyRefusedError,
    ClientGoneError,
    GuardedBody,
    LargeBodySlots,
    Receive,
    Refusal,
    Send,
    already_read,
    declared_length_bytes,
)
from studio.logs import current_request_id
from studio.middleware import choose_request_id, log_access
from studio.routing import (
    MEBIBYTE,
    Half,
    Headers,
    Route,
    ascii_query,
    choose_route,
    clean_headers,
    client_address,
    header,
    mark_forwarded,
)
from studio.visitors import Visitor

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[Any]]

DRAIN_BYTES = 16 * MEBIBYTE
DRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Limits:
    """What the settings say about bodies and proxies."""

    max_upload_bytes: int
    trusted_proxies: int


@dataclass
class Exchange:
    """One request while it is looked at: what is known of it, and the ways in and out."""

    scope: Scope
    headers: Headers
    route: Route
    body: GuardedBody
    send: Send
    language: str = ""
    started: float = field(default_factory=time.monotonic)


class Dispatcher:
    """The application that the server calls."""

    def __init__(
        self,
        *,
        threads: Application,
        loop: Application,
        streams: Application | None = None,
        api: Application | None = None,
        limits: Limits,
        find_visitor: Callable[[Headers], Visitor],
        slots: LargeBodySlots | None = None,
    ) -> None:
        self.halves = {
            Half.THREADS: threads,
            Half.LOOP: loop,
            Half.STREAMS: streams or loop,
            Half.API: api or loop,
        }
        self.limits = limits
        self.find_visitor = find_visitor
        self.slots = slots or LargeBodySlots()
        # Its own threads: the pool of the pages may be full of the very requests that are to be kept out.
        self.lookups = ThreadPoolExecutor(2, thread_name_prefix="visitors")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection event of the server."""
        if scope["type"] == "lifespan":
            await lifespan.run(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = self._begin(scope, receive, send)
        try:
            await self._check(exchange)
            await self._hand_over(exchange)
        except BodyRefusedError as error:
            await self._refuse(exchange, error.refusal)
        except ClientGoneError:
            logger.info("The client left in the middle of its request to %s", scope["path"])
        finally:
            exchange.body.slot.release()

    def _begin(self, scope: Scope, receive: Receive, send: Send) -> Exchange:
        trusted_proxies = self.limits.trusted_proxies
        headers = clean_headers(scope["headers"], trusted_proxies=trusted_proxies)
        if scope["path"] == "/metrics":
            headers = mark_forwarded(headers, received=scope["headers"])
        route = choose_route(
            method=scope["method"],
            path=scope["path"],
            content_type=header(headers, b"content-type"),
            max_upload_bytes=self.limits.max_upload_bytes,
        )

        async def read() -> dict[str, Any]:
            return await receive()

        async def admit() -> None:
            await self._admit(exchange)

        address = client_address(scope, headers, trusted_proxies=trusted_proxies)
        slot = self.slots.slot_for(address)
        exchange = Exchange(
            scope={
                **scope,
                "headers": headers,
                "query_string": ascii_query(scope["query_string"]),
                "studio": {"client_address": address},
            },
            headers=headers,
            route=route,
            body=GuardedBody(read, route.body_limit_bytes, admit, slot),
            send=send,
        )
        return exchange

    async def _check(self, exchange: Exchange) -> None:
        length_bytes = declared_length_bytes(exchange.headers)
        if length_bytes is None and exchange.route.half is Half.THREADS:
            raise BodyRefusedError(Refusal.LENGTH_REQUIRED)
        await exchange.body.check_announced(length_bytes)
        if length_bytes == 0:
            exchange.body.is_complete = True

    async def _admit(self, exchange: Exchange) -> None:
        """Raise unless somebody we know sends this; for the API the key itself is checked by its views."""
        if exchange.route.is_api:
            if not any(header(exchange.headers, name) for name in (b"authorization", b"aikey", b"x-api-key")):
                raise BodyRefusedError(Refusal.SIGN_IN)
            return
        visitor = await self._visitor(exchange)
        exchange.language = visitor.language
        if not visitor.is_signed_in:
            raise BodyRefusedError(Refusal.SIGN_IN)

    async def _visitor(self, exchange: Exchange) -> Visitor:
        return await asyncio.get_running_loop().run_in_executor(self.lookups, self.find_visitor, exchange.headers)

    async def _hand_over(self, exchange: Exchange) -> None:
        half = exchange.route.half
        if half is Half.API:
            await self._hand_to_api(exchange)
            return
        if half is not Half.THREADS:
            await self.halves[half](exchange.scope, exchange.body.receive, exchange.send)
            return
        # Read to its end before a thread is taken: a slow client costs memory here, never one of the few threads.
        body = b"" if exchange.body.is_complete else await exchange.body.read_whole()
        receive = already_read(body, then=exchange.body.source)
        await self.halves[half](exchange.scope, receive, _forgiving(exchange.send))

    async def _hand_to_api(self, exchange: Exchange) -> None:
        """Let the API answer, which has no middleware: its request id and its access line are made here."""
        scope = exchange.scope
        request_id = choose_request_id(header(exchange.headers, b"x-request-id"))
        scope["studio"]["request_id"] = request_id
        status = 0

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await exchange.send(message)

        token = current_request_id.set(request_id)
        try:
            await self.halves[Half.API](scope, exchange.body.receive, send)
        finally:
            if status:
                seconds = time.monotonic() - exchange.started
                log_access(method=scope["method"], path=scope["path"], status=status, seconds=seconds)
            current_request_id.reset(token)

    async def _refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        token = current_request_id.set(choose_request_id(header(exchange.headers, b"x-request-id")))
        try:
            answer = await self._build_refusal(exchange, refusal)
            scope = exchange.scope
            seconds = time.monotonic() - exchange.started
            log_access(method=scope["method"], path=scope["path"], status=answer.status, seconds=seconds)
            await refusals.send_beginning(answer, exchange.send)
            await exchange.body.drain(most_bytes=DRAIN_BYTES, most_seconds=DRAIN_SECONDS)
            await refusals.send_end(exchange.send)
        finally:
            current_request_id.reset(token)

    async def _build_refusal(self, exchange: Exchange, refusal: Refusal) -> refusals.Answer:
        limit_bytes = exchange.route.body_limit_bytes
        if exchange.route.is_api:
            names = {name.decode("latin-1").lower(): "" for name, _value in exchange.headers}
            family = family_of(exchange.scope["path"], names)
            return refusals.build_answer(refusal, limit_bytes=limit_bytes, language="en", family=family)
        language = exchange.language or (await self._visitor(exchange)).language
        return refusals.build_answer(refusal, limit_bytes=limit_bytes, language=language)


def _forgiving(send: Send) -> Send:
    """Return a `send` that drops what a vanished client will not read.

    The bridge to WSGI writes from its thread into a bounded queue; were the reader of that queue to fail, the thread
    would wait for room for ever.
    """
    is_gone = False

    async def send_or_drop(message: dict[str, Any]) -> None:
        nonlocal is_gone
        if is_gone:
            return
        try:
            await send(message)
        except (OSError, RuntimeError):
            is_gone = True

    return send_or_drop
