"""Request ids and access lines around everything, and a refusal of addresses that hold no text."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from studio.logs import current_request_id

access_log = logging.getLogger("studio.access")

REQUEST_ID_HEADER = "X-Request-ID"
_USABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
# Probes come every few seconds and say nothing that the answer does not.
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

# In these addresses the last part is itself the key: whoever reads the log could use it.
_KEY_IN_PATH = re.compile(r"(/accounts/(?:setup|invitation|confirm-email|password/reset/key)/|/media/signed/).+")

SyncHandler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def choose_request_id(offered: str) -> str:
    """Return the id that a trusted proxy offers when it is well-formed, else a new one."""
    if settings.TRUSTED_PROXIES and _USABLE_REQUEST_ID.match(offered):
        return offered
    return uuid.uuid4().hex[:16]


def log_access(*, method: str, path: str, status: int, seconds: float) -> None:
    """Write the access line of one answered request."""
    level = logging.DEBUG if path in _QUIET_PATHS else logging.INFO
    milliseconds = round(seconds * 1000)
    path = _KEY_IN_PATH.sub(r"\1…", path)
    access_log.log(
        level,
        "%s %s %s %s ms",
        method,
        path,
        status,
        milliseconds,
        extra={"method": method, "path": path, "status": status, "ms": milliseconds},
    )


class RequestIdMiddleware:
    """Sets the request id for the time of one request; works in the threaded and in the async half."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: SyncHandler | AsyncHandler) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer the request, with its id in the answer's header."""
        if self.is_async:
            return self._answer_async(request)
        started = time.monotonic()
        token = current_request_id.set(choose_request_id(request.headers.get(REQUEST_ID_HEADER, "")))
        try:
            response = cast(SyncHandler, self.get_response)(request)
            return self._finish(request, response, started=started)
        finally:
            current_request_id.reset(token)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        token = current_request_id.set(choose_request_id(request.headers.get(REQUEST_ID_HEADER, "")))
        try:
            response = await cast(AsyncHandler, self.get_response)(request)
            return self._finish(request, response, started=started)
        finally:
            current_request_id.reset(token)

    def _finish(self, request: HttpRequest, response: HttpResponseBase, *, started: float) -> HttpResponseBase:
        response.headers[REQUEST_ID_HEADER] = current_request_id.get()
        log_access(
            method=request.method or "-",
            path=request.path,
            status=response.status_code,
            seconds=time.monotonic() - started,
        )
        return response


@sync_and_async_middleware
def refuse_null_characters(get_response: SyncHandler | AsyncHandler) -> SyncHandler | AsyncHandler:
    """Refuse an address with a NUL in it: no page makes one, and PostgreSQL raises when it is looked up.

    Forms refuse it in what people write.
    """

    def check(request: HttpRequest) -> None:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            raise BadRequest("NUL in an address")

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            check(request)
            return await cast(AsyncHandler, get_response)(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        check(request)
        return cast(SyncHandler, get_response)(request)

    return answer
