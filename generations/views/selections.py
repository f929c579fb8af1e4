"""Bulk actions on selections: of single items, or of all that match; and the way back from the trash."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library import boards, selection, tags, trash
from generations.library.asked import Asked, board_of
from generations.library.boards import BoardWords
from generations.library.cards import cards_of
from generations.library.changing import entry_ids_of
from generations.models import Selection, TimelineEntry, Visibility
from generations.views.answers import MOST_PUT_BACK, go_back, read_moment, undo_context

# What a request does at once; a page asks on for the rest, and so does upkeep.
STEPS_AT_ONCE = 3
NAMED_VERBS = {"board_id": "board", "visibility": "visibility"}


class VerbRefusedError(Exception):
    """The action cannot be done; the message is for the person."""


@require_POST
def selections(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Do something with what was selected."""
    now = database_now()
    # A board or a visibility is a button of its own, which says by its name what it does.
    named = next((verb for field, verb in NAMED_VERBS.items() if request.POST.get(field)), "")
    verb = request.POST.get("verb") or named
    try:
        chosen = _chosen(request, now=now)
        if verb == "download":
            return _to_export(request, chosen)
        argument = _argument(request, verb, now=now)
    except VerbRefusedError as error:
        return _refuse(request, str(error))
    selection.begin(chosen, verb, argument=argument, now=now)
    return _advance(request, chosen)


