"""From a media request as its protocol says it to a queued generation: the same checks and the same life as on a page.

Runs on a worker thread, because files are decoded and stored here. Every refusal names its field, in English.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import translation

from accounts.models import ApiKey, User
from generations.api.errors import ApiError, Kind, bad_field, missing
from generations.api.inputs import Resolved, WireInput, resolve
from generations.forms.inputs import Given, combination_errors, is_prompt_optional, with_matching_mask
from generations.forms.parameters import parameter_value
from generations.forms.prompts import PromptField
from generations.forms.remembered import default_visibility
from generations.ledger.prices import estimate
from generations.lifecycle.create import Order, create_generation
from generations.media.fitted import fitted_asset
from generations.media.invalid import MediaInvalid
from generations.media.store import delete_files, store_upload
from generations.models import Asset, CatalogModel, Generation, ModelParameter

TEXT_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Extra:
    """A field that a protocol documents and no catalogue row knows. It changes nothing that is priced."""

    is_right: Callable[[Any], bool]
    sentence: str


_A_WORD = Extra(lambda value: isinstance(value, str) and len(value) <= TEXT_MAX_CHARACTERS, "must be a short text.")
_EXTRAS: Mapping[str, Mapping[str, Extra]] = {
    "seedance": {
        "service_tier": Extra(lambda value: value == "default", "only 'default' is offered."),
        "execution_expires_after": Extra(
            lambda value: type(value) is int and 3_600 <= value <= 259_200, "must be a number from 3600 to 259200."
        ),
        "safety_identifier": _A_WORD,
        "tools": Extra(
            lambda value: value in ([], [{"type": "web_search"}]), "only [{'type': 'web_search'}] is known."
        ),
    },
    "gemini_images": {"num_images": Extra(lambda value: value in (1, "1"), "only 1 is possible.")},
    "openai_images": {"user": _A_WORD, "safety_identifier": _A_WORD},
}


@dataclass(frozen=True, slots=True)
class WireOrder:
    """What a request asks for, still in its protocol's words. In a form every value is a text."""

    model: str
    prompt: str = field(repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[WireInput, ...] = ()
    callback_url: str = ""
    prompt_param: str = "prompt"
    is_form: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """An order whose every word is what the catalogue allows; its files are not stored yet."""

    model: CatalogModel
    person: User
    prompt: str
    parameters: dict[str, Any]
    resolved: list[Resolved]


def place(
    order: WireOrder,
    model: CatalogModel,
    *,
    key: ApiKey,
    submission_id: uuid.UUID,
    now: datetime.datetime,
    tie: Callable[[Generation], None],
) -> Generation:
    """Queue what a request asks for and return its row.

    Files that came with it become assets first; if it cannot be queued in the end, they are taken away again. `tie`
    is called with the row in the transaction that makes it.
    Raises: ApiError. Idempotent: yes, per submission id.
    """
    with translation.override("en"):
        checked = _check(order, model, person=User.objects.get(pk=key.person_id))
        stored: list[Asset] = []
        try:
            files = _files(checked, now=now, stored=stored)
            made = _order(checked, files=files, submission_id=submission_id)
            with transaction.atomic():
                generation, is_new = create_generation(order=made, owner=checked.person, now=now)
                tie(generation)
        except BaseException:
            _take_away(stored)
            raise
        if not is_new:
            _take_away(stored)
        return generation


def checked_parameters(given: Mapping[str, Any], model: CatalogModel, *, is_form: bool = False) -> dict[str, Any]:
    """Return the parameters as the gateway takes them. What was not given is not sent. Raises: ApiError."""
    rows = {row.name: row for row in model.parameters.all()}
    extras = _EXTRAS[model.protocol]
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in rows:
            values[name] = _parameter(rows[name], value, is_form=is_form)
        elif name not in extras:
            raise bad_field(name, f"the model '{model.gateway_name}' has no such parameter.")
        elif not extras[name].is_right(value):
            raise bad_field(name, extras[name].sentence)
        else:
            values[name] = value
    for name in values:
        if name in rows and not rows[name].applies({**_defaults(rows.values()), **values}):
            raise bad_field(name, f"only while {rows[name].condition.replace('|', ' or ')}.")
    return values


def _check(order: WireOrder, model: CatalogModel, *, person: User) -> Checked:
    parameters = checked_parameters(order.parameters, model, is_form=order.is_form)
    resolved = resolve(order.inputs, model, person=person)
    try:
        prompt = PromptField(max_characters=model.prompt_max_characters).clean(order.prompt)
    except ValidationError as error:
        raise bad_field(order.prompt_param, " ".join(error.messages)) from None
    given = [item.given for item in resolved]
    for role, sentences in combination_errors(list(model.inputs.all()), given).items():
        param = next((item.wire.param for item in resolved if item.given.role == role), role)
        raise bad_field(param, sentences[0])
    if not prompt and not is_prompt_optional(model, given):
        raise missing(order.prompt_param)
    return Checked(model=model, person=person, prompt=prompt, parameters=parameters, resolved=resolved)


def _parameter(row: ModelParameter, value: Any, *, is_form: bool) -> Any:
    kind = ModelParameter.Type
    wanted: tuple[type, ...]
    wanted, sentence = {
        kind.BOOLEAN: ((bool,), "must be true or false."),
        kind.INTEGER: ((int,), "must be a whole number."),
        kind.NUMBER: ((int, float), "must be a number."),
    }.get(kind(row.type), ((str,), "must be a text."))
    if type(value) not in ((str,) if is_form else wanted):
        raise bad_field(row.name, sentence)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        if len(text) > TEXT_MAX_CHARACTERS:
            raise bad_field(row.name, "is too long.")
        return parameter_value(row, text)
    except ValidationError as error:
        raise bad_field(row.name, " ".join(error.messages)) from None


def _defaults(rows: Iterable[ModelParameter]) -> dict[str, Any]:
    return {row.name: row.default for row in rows if row.default}


def _order(checked: Checked, *, files: tuple[tuple[str, Asset], ...], submission_id: uuid.UUID) -> Order:
    resolved, model = checked.resolved, checked.model
    seconds = sum(item.given.seconds for item in resolved if item.given.facts.media == "video")
    roles = [item.given.role for item in resolved]
    price = estimate(model, checked.parameters, roles=roles, prompt=checked.prompt, input_seconds=seconds)
    return Order(
        model=model,
        prompt=checked.prompt,
        parameters=checked.parameters,
        visibility=default_visibility(checked.person),
        submission_id=submission_id,
        inputs=files,
        addresses=tuple((place, item.given.role, item.address) for place, item in enumerate(resolved) if item.address),
        estimate_amount=price.amount if price else None,
    )


def _files(checked: Checked, *, now: datetime.datetime, stored: list[Asset]) -> tuple[tuple[str, Asset], ...]:
    """Return the files of the order as assets, each made to fit its role."""
    given = with_matching_mask([item.given for item in checked.resolved])
    has_mask = any(one.role == "mask" for one in given)
    files = []
    for item, one in zip(checked.resolved, given, strict=True):
        if item.address:
            continue
        try:
            asset = one.asset or _stored(one, owner=checked.person, now=now, stored=stored)
            fitted = fitted_asset(asset, one.fit, owner=checked.person, now=now, keeps_size=has_mask)
        except MediaInvalid as error:
            raise bad_field(item.wire.param, str(error.sentence)) from None
        except OSError:
            raise ApiError(Kind.UNAVAILABLE, "The studio cannot store files at the moment.") from None
        files.append((one.role, fitted))
    return tuple(files)


def _stored(given: Given, *, owner: User, now: datetime.datetime, stored: list[Asset]) -> Asset:
    upload = cast(UploadedFile, given.upload)
    asset = store_upload(upload, owner=owner, now=now, expected_media={given.facts.media}, facts=given.facts)
    stored.append(asset)
    return asset


def _take_away(assets: list[Asset]) -> None:
    for asset in assets:
        for one in (*asset.taken.all(), asset):
            one.delete()
            delete_files(one)
    assets.clear()
