"""Changes: the one address that an open page asks, and that is silent while nothing happened."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library.asked import Asked
from generations.library.live import SHORT_ID_LENGTH, Changes, Watch, changes_since, is_busy
from generations.library.timeline import read_cursor
from generations.views.details import detail_of
from generations.views.news import ELSEWHERE, elsewhere, has_turned, news_context
from generations.views.timelines import Top, changes_url, read_top

MOST_SHOWN = 1_000


@require_safe
def changes(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer 204 while the number is the same; else the cards that changed, out of band, the new number and news."""
    page = request.GET.get("page", "")
    if page == ELSEWHERE:
        return elsewhere(request)
    now = database_now()
    watch = _watch(request, now=now)
    found = changes_since(watch, now=now)
    if found is None and not has_turned(request):
        return HttpResponse(status=204)
    found = found or Changes(number=watch.number, newest=watch.newest)
    cards = [*found.changed, *(card for day in found.fresh for card in day.cards)]
    context: dict[str, Any] = {
        "found": found,
        "page": page,
        "unfinished_count": any(card.is_unfinished for card in cards) or is_busy(watch.listing),
        **_places(request, found),
        **news_context(request),
    }
    context["changes_url"] = changes_url(
        Asked.of(request.GET),
        page=page,
        number=found.number,
        newest=found.newest.cursor if found.newest else "",
        takes_new=watch.takes_new,
    )
    # The item that is open as a page, or as a dialog over a list.
    opened = request.GET.get("opened", "")
    context["details"] = [
        detail_of(request.user, UUID(card.public_id), now=now, output=request.GET.get("output", ""))
        for card in found.changed
        if card.generation and card.public_id == opened
    ]
    return render(request, "library/_changes.html", context)


def _watch(request: AuthenticatedHttpRequest, *, now: datetime.datetime) -> Watch:
    number = request.GET.get("revision", "")
    return Watch(
        listing=Asked.of(request.GET).listing(request.user, now=now),
        number=int(number) if number.isdecimal() and len(number) < 19 else 0,
        shown=frozenset(
            word for word in request.GET.get("shown", "").split(",")[:MOST_SHOWN] if len(word) == SHORT_ID_LENGTH
        ),
        newest=read_cursor(request.GET.get("newest", "")),
        takes_new=request.GET.get("top", "") == "1",
    )


def _places(request: AuthenticatedHttpRequest, found: Changes) -> dict[str, Any]:
    """Return the day on the page that takes new cards, the days that need a heading, and the page's new top."""
    top = read_top(request, request.GET.get("timeline_top", ""))
    if top is None or not found.fresh:
        return {"known_day": None, "new_days": (), "top": None}
    known = next((day for day in found.fresh if day.key == top.day), None)
    newer = [day for day in found.fresh if day.key > top.day]
    return {
        "known_day": known,
        # Each goes to the very top, so the oldest goes first.
        "new_days": list(reversed(newer)),
        "top": Top(listing=top.listing, day=newer[0].key) if newer else None,
    }
