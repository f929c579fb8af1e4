"""Drafts: what stands in the composer, kept while it is typed; another tab's words are never written over."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.forms.remembered import offered_media_models
from generations.library.drafts import (
    CREATE,
    DraftTooLargeError,
    Saved,
    current_draft,
    find_draft,
    keep_draft,
    save_draft,
)
from generations.models import Draft
from generations.views.composing import composer_from_draft

# What a form holds that says nothing about the order.
UNKEPT = frozenset({"csrfmiddlewaretoken", "submission_id", "timeline_top"})
MOST_NAMES = 80
NUL = "\x00"


@require_POST
def composer_draft(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Save what stands in the composer and answer the new version, or 409 and words when another tab is ahead.

    With `draft_aside` what was sent is set aside, and the answer is the composer as the other tab left it.
    """
    try:
        if request.POST.get("draft_aside"):
            return _take_other(request)
        saved = _save(request)
    except DraftTooLargeError:
        return JsonResponse({"error": _("This is too long to be kept as a draft.")}, status=422)
    if saved.is_conflict:
        return render(request, "generations/_composer_conflict.html", {"draft": saved.draft}, status=409)
    return JsonResponse({"version": saved.draft.version})


@require_POST
def draft_deletion(request: AuthenticatedHttpRequest, public_id: str) -> HttpResponseBase:
    """Forget a draft that was set aside."""
    draft = find_draft(request.user, CREATE, str(public_id))
    if draft is None:
        raise Http404
    Draft.objects.filter(pk=draft.pk, is_current=False).delete()
    return HttpResponse() if request.htmx else redirect("create")


def _take_other(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    draft = current_draft(request.user, CREATE)
    if draft is None:
        raise Http404
    keep_draft(request.user, CREATE, draft_fields(request), now=database_now())
    shown = composer_from_draft(request.user, draft, offered_media_models())
    answer = render(request, "generations/_composer_body.html", {"composer": shown, "replaces_prompt": True})
    answer["X-Draft-Version"] = str(draft.version)
    return answer


def draft_fields(request: AuthenticatedHttpRequest) -> dict[str, list[str]]:
    """Return what of a posted form is kept as a draft."""
    # Of file controls only the choice of their group is worth keeping; the files themselves are assets.
    names = [name for name in request.POST if name == "input_group" or not name.startswith("input_")]
    names = [name for name in names if name not in UNKEPT and not name.startswith("draft_")]
    return {name: [value.replace(NUL, "") for value in request.POST.getlist(name)] for name in names[:MOST_NAMES]}


def _save(request: AuthenticatedHttpRequest) -> Saved:
    version = request.POST.get("draft_version", "")
    return save_draft(
        request.user,
        CREATE,
        draft_fields(request),
        tab=request.POST.get("draft_tab", "")[:40],
        version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        now=database_now(),
        is_new=bool(request.POST.get("draft_new")),
    )
