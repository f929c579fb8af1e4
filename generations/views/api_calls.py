"""The log of calls by key: what was asked, by which program, and what it came to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from accounts.models import ApiKey
from generations.library.api_calls import read_calls
from generations.models import ApiCall, ApiCallContent, WebhookDelivery
from generations.notify.messages import failure_sentence
from generations.relay.markdown import render as render_markdown


@require_safe
def call_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the person's calls, or those of one key; another person's key shows nothing."""
    own = list(ApiKey.objects.filter(person=request.user))
    key = next((key for key in own if str(key.public_id) == request.GET.get("key")), None)
    page = read_calls(request.user, key=key, cursor=request.GET.get("after", ""))
    query = {name: word for name, word in (("key", key and key.public_id), ("after", page.next_cursor)) if word}
    context = {
        "calls": page.calls,
        "keys": own,
        "key": key,
        "more_url": f"{reverse('api_calls')}?{urlencode(query)}" if page.next_cursor else "",
    }
    return render(request, "keys/calls.html", context)


@require_safe
def call_detail(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Show one call: its figures and, where the key keeps them, its words."""
    calls = ApiCall.objects.filter(person=request.user).select_related("key", "model", "generation")
    call = calls.filter(public_id=public_id).first()
    if call is None:
        raise Http404
    content = ApiCallContent.objects.filter(call=call).first()
    context: dict[str, Any] = {
        "call": call,
        "content": content,
        "reply": SafeString(render_markdown(content.reply)) if content else "",
        "failure": failure_sentence(call.failure_reason) if call.failure_reason else "",
        "deliveries": _deliveries_of(call),
    }
    return render(request, "keys/call_detail.html", context)


def _deliveries_of(call: ApiCall) -> list[WebhookDelivery]:
    """Return what was announced about a call's generation by the call's own key, first things first."""
    if call.generation_id is None:
        return []
    return list(WebhookDelivery.objects.filter(generation=call.generation_id, key=call.key_id).order_by("id"))
