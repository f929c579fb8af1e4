"""Select mode: the bar that says how many are selected and what can be done with them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.library import boards, tags
from generations.library.asked import Asked, board_of

BOARDS_OFFERED = 30


@require_safe
def select_bar(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the bar for a list, when selecting begins in an open page."""
    leave = request.GET.get("leave", "")
    is_ours = url_has_allowed_host_and_scheme(leave, allowed_hosts={request.get_host()})
    context = bar_context(request, Asked.of(request.GET.dict()), leave_url=leave if is_ours else "/")
    return render(request, "library/_select_bar.html", context)


def selecting_context(request: AuthenticatedHttpRequest, asked: Asked, *, leave_url: str) -> dict[str, Any]:
    """Return what a page with cards needs for select mode: the bar itself only when it begins with it."""
    is_selecting = request.GET.get("select") == "1"
    return {
        "is_selecting": is_selecting,
        "select_words": urlencode({**asked.words, "leave": leave_url}),
        **(bar_context(request, asked, leave_url=leave_url) if is_selecting else {}),
    }


def bar_context(request: AuthenticatedHttpRequest, asked: Asked, *, leave_url: str) -> dict[str, Any]:
    """Return what the bar offers."""
    return {
        "asked": asked,
        "leave_url": leave_url,
        "in_trash": asked.scope == "trash",
        "shown_board": board_of(request.user, asked.board) if asked.board else None,
        "offered_boards": list(boards.boards_of(request.user)[:BOARDS_OFFERED]),
        "known_tags": tags.known_tags(request.user),
    }
