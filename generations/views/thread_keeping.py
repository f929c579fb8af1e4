"""Keeping threads in order: pinned to the top, archived, thrown away, and brought back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread
from generations.clock import database_now
from generations.library import trash
from generations.relay import thread_settings
from generations.views.thread_changes import changed, go_to, is_open, list_place


@require_GET
def thread_actions(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Show what can be done with a thread of the list: the inside of the list's one menu."""
    thread = own_thread(request.user, thread_id)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return render(request, "chat/_thread_actions.html", {"thread": thread, **list_place(request)})


@require_POST
def pin(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Keep a thread at the top of the list (`pinned=1`), or no longer."""
    thread = own_thread(request.user, thread_id)
    thread_settings.pin(thread, is_pinned=request.POST.get("pinned") == "1", now=database_now())
    return changed(request, thread)


@require_POST
def archive(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Take a thread out of the list (`archived=1`), or bring it back."""
    thread = own_thread(request.user, thread_id)
    thread_settings.archive(thread, is_archived=request.POST.get("archived") == "1", now=database_now())
    return changed(request, thread)


@require_POST
def trashing(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Move a thread to the trash; the answer carries the way back."""
    thread = own_thread(request.user, thread_id)
    trash.trash([thread.timeline_entry.pk], owner=request.user, now=database_now())
    if not request.htmx or is_open(request, thread):
        # The page is about what has just gone: it opens anew beside the list, with the notice that undoes it.
        return go_to(request, f"{reverse('chat')}?trashed={thread.public_id}")
    return changed(request, thread, trashed_thread=thread)


@require_POST
def restoration(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Bring a thread back from the trash and open it."""
    thread = own_thread(request.user, thread_id)
    trash.restore([thread.timeline_entry.pk], owner=request.user)
    return go_to(request, reverse("thread_detail", args=[thread.public_id]))
