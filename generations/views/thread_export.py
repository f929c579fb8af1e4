"""A thread to take along, as Markdown or as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_thread
from generations.models import Asset, Message, Thread
from generations.relay import exporting

TYPES = {"md": "text/markdown; charset=utf-8", "json": "application/json"}
PIECES_AT_ONCE = 200


@require_safe
async def thread_export(request: AuthenticatedHttpRequest, thread_id: UUID, suffix: str) -> HttpResponseBase:
    """Answer a thread that this person may read as a file."""
    if suffix not in TYPES:
        raise Http404
    thread = await sync_to_async(_thread)(request, thread_id)
    response = StreamingHttpResponse(_in_pieces(_written(request, thread, suffix)), content_type=TYPES[suffix])
    name = exporting.file_name(thread, suffix)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _thread(request: AuthenticatedHttpRequest, thread_id: UUID) -> Thread:
    thread = readable_thread(request.user, thread_id)
    # Loaded here, where waiting for the database is allowed.
    _ = (thread.leaf, thread.model, thread.owner)
    return thread


def _written(request: AuthenticatedHttpRequest, thread: Thread, suffix: str) -> Iterator[str]:
    def address(asset: Asset) -> str:
        return request.build_absolute_uri(reverse("asset_media", args=[asset.public_id, "original"]))

    def name_of(message: Message) -> str:
        if message.role == Message.Role.USER:
            return thread.owner.display_name
        return (message.model or thread.model).name

    if suffix == "md":
        return exporting.as_markdown(thread, names=name_of, address=address)
    return exporting.as_json(thread, address=address)


async def _in_pieces(pieces: Iterator[str]) -> AsyncIterator[bytes]:
    """Yield the file while it is being written; the database is asked beside the event loop."""
    take: Callable[[], str] = lambda: "".join(islice(pieces, PIECES_AT_ONCE))  # noqa: E731 - one line says it
    while text := await sync_to_async(take)():
        yield text.encode()
