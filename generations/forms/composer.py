"""The composer as its template wants it: the form of one model, taken apart into chips, tiles and a price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from generations.forms import seeds
from generations.forms.controls import Control, controls_of, sentences_of, values_of
from generations.forms.ensemble import (
    MOST_MODELS,
    MOST_VARIATIONS,
    Part,
    Quote,
    companions_of,
    part_like,
    parts_of,
    price_of,
    quote_of,
)
from generations.forms.inputs import Given, fit_of_asset, with_matching_mask
from generations.forms.media import MediaForm
from generations.forms.restoring import Restored
from generations.forms.starting import Origin
from generations.forms.trays import TileGroup, groups_of
from generations.ledger.prices import Estimate
from generations.media.invalid import MediaInvalid
from generations.models import Asset, CatalogModel, Draft, ModelParameter


@dataclass(frozen=True, slots=True)
class Choice:
    """A model of the same kind as the chosen one: what it would cost here, and why it cannot join, if so."""

    model: CatalogModel
    price: Estimate | None
    is_main: bool = False
    is_joined: bool = False
    why_off: str = ""

    @property
    def roles(self) -> str:
        """The roles of files that it takes."""
        return " ".join(row.role for row in self.model.inputs.all())


@dataclass(frozen=True, slots=True)
class SeedChoice:
    """How the seed is chosen, and the one that was used last, if any."""

    mode: str
    last: int | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands beside a form: where it comes from, what a change of model dropped, and drafts."""

    origin: Origin | None = None
    dropped: tuple[str, ...] = ()
    # The clip's last frame has to be asked for before it can be continued.
    lacks_frame: bool = False
    # The server chose what stands in it, so an older draft of this browser must not overwrite it.
    is_filled: bool = False
    draft: Draft | None = None
    set_aside: tuple[Draft, ...] = ()
    # What a file from outside has filled it with.
    restored: Restored | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """All that the composer's template shows."""

    form: MediaForm
    models: tuple[CatalogModel, ...]
    controls: tuple[Control, ...]
    groups: tuple[TileGroup, ...]
    quote: Quote
    choices: tuple[Choice, ...]
    variations: int
    seed: SeedChoice | None = None
    beside: Surroundings = field(default_factory=Surroundings)

    @property
    def model(self) -> CatalogModel:
        """The model that the form is for."""
        return self.form.model

    @property
    def origin(self) -> Origin | None:
        """The generation that the order comes from."""
        return self.beside.origin

    @property
    def lacks_frame(self) -> bool:
        """Whether the clip's last frame has to be asked for before it can be continued."""
        return self.beside.lacks_frame

    @property
    def is_filled(self) -> bool:
        """Whether the server chose what stands in it."""
        return self.beside.is_filled or self.form.is_bound

    @property
    def joined(self) -> list[Choice]:
        """The models that get the same prompt beside the form's own."""
        return [choice for choice in self.choices if choice.is_joined]

    @property
    def can_join(self) -> bool:
        """Whether there is a model to join at all."""
        return len(self.choices) > 1

    @property
    def variation_counts(self) -> range:
        """How many variations may be asked for."""
        return range(1, MOST_VARIATIONS + 1)

    @property
    def most_joined(self) -> int:
        """How many models may join."""
        return MOST_MODELS - 1

    @property
    def kinds(self) -> list[str]:
        """The kinds that some model makes, in the order of the models."""
        return list(dict.fromkeys(model.kind for model in self.models))

    @property
    def chips(self) -> list[Control]:
        """Settings that are always in sight."""
        return [control for control in self.controls if not control.is_advanced and control.name != seeds.SEED]

    @property
    def advanced(self) -> list[Control]:
        """Settings under *more*; the seed has a control of its own there."""
        return [control for control in self.controls if control.is_advanced and control.name != seeds.SEED]

    @property
    def seed_control(self) -> Control | None:
        """The seed's own control."""
        return next((control for control in self.controls if control.name == seeds.SEED), None)

    @property
    def has_advanced(self) -> bool:
        """Whether there is anything under *more*."""
        return bool(self.advanced or self.seed) or any(control.is_size for control in self.controls)

    @property
    def has_choice_of_inputs(self) -> bool:
        """Whether there are groups of files that exclude each other."""
        return sum(bool(group.key) for group in self.groups) > 1

    @property
    def chosen_group(self) -> str:
        """The group of files in sight; empty for none."""
        return next((group.key for group in self.groups if group.key and group.is_chosen), "")

    @property
    def has_advanced_errors(self) -> bool:
        """Whether something under *more* is wrong."""
        return any(c.errors for c in self.controls if c.is_advanced) or any(c.other_errors for c in self.controls)

    @property
    def problems(self) -> list[str]:
        """Why the files do not go together, or the chosen models cannot all be asked; never what a tile says itself."""
        return problems_of(self.form, self.groups)

    @property
    def submission_id(self) -> str:
        """The id that makes this very form count once; a broken one is replaced."""
        return str(uuid4() if self.form.errors.get("submission_id") else self.form["submission_id"].value())

    @property
    def prompt(self) -> str:
        """The text as it was typed."""
        return str(self.form["prompt"].value() or "")


