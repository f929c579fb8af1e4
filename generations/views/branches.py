"""Going on from a message in a thread of its own."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_message
from generations.clock import database_now
from generations.models import Message
from generations.relay.branches import branch
from generations.views.turn_pages import not_now


@require_POST
def message_branches(request: AuthenticatedHttpRequest, thread_id: UUID, message_id: UUID) -> HttpResponseBase:
    """Begin a thread that says what this one says up to a message, and open it."""
    message = own_message(request.user, thread_id, message_id, role=Message.Role.ASSISTANT)
    if message.is_unfinished:
        return not_now(request, thread_id)
    try:
        submission_id = UUID(request.POST.get("submission_id", ""))
    except ValueError:
        submission_id = uuid4()
    thread = branch(message, submission_id=submission_id, now=database_now())
    address = reverse("thread_detail", args=[thread.public_id])
    if not request.htmx:
        return redirect(address)
    return HttpResponse(status=204, headers={"HX-Redirect": address})
