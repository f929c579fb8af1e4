"""What a change of a thread changes on the page it was made on: the list at the side, and the header if it is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.http import AuthenticatedHttpRequest
from generations.models import Thread
from generations.views.thread_lists import SCOPES, thread_list_context
from generations.views.thread_pages import header_context
from generations.views.thread_search import side_context


def list_place(request: AuthenticatedHttpRequest) -> dict[str, str]:
    """Return which list is on the page, and which thread is open beside it, as the form or the address says."""
    asked = request.POST if request.method == "POST" else request.GET
    scope = asked.get("scope", "")
    return {"thread_scope": scope if scope in SCOPES else "mine", "open_thread": asked.get("open", "")}


def is_open(request: AuthenticatedHttpRequest, thread: Thread) -> bool:
    """Tell whether the page is this thread's own."""
    return list_place(request)["open_thread"] == str(thread.public_id)


def changed(request: AuthenticatedHttpRequest, thread: Thread, **more: Any) -> HttpResponseBase:
    """Answer a change: the list again, and the header; without a script the thread's page."""
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    place = list_place(request)
    current = thread if is_open(request, thread) else _open_thread(request, place["open_thread"])
    context = {
        **thread_list_context(request.user, scope=place["thread_scope"], current=current),
        "changed_header": header_context(request, thread) if current == thread else None,
        **more,
    }
    return render(request, "chat/_thread_list_changed.html", context)


def go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponseBase:
    """Send the browser to a page; htmx would otherwise put the page where the answer belongs."""
    if not request.htmx:
        return redirect(address)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address
    return response


def listed_threads(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """Return the list that an address asks for: a stretch of one, or what a search finds."""
    place = list_place(request)
    current = _open_thread(request, place["open_thread"])
    return side_context(request.user, request.GET, scope=place["thread_scope"], current=current)


def _open_thread(request: AuthenticatedHttpRequest, text: str) -> Thread | None:
    try:
        return Thread.objects.visible_to(request.user.pk).filter(public_id=UUID(text)).first()
    except ValueError:
        return None
