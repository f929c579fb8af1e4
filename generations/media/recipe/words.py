"""What a recipe says: the request that a file came from, as JSON that another studio, or a later one, understands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from generations.media.recipe.label import label_of
from generations.models import Asset, Generation

FORMAT = "studio-recipe/1"
# A prompt has 20,000 characters at most, so a recipe that is larger is none of ours.
MOST_BYTES = 256 * 1024
MOST_SETTINGS = 100
MOST_INPUTS = 50
MOST_PROMPT_CHARACTERS = 50_000
MOST_VALUE_CHARACTERS = 500


class RecipeUnreadableError(Exception):
    """Something stands where a recipe would, and it is none that can be read."""


@dataclass(frozen=True, slots=True)
class Inscription:
    """All that is written into one file: `recipe` and `label` are JSON, `description` is the prompt."""

    recipe: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class RecipeInput:
    """A file that was given: its role, and the public id that it had in the studio where this was made."""

    role: str
    asset_id: UUID | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe as it was read: strings, numbers and truth values of bounded length, all of them claims."""

    model: str
    kind: str
    prompt: str
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    inputs: tuple[RecipeInput, ...] = ()
    generation_id: UUID | None = None


def inscription_of(generation: Generation, asset: Asset, *, producer: str) -> Inscription:
    """Return what is written into a file of a generation; its model and inputs must be loaded."""
    return Inscription(
        recipe=json.dumps(recipe_of(generation), ensure_ascii=False, separators=(",", ":")),
        label=label_of(asset, producer=producer),
        description=generation.prompt,
    )


def recipe_of(generation: Generation) -> dict[str, Any]:
    """Return the recipe of a generation as JSON values."""
    return {
        "format": FORMAT,
        "generation": str(generation.public_id),
        "made_at": generation.created_at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "kind": generation.kind,
        "model": generation.model.gateway_name,
        "prompt": generation.prompt,
        "parameters": generation.parameters,
        "used": generation.resolved,
        "inputs": [
            {"role": one.role, "asset": str(one.asset.public_id), "sha256": one.asset.sha256}
            for one in generation.inputs.all()
        ],
    }


def read_recipe(text: str) -> Recipe:
    """Return what a recipe claims, everything else of it left out.

    Raises: RecipeUnreadableError for what is too long, no JSON, nested without end, or of another format.
    """
    if len(text) > MOST_BYTES:
        raise RecipeUnreadableError
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise RecipeUnreadableError from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise RecipeUnreadableError
    return Recipe(
        model=_text(found.get("model"), most=120),
        kind=_text(found.get("kind"), most=20),
        prompt=_text(found.get("prompt"), most=MOST_PROMPT_CHARACTERS),
        parameters=_parameters(found),
        inputs=_inputs(found.get("inputs")),
        generation_id=_id(found.get("generation")),
    )


def _parameters(found: dict[str, Any]) -> dict[str, str | int | float | bool]:
    asked = found.get("parameters")
    used = found.get("used")
    values = {**({"seed": used["seed"]} if isinstance(used, dict) and "seed" in used else {})}
    values |= asked if isinstance(asked, dict) else {}
    kept = {}
    for name, value in list(values.items())[:MOST_SETTINGS]:
        if isinstance(value, str | int | float | bool) and len(name) <= 60 and len(str(value)) <= MOST_VALUE_CHARACTERS:
            kept[_text(name, most=60)] = _text(value, most=MOST_VALUE_CHARACTERS) if isinstance(value, str) else value
    return kept


def _inputs(found: object) -> tuple[RecipeInput, ...]:
    rows = found if isinstance(found, list) else []
    return tuple(
        RecipeInput(role=_text(row.get("role"), most=30), asset_id=_id(row.get("asset")))
        for row in rows[:MOST_INPUTS]
        if isinstance(row, dict)
    )


def _text(value: object, *, most: int) -> str:
    # Surrogates and NUL cannot be stored, and no keyboard makes them.
    text = value if isinstance(value, str) else ""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")[:most]


def _id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        return None


def _refuse(name: str) -> float:
    raise ValueError(name)
