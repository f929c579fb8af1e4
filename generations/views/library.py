"""Library: everything a person may see, own and the team's, media and threads in one order, searched and narrowed."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library.asked import Asked
from generations.library.covers import covered
from generations.library.suggesting import completions
from generations.library.timeline import count
from generations.models import Board
from generations.search import syntax
from generations.views.narrowing import choices_of
from generations.views.timelines import asked_by, page_context

BOARDS_SHOWN = 8
SCOPES_COUNTED = ("", "mine", "team", "favourites", "trash")


@require_safe
@vary_on_headers("HX-Request")
def library(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show one page of the list; a swap that asks for more gets only that."""
    if added := [words for words in request.GET.getlist("add") if words.strip()]:
        return _with_filters(request, added)
    asked = asked_by(request)
    now = database_now()
    context = page_context(request, asked, page="library", now=now)
    if request.htmx.target == "timeline-more":
        return render(request, "library/_timeline_more.html", context)
    return render(request, "library/library.html", {**context, **_around(request, asked, context, now=now)})


@require_safe
def found_count(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer how many a search finds. It costs more than the first page of them, so that does not wait for it."""
    listing = asked_by(request).listing(request.user, now=database_now())
    return render(request, "library/_found_count.html", {"found_count": count(listing)})


@require_safe
def suggestions(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Offer what the word under the caret may become: a filter, or a filter's value."""
    text = request.GET.get("q", "")[: syntax.QUERY_MAX_CHARACTERS]
    at = request.GET.get("at", "")
    caret = min(int(at), len(text)) if at.isdecimal() and len(at) < 6 else len(text)
    offered = completions(text, caret, person=request.user)
    return render(request, "library/_suggestions.html", {"suggestions": offered})


def _with_filters(request: AuthenticatedHttpRequest, added: list[str]) -> HttpResponseBase:
    """Put the filters that were chosen beside the box into the box: there is one question, and one address for it."""
    words = {name: request.GET[name] for name in ("scope", "show", "view") if request.GET.get(name)}
    text = " ".join([request.GET.get("q", ""), *added])[: 2 * syntax.QUERY_MAX_CHARACTERS].strip()
    return redirect(f"{request.path}?{urlencode({**words, 'q': text})}")


def _around(
    request: AuthenticatedHttpRequest, asked: Asked, context: dict[str, Any], *, now: datetime.datetime
) -> dict[str, Any]:
    """Return what stands around the list: the parts of the library with their counts, boards, filters to choose."""
    listing = context["listing"]
    shows_boards = not listing.is_searched and listing.scope in {"", "mine", "team"} and context["is_first_page"]
    boards = Board.objects.visible_to(request.user.pk).select_related("owner").order_by("-changed_at", "-id")
    return {
        "scope_counts": {
            scope or "all": count(Asked(scope=scope).listing(request.user, now=now)) for scope in SCOPES_COUNTED
        },
        "count_url": _count_url(asked, context),
        "boards": covered(list(boards[:BOARDS_SHOWN]), reader_id=request.user.pk) if shows_boards else [],
        "choices": choices_of(request.user, context["question"]),
        "density": _density(request, context),
    }


def _count_url(asked: Asked, context: dict[str, Any]) -> str:
    question = context["question"]
    if question is None or question.is_empty or question.problems or not context["is_first_page"]:
        return ""
    return f"{reverse('found_count')}?{urlencode(asked.words)}"


def _density(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> str:
    """Return how close pictures stand: chosen by the address, else with their words while words are searched for."""
    chosen = request.GET.get("view", "")
    if chosen in {"archive", "timeline"}:
        return chosen
    question = context["question"]
    wants_words = context["listing"].scope == "trash" or (question is not None and question.terms)
    return "timeline" if wants_words else "archive"
