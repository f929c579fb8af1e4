"""The composer of chat: its form with what was left in it, the models and presets to choose from, and the queue."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from generations.forms.attachments import room_of
from generations.forms.chat import MessageForm, fresh_initial, offered_chat_models, opening_model
from generations.forms.chat_drafts import read_draft
from generations.forms.presets import ThreadSettingsForm, preset_choice
from generations.models import CatalogModel, Thread
from generations.relay import attached
from generations.relay.attached import Attached
from generations.views.attachments import own


def composer_context(person: User, *, thread: Thread | None = None, form: MessageForm | None = None) -> dict[str, Any]:
    """Return what the composer shows: the form, or, where none was filled in, what was left here unsent."""
    models = list(offered_chat_models())
    if form is None:
        opening = fresh_initial(opening_model(person, thread=thread, offered=models))
        form = MessageForm(initial={**opening, **read_draft(person, thread)})
    chosen = _chosen_model(models, form)
    items = form.given if form.is_bound else own(person, form["attachments"].value() or [])
    return {
        "form": form,
        "chat_models": [(model, room_of(model)) for model in models],
        "room": room_of(chosen) if chosen else None,
        "tiles": tiles_of(items),
        "presets": preset_choice(person, thread=thread, value=str(form["preset"].value() or "")),
        **queue_context(thread),
    }


def new_settings_form(person: User, form: MessageForm, *, data: Any = None) -> ThreadSettingsForm:
    """Return the settings that stand in the composer of a new thread."""
    models = list(offered_chat_models())
    return ThreadSettingsForm(data, model=_chosen_model(models, form) or opening_model(person))


def queue_context(thread: Thread | None) -> dict[str, Any]:
    """Return the messages that wait in a thread."""
    return {"queued_messages": list(thread.queued_messages.select_related("model")) if thread else []}


def tiles_of(items: Any) -> list[tuple[str, Attached]]:
    """Return files as the tray shows them."""
    return [(attached.name_of(item), item) for item in items]


def _chosen_model(models: list[CatalogModel], form: forms.Form) -> CatalogModel | None:
    wanted = form["model"].value()
    return next((model for model in models if model.gateway_name == wanted), models[0] if models else None)
