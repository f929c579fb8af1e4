"""Boards: the list of them, one of them in its order, and what can be done with either."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library import boards as verbs
from generations.library.asked import Asked, board_of
from generations.library.boards import BoardChangedError, BoardRefusedError, BoardWords
from generations.library.cards import cards_of
from generations.library.changing import entry_ids_of
from generations.library.covers import covered, seen_items
from generations.library.live import current_number
from generations.models import Board, BoardItem, TimelineEntry, Visibility
from generations.views.answers import go_back
from generations.views.selecting import selecting_context
from generations.views.timelines import changes_url

PAGE_SIZE = 48
BOARDS_A_PAGE = 60
SALT = "generations.views.boards"


@require_safe
def board_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the boards that the person may see, their own and the team's, the last changed first."""
    return _list(request)


@require_POST
def board_making(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Make a board."""
    words = _words(request)
    try:
        board = verbs.create(words, owner=request.user, now=database_now())
    except BoardRefusedError as error:
        return _list(request, words=words, error=error)
    return redirect("board", public_id=board.public_id)


@require_safe
@vary_on_headers("HX-Request")
def board(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show a board in its order; a swap that asks for more gets only that."""
    shown = _board(request, public_id)
    context = _page(request, shown)
    template = "library/_board_more.html" if request.htmx.target == "board-more" else "library/board.html"
    return render(request, template, context)


@require_POST
def board_words(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change name, note and visibility; a form that shows an older board is told what it is now."""
    shown = _board(request, public_id, is_own=True)
    words = _words(request)
    version = request.POST.get("version", "")
    try:
        verbs.edit(
            shown, words, version=int(version) if version.isdecimal() and len(version) < 9 else 0, now=database_now()
        )
    except BoardRefusedError as error:
        context = {**_page(request, shown), "words": words, "error": error}
        return render(request, "library/board.html", context, status=422)
    except BoardChangedError as error:
        context = {**_page(request, error.current), "words": words, "conflict": error.current}
        return render(request, "library/board.html", context, status=409)
    messages.success(request, _("Board saved."))
    return redirect("board", public_id=public_id)


@require_POST
def board_deletion(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """End a board; its items stay."""
    shown = _board(request, public_id, is_own=True)
    verbs.delete(shown)
    messages.success(request, _("“%(name)s” is gone. Its items are still in the library.") % {"name": shown.name})
    return redirect("boards")


@require_POST
def board_order(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Move one item of a board: before another, or by a step, or to an end."""
    shown = _board(request, public_id)
    entry = _item(request, shown, request.POST.get("item", ""))
    if "before" in request.POST:
        before = request.POST["before"]
        is_done = verbs.move(shown, entry, before=_item(request, shown, before) if before else None)
    else:
        is_done = _step(shown, entry, request)
    if not request.htmx:
        return go_back(request)
    return HttpResponse(status=204 if is_done else 409)


@require_POST
def board_items(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Take an item off a board, or make it the cover."""
    shown = _board(request, public_id)
    entry = _item(request, shown, request.POST.get("item", ""))
    now = database_now()
    if request.POST.get("verb") == "cover":
        if shown.owner_id != request.user.pk:
            raise Http404
        verbs.set_cover(shown, entry, now=now)
        said = _("It is the cover now.")
    else:
        verbs.remove(shown, [entry], now=now)
        said = _("Taken off the board.")
    if not request.htmx:
        messages.success(request, said)
        return go_back(request)
    is_off = request.POST.get("verb") != "cover"
    context = {"item_id": request.POST["item"] if is_off else "", "text": said}
    return render(request, "library/_board_item_changed.html", context)


def _step(shown: Board, entry: int, request: AuthenticatedHttpRequest) -> bool:
    """Move an item by one among those that the person sees, or to an end."""
    order = list(seen_items(shown, reader_id=request.user.pk).values_list("entry", flat=True))
    at = order.index(entry)
    to = {"first": 0, "previous": max(0, at - 1), "next": min(len(order) - 1, at + 1), "last": len(order) - 1}.get(
        request.POST.get("step", ""), at
    )
    rest = [one for one in order if one != entry]
    return verbs.move(shown, entry, before=rest[to] if to < len(rest) else None)


def _board(request: AuthenticatedHttpRequest, public_id: UUID, *, is_own: bool = False) -> Board:
    found = board_of(request.user, str(public_id))
    if found is None or (is_own and found.owner_id != request.user.pk):
        raise Http404
    return found


def _item(request: AuthenticatedHttpRequest, shown: Board, text: str) -> int:
    """Return the entry of an item of a board. Raises: Http404 when it is not there to be seen."""
    try:
        ids = entry_ids_of([UUID(text)], visible_to=request.user.pk)
    except ValueError:
        raise Http404 from None
    if not ids or not BoardItem.objects.filter(board=shown, entry=ids[0]).exists():
        raise Http404
    return ids[0]


def _words(request: AuthenticatedHttpRequest) -> BoardWords:
    return BoardWords(
        name=request.POST.get("name", ""),
        note=request.POST.get("note", ""),
        visibility=request.POST.get("visibility", Visibility.PRIVATE.value),
    )


def _list(
    request: AuthenticatedHttpRequest, *, words: BoardWords | None = None, error: BoardRefusedError | None = None
) -> HttpResponse:
    before = request.GET.get("page", "")
    start = int(before) * BOARDS_A_PAGE if before.isdecimal() and len(before) < 5 else 0
    found = list(verbs.boards_of(request.user)[start : start + BOARDS_A_PAGE + 1])
    context = {
        "is_making": error is not None or request.GET.get("new") == "1",
        "making_url": reverse("board_making"),
        "cards": covered(found[:BOARDS_A_PAGE], reader_id=request.user.pk),
        "next_page": start // BOARDS_A_PAGE + 1 if len(found) > BOARDS_A_PAGE else None,
        "words": words or BoardWords(name=""),
        "error": error,
        "visibilities": Visibility.choices,
    }
    return render(request, "library/boards.html", context, status=422 if error else 200)


def _page(request: AuthenticatedHttpRequest, shown: Board) -> dict[str, Any]:
    asked = Asked(board=str(shown.public_id))
    now = database_now()
    number = current_number(asked.listing(request.user, now=now))
    items = seen_items(shown, reader_id=request.user.pk)
    start = _read_start(request.GET.get("from", ""))
    rows = list(items[start : start + PAGE_SIZE + 1].values_list("entry", flat=True))
    entries = TimelineEntry.objects.in_bulk(rows[:PAGE_SIZE])
    cards = cards_of([entries[pk] for pk in rows[:PAGE_SIZE]], now=now, reader_id=request.user.pk)
    is_more = len(rows) > PAGE_SIZE
    more = urlencode({"from": signing.Signer(salt=SALT).sign_object(start + PAGE_SIZE)}) if is_more else ""
    return {
        "board": shown,
        "asked": asked,
        "page": "board",
        "is_own": shown.owner_id == request.user.pk,
        "cards": cards,
        "count": items.count(),
        "is_first_page": start == 0,
        "more_url": f"{reverse('board', args=[shown.public_id])}?{more}" if more else "",
        "words": BoardWords(name=shown.name, note=shown.note, visibility=shown.visibility),
        "is_editing": request.GET.get("edit") == "1",
        "visibilities": Visibility.choices,
        **selecting_context(request, asked, leave_url=reverse("board", args=[shown.public_id])),
        "unfinished_count": sum(card.is_unfinished for card in cards),
        "changes_url": changes_url(asked, page="board", number=number, newest="", takes_new=False),
    }


def _read_start(text: str) -> int:
    """Return how many items of a board come before; it is as long as a hand can order, so counting is cheap."""
    try:
        start = signing.Signer(salt=SALT).unsign_object(text) if text else 0
    except (signing.BadSignature, ValueError):
        return 0
    return start if isinstance(start, int) else 0
