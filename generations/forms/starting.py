"""A new order that begins with an earlier generation: what a remix, an edit or an animation puts into the composer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from generations.forms.carried import carry_over
from generations.forms.remembered import chosen_model, last_settings
from generations.library.lineage import last_frame_of
from generations.models import Asset, CatalogModel, Generation, Relation

# What a person does with a generation, as an address says it. A retry needs no composer.
WAYS = (Relation.REMIX, Relation.VARIATION, Relation.EDIT, Relation.ANIMATE, Relation.CONTINUE)
# A way that hands a picture on needs a model that takes one in this role.
ROLES = {Relation.EDIT: "edit_image", Relation.ANIMATE: "first_frame", Relation.CONTINUE: "first_frame"}
# With the same seed a variation would be the same again.
SEED = "seed"
ORIGINS: dict[str, StrPromise] = {
    Relation.REMIX: _("Remix of"),
    Relation.VARIATION: _("Variation of"),
    Relation.EDIT: _("Edit of"),
    Relation.ANIMATE: _("Animation of"),
    Relation.CONTINUE: _("Continuation of"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The generation that an order comes from, and as what; the composer's form carries both."""

    parent: Generation
    relation: str

    @property
    def label(self) -> StrPromise | str:
        """What stands before the name of the parent."""
        return ORIGINS.get(self.relation, self.relation)


@dataclass(frozen=True, slots=True)
class Start:
    """What the composer is filled with. `dropped` names settings that the model has no place for.

    `lacks_frame`: the clip's last frame is not at hand; a person has to ask for it (that stores a file).
    """

    origin: Origin
    model: CatalogModel
    prompt: str
    settings: Mapping[str, Any]
    assets: tuple[tuple[str, Asset], ...]
    dropped: tuple[str, ...] = ()
    lacks_frame: bool = False


def read_way(word: str) -> Relation:
    """Return the way that an address asks for; a word that nobody knows asks for a remix."""
    return next((way for way in WAYS if way == word), Relation.REMIX)


def start_from(
    source: Generation, way: Relation, *, person: User, models: Sequence[CatalogModel], output: str = ""
) -> Start | None:
    """Return the beginning of an order, or None when no model that is offered can do this.

    `output` is the public id of one of several outputs; without it the first is meant.
    """
    model = _model_for(source, way, person=person, models=models)
    if model is None:
        return None
    origin = Origin(parent=source, relation=way)
    if way in {Relation.REMIX, Relation.VARIATION}:
        return _again(source, origin, model)
    return _handed_on(source, origin, model, person=person, output=output)


def output_named(source: Generation, output: str, *, media: str) -> Asset | None:
    """Return the output of this public id, else the first one of a kind of media."""
    assets = [row.asset for row in source.outputs.all() if row.asset and row.role != "last_frame"]
    fitting = [asset for asset in assets if asset.media == media]
    try:
        wanted = UUID(output) if output else None
    except ValueError:
        wanted = None
    return next((asset for asset in fitting if asset.public_id == wanted), fitting[0] if fitting else None)


def _model_for(
    source: Generation, way: Relation, *, person: User, models: Sequence[CatalogModel]
) -> CatalogModel | None:
    role = ROLES.get(way)
    fitting = [model for model in models if role is None or role in {row.role for row in model.inputs.all()}]
    if not fitting:
        return None
    kind = source.kind if role is None else fitting[0].kind
    return chosen_model(fitting, person, name=source.model.gateway_name, kind=kind)


def _again(source: Generation, origin: Origin, model: CatalogModel) -> Start:
    """Take everything over; a variation leaves the chance to the model."""
    carried = carry_over(source.parameters, to_model=model, from_model=source.model)
    is_variation = origin.relation == Relation.VARIATION
    settings = {name: value for name, value in carried.parameters.items() if not (is_variation and name == SEED)}
    roles = {row.role for row in model.inputs.all()}
    assets = tuple((row.role, row.asset) for row in source.inputs.select_related("asset") if row.role in roles)
    return Start(origin, model, source.prompt, settings, assets, carried.dropped)


def _handed_on(source: Generation, origin: Origin, model: CatalogModel, *, person: User, output: str) -> Start:
    """Put what the source made where the model takes it; words that described it stay unless it is to be edited."""
    way = Relation(origin.relation)
    if way == Relation.CONTINUE:
        handed = last_frame_of(source, person_id=person.pk)
    else:
        handed = output_named(source, output, media="image")
    settings = {
        **carry_over(last_settings(person, model), to_model=model).parameters,
        **carry_over(source.parameters, to_model=model).parameters,
        **_shape_of(model, way),
    }
    settings.pop(SEED, None)
    return Start(
        origin=origin,
        model=model,
        prompt="" if way == Relation.EDIT else source.prompt,
        settings=settings,
        assets=((ROLES[way], handed),) if handed else (),
        lacks_frame=way == Relation.CONTINUE and handed is None,
    )


def _shape_of(model: CatalogModel, way: Relation) -> dict[str, str]:
    """Return the settings that follow from the picture: its own shape; in a chain, the next last frame as well."""
    rows = {row.name: row for row in model.parameters.all()}
    found = {}
    if way == Relation.ANIMATE and "ratio" in rows and "adaptive" in rows["ratio"].value_list:
        found["ratio"] = "adaptive"
    if way == Relation.CONTINUE and "return_last_frame" in rows:
        found["return_last_frame"] = "true"
    return found
