"""What survives a change of model, and what has to be said about the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generations.forms.labels import SAME_MEANING, Text, parameter_label, role_label, value_label
from generations.forms.parameters import kept_value
from generations.models import CatalogModel, ModelParameter


@dataclass(frozen=True, slots=True)
class Carried:
    """The settings for the new model, and the names of those that it has no place for."""

    parameters: dict[str, str]
    dropped: tuple[str, ...]


def carry_over(
    values: Mapping[str, Any],
    *,
    to_model: CatalogModel,
    from_model: CatalogModel | None = None,
    roles: Sequence[str] = (),
) -> Carried:
    """Take settings over to a model. What stood at its default is dropped without a word."""
    rows = {row.name: row for row in to_model.parameters.all()}
    kept: dict[str, str] = {}
    for name, row in rows.items():
        source = name if name in values else SAME_MEANING.get(name, name)
        text, is_allowed = kept_value(row, values, name=source)
        if is_allowed:
            kept[name] = text
    dropped = _dropped_settings(values, kept, from_model=from_model) + _dropped_roles(roles, to_model)
    return Carried(parameters=kept, dropped=tuple(dropped))


def _dropped_settings(
    values: Mapping[str, Any], kept: Mapping[str, str], *, from_model: CatalogModel | None
) -> list[str]:
    found = []
    for row in from_model.parameters.all() if from_model else ():
        value = values.get(row.name)
        is_kept = row.name in kept or SAME_MEANING.get(row.name) in kept
        if is_kept or value in (None, "") or _is_default(row, value):
            continue
        label: Text = parameter_label(row)
        shown = value_label(row.name, row.read(str(value)) if row.type == ModelParameter.Type.BOOLEAN else value)
        found.append(f"{label} {shown}")
    return found


def _dropped_roles(roles: Sequence[str], to_model: CatalogModel) -> list[str]:
    taken = {row.role for row in to_model.inputs.all()}
    return [str(role_label(role)) for role in roles if role not in taken]


def _is_default(row: ModelParameter, value: object) -> bool:
    if row.type == ModelParameter.Type.BOOLEAN:
        return row.read(str(value)) == bool(row.default_value)
    return str(value) == row.default
