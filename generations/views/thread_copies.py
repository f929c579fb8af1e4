"""Going on with a thread of somebody else, as a copy of one's own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_thread
from generations.clock import database_now
from generations.relay.copies import copy_thread


@require_POST
def thread_copies(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Copy a thread that this person may read, as it stands, and open the copy."""
    thread = readable_thread(request.user, thread_id)
    copy = copy_thread(thread, owner=request.user, now=database_now())
    return redirect("thread_detail", thread_id=copy.public_id)
