"""A new order that begins with the recipe in a file: what of it this studio, and this person, can use.

A recipe comes from anywhere and may have been written by anybody. So each of its claims is looked up again with the
person's own rights: a file that is not there and one that somebody else keeps private are told alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from accounts.models import User
from generations.forms.carried import carry_over
from generations.forms.labels import known_parameter_label
from generations.forms.media import COMMON_NAMES
from generations.forms.remembered import chosen_model
from generations.media.recipe.words import Recipe
from generations.models import Asset, CatalogModel, Generation

FindAsset = Callable[[UUID], Asset]
FindGeneration = Callable[[UUID], Generation]
# What is told of settings that have no place: so many, and of each so much.
MOST_NAMED = 8
MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a recipe. `missing_model` is the name of one that is not offered here."""

    model: CatalogModel
    file_name: str
    prompt: str
    settings: Mapping[str, Any]
    assets: tuple[tuple[str, Asset], ...]
    parent: Generation | None = None
    missing_model: str = ""
    dropped: tuple[str, ...] = ()
    missing_count: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything is back."""
        return not (self.missing_model or self.dropped or self.missing_count)


def restore(
    recipe: Recipe,
    *,
    file_name: str,
    person: User,
    models: Sequence[CatalogModel],
    find_asset: FindAsset,
    find_generation: FindGeneration,
) -> Restored | None:
    """Return what a recipe puts into the composer, or None while no model is offered at all.

    `find_asset` and `find_generation` return what the person may use and raise Http404 for anything else.
    """
    named = next((one for one in models if one.gateway_name == recipe.model), None)
    model = named or chosen_model(models, person, kind=recipe.kind)
    if model is None:
        return None
    carried = carry_over(recipe.parameters, to_model=model, from_model=model)
    rows = {row.name for row in model.parameters.all()}
    foreign = [str(known_parameter_label(name)) for name in recipe.parameters if name not in rows | COMMON_NAMES]
    assets, missing_count = _inputs(recipe, model, find_asset)
    return Restored(
        model=model,
        file_name=file_name,
        prompt=recipe.prompt,
        settings=carried.parameters,
        assets=assets,
        parent=_parent(recipe, find_generation),
        missing_model="" if named else recipe.model,
        dropped=tuple(name[:MOST_CHARACTERS] for name in (*carried.dropped, *foreign)[:MOST_NAMED]),
        missing_count=missing_count,
    )


def _inputs(recipe: Recipe, model: CatalogModel, find_asset: FindAsset) -> tuple[tuple[tuple[str, Asset], ...], int]:
    """Return the files that go into the model's roles, and how many of those that were given do not.

    Whether a file fits its role is told by its tile, as for any other.
    """
    roles = {row.role: row for row in model.inputs.all()}
    found: list[tuple[str, Asset]] = []
    for one in recipe.inputs:
        row = roles.get(one.role)
        room = row.max_count - sum(role == one.role for role, _asset in found) if row else 0
        if row is None or one.asset_id is None or room <= 0:
            continue
        try:
            found.append((one.role, find_asset(one.asset_id)))
        except Http404:
            continue
    return tuple(found), len(recipe.inputs) - len(found)


def _parent(recipe: Recipe, find_generation: FindGeneration) -> Generation | None:
    try:
        return find_generation(recipe.generation_id) if recipe.generation_id else None
    except Http404:
        return None
