"""One press, several generations: the same prompt to up to four models at once, each in up to four variations.

The form is one model's. For every other model its settings are taken over as by a change of model, and its files are
held against that model's own limits; what does not go is said beside the choice of models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from generations.forms.carried import carry_over
from generations.forms.inputs import (
    Given,
    combination_errors,
    is_prompt_optional,
    with_matching_mask,
)
from generations.forms.labels import role_label
from generations.forms.media import MediaForm
from generations.forms.parameters import parameter_value
from generations.forms.prompts import prompt_error
from generations.ledger.prices import Estimate, estimate
from generations.media.fitting import plan_fit
from generations.media.inputs import can_send
from generations.media.invalid import MediaInvalid
from generations.models import CatalogModel

MOST_MODELS = 4
MOST_VARIATIONS = 4
SEED = "seed"


@dataclass(frozen=True, slots=True)
class Part:
    """What one model is asked for. `refusals` say why it cannot be; `dropped` names settings it has no place for."""

    model: CatalogModel
    parameters: Mapping[str, Any]
    given: tuple[Given, ...]
    dropped: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A part's price: `amount` of one generation, None while it cannot be told."""

    model: CatalogModel
    count: int
    price: Estimate | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What the whole press will cost. `total` is None while a part of it cannot be told."""

    shares: tuple[Share, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many generations there will be."""
        return sum(share.count for share in self.shares)

    @property
    def total(self) -> Estimate | None:
        """The sum, an upper bound as soon as a part of it is one."""
        prices = [(share.price, share.count) for share in self.shares]
        if not prices or any(price is None for price, _count in prices):
            return None
        known = [(price, count) for price, count in prices if price]
        return Estimate(
            amount=sum((price.amount * count for price, count in known), Decimal(0)),
            currency=known[0][0].currency,
            is_upper_bound=any(price.is_upper_bound for price, _count in known),
        )


def parts_of(form: MediaForm, models: Sequence[CatalogModel]) -> list[Part]:
    """Return what each chosen model is asked for, the form's own first; what is wrong becomes an error of the form."""
    form.is_valid()
    own = Part(model=form.model, parameters=form.parameters, given=tuple(form.given))
    names = form.cleaned_data.get("also", [])
    chosen = [model for model in companions_of(form.model, models) if model.gateway_name in names]
    if len(chosen) < len(set(names) - {form.model.gateway_name}):
        form.add_error("also", _("One of the models that you chose is not offered any more."))
    if len(chosen) >= MOST_MODELS:
        form.add_error("also", _("At most %(count)s models at once.") % {"count": MOST_MODELS})
        return [own]
    prompt = None if "prompt" in form.errors else form.cleaned_data.get("prompt", "")
    others = [part_like(own, model, prompt=prompt) for model in chosen]
    for part in others:
        for sentence in part.refusals:
            form.add_error("also", f"{part.model.name}: {sentence}")
    return [own, *others]


def companions_of(model: CatalogModel, models: Sequence[CatalogModel]) -> list[CatalogModel]:
    """Return the models that may be asked beside one: the others of its kind."""
    return [other for other in models if other.kind == model.kind and other.pk != model.pk]


def part_like(own: Part, model: CatalogModel, *, prompt: str | None) -> Part:
    """Return what another model is asked for when one is asked for `own`. A prompt of None is judged elsewhere."""
    carried = carry_over(own.parameters, to_model=model, from_model=own.model)
    given, refusals = _given_for(own.given, model)
    if prompt is not None and (error := prompt_error(prompt, max_characters=model.prompt_max_characters)):
        refusals.append(error)
    if prompt == "" and not is_prompt_optional(model, given):
        refusals.append(_("This model needs a prompt."))
    return Part(
        model=model,
        parameters=_complete(model, carried.parameters),
        given=tuple(given),
        dropped=carried.dropped,
        refusals=tuple(refusals),
    )


def seeded(parameters: Mapping[str, Any], variation: int) -> dict[str, Any]:
    """Return the settings of a variation: a fixed seed counts up, because the same one would make the same again."""
    seed = parameters.get(SEED)
    if variation and isinstance(seed, int) and seed >= 0:
        return {**parameters, SEED: seed + variation}
    return dict(parameters)


def submission_of(form_id: UUID, model: CatalogModel, variation: int, *, is_first: bool) -> UUID:
    """Return the submission id of one generation of a press: the form's own for the first, derived for the others."""
    return form_id if is_first else uuid5(form_id, f"{model.gateway_name}/{variation}")


def quote_of(parts: Sequence[Part], *, prompt: str, variations: int) -> Quote:
    """Return what parts cost together, each in so many variations."""
    return Quote(tuple(Share(model=part.model, count=variations, price=price_of(part, prompt)) for part in parts))


def price_of(part: Part, prompt: str) -> Estimate | None:
    """Return what one generation of a part will cost, or None when that cannot be told."""
    roles = [item.role for item in part.given]
    seconds = sum(item.seconds for item in part.given if item.facts.media == "video")
    return estimate(part.model, part.parameters, roles=roles, prompt=prompt, input_seconds=seconds)


def _complete(model: CatalogModel, carried: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters as the gateway wants them: what was carried over, else the model's defaults."""
    chosen = {
        row.name: parameter_value(row, carried[row.name]) if carried.get(row.name) else row.default_value
        for row in model.parameters.all()
    }
    return {
        row.name: chosen[row.name]
        for row in model.parameters.all()
        if chosen[row.name] is not None and row.applies(chosen)
    }


def _given_for(given: Sequence[Given], model: CatalogModel) -> tuple[list[Given], list[str]]:
    rows = {row.role: row for row in model.inputs.all()}
    found, refusals = [], []
    for item in given:
        row = rows.get(item.role)
        if row is None or not can_send(row):
            refusals.append(_("It takes no file as: %(role)s.") % {"role": role_label(item.role)})
            continue
        try:
            found.append(replace(item, fit=plan_fit(item.facts, size_bytes=_size_bytes(item), limits=row)))
        except MediaInvalid as error:
            refusals.append(str(error.sentence))
    found = with_matching_mask(found)
    for several in combination_errors(list(rows.values()), found).values():
        refusals += several
    return found, list(dict.fromkeys(refusals))


def _size_bytes(item: Given) -> int:
    return item.asset.size_bytes if item.asset else (item.upload.size or 0) if item.upload else 0
