"""Saying something: the first message of a thread, and every one after it. Replies are produced by the relay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread, readable_thread
from generations.clock import database_now
from generations.forms.chat import OWN_PROMPT, MessageForm, ThreadForm, fresh_initial, opening_model, thread_visibility
from generations.forms.chat_drafts import drop_draft, read_draft
from generations.forms.presets import ThreadSettingsForm, chosen_preset, prompt_value
from generations.models import Thread
from generations.relay import attached, queue, thread_settings, turns
from generations.relay.queue import QueueFullError
from generations.relay.turns import Beginning, Question, ReplyUnderWayError
from generations.views.attachments import finder, take_uploads
from generations.views.composers import composer_context, new_settings_form, queue_context
from generations.views.shown_messages import shown_message
from generations.views.thread_changes import go_to, listed_threads
from generations.views.thread_pages import thread_page
from generations.views.threads import rendered_turn, submission_id_of


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def chat(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the list of threads and the composer of a new one, or begin a thread with its first message."""
    if request.method == "POST":
        return _start_thread(request)
    if request.htmx and ("q" in request.GET or "after" in request.GET):
        template = "chat/_thread_list_more.html" if request.GET.get("after") else "chat/_thread_entries.html"
        return render(request, template, listed_threads(request))
    context = {
        **_new_page(request, _opening_form(request)),
        **listed_threads(request),
        "trashed_thread": _trashed(request),
    }
    return render(request, "chat/chat.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thread_messages(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Take a new message. The same submission id again makes no second.

    While a reply is under way the message waits for its end.
    """
    if request.method != "POST":
        return redirect("thread_detail", thread_id=readable_thread(request.user, thread_id).public_id)
    thread = own_thread(request.user, thread_id)
    form = MessageForm(request.POST, request.FILES, find=finder(request.user))
    known = _message_of_submission(thread, request)
    if known is None and not _is_good(request, form):
        return _refused(request, thread, form)
    question = known or _question(form)
    if known is None:
        _heed_preset(request, thread, form.cleaned_data["preset"])
    try:
        turn = turns.add_turn(thread, question, now=database_now())
    except ReplyUnderWayError:
        return _queued(request, thread, form, question)
    drop_draft(request.user, thread)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    thread.refresh_from_db()
    return rendered_turn(request, thread, [turn.question, turn.reply])


def composer_again(
    request: AuthenticatedHttpRequest,
    context: dict[str, Any],
    *,
    status: int = 200,
    template: str = "chat/_chat_composer.html",
) -> HttpResponse:
    """Render the composer in its own place instead of at the end of the messages."""
    response = render(request, template, context, status=status)
    response.headers["HX-Retarget"] = "#chat-composer"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _opening_form(request: AuthenticatedHttpRequest) -> ThreadForm:
    """Return the form of a new thread: as it was left, and with what the address brings along."""
    values: dict[str, Any] = {"visibility": thread_visibility(request.user), **read_draft(request.user, None)}
    values |= {name: request.GET[name] for name in ("model", "preset") if request.GET.get(name)}
    # Nothing that somebody typed gives way to what a link says: it comes behind.
    words = [text for text in (values.get("text", ""), request.GET.get("text", "")) if text.strip()]
    values["text"] = "\n\n".join(dict.fromkeys(words))
    names = [f"{attached.PICTURE}:{text}" for text in request.GET.getlist("asset")]
    values["attachments"] = list(dict.fromkeys([*values.get("attachments", []), *names]))
    return ThreadForm(initial={**fresh_initial(opening_model(request.user)), **values})


def _start_thread(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    form = ThreadForm(request.POST, request.FILES, find=finder(request.user))
    known = _thread_of_submission(request)
    settings = new_settings_form(request.user, form, data=request.POST)
    if known is None and not (_is_good(request, form) and settings.is_valid()):
        context = _new_page(request, form, settings=settings)
        if request.htmx:
            return composer_again(request, context, status=422)
        return render(request, "chat/chat.html", {**context, **listed_threads(request)}, status=422)
    thread = known or _begun(request, form, settings)
    drop_draft(request.user, None)
    return go_to(request, reverse("thread_detail", args=[thread.public_id]))


def _begun(request: AuthenticatedHttpRequest, form: ThreadForm, settings: ThreadSettingsForm) -> Thread:
    thread, _is_new = turns.start_thread(
        _question(form),
        owner=request.user,
        visibility=form.cleaned_data["visibility"],
        beginning=_beginning(request, form, settings),
        now=database_now(),
    )
    return thread


def _beginning(request: AuthenticatedHttpRequest, form: ThreadForm, settings: ThreadSettingsForm) -> Beginning:
    """Return what a new thread is given. Words of its own outrank those of a preset."""
    preset = chosen_preset(request.user, form.cleaned_data["preset"])
    own_words = settings.cleaned_data["system_prompt"]
    return Beginning(
        system_prompt=own_words or (preset.system_prompt if preset else ""),
        preset=None if own_words else preset,
        parameters={name: value for name, value in settings.parameters.items() if value is not None},
    )


def _heed_preset(request: AuthenticatedHttpRequest, thread: Thread, value: str) -> None:
    """Take over the preset that was chosen beside the message, where a script has not done so already."""
    if "preset" not in request.POST or value == OWN_PROMPT or value == prompt_value(thread):
        return
    preset = chosen_preset(request.user, value)
    if preset is not None or not value:
        words = preset.system_prompt if preset else ""
        thread_settings.set_prompt(thread, system_prompt=words, preset=preset)


def _queued(
    request: AuthenticatedHttpRequest, thread: Thread, form: MessageForm, question: Question
) -> HttpResponseBase:
    """Let a message wait for the end of the reply before it."""
    try:
        queue.enqueue(thread, question, now=database_now())
    except QueueFullError:
        form.add_error("text", _("Enough messages wait already. Take one back, or wait for a reply."))
        return _refused(request, thread, form)
    drop_draft(request.user, thread)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    fresh = fresh_initial(thread.model)
    context = {"thread": thread, "may_write": True, "submission_id": fresh["submission_id"], **queue_context(thread)}
    return render(request, "chat/_queued.html", context)


def _is_good(request: AuthenticatedHttpRequest, form: MessageForm) -> bool:
    if form.is_valid():
        take_uploads(form, owner=request.user)
    return not form.errors


def _question(form: MessageForm) -> Question:
    values = form.cleaned_data
    return Question(
        text=values["text"], model=values["model"], submission_id=values["submission_id"], attachments=form.given
    )


def _thread_of_submission(request: AuthenticatedHttpRequest) -> Thread | None:
    submission_id = submission_id_of(request)
    return Thread.objects.filter(owner=request.user, submission_id=submission_id).first() if submission_id else None


def _message_of_submission(thread: Thread, request: AuthenticatedHttpRequest) -> Question | None:
    """Return the question that this submission id has already asked here, whatever the form holds now."""
    submission_id = submission_id_of(request)
    known = thread.messages.filter(submission_id=submission_id).first() if submission_id else None
    if known is None or submission_id is None:
        return None
    return Question(text=known.text, model=thread.model, submission_id=submission_id)


def _new_page(
    request: AuthenticatedHttpRequest, form: ThreadForm, *, settings: ThreadSettingsForm | None = None
) -> dict[str, Any]:
    return {
        **composer_context(request.user, form=form),
        "new_settings": settings or new_settings_form(request.user, form),
    }


def _trashed(request: AuthenticatedHttpRequest) -> Thread | None:
    """Return the thread that has just been thrown away, for the notice that undoes it."""
    try:
        thread = own_thread(request.user, UUID(request.GET.get("trashed", "")))
    except (ValueError, Http404):
        return None
    return thread if thread.trashed_at else None


def _refused(request: AuthenticatedHttpRequest, thread: Thread, form: MessageForm) -> HttpResponseBase:
    if request.htmx:
        live = thread.leaf if thread.leaf and thread.leaf.is_unfinished else None
        context = {"thread": thread, **composer_context(request.user, thread=thread, form=form)}
        if live is not None:
            context["live"] = shown_message(live, thread=thread, person=request.user, now=database_now())
        return composer_again(request, context, status=422)
    return render(request, "chat/thread_detail.html", thread_page(request, thread, form=form), status=422)
