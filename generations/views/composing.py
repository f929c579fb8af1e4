"""What fills the composer: an address, a draft, an earlier generation, a change of model, or an order just taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, QueryDict

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.access import readable_asset, readable_generation, readable_words
from generations.forms.carried import carry_over
from generations.forms.composer import Composer, Surroundings, build_composer
from generations.forms.media import MediaForm
from generations.forms.quoted import as_prompt
from generations.forms.remembered import chosen_model, default_visibility, last_settings, offered_media_models
from generations.forms.starting import Origin, Start, read_way, start_from
from generations.library.drafts import CREATE, current_draft, drafts_set_aside, find_draft
from generations.models import Asset, CatalogModel, Draft, Generation
from generations.views.orders import Placed

# What a form keeps besides prompt, settings and files when it is drawn anew.
KEPT_NAMES = ("visibility", "input_group", "submission_id", "variations", "seed_mode", "prompt")


def media_form(
    person: User, model: CatalogModel, *, data: Any = None, files: Any = None, initial: Mapping[str, Any] | None = None
) -> MediaForm:
    """Return the form of one model for a person."""
    return MediaForm(
        data,
        files,
        model=model,
        owner=person,
        find_asset=partial(readable_asset, person),
        default_visibility=default_visibility(person),
        initial=initial,
    )


def asked_model(models: Sequence[CatalogModel], person: User, asked: Mapping[str, Any]) -> CatalogModel:
    """Return the model that was asked for, or the one that fits best.

    Raises: Http404 when no model is offered at all.
    """
    model = chosen_model(models, person, name=asked.get("model", ""), kind=asked.get("kind", ""))
    if model is None:
        raise Http404
    return model


def opening_composer(request: AuthenticatedHttpRequest) -> Composer | None:
    """Return the composer as the address asks for it, else with the person's draft; None while nothing is offered."""
    models = offered_media_models()
    if not models:
        return None
    person, asked = request.user, request.GET
    composer = _from_generation(person, asked, models)
    if composer is None and (draft := find_draft(person, CREATE, asked.get("draft", ""))):
        composer = composer_from_draft(person, draft, models)
    if composer is None and not _says_something(asked) and (draft := current_draft(person, CREATE)):
        composer = composer_from_draft(person, draft, models)
    return with_drafts(person, composer or _from_address(person, asked, models))


def with_drafts(person: User, composer: Composer) -> Composer:
    """Return the composer with what its page says about drafts."""
    current = composer.beside.draft or current_draft(person, CREATE)
    beside = replace(composer.beside, draft=current, set_aside=drafts_set_aside(person, CREATE))
    return replace(composer, beside=beside)


def composer_from_draft(person: User, draft: Draft, models: Sequence[CatalogModel]) -> Composer:
    """Return the composer as it was left."""
    fields = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        fields.setlist(name, [str(value) for value in values])
    composer = composer_like(person, fields, models)
    is_own = draft.is_current
    return replace(composer, beside=replace(composer.beside, draft=draft if is_own else None, is_filled=not is_own))


def composer_like(person: User, asked: QueryDict, models: Sequence[CatalogModel]) -> Composer:
    """Return the composer for the fields of a form: with every setting that the asked model also has."""
    model = asked_model(models, person, asked)
    earlier = next((one for one in models if one.gateway_name == asked.get("from_model")), None)
    roles = [name.removeprefix("asset_") for name in asked if name.startswith("asset_")]
    carried = carry_over(asked.dict(), to_model=model, from_model=earlier, roles=roles)
    kept = {name: asked[name] for name in KEPT_NAMES if asked.get(name)}
    settings = {**_last(person, model), **carried.parameters, **kept, "also": asked.getlist("also")}
    form = media_form(person, model, initial=settings)
    beside = Surroundings(dropped=carried.dropped, origin=asked_origin(person, asked))
    return build_composer(form, models=models, assets=carried_assets(person, model, asked), beside=beside)


