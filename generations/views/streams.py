"""The one view that stays open: a reply as it is written, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import close_old_connections
from django.http import HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from accounts.http import AuthenticatedHttpRequest
from generations.access import watchable_message
from generations.models import Message
from generations.relay import station
from generations.relay.claims import UNFINISHED
from generations.relay.events import KEEP_ALIVE, RETRY, read_position
from generations.relay.viewers import HANG_UP
from generations.views.threads import message_context

KEEP_ALIVE_SECONDS = 15.0
# Where the last event is rendered; threads keep their database connections.
_threads = ThreadPoolExecutor(2, thread_name_prefix="stream-ends")


@require_GET
def message_stream(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Stream a reply from where the browser left off. Whoever opens a waiting reply first makes it be produced here."""
    message_pk, status = watchable_message(request.user, thread_id, message_id)
    stream = _events(request, message_pk, is_unfinished=status in UNFINISHED)
    response = StreamingHttpResponse(stream, content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(request: AuthenticatedHttpRequest, message_pk: int, *, is_unfinished: bool) -> AsyncIterator[bytes]:
    """Yield what the viewer gets until the reply ends or the browser goes away; the reply itself does not care."""
    yield RETRY
    if not is_unfinished:
        yield await _done(request, message_pk, position="")
        return
    relay = station.current()
    # A browser that opens a broken stream again says where it was; a page that opens a new one can only ask for it.
    seen = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    viewer = relay.watch(message_pk, seen=read_position(seen))
    try:
        while True:
            events = await viewer.next_events(timeout_seconds=KEEP_ALIVE_SECONDS)
            if not events:
                yield KEEP_ALIVE
            pieces: list[bytes] = []
            for event in events:
                if event is HANG_UP:
                    return
                if event.name == "done":
                    yield b"".join([*pieces, await _done(request, message_pk, position=str(event.position))])
                    return
                pieces.append(event.encode())
            if pieces:
                yield b"".join(pieces)
    finally:
        relay.leave(message_pk, viewer)


async def _done(request: AuthenticatedHttpRequest, message_pk: int, *, position: str) -> bytes:
    """Return the last event: the message as it stays, in the language and the time zone of the one who reads.

    The stream has outlived the moment in which middleware activated them, so they are activated again.
    """
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    zone = request.user.time_zone or settings.TIME_ZONE

    def render() -> tuple[str, str]:
        close_old_connections()
        message = Message.objects.select_related("thread__model", "thread__leaf", "model").get(pk=message_pk)
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            html = render_to_string("chat/_message_done.html", message_context(request, message), request=request)
        return html, message.status

    html, status = await asyncio.get_running_loop().run_in_executor(_threads, render)
    content = json.dumps({"html": html, "status": status}, ensure_ascii=False)
    number = f"id: {position}\n" if position else ""
    return f"{number}event: done\ndata: {content}\n\n".encode()
