"""The small form that fills a template in: a field for each variable, and the prompt that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generations.library import template_syntax
from generations.library.template_syntax import Part, Variable
from generations.models import PromptTemplate

PREFIX = "v-"


@dataclass(frozen=True, slots=True)
class Field:
    """One variable with what stands in its field, and what is wrong with that."""

    number: int
    variable: Variable
    value: str
    error: str = ""

    @property
    def name(self) -> str:
        """The field's name in the form: by number, since a variable may be called anything."""
        return f"{PREFIX}{self.number}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the preview: words, what was filled in, or a place that is still open."""

    text: str
    is_filled: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """A template being filled in. `prompt` is empty while a value is missing or does not fit."""

    template: PromptTemplate
    fields: tuple[Field, ...]
    pieces: tuple[Piece, ...]
    prompt: str

    @property
    def is_complete(self) -> bool:
        """Whether every value fits."""
        return not any(field.error for field in self.fields)


def fill(template: PromptTemplate, given: Mapping[str, str]) -> Filling:
    """Return a template with the values of a form; variables that the form does not name take their default."""
    parsed = template_syntax.read(template.text)
    fields = []
    values: dict[str, str] = {}
    for number, variable in enumerate(parsed.variables, start=1):
        value = given.get(f"{PREFIX}{number}", variable.default)
        error = ""
        try:
            values[variable.name] = variable.read(value)
        except template_syntax.ValueRefusedError as refused:
            error = str(refused)
        fields.append(Field(number, variable, value, error))
    filling = Filling(template, tuple(fields), tuple(_piece(part, values) for part in parsed.parts), "")
    if not filling.is_complete:
        return filling
    return Filling(template, filling.fields, filling.pieces, parsed.fill(values))


def _piece(part: Part, values: Mapping[str, str]) -> Piece:
    if part.variable is None:
        return Piece(part.text)
    value = values.get(part.variable.name)
    return Piece(part.variable.name, is_open=True) if value is None else Piece(value, is_filled=True)
