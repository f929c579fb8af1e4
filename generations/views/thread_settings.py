"""What a thread's models are told and asked with: a page, a dialog over the thread, and the chip of presets."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread
from generations.clock import database_now
from generations.forms.chat import OWN_PROMPT
from generations.forms.presets import ThreadSettingsForm, chosen_preset, preset_choice
from generations.models import Preset, Thread, Visibility
from generations.relay import thread_settings
from generations.views.thread_pages import header_context, settings_of


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Show a thread's system prompt and parameters, or change them from the next reply on."""
    thread = own_thread(request.user, thread_id)
    if request.method != "POST":
        return _page(request, thread, settings_of(thread))
    form = settings_of(thread, request.POST)
    if form.is_valid() and _is_name_taken(request, form):
        form.add_error("save_as", _("You have a preset of this name already."))
    if not form.is_valid():
        if request.htmx:
            context = {"thread": thread, "thread_settings": form, "presets": _presets(request, thread)}
            return render(request, "chat/_thread_settings_form.html", context, status=422)
        return _page(request, thread, form, status=422)
    _keep(request, thread, form)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return _changed(request, thread)


@require_POST
def prompt(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Take over the words of a preset, or none."""
    thread = own_thread(request.user, thread_id)
    value = request.POST.get("preset", "")
    preset = chosen_preset(request.user, value)
    if value and preset is None and value != OWN_PROMPT:
        raise Http404
    if value != OWN_PROMPT:
        thread_settings.set_prompt(thread, system_prompt=preset.system_prompt if preset else "", preset=preset)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return _changed(request, thread)


def _keep(request: AuthenticatedHttpRequest, thread: Thread, form: ThreadSettingsForm) -> None:
    words, name, now = form.cleaned_data["system_prompt"], form.cleaned_data["save_as"], database_now()
    preset = thread.preset if thread.preset and thread.preset.system_prompt == words else None
    if name:
        preset = Preset.objects.create(
            owner=request.user,
            name=name,
            system_prompt=words,
            visibility=Visibility.PRIVATE,
            created_at=now,
            changed_at=now,
        )
    thread_settings.set_prompt(thread, system_prompt=words, preset=preset)
    thread_settings.set_parameters(thread, form.parameters)


def _is_name_taken(request: AuthenticatedHttpRequest, form: ThreadSettingsForm) -> bool:
    name = form.cleaned_data["save_as"]
    return bool(name) and Preset.objects.filter(owner=request.user, name=name).exists()


def _presets(request: AuthenticatedHttpRequest, thread: Thread) -> object:
    return preset_choice(request.user, thread=thread)


def _changed(request: AuthenticatedHttpRequest, thread: Thread) -> HttpResponse:
    context = {
        **header_context(request, thread),
        "presets": _presets(request, thread),
        "thread_settings": settings_of(thread),
    }
    return render(request, "chat/_thread_settings_changed.html", context)


def _page(
    request: AuthenticatedHttpRequest, thread: Thread, form: ThreadSettingsForm, *, status: int = 200
) -> HttpResponse:
    context = {"thread": thread, "thread_settings": form, "presets": _presets(request, thread)}
    return render(request, "chat/thread_settings.html", context, status=status)