def composer_after(person: User, placed: Placed, models: Sequence[CatalogModel], form: MediaForm) -> Composer:
    """Return a fresh composer, with a submission id of its own, that keeps prompt, settings and files."""
    settings = {name: form.data[name] for name in form.data if name in form.fields and name != "submission_id"}
    settings["also"] = form.cleaned_data.get("also", []) if form.is_valid() else []
    assets = _lying_after(placed, form)
    fresh = media_form(person, form.model, initial={**settings, "submission_id": uuid4()})
    beside = Surroundings(origin=asked_origin(person, form.data), is_filled=True)
    return build_composer(fresh, models=models, assets=assets, beside=beside)


def asked_origin(person: User, asked: Mapping[str, Any]) -> Origin | None:
    """Return what an order says it comes from, if the person may see that."""
    try:
        parent = readable_generation(person, UUID(asked.get("parent", "")))
    except (ValueError, Http404):
        return None
    return Origin(parent=parent, relation=read_way(asked.get("relation", "")))


def carried_assets(person: User, model: CatalogModel, asked: QueryDict) -> list[tuple[str, Asset]]:
    """Return the assets that fields name in the roles of a model, as far as the person may use them."""
    found = []
    for row in model.inputs.all():
        for text in asked.getlist(f"asset_{row.role}"):
            try:
                found.append((row.role, readable_asset(person, UUID(text))))
            except (ValueError, Http404):
                continue
    return found


def _says_something(asked: QueryDict) -> bool:
    """Tell whether an address fills the composer; one that only narrows the list below leaves the draft alone."""
    return any(name not in {"show", "after", "scope"} for name in asked)


def _from_address(person: User, asked: QueryDict, models: Sequence[CatalogModel]) -> Composer:
    model = asked_model(models, person, asked)
    given = carry_over(asked.dict(), to_model=model).parameters
    prompt = _asked_prompt(person, asked, model)
    assets = carried_assets(person, model, asked)
    form = media_form(person, model, initial={**_last(person, model), **given, "prompt": prompt})
    beside = Surroundings(is_filled=bool(prompt or assets))
    return build_composer(form, models=models, assets=assets, beside=beside)


def _asked_prompt(person: User, asked: QueryDict, model: CatalogModel) -> str:
    """Return the prompt that the address names: its own words, or those of a generation or a chat message."""
    with suppress(ValueError, Http404):
        return readable_generation(person, UUID(asked.get("prompt_of", ""))).prompt
    try:
        message = readable_words(person, UUID(asked.get("message", "")))
    except (ValueError, Http404):
        return asked.get("prompt", "")
    return as_prompt(message.text, max_characters=model.prompt_max_characters)


def _from_generation(person: User, asked: QueryDict, models: Sequence[CatalogModel]) -> Composer | None:
    """Return the composer filled from a generation; a model that is not offered any more gives way to another."""
    try:
        source = readable_generation(person, UUID(asked.get("from", "")))
    except (ValueError, Http404):
        return None
    start = start_from(
        source, read_way(asked.get("as", "")), person=person, models=models, output=asked.get("output", "")
    )
    # Without a way the composer only looks like the earlier one: after an order that came without a script.
    return None if start is None else _from_start(person, start, models, is_linked="as" in asked)


def _from_start(person: User, start: Start, models: Sequence[CatalogModel], *, is_linked: bool) -> Composer:
    form = media_form(person, start.model, initial={**start.settings, "prompt": start.prompt})
    beside = Surroundings(
        dropped=start.dropped,
        is_filled=True,
        origin=start.origin if is_linked else None,
        lacks_frame=start.lacks_frame,
    )
    return build_composer(form, models=models, assets=start.assets, beside=beside)


def _lying_after(placed: Placed, form: MediaForm) -> list[tuple[str, Asset]]:
    """Return the files of an order as a person gave them; fresh uploads are assets by now."""
    given: Generation = placed.first
    uploaded = list(given.inputs.select_related("asset__taken_from"))
    if len(form.given) != len(uploaded):
        return [(one.role, one.asset) for one in uploaded]
    return [
        (item.role, item.asset or (one.asset.taken_from if one.asset.fitted_as else None) or one.asset)
        for item, one in zip(form.given, uploaded, strict=True)
    ]


def _last(person: User, model: CatalogModel) -> dict[str, str]:
    """Return the settings of last time, as far as the model still has them."""
    return carry_over(last_settings(person, model), to_model=model).parameters
