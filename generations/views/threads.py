"""Chat: threads and their messages. Here rows are written and shown; replies are produced by the relay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread, readable_message, readable_thread
from generations.clock import database_now
from generations.forms.chat import fresh_initial
from generations.models import Message, Thread
from generations.relay import turns
from generations.views.composers import queue_context
from generations.views.shown_messages import shown_message, shown_messages
from generations.views.thread_pages import header_context, thread_page


@require_safe
def thread_detail(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponse:
    """Show a thread at its end."""
    thread = readable_thread(request.user, thread_id)
    return render(request, "chat/thread_detail.html", thread_page(request, thread))


@require_safe
def message_detail(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponse:
    """Show one message as it stands; pages ask for it when its stream could not be opened."""
    message = readable_message(request.user, thread_id, message_id)
    return render(request, "chat/_message_done.html", message_context(request, message))


@require_POST
def message_stop(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Ask for a reply to end where it is. Whoever produces it sees the wish within a quarter of a second."""
    message = _own_reply(request, thread_id, message_id)
    turns.request_stop(message, now=database_now())
    return HttpResponse(status=204) if request.htmx else redirect("thread_detail", thread_id=thread_id)


def message_context(request: AuthenticatedHttpRequest, message: Message) -> dict[str, Any]:
    """Return what a message's partial wants once its reply has ended, and what of the page changes with it.

    Where a queued message went out when the reply ended, its turn stands behind it.
    """
    thread = message.thread
    now = database_now()
    following = shown_messages(_turn_behind(message), thread=thread, person=request.user, now=now)
    return {
        "shown": shown_message(message, thread=thread, person=request.user, now=now),
        "is_last": thread.leaf_id == message.pk,
        "following": following,
        "live": next((one for one in following if one.is_reply and one.message.is_unfinished), None),
        **header_context(request, thread),
        **queue_context(thread),
    }


def _turn_behind(message: Message) -> list[Message]:
    """Return the question that was sent when this reply ended, and its reply, if the thread ends in them."""
    reply = message.thread.leaf
    question = reply.parent if reply is not None else None
    is_behind = question is not None and question.parent_id == message.pk and not message.is_unfinished
    return [question, reply] if is_behind and question is not None and reply is not None else []


def submission_id_of(request: AuthenticatedHttpRequest) -> UUID | None:
    """Return the id that makes a posted form count once, or None when it has none."""
    try:
        return UUID(request.POST.get("submission_id", ""))
    except ValueError:
        return None


def _own_reply(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> Message:
    """Return a reply in the person's own thread. Raises: Http404."""
    thread = own_thread(request.user, thread_id)
    found = (
        thread.messages.select_related("thread", "model", "parent")
        .filter(public_id=message_id, role=Message.Role.ASSISTANT)
        .first()
    )
    if found is None:
        raise Http404
    return found


def rendered_turn(request: AuthenticatedHttpRequest, thread: Thread, messages: Sequence[Message]) -> HttpResponse:
    """Render new messages at the end of the page, and the composer's state beside them."""
    now = database_now()
    shown = shown_messages(messages, thread=thread, person=request.user, now=now)
    fresh = fresh_initial(thread.model)
    context = {"shown_messages": shown, "thread": thread, "live": shown[-1], "submission_id": fresh["submission_id"]}
    return render(request, "chat/_turn.html", context)
