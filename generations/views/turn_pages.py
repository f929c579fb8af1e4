"""What an action on one message answers: the way of messages from the place of the change on, a form, a menu."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.forms.chat import MessageForm, offered_chat_models, opening_model
from generations.models import Message, Thread
from generations.views.shown_messages import shown_message, shown_messages
from generations.views.ways import Stretch, stretch_below, stretch_from

NOT_NOW = 409


def stretch_context(request: AuthenticatedHttpRequest, thread: Thread, stretch: Stretch) -> dict[str, Any]:
    """Return what the partials of a stretch of messages want, and what of the page changes with it."""
    shown = shown_messages(stretch.messages, thread=thread, person=request.user, now=database_now())
    leaf = thread.leaf
    is_live = leaf is not None and leaf.is_unfinished
    return {
        "thread": thread,
        "shown_messages": shown,
        "earlier_url": stretch.earlier_url,
        "later_url": stretch.later_url,
        "may_write": thread.owner_id == request.user.pk,
        "live": next((one for one in shown if one.is_last), None) if is_live else None,
        "status": leaf.status if leaf else "",
    }


def rendered_way(request: AuthenticatedHttpRequest, thread_pk: int, message: Message) -> HttpResponseBase:
    """Render the way from a message on, as it is read now; without a script, go to where it stands on the page."""
    thread = _fresh(thread_pk)
    if not request.htmx:
        return redirect(f"{reverse('thread_detail', args=[thread.public_id])}#message-{message.public_id}")
    context = stretch_context(request, thread, stretch_from(thread, message))
    return render(request, "chat/_way.html", context)


def rendered_removal(request: AuthenticatedHttpRequest, question: Message) -> HttpResponseBase:
    """Render what stands where a turn was deleted, and another version of it where the thread goes on with one."""
    thread = _fresh(question.thread_id)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    question = Message.objects.get(pk=question.pk)
    was_last = question.remembered_leaf_id is not None
    stretch = stretch_below(thread, question.parent_id) if was_last else Stretch(())
    gone = [question, *question.children.filter(removed_at=question.removed_at)]
    context = {**stretch_context(request, thread, stretch), "question": question, "gone": gone}
    return render(request, "chat/_turn_removed.html", context)


def rendered_form(
    request: AuthenticatedHttpRequest, message: Message, form: MessageForm, *, status: int
) -> HttpResponseBase:
    """Render the form in which a message is said differently: in its place, or as a page of its own."""
    shown = shown_message(message, thread=message.thread, person=request.user, now=database_now())
    context = {"shown": replace(shown, form=form), "thread": message.thread}
    template = "chat/_message.html" if request.htmx else "chat/message_edit.html"
    return render(request, template, context, status=status)


def rendered_menu(request: AuthenticatedHttpRequest, message: Message, template: str) -> HttpResponseBase:
    """Render what else can be done with a message: in its menu, or as a page of its own."""
    shown = shown_message(message, thread=message.thread, person=request.user, now=database_now())
    context = {
        "shown": shown,
        "thread": message.thread,
        "again_models": list(offered_chat_models()),
        "present_model": message.model or opening_model(request.user, thread=message.thread),
        "menu_template": template,
    }
    return render(request, template if request.htmx else "chat/message_menu.html", context)


def not_now(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Say that the thread does not stand as the page believed."""
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread_id)
    text = _("This cannot be done right now. Reload the page to see how the thread stands.")
    return render(request, "components/_notice.html", {"text": text, "tone": "attention"}, status=NOT_NOW)


def _fresh(thread_pk: int) -> Thread:
    return Thread.objects.select_related("leaf", "model", "owner").get(pk=thread_pk)
