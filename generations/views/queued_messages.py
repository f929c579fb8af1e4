"""Messages that wait for the reply before them: taken back into the composer, or sent now."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread
from generations.clock import database_now
from generations.forms.chat_drafts import read_draft, save_draft
from generations.models import Thread
from generations.relay import queue
from generations.views.composers import composer_context
from generations.views.sending import composer_again
from generations.views.shown_messages import shown_message
from generations.views.threads import rendered_turn


@require_POST
def queued_return(request: AuthenticatedHttpRequest, thread_id: UUID, queued_id: UUID) -> HttpResponseBase:
    """Take a waiting message back: its words and files stand in the composer again, before what is there."""
    thread = own_thread(request.user, thread_id)
    back = queue.take_back(thread, queued_id)
    if back is not None:
        _put_before_draft(request, thread, text=back.text, attachments=back.attachments, model=back.model.gateway_name)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return composer_again(request, _composer(request, thread), template="chat/_queued_back.html")


@require_POST
def queue_release(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Send the first waiting message now, which is held because the reply before it did not end well."""
    thread = own_thread(request.user, thread_id)
    turn = queue.release(thread, now=database_now())
    if not request.htmx or turn is None:
        return redirect("thread_detail", thread_id=thread.public_id)
    thread = own_thread(request.user, thread_id)
    return rendered_turn(request, thread, [turn.question, turn.reply])


def _put_before_draft(
    request: AuthenticatedHttpRequest, thread: Thread, *, text: str, attachments: list[str], model: str
) -> None:
    # What stands in the composer at this moment came along; the draft on the server may be a second older.
    kept = read_draft(request.user, thread)
    typed = request.POST.get("text", kept.get("text", "")).replace("\r\n", "\n")
    names = request.POST.getlist("attachments") or kept.get("attachments", [])
    words = "\n\n".join(part for part in (text, typed.strip()) if part)
    fields = {"text": [words], "attachments": [*attachments, *names], "model": [model]}
    save_draft(request.user, thread, fields, now=database_now())


def _composer(request: AuthenticatedHttpRequest, thread: Thread) -> dict[str, object]:
    live = thread.leaf if thread.leaf and thread.leaf.is_unfinished else None
    now = database_now()
    shown = shown_message(live, thread=thread, person=request.user, now=now) if live else None
    context = composer_context(request.user, thread=thread)
    return {"thread": thread, "may_write": True, "live": shown, "is_focus_wanted": True, **context}
