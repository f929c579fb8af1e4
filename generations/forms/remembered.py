"""What a person chose last: the model, its settings, and who may see new media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from generations.models import CatalogModel, Generation, Installation, Kind, StudioPreferences

MEDIA_KINDS = (Kind.VIDEO, Kind.IMAGE)


def offered_media_models() -> list[CatalogModel]:
    """Return the models of the composer with all that their forms need, in three queries."""
    return list(CatalogModel.objects.offered().of_kind(*MEDIA_KINDS).with_form())


def chosen_model(
    models: Sequence[CatalogModel], person: User, *, name: str = "", kind: str = ""
) -> CatalogModel | None:
    """Return the model of this name; else the person's latest of this kind; else the first of it.

    A name of another kind than the asked one gives way: the kind was switched after the model was chosen.
    """
    fitting = [model for model in models if not kind or model.kind == kind] or list(models)
    named = next((model for model in fitting if model.gateway_name == name), None)
    if named or not fitting:
        return named
    latest = Generation.objects.filter(owner=person)
    latest = latest.filter(kind=kind) if kind else latest
    model_id = latest.order_by("-id").values_list("model_id", flat=True).first()
    return next((model for model in fitting if model.pk == model_id), fitting[0])


def default_visibility(person: User) -> str:
    """Return who may see this person's new media unless they say otherwise."""
    own = StudioPreferences.objects.filter(person=person).values_list("media_visibility", flat=True).first()
    return own or Installation.current().media_visibility


def last_settings(person: User, model: CatalogModel) -> dict[str, Any]:
    """Return the settings that a person used last with a model; empty when there are none."""
    kept = StudioPreferences.objects.filter(person=person).values_list("last_parameters", flat=True).first()
    settings = (kept or {}).get(model.gateway_name)
    return settings if isinstance(settings, dict) else {}


def remember_settings(person: User, model: CatalogModel, parameters: Mapping[str, Any]) -> None:
    """Keep the settings that a person used with a model. A seed is of one picture and is not kept."""
    preferences, _created = StudioPreferences.objects.get_or_create(person=person)
    settings = {name: value for name, value in parameters.items() if name != "seed"}
    if preferences.last_parameters.get(model.gateway_name) != settings:
        preferences.last_parameters = {**preferences.last_parameters, model.gateway_name: settings}
        preferences.save(update_fields=["last_parameters"])