def build_composer(
    form: MediaForm,
    *,
    models: Sequence[CatalogModel],
    assets: Sequence[tuple[str, Asset]] = (),
    beside: Surroundings | None = None,
) -> Composer:
    """Take a form apart. `assets` are those that lie in the tray of a form that nobody has sent yet."""
    if form.is_bound:
        parts = parts_of(form, models)
        assets = form.lying
    else:
        parts = _standing_parts(form, models, assets)
    variations = _variations(form)
    prompt = str(form["prompt"].value() or "")
    return Composer(
        form=form,
        models=tuple(models),
        controls=controls_of(form),
        groups=groups_of(form, assets),
        quote=_quote(form, parts, prompt=prompt, variations=variations),
        choices=tuple(_choices(form, models, parts, prompt=prompt)),
        variations=variations,
        seed=_seed_choice(form),
        beside=beside or Surroundings(),
    )


def problems_of(form: MediaForm, groups: Sequence[TileGroup]) -> list[str]:
    """Return what is wrong with a form's files and models, once each, beside what the tiles say themselves."""
    said = {item.problem for group in groups for tile in group.tiles for item in tile.bad}
    names = [*(f"input_{row.role}" for row in form.input_rows), "also", "variations"]
    found = (sentence for name in names for sentence in sentences_of(form, name))
    return [sentence for sentence in dict.fromkeys(found) if sentence not in said]


def quote_for(form: MediaForm, models: Sequence[CatalogModel]) -> Quote:
    """Return the price of a form as it stands, also of one that is not complete yet."""
    parts = parts_of(form, models)
    return _quote(form, parts, prompt=str(form["prompt"].value() or ""), variations=_variations(form))


def _quote(form: MediaForm, parts: Sequence[Part], *, prompt: str, variations: int) -> Quote:
    names = [name for row in form.parameter_rows for name in (row.name, f"{row.name}_other")]
    if form.is_bound and any(name in form.errors for name in names):
        return Quote()
    return quote_of(parts, prompt=prompt, variations=variations)


def _standing_parts(form: MediaForm, models: Sequence[CatalogModel], assets: Sequence[tuple[str, Asset]]) -> list[Part]:
    """Return what a form that nobody has sent yet asks for by its settings as they stand."""
    own = Part(
        model=form.model,
        parameters=_read(form.parameter_rows, values_of(form)),
        given=tuple(_standing_files(form, assets)),
    )
    names = form["also"].value() or []
    joined = [model for model in companions_of(form.model, models) if model.gateway_name in names]
    return [own, *(part_like(own, model, prompt=None) for model in joined[: MOST_MODELS - 1])]


def _standing_files(form: MediaForm, assets: Sequence[tuple[str, Asset]]) -> list[Given]:
    rows = {row.role: row for row in form.input_rows}
    found = []
    for role, asset in assets:
        if role not in rows:
            continue
        try:
            found.append(Given(role=role, fit=fit_of_asset(asset, rows[role]), asset=asset))
        except MediaInvalid:
            # The tile says why; it has no price.
            continue
    return with_matching_mask(found)


def _variations(form: MediaForm) -> int:
    try:
        count = int(form["variations"].value() or 1)
    except (TypeError, ValueError):
        return 1
    return max(1, min(count, MOST_VARIATIONS))


def _choices(form: MediaForm, models: Sequence[CatalogModel], parts: Sequence[Part], *, prompt: str) -> list[Choice]:
    own, joined = parts[0], {part.model.pk: part for part in parts[1:]}
    found = []
    for model in models:
        if model.kind != form.model.kind:
            continue
        is_main = model.pk == form.model.pk
        part = own if is_main else joined.get(model.pk) or part_like(own, model, prompt=None)
        found.append(
            Choice(
                model=model,
                price=price_of(part, prompt),
                is_main=is_main,
                is_joined=model.pk in joined,
                why_off=" ".join(part.refusals),
            )
        )
    return found


def _seed_choice(form: MediaForm) -> SeedChoice | None:
    if not seeds.has_seed(form.model):
        return None
    asked = form.data if form.is_bound else form.initial
    return SeedChoice(mode=seeds.mode_of(asked), last=seeds.last_seed(form.owner, form.model))


def _read(rows: Sequence[ModelParameter], values: Mapping[str, str]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for row in rows:
        text = values.get(row.name, "")
        if text == "" or not row.applies(dict(values)):
            continue
        try:
            parameters[row.name] = row.read(text)
        except ValueError:
            continue
    return parameters