@require_POST
def progress(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Go on with an action that is longer than one request."""
    return _advance(request, get_object_or_404(Selection, public_id=public_id, owner=request.user))


@require_POST
def restorations(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Undo one action of trashing; cards that the page only put out of sight come back where they stood."""
    moment = read_moment(request.POST.get("moment", ""))
    if moment is None:
        raise Http404
    ids = entry_ids_of(_uuids(request.POST.getlist("ids")), visible_to=request.user.pk)
    count = 0
    while done := trash.restore_trashed_at(moment, owner=request.user):
        count += done
    said = ngettext("%(count)s item is back.", "%(count)s items are back.", count) % {"count": count}
    if not request.htmx:
        messages.success(request, said)
        return go_back(request)
    entries = list(TimelineEntry.objects.filter(pk__in=ids))
    cards = cards_of(entries, now=database_now(), reader_id=request.user.pk)
    answer = render(request, "library/_restored.html", {"cards": cards, "text": said})
    return _tell_list(answer, is_whole=count > len(cards))


def _chosen(request: AuthenticatedHttpRequest, *, now: datetime.datetime) -> Selection:
    if request.POST.get("all") == "1":
        return selection.choose_all(Asked.of(request.POST.dict()), owner=request.user, now=now)
    ids = entry_ids_of(_uuids(request.POST.getlist("ids")), visible_to=request.user.pk)
    if not ids:
        raise VerbRefusedError(_("Nothing is selected."))
    return selection.choose(ids, owner=request.user, now=now)


def _argument(request: AuthenticatedHttpRequest, verb: str, *, now: datetime.datetime) -> dict[str, Any]:
    if verb in {"board", "unboard"}:
        return {"board": _board(request, verb, now=now)}
    if verb in {"tag", "untag"}:
        try:
            wanted = tags.ensure(tags.split_names(request.POST.get("tags", "")), now=now)
        except tags.TagRefusedError:
            raise VerbRefusedError(_("A tag has 60 characters at most.")) from None
        if not wanted:
            raise VerbRefusedError(_("Write the tag first."))
        return {"tags": [tag.pk for tag in wanted]}
    if verb == "visibility":
        if request.POST.get("visibility") not in Visibility.values:
            raise VerbRefusedError(_("Choose who may see it."))
        return {"visibility": request.POST["visibility"]}
    if verb not in selection.VERBS:
        raise VerbRefusedError(_("The studio does not know this action."))
    return {}


def _board(request: AuthenticatedHttpRequest, verb: str, *, now: datetime.datetime) -> int:
    name = request.POST.get("new_board", "").strip()
    if verb == "board" and name and not request.POST.get("board_id"):
        try:
            return boards.create(BoardWords(name=name), owner=request.user, now=now).pk
        except boards.BoardRefusedError as error:
            raise VerbRefusedError(str(error.message)) from None
    board = board_of(request.user, request.POST.get("board_id", "") or request.POST.get("board", ""))
    if board is None:
        raise VerbRefusedError(_("Choose a board, or name a new one."))
    return board.pk


def _to_export(request: AuthenticatedHttpRequest, chosen: Selection) -> HttpResponseBase:
    """Send on to the page with the options, which leads back to where the selection was made."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    back = urlencode({"back": f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path})
    address = f"{reverse('export', args=[chosen.public_id])}?{back}"
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _advance(request: AuthenticatedHttpRequest, chosen: Selection) -> HttpResponseBase:
    for _step in range(STEPS_AT_ONCE):
        chosen = selection.advance(chosen, now=database_now())
        if not chosen.verb:
            return _finish(request, chosen)
    if request.htmx:
        return render(request, "library/_selection_progress.html", {"chosen": chosen})
    messages.success(request, _("The studio is working through the selection; it goes on by itself."))
    return go_back(request)


def _finish(request: AuthenticatedHttpRequest, chosen: Selection) -> HttpResponseBase:
    said = _said(chosen)
    if not request.htmx:
        messages.success(request, said)
        return go_back(request)
    shown = [one for one in request.POST.getlist("ids") if one]
    is_whole = chosen.upto_place is not None or chosen.done_count > MOST_PUT_BACK
    context: dict[str, Any] = {"chosen": chosen, "text": said}
    template = "library/_selection_done.html"
    if chosen.argument["did"] == "trash" and chosen.done_count:
        template = "library/_trashed.html"
        own = [] if is_whole else _own(shown, request)
        context |= undo_context(said, moment=chosen.created_at, ids=own)
    return _tell_list(render(request, template, {**context, "is_end": True}), is_whole=is_whole)


def _own(public_ids: list[str], request: AuthenticatedHttpRequest) -> list[str]:
    """Return those of the items that are the person's own, and so went to the trash."""
    entries = entry_ids_of(_uuids(public_ids), visible_to=request.user.pk)
    own = TimelineEntry.objects.filter(pk__in=entries, owner=request.user)
    ids = Coalesce("generation__public_id", "thread__public_id")
    return [str(one) for one in own.annotate(item_id=ids).values_list("item_id", flat=True)]


def _said(chosen: Selection) -> str:
    done, left = chosen.done_count, chosen.skipped_count
    sentences = {
        "favourite": ngettext("%(count)s item is a favourite now.", "%(count)s items are favourites now.", done),
        "unfavourite": ngettext("%(count)s item is no favourite now.", "%(count)s items are no favourites now.", done),
        "board": ngettext("%(count)s item was put on the board.", "%(count)s items were put on the board.", done),
        "unboard": ngettext("%(count)s item was taken off.", "%(count)s items were taken off.", done),
        "tag": ngettext("%(count)s item was tagged.", "%(count)s items were tagged.", done),
        "untag": ngettext("%(count)s item lost the tag.", "%(count)s items lost the tag.", done),
        "visibility": ngettext("%(count)s item changed.", "%(count)s items changed.", done),
        "trash": ngettext("%(count)s item moved to the trash.", "%(count)s items moved to the trash.", done),
        "restore": ngettext("%(count)s item is back.", "%(count)s items are back.", done),
        "delete": ngettext("%(count)s item was deleted for good.", "%(count)s items were deleted for good.", done),
    }
    said = sentences[chosen.argument["did"]] % {"count": done}
    if left:
        said += " " + ngettext(
            "%(count)s was so already, or is not yours to change.",
            "%(count)s were so already, or are not yours to change.",
            left,
        ) % {"count": left}
    return f"{said} {chosen.argument['refused']}" if chosen.argument.get("refused") else said


def _refuse(request: AuthenticatedHttpRequest, message: str) -> HttpResponseBase:
    if not request.htmx:
        messages.error(request, message)
        return go_back(request)
    return render(request, "components/_notice.html", {"text": message, "tone": "attention", "id": ""}, status=400)


def _tell_list(answer: HttpResponse, *, is_whole: bool) -> HttpResponse:
    """Let the page ask what changed, or read its list again when that is too much to tell."""
    return trigger_client_event(answer, "library:reload" if is_whole else "changes:now", {}, after="settle")


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[: selection.MOST_CHOSEN]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
