"""Form fields of a model's parameters: its values, limits and conditions, as its catalogue rows say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from generations.forms.labels import HINTS, parameter_label, value_label
from generations.models import ModelParameter

SIZE = re.compile(r"([1-9][0-9]{0,4})\s*[x×*]\s*([1-9][0-9]{0,4})", re.IGNORECASE)
RATIO = re.compile(r"\d+:\d+")
# Source: https://developers.openai.com/api/reference/resources/images/methods/generate.md
SIDE_STEP = 16
LONGEST_SIDE = 3840
WIDEST_RATIO = 3
FEWEST_PIXELS = 655_360
MOST_PIXELS = 8_294_400
# Up to so many whole numbers are a list to choose from; more are a number to type.
LONGEST_LIST = 20


class ParameterField(forms.Field):
    """One parameter. Cleans to the value that the gateway's JSON wants, or None for "not sent"."""

    def __init__(self, parameter: ModelParameter) -> None:
        super().__init__(required=False, label=parameter_label(parameter), help_text=HINTS.get(parameter.name, ""))
        self.parameter = parameter

    def clean(self, value: object) -> str | int | float | bool | None:
        """Return the value within the parameter's limits; the default when nothing was sent.

        Raises: ValidationError with the limits in words.
        """
        text = str(value if value is not None else "").strip()
        if text == "":
            return self.parameter.default_value
        return parameter_value(self.parameter, text)


def parameter_value(parameter: ModelParameter, text: str) -> str | int | float | bool:
    """Return a parameter's value from text.

    Raises: ValidationError when the catalogue does not allow it.
    """
    kind = ModelParameter.Type
    if parameter.type in {kind.INTEGER, kind.NUMBER}:
        return _number(parameter, text)
    if parameter.type == kind.BOOLEAN:
        if text.lower() not in {"true", "false", "on", "off", "1", "0", "yes", "no"}:
            raise ValidationError(_("This is on or off."))
        return parameter.read(text)
    if text in parameter.value_list:
        return text
    if parameter.type == kind.SIZE:
        return _size(text)
    raise ValidationError(_("Choose one of: %(values)s.") % {"values": _listed(parameter)})


def offered_values(parameter: ModelParameter) -> list[tuple[str, Any]]:
    """Return the values to choose from with their names; empty for a number that has to be typed."""
    kind = ModelParameter.Type
    values: list[str] = []
    if parameter.type in {kind.CHOICE, kind.SIZE}:
        values = parameter.value_list
    elif parameter.type == kind.INTEGER and parameter.minimum is not None and parameter.maximum is not None:
        lowest, highest = int(parameter.minimum), int(parameter.maximum)
        if highest - lowest < LONGEST_LIST and parameter.default:
            values = [*map(str, range(lowest, highest + 1)), *parameter.value_list]
    return [(value, value_label(parameter.name, value)) for value in values]


def kept_value(parameter: ModelParameter, values: Mapping[str, Any], *, name: str = "") -> tuple[str, bool]:
    """Return an earlier value of a parameter as text, and whether this parameter still allows it."""
    earlier = values.get(name or parameter.name)
    if earlier is None:
        return "", False
    text = str(earlier).lower() if isinstance(earlier, bool) else str(earlier).strip()
    try:
        parameter_value(parameter, text)
    except ValidationError:
        return text, text == "" and parameter.default == ""
    return text, True


def _number(parameter: ModelParameter, text: str) -> int | float:
    refused = ValidationError(_limits_in_words(parameter))
    if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?", text):
        raise refused
    if parameter.type == ModelParameter.Type.INTEGER and "." in text:
        raise refused
    number = Decimal(text)
    specials = {Decimal(special) for special in parameter.value_list}
    too_small = parameter.minimum is not None and number < parameter.minimum
    too_large = parameter.maximum is not None and number > parameter.maximum
    if (too_small or too_large) and number not in specials:
        raise refused
    return int(text) if parameter.type == ModelParameter.Type.INTEGER else float(text)


def _limits_in_words(parameter: ModelParameter) -> str:
    lowest = _plain(parameter.minimum)
    highest = _plain(parameter.maximum)
    words = {"lowest": lowest, "highest": highest, "values": _listed(parameter)}
    is_whole = parameter.type == ModelParameter.Type.INTEGER
    if lowest and highest and parameter.value_list:
        return _("Enter a number from %(lowest)s to %(highest)s, or choose: %(values)s.") % words
    if lowest and highest:
        return _("Enter a number from %(lowest)s to %(highest)s.") % words
    if lowest:
        return _("Enter a number of at least %(lowest)s.") % words
    if highest:
        return _("Enter a number of at most %(highest)s.") % words
    return _("Enter a whole number.") if is_whole else _("Enter a number.")


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _listed(parameter: ModelParameter) -> str:
    return ", ".join(str(value_label(parameter.name, value)) for value in parameter.value_list)


def _size(text: str) -> str:
    found = SIZE.fullmatch(text)
    if not found:
        raise ValidationError(_("Write a size as width × height in pixels, for instance 1536 × 1024."))
    width, height = int(found[1]), int(found[2])
    if width % SIDE_STEP or height % SIDE_STEP:
        raise ValidationError(_("Width and height must be divisible by 16."))
    if max(width, height) > LONGEST_SIDE:
        raise ValidationError(_("No side may be longer than 3840 pixels."))
    if max(width, height) > WIDEST_RATIO * min(width, height):
        raise ValidationError(_("The ratio must lie between 1:3 and 3:1."))
    if not FEWEST_PIXELS <= width * height <= MOST_PIXELS:
        raise ValidationError(_("Width × height must lie between 655,360 and 8,294,400 pixels."))
    return f"{width}x{height}"
