"""The API as an ASGI application: admit, hand to its handler, tell errors in the caller's protocol.

The dispatcher in front has cleaned the headers, guards the body and writes the access line; it leaves what it knows
of the client under `studio` in the scope.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from generations.api import auth
from generations.api.context import ApiCallContext
from generations.api.errors import ApiError, Kind, answer_to
from generations.api.families import family_of, plain_path
from generations.api.http import (
    ApiAnswer,
    ApiRequest,
    ApiStream,
    ClientGoneError,
    Message,
    Receive,
    Send,
    StreamBrokenError,
    send_answer,
)
from generations.api.urls import OPEN_ROUTES, find_handler, methods_of
from generations.clock import database_now
from generations.relay import switchboard

logger = logging.getLogger(__name__)
Scope = dict[str, Any]


class Api:
    """The application that the dispatcher calls for every address of the API."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. An answer that is left without its end makes the server drop the connection."""
        exchange = _Exchange(_read_request(scope, receive), send)
        try:
            await exchange.run()
        except StreamBrokenError:
            logger.info("%s %s broke off in the middle of its answer", scope["method"], scope["path"])
        except ClientGoneError:
            logger.info("The client of %s %s has left", scope["method"], scope["path"])
        except asyncio.CancelledError:
            if not exchange.has_left:
                raise
            logger.info("The client of %s %s has left", scope["method"], scope["path"])
        finally:
            exchange.stop_watching()


class _Exchange:
    """One request while it is answered."""

    def __init__(self, request: ApiRequest, send: Send) -> None:
        self.request = request
        self.has_left = False
        self.has_begun = False
        self._send_on = send
        self._watching: asyncio.Task[None] | None = None
        self._task = asyncio.current_task()

    async def run(self) -> None:
        """Answer the request."""
        try:
            answer = await self._find_answer()
            await send_answer(answer, self._send, request=self.request)
        except (ApiError, StreamBrokenError) as error:
            if self.has_begun or isinstance(error, StreamBrokenError):
                # A stream that cannot go on must not look as if it had come to its end.
                raise StreamBrokenError from None
            await self._send_error(error)

    def stop_watching(self) -> None:
        """Look no more whether the client leaves."""
        if self._watching is not None:
            self._watching.cancel()
        if self.has_left and self._task is not None:
            self._task.uncancel()

    async def _find_answer(self) -> ApiAnswer | ApiStream:
        request = self.request
        path = plain_path(request.path)
        if request.method in {"GET", "HEAD"} and path in OPEN_ROUTES:
            return OPEN_ROUTES[path](request)
        _check_host(request)
        board = switchboard.current()
        if board.is_stopping:
            raise ApiError(Kind.UNAVAILABLE, "The studio is being restarted.", retry_after_seconds=5)
        secret, address = auth.secret_of(request.headers), request.client_address
        key = await board.in_database(lambda: auth.admit(secret, address=address, now=database_now()))
        handler = find_handler(request.method, path)
        if handler is None:
            raise _no_such_address(request, path)
        request.when_read = self._watch
        try:
            return await handler(ApiCallContext(request=request, key=key, board=board))
        except (ApiError, ClientGoneError):
            raise
        except Exception as error:
            if error is request.guard_error:
                raise
            logger.exception("%s %s failed in an unforeseen way", request.method, request.path)
            raise ApiError(Kind.INTERNAL, "Something went wrong inside the studio.") from None

    async def _send_error(self, error: ApiError) -> None:
        request = self.request
        if not request.is_read and request.has_small_body:
            await request.read()
        answer = answer_to(error, family=family_of(request.path, request.headers), request_id=request.request_id)
        await send_answer(answer, self._send, request=request)

    async def _send(self, message: Message) -> None:
        self.has_begun = True
        await self._send_on(message)

    def _watch(self) -> None:
        """Begin to look whether the client hangs up; its body is here, so nothing else can come."""
        self._watching = asyncio.create_task(self._wait_for_leaving())

    async def _wait_for_leaving(self) -> None:
        await self.request.wait_for_leaving()
        if self._task is not None:
            self.has_left = True
            self._task.cancel()


def _read_request(scope: Scope, receive: Receive) -> ApiRequest:
    known = scope.get("studio", {})
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        headers.setdefault(raw_name.decode("latin-1").lower(), raw_value.decode("latin-1"))
    scheme: str = scope.get("scheme", "http")
    if settings.TRUSTED_PROXIES:
        scheme = headers.get("x-forwarded-proto", scheme).partition(",")[0].strip()
    query = scope.get("query_string", b"").decode("ascii", "replace")
    return ApiRequest(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(query, keep_blank_values=True, max_num_fields=None)),
        headers=headers,
        client_address=known.get("client_address", ""),
        request_id=known.get("request_id", ""),
        base_url=str(settings.PUBLIC_URL or f"{scheme}://{headers.get('host', '')}"),
        is_secure=scheme == "https",
        receive=receive,
    )


def _check_host(request: ApiRequest) -> None:
    """Refuse a name that the studio does not answer to, and a key that travelled in the clear where it must not."""
    domain, _port = split_domain_port(request.headers.get("host", "").lower())
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise ApiError(Kind.BAD_BODY, "This studio does not answer to that host name.", code="unknown_host")
    if settings.IS_HTTPS and not request.is_secure:
        sentence = f"Use {settings.PUBLIC_URL}: a key must not travel over plain http."
        raise ApiError(Kind.NOT_ALLOWED, sentence, code="https_required")


def _no_such_address(request: ApiRequest, path: str) -> ApiError:
    known = methods_of(path)
    if known:
        sentence = f"{request.path} knows {', '.join(known)}, not {request.method}."
        return ApiError(Kind.METHOD_NOT_ALLOWED, sentence, headers={"allow": ", ".join(known)})
    return ApiError(Kind.NOT_FOUND, f"Invalid URL ({request.method} {request.path[:200]}).")
