"""The picker: a dialog in which a file of the library is chosen for a prompt or a message."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.library.picking import MEDIA, SCOPES, PickPage, Wanted, read_picks

MOST_PICKED = 16
MOST_WORDS_CHARACTERS = 200


@require_safe
def picker(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show files to pick: the whole dialog, or only its results when a search or a scroll asks for them.

    `media` is what the place takes, by comma; `max` how many of them. A browser without a script never comes here.
    """
    if not request.htmx:
        return redirect("library")
    wanted = _wanted(request)
    found = read_picks(wanted, after=request.GET.get("after", ""))
    is_part = request.htmx.target in {"picker-results", "picker-more"}
    template = "library/_picker_results.html" if is_part else "library/_picker.html"
    return render(request, template, _context(request, wanted, found))


def _wanted(request: AuthenticatedHttpRequest) -> Wanted:
    asked = request.GET.get("media", "").split(",")
    scope = request.GET.get("scope", "")
    return Wanted(
        person_id=request.user.pk,
        media=tuple(one for one in MEDIA if one in asked) or ("image",),
        scope=scope if scope in SCOPES else "mine",
        words=request.GET.get("words", "").strip()[:MOST_WORDS_CHARACTERS],
    )


def _context(request: AuthenticatedHttpRequest, wanted: Wanted, found: PickPage) -> dict[str, Any]:
    most = request.GET.get("max", "")
    words = {"media": ",".join(wanted.media), "scope": wanted.scope, "words": wanted.words, "after": found.next_cursor}
    return {
        "wanted": wanted,
        "media": words["media"],
        "picks": found.picks,
        "more_url": f"{reverse('picker')}?{urlencode(words)}" if found.next_cursor else "",
        "most": max(1, min(int(most), MOST_PICKED)) if most.isdecimal() and len(most) < 4 else 1,
        "is_first": not request.GET.get("after"),
    }
