"""Presets: system prompts with a name, own ones and those that the team shares."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.forms.presets import PresetForm
from generations.models import Preset, Visibility

SHOWN_MAX = 500


@require_http_methods(["GET", "HEAD", "POST"])
def preset_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the presets that a person may use, or make one."""
    if request.method != "POST":
        return _page(request, PresetForm(owner=request.user, initial={"visibility": Visibility.PRIVATE}))
    now = database_now()
    form = PresetForm(request.POST, owner=request.user, instance=Preset(owner=request.user, created_at=now))
    if not form.is_valid():
        return _page(request, form, status=422)
    form.instance.changed_at = now
    form.save()
    return redirect("preset_list")


@require_http_methods(["GET", "HEAD", "POST"])
def preset_detail(request: AuthenticatedHttpRequest, preset_id: UUID) -> HttpResponseBase:
    """Show one own preset to be changed, or change it."""
    preset = own_preset(request, preset_id)
    form = PresetForm(request.POST if request.method == "POST" else None, owner=request.user, instance=preset)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    form.instance.changed_at = database_now()
    form.save()
    return redirect("preset_list")


@require_POST
def preset_removal(request: AuthenticatedHttpRequest, preset_id: UUID) -> HttpResponseBase:
    """Delete an own preset. Threads that took its words over keep them."""
    own_preset(request, preset_id).delete()
    return redirect("preset_list")


def own_preset(request: AuthenticatedHttpRequest, preset_id: UUID) -> Preset:
    """Return a preset that this person may change. Raises: Http404."""
    found = Preset.objects.filter(owner=request.user, public_id=preset_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: AuthenticatedHttpRequest, form: PresetForm, *, status: int = 200) -> HttpResponse:
    presets = list(Preset.objects.visible_to(request.user.pk).select_related("owner")[:SHOWN_MAX])
    context = {
        "form": form,
        "edited": form.instance if form.instance.pk else None,
        "own_presets": [preset for preset in presets if preset.owner_id == request.user.pk],
        "shared_presets": [preset for preset in presets if preset.owner_id != request.user.pk],
    }
    return render(request, "chat/presets.html", context, status=status)
