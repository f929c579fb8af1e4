"""The language of templates: a prompt with places in double braces, each filled in by a person.

    A {{animal}} on {{surface: linen | oak | wet stone = oak}}, {{count: 1-9 = 3}} of them, {{light = soft light}}

`name` alone takes any text; behind a colon stand choices, separated by bars, or the bounds of a number (`number`, or
`1-9`); behind an equals sign stands what is filled in at first. A name that stands again means the same. Full-width
signs count as their half-width twins, and a backslash before the braces leaves them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

MOST_VARIABLES = 20
MOST_CHOICES = 30
NAME_MAX_CHARACTERS = 40
VALUE_MAX_CHARACTERS = 2_000
NUMBER_WORDS = frozenset({"number", "数字"})
_PLACE = re.compile(r"\\\{\{|\{\{(?P<inside>.*?)\}\}", re.DOTALL)
_BOUNDS = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:-|–|~|\.\.)\s*(-?\d+(?:\.\d+)?)")
_SIGNS = str.maketrans({"：": ":", "｜": "|", "＝": "="})
TEXT, CHOICE, NUMBER = "text", "choice", "number"


class TemplateSyntaxError(ValueError):
    """Something in a template cannot be read; the message is for the person who wrote it."""


class ValueRefusedError(ValueError):
    """A value does not fit its variable; the message is for the person who filled it in."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One place to fill in. `choices` of a choice; `least` and `most` of a number that has bounds."""

    name: str
    type: str = TEXT
    choices: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    default: str = ""

    def read(self, value: str) -> str:
        """Return a value as it is put into the prompt; blank ends are dropped, nothing given means the default.

        Raises: ValueRefusedError.
        """
        text = value.strip() or self.default
        if not text:
            raise ValueRefusedError(_("Fill in “%(name)s”.") % {"name": self.name})
        if len(text) > VALUE_MAX_CHARACTERS:
            raise ValueRefusedError(_("A value has 2,000 characters at most."))
        if "\x00" in text:
            raise ValueRefusedError(_("The value holds characters that are not text. Delete them and try again."))
        if self.type == CHOICE and text not in self.choices:
            raise ValueRefusedError(_("Choose one of the values of “%(name)s”.") % {"name": self.name})
        if self.type == NUMBER:
            self._check_number(text)
        return text

    def _check_number(self, text: str) -> None:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueRefusedError(_("“%(name)s” is a number.") % {"name": self.name}) from None
        if not number.is_finite():
            raise ValueRefusedError(_("“%(name)s” is a number.") % {"name": self.name})
        if self.least is not None and self.most is not None and not self.least <= number <= self.most:
            message = _("“%(name)s” is a number from %(least)s to %(most)s.")
            raise ValueRefusedError(message % {"name": self.name, "least": self.least, "most": self.most})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a template: words, or a variable."""

    text: str
    variable: Variable | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A template, read."""

    parts: tuple[Part, ...]
    variables: tuple[Variable, ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the prompt with these values, by the variables' names. Raises: ValueRefusedError."""
        read = {one.name: one.read(values.get(one.name, "")) for one in self.variables}
        return "".join(read[part.variable.name] if part.variable else part.text for part in self.parts)


def read(text: str) -> Template:
    """Read a template.

    Raises: TemplateSyntaxError.
    """
    parts: list[Part] = []
    variables: dict[str, Variable] = {}
    at = 0
    for place in _PLACE.finditer(text):
        _add_words(parts, text[at : place.start()])
        at = place.end()
        if place["inside"] is None:
            parts.append(Part("{{"))
            continue
        parts.append(Part(place[0], _known(_variable(place["inside"]), variables)))
    _add_words(parts, text[at:])
    if len(variables) > MOST_VARIABLES:
        raise TemplateSyntaxError(_("A template has 20 variables at most."))
    return Template(tuple(parts), tuple(variables.values()))


def escape(text: str) -> str:
    """Return a prompt as a template that fills in to the same prompt."""
    return text.replace("{{", "\\{{")


def _add_words(parts: list[Part], words: str) -> None:
    if "{{" in words:
        raise TemplateSyntaxError(_("A “{{” is not closed by “}}”. Write \\{{ where no variable is meant."))
    if words:
        parts.append(Part(words))


def _known(found: Variable, variables: dict[str, Variable]) -> Variable:
    """Return the variable that a place means: the first one of its name, if this one says nothing else."""
    first = variables.setdefault(found.name, found)
    if found not in {first, Variable(found.name)}:
        message = _("“%(name)s” is described twice. Describe it where it stands first.")
        raise TemplateSyntaxError(message % {"name": found.name})
    return first


def _variable(inside: str) -> Variable:
    plain = inside.translate(_SIGNS)
    head, _equals, default = plain.partition("=")
    name, _colon, kind = head.partition(":")
    name, kind, default = " ".join(name.split()), kind.strip(), default.strip()
    if not name:
        raise TemplateSyntaxError(_("A variable has no name: write it like {{subject}}."))
    if len(name) > NAME_MAX_CHARACTERS or any(sign in name for sign in "{}|"):
        raise TemplateSyntaxError(_("A variable's name has 40 characters at most, without braces and bars."))
    variable = _typed(name, kind, default)
    if default:
        try:
            variable.read(default)
        except ValueRefusedError as error:
            raise TemplateSyntaxError(str(error)) from error
    return variable


def _typed(name: str, kind: str, default: str) -> Variable:
    if not kind or kind.lower() in {"text", "文字"}:
        return Variable(name, default=default)
    if kind.lower() in NUMBER_WORDS:
        return Variable(name, NUMBER, default=default)
    if bounds := _BOUNDS.fullmatch(kind):
        least, most = Decimal(bounds[1]), Decimal(bounds[2])
        if least > most:
            raise TemplateSyntaxError(_("The bounds of “%(name)s” are the wrong way round.") % {"name": name})
        return Variable(name, NUMBER, least=least, most=most, default=default)
    choices = tuple(dict.fromkeys(one.strip() for one in kind.split("|") if one.strip()))
    if len(choices) < 2:
        message = _("“%(name)s” needs at least two choices, separated by “|”, or “number”, or bounds such as 1-9.")
        raise TemplateSyntaxError(message % {"name": name})
    if len(choices) > MOST_CHOICES:
        raise TemplateSyntaxError(_("A variable has 30 choices at most."))
    return Variable(name, CHOICE, choices=choices, default=default)
