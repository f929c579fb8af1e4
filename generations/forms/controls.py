"""Settings as chips and fields: what each parameter of a model looks like in the composer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generations.forms.labels import Text
from generations.forms.media import MediaForm
from generations.forms.parameters import RATIO, offered_values
from generations.models import ModelParameter

ICONS = {"duration": "clock", "generate_audio": "sound", "n": "copy"}


@dataclass(frozen=True, slots=True)
class Option:
    """One value to choose."""

    value: str
    label: Text
    is_chosen: bool
    is_ratio: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One setting: `shape` is ratio, select, switch or number."""

    name: str
    label: Text
    shape: str
    value: str
    options: tuple[Option, ...]
    errors: tuple[str, ...]
    hint: Text
    icon: str
    is_advanced: bool
    is_off: bool
    condition_name: str
    condition_values: str
    is_size: bool = False
    other_value: str = ""
    other_errors: tuple[str, ...] = ()

    @property
    def chosen(self) -> Option | None:
        """The option that is chosen."""
        return next((option for option in self.options if option.is_chosen), None)

    @property
    def is_on(self) -> bool:
        """Whether a switch is on."""
        return self.value.lower() in {"true", "on", "1", "yes"}

    @property
    def all_errors(self) -> tuple[str, ...]:
        """What is wrong with it, also with the size typed by hand."""
        return self.errors + self.other_errors


def controls_of(form: MediaForm) -> tuple[Control, ...]:
    """Return the controls of a form's parameters, in the order of the catalogue."""
    values = values_of(form)
    return tuple(_control(form, row, values) for row in form.parameter_rows if row.name in form.fields)


def values_of(form: MediaForm) -> dict[str, str]:
    """Return what stands in every parameter's control: typed, remembered, or the model's default."""
    return {row.name: _value(form, row) for row in form.parameter_rows}


def sentences_of(form: MediaForm, name: str) -> tuple[str, ...]:
    """Return what is wrong with a field, in words."""
    return tuple(str(sentence) for sentence in form.errors.get(name, ())) if form.is_bound else ()


def _value(form: MediaForm, row: ModelParameter) -> str:
    if row.name not in form.fields:
        return row.default
    value = form[row.name].value()
    if value is None:
        return row.default
    return str(value).lower() if isinstance(value, bool) else str(value)


def _control(form: MediaForm, row: ModelParameter, values: dict[str, str]) -> Control:
    value = values[row.name]
    condition_name, _equals, condition_values = row.condition.partition("=")
    offered = offered_values(row)
    if row.type == ModelParameter.Type.SIZE and value and value not in dict(offered):
        offered = [*offered, (value, value)]
    options = tuple(
        Option(value=one, label=label, is_chosen=one == value, is_ratio=bool(RATIO.fullmatch(one)))
        for one, label in offered
    )
    other = f"{row.name}_other"
    has_other = other in form.fields
    return Control(
        name=row.name,
        label=form.fields[row.name].label or row.name,
        shape=_shape(row, options),
        value=value,
        options=options,
        errors=sentences_of(form, row.name),
        hint=form.fields[row.name].help_text,
        icon=ICONS.get(row.name, ""),
        is_advanced=row.is_advanced,
        is_off=not row.applies(values),
        condition_name=condition_name.strip(),
        condition_values=condition_values.replace("|", " "),
        is_size=has_other,
        other_value=str(form[other].value() or "") if has_other else "",
        other_errors=sentences_of(form, other) if has_other else (),
    )


def _shape(row: ModelParameter, options: Sequence[Option]) -> str:
    if row.type == ModelParameter.Type.BOOLEAN:
        return "switch"
    if not options:
        return "number"
    return "ratio" if any(option.is_ratio for option in options) else "select"
