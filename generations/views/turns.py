"""What can be done with one message: say it differently, ask again, read another version, go on, delete the turn.

Every answer to a script is the way of messages from the place of the change on; the page drops what stood below.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_message, readable_message, readable_thread
from generations.clock import database_now
from generations.forms.chat import MessageForm, fresh_initial, offered_chat_models, opening_model
from generations.models import Message, Thread
from generations.relay import continuing, removal, turns, versions
from generations.relay.continuing import NothingToGoOnError
from generations.relay.turns import Question, ReplyUnderWayError
from generations.views.turn_pages import (
    not_now,
    rendered_form,
    rendered_menu,
    rendered_removal,
    rendered_way,
    stretch_context,
)
from generations.views.ways import stretch_before, stretch_behind


@require_safe
def earlier_messages(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show what is read before a message."""
    thread = readable_thread(request.user, thread_id)
    if not request.htmx:
        return redirect(f"{reverse('thread_detail', args=[thread.public_id])}?before={message_id}")
    return render(request, "chat/_earlier.html", stretch_context(request, thread, stretch_before(thread, message_id)))


@require_safe
def later_messages(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show what is read behind a message."""
    thread = readable_thread(request.user, thread_id)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return render(request, "chat/_later.html", stretch_context(request, thread, stretch_behind(thread, message_id)))


@require_http_methods(["GET", "HEAD", "POST"])
def message_versions(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show the form in which an own message is said differently, or take what it says."""
    message = own_message(request.user, thread_id, message_id, role=Message.Role.USER)
    if request.method != "POST":
        initial = fresh_initial(opening_model(request.user, thread=message.thread), text=message.text)
        return rendered_form(request, message, MessageForm(initial=initial), status=200)
    form = MessageForm(request.POST)
    known = _question_of_submission(request, message.thread)
    if known is None and not form.is_valid():
        return rendered_form(request, message, form, status=422)
    try:
        turn = versions.edit(message, known or _question(form), now=database_now())
    except ReplyUnderWayError:
        form.add_error("text", _("A reply is still being written. Wait for its end, or stop it."))
        return rendered_form(request, message, form, status=422)
    return rendered_way(request, message.thread_id, turn.question)


@require_http_methods(["GET", "HEAD", "POST"])
def message_replies(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show the models that can be asked the same question again, or ask one: another reply beside this one."""
    message = own_message(request.user, thread_id, message_id, role=Message.Role.ASSISTANT)
    if request.method != "POST":
        return rendered_menu(request, message, "chat/_message_again.html")
    model = offered_chat_models().filter(gateway_name=request.POST.get("model", "")).first()
    model = model or opening_model(request.user, thread=message.thread)
    submission_id = _submission_id(request)
    if model is None or submission_id is None or message.is_unfinished:
        return not_now(request, thread_id)
    try:
        reply, _is_new = turns.ask_again(message, model=model, submission_id=submission_id, now=database_now())
    except ReplyUnderWayError:
        return not_now(request, thread_id)
    return rendered_way(request, message.thread_id, reply)


@require_POST
def message_showing(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Read the thread through this version of a message."""
    message = own_message(request.user, thread_id, message_id)
    versions.show(message)
    return rendered_way(request, message.thread_id, message)


@require_POST
def message_continuation(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Ask a reply that was cut to go on where it ends."""
    message = own_message(request.user, thread_id, message_id, role=Message.Role.ASSISTANT)
    submission_id = _submission_id(request)
    if submission_id is None:
        return not_now(request, thread_id)
    try:
        continuing.go_on(message, submission_id=submission_id, now=database_now())
    except NothingToGoOnError:
        return not_now(request, thread_id)
    return rendered_way(request, message.thread_id, message)


@require_POST
def message_removal(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Delete the turn that a message belongs to; the answer stands in its place and offers to take that back."""
    message = own_message(request.user, thread_id, message_id)
    question = removal.remove_turn(message, now=database_now())
    return rendered_removal(request, question)


@require_POST
def message_restoration(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Take the deletion of a turn back."""
    message = own_message(request.user, thread_id, message_id, is_removed=True)
    removal.restore_turn(message)
    return rendered_way(request, message.thread_id, message)


@require_safe
def message_menu(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show the rest of what can be done with a message."""
    message = own_message(request.user, thread_id, message_id)
    return rendered_menu(request, message, "chat/_message_menu.html")


@require_safe
def message_source(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Show a message as it was written, in Markdown."""
    message = readable_message(request.user, thread_id, message_id)
    return HttpResponse(message.text, content_type="text/plain; charset=utf-8")


def _question(form: MessageForm) -> Question:
    values = form.cleaned_data
    return Question(text=values["text"], model=values["model"], submission_id=values["submission_id"])


def _question_of_submission(request: AuthenticatedHttpRequest, thread: Thread) -> Question | None:
    """Return the question that this submission id has already asked here, whatever the form holds now."""
    submission_id = _submission_id(request)
    known = thread.messages.filter(submission_id=submission_id).first() if submission_id else None
    if known is None or submission_id is None:
        return None
    return Question(text=known.text, model=thread.model, submission_id=submission_id)


def _submission_id(request: AuthenticatedHttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("submission_id", ""))
    except ValueError:
        return None
