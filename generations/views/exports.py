"""Exports: a page with the options of one, and the ZIP itself, made while it is sent."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import Sum
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library import selection as selections
from generations.library.asked import board_of
from generations.library.exporting import MOST_ITEMS, Export, let_connection_go, zip_pieces
from generations.library.file_names import name_words
from generations.models import GenerationOutput, Selection, Thread
from generations.models import Message as ChatMessage
from generations.relay import exporting as threads

logger = logging.getLogger(__name__)

# Each takes a thread and reads the disk: so many at once in a process, and for one person.
MOST_AT_ONCE = 8
MOST_OF_ONE_PERSON = 3
# The page adds up the files of so many items, and says "more" beyond.
ITEMS_WEIGHED = 1_000
_running: Counter[int] = Counter()


@require_safe
def export(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show what will be exported, and let the person choose how."""
    chosen = get_object_or_404(Selection.objects.select_related("owner"), public_id=public_id, owner=request.user)
    back = request.GET.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    context = {
        "chosen": chosen,
        "size": selections.size(chosen),
        "weight_bytes": _weight_of(chosen),
        "most_items": MOST_ITEMS,
        "kept_days": selections.KEPT.days,
        "subject": _subject(chosen),
        "back_url": back if is_ours else reverse("library"),
    }
    return render(request, "library/export.html", context)


@require_safe
async def export_file(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Answer the ZIP of a selection; with `chosen` the recipes have to be asked for, without it they are in."""
    made, name = await sync_to_async(_export)(request, public_id)
    person_id = request.user.pk
    if _running.total() >= MOST_AT_ONCE or _running[person_id] >= MOST_OF_ONE_PERSON:
        busy = await sync_to_async(render)(request, "library/export_busy.html", status=503)
        busy.headers["Retry-After"] = "60"
        return busy
    response = StreamingHttpResponse(_in_a_thread(zip_pieces(made), person_id), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _export(request: AuthenticatedHttpRequest, public_id: UUID) -> tuple[Export, str]:
    """Return what is exported and the name of the ZIP. Raises: Http404."""
    chosen = get_object_or_404(Selection.objects.select_related("owner"), public_id=public_id, owner=request.user)

    def write(thread: Thread) -> Iterator[str]:
        def name_of(message: ChatMessage) -> str:
            if message.role == ChatMessage.Role.USER:
                return thread.owner.display_name
            return (message.model or thread.model).name

        return threads.as_markdown(
            thread,
            names=name_of,
            address=lambda asset: request.build_absolute_uri(
                reverse("asset_media", args=[asset.public_id, "original"])
            ),
        )

    try:
        made = Export(
            selection=chosen,
            write_thread=write,
            made_at=database_now(),
            zone=timezone.get_current_timezone(),
            has_recipes="chosen" not in request.GET or request.GET.get("recipe") == "1",
        )
        words = name_words(_subject(chosen)) or name_words(settings.CONTENT_PRODUCER) or "studio"
        return made, f"{words} {made.made_at.astimezone(made.zone):%Y-%m-%d}.zip"
    finally:
        let_connection_go()


async def _in_a_thread(pieces: Generator[bytes, None, None], person_id: int) -> AsyncIterator[bytes]:
    """Yield what is made in a thread of its own, one piece when the client has taken the one before.

    A client that goes away ends it: the step that is under way comes to its end, and then all files are closed.
    """
    loop, context = asyncio.get_running_loop(), copy_context()
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    _running[person_id] += 1
    try:
        while piece := await loop.run_in_executor(thread, context.run, _next, pieces):
            yield piece
    finally:
        _running[person_id] -= 1
        thread.submit(context.run, _close, pieces)
        thread.shutdown(wait=False)


def _next(pieces: Generator[bytes, None, None]) -> bytes:
    return next(pieces, b"")


def _close(pieces: Generator[bytes, None, None]) -> None:
    try:
        pieces.close()
    except OSError as error:
        logger.warning("An export did not close well: %s", error)
    finally:
        let_connection_go()


def _weight_of(chosen: Selection) -> int:
    """Return how many bytes the files of the first items have."""
    weight = 0
    for place, entries in enumerate(selections.batches(chosen), start=1):
        ids = [entry.generation_id for entry in entries if entry.generation_id]
        found = GenerationOutput.objects.filter(generation_id__in=ids).aggregate(sum=Sum("asset__size_bytes"))
        weight += found["sum"] or 0
        if place * selections.CHUNK >= ITEMS_WEIGHED:
            break
    return weight


def _subject(chosen: Selection) -> str:
    """Return what an export is of, in words: the board, the one item, or nothing."""
    if board := board_of(chosen.owner, chosen.query.get("board", "")) if chosen.query.get("board") else None:
        return board.name
    if chosen.upto_place is not None or len(chosen.entry_ids) != 1:
        return ""
    entries = next(selections.batches(chosen), [])
    item = (entries[0].generation or entries[0].thread) if entries else None
    return str(getattr(item, "prompt", "") or getattr(item, "title", "")) if item else ""
