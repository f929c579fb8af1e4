"""Drafts of chat: saved while somebody types, thrown away when it was sent."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread
from generations.clock import database_now
from generations.forms.chat_drafts import KEPT_FIELDS, is_sent, save_draft


@require_POST
def draft(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Keep what stands in a composer. `thread` names its thread; without one it is the composer of a new thread."""
    try:
        thread_id = request.POST.get("thread", "")
        thread = own_thread(request.user, UUID(thread_id)) if thread_id else None
        submission_id = UUID(request.POST.get("submission_id", ""))
    except ValueError:
        raise Http404 from None
    if not is_sent(request.user, thread, submission_id):
        fields = {name: request.POST.getlist(name) for name in KEPT_FIELDS}
        save_draft(request.user, thread, fields, now=database_now())
    return HttpResponse(status=204)
