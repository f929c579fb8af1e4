"""Django for streams of events: all middleware in one visit to a thread, and no thread while the stream is open.

Django's own ASGI handler visits a thread of the request for every piece of middleware, starts that thread and a
database connection for it: about 5 ms on the way to a reply's first word. Here the chain is the synchronous one, run
as a whole in a pool whose threads keep their connections; a view answers with a response that is an asynchronous
iterator, which then runs on the event loop alone.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

THREADS = 4


class StreamHandler(ASGIHandler):
    """Answers requests without a body whose views are plain functions."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="streams")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request, until its stream or its client ends."""
        leaving = asyncio.ensure_future(_wait_for_leaving(receive))
        answering = asyncio.ensure_future(self._answer(scope, send))
        try:
            await asyncio.wait({leaving, answering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            # A stream learns by its cancellation that nobody listens any more.
            answering.cancel()
            await asyncio.wait({answering})
        if not answering.cancelled():
            answering.result()

    async def _answer(self, scope: dict[str, Any], send: Any) -> None:
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, BytesIO())
        response: Any = await self._in_thread(self._respond, request) if request else refusal
        try:
            await self.send_response(response, send)
        finally:
            await self._in_thread(response.close)

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        try:
            response = self.get_response(request)
        finally:
            close_old_connections()
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        return response

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, copy_context().run, work, *arguments)


async def _wait_for_leaving(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
