"""Parameters: values, limits and sizes, as the catalogue's rows say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from generations.forms.parameters import ParameterField, kept_value, offered_values, parameter_value
from generations.models import ModelParameter


def whole(**more: object) -> ModelParameter:
    values = {"name": "duration", "type": "integer", "minimum": Decimal(4), "maximum": Decimal(15), "values": "-1"}
    return ModelParameter(**{**values, "default": "5", **more})  # type: ignore[arg-type]


def size() -> ModelParameter:
    return ModelParameter(name="size", type="size", values="auto,1024x1024", default="auto")


@pytest.mark.parametrize("text", ["4", "15", "-1"])
def test_a_number_within_its_limits_or_special_is_taken(text: str) -> None:
    assert parameter_value(whole(), text) == int(text)


@pytest.mark.parametrize("text", ["3", "16", "0", "-2", "4.5", "five", "1e1", "٥", "9" * 40, "NaN", ""])
def test_a_number_outside_its_limits_is_refused_with_them(text: str) -> None:
    with pytest.raises(ValidationError, match="4 to 15"):
        parameter_value(whole(), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("auto", "auto"), ("1024x1024", "1024x1024"), ("1536 x 1024", "1536x1024"), ("2160×3840", "2160x3840")],
)
def test_a_size_within_the_limits_is_written_as_the_gateway_wants_it(text: str, value: str) -> None:
    assert parameter_value(size(), text) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1000x1000", "divisible by 16"),
        ("3856x1024", "3840"),
        ("3072x1008", "1:3 and 3:1"),
        ("512x512", "655,360"),
        ("3840x3840", "8,294,400"),
        ("wide", "width × height"),
        ("0x0", "width × height"),
        ("1024x1024x1024", "width × height"),
    ],
)
def test_a_size_outside_the_limits_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        parameter_value(size(), text)


def test_a_value_outside_the_list_is_refused_with_the_list() -> None:
    row = ModelParameter(name="resolution", type="choice", values="480p,720p", default="720p")

    with pytest.raises(ValidationError, match="480p, 720p"):
        parameter_value(row, "1080p")


def test_nothing_sent_means_the_default_and_no_default_means_not_sent() -> None:
    assert ParameterField(whole()).clean(None) == 5
    assert ParameterField(whole(default="")).clean("") is None


def test_a_short_range_is_a_list_and_a_long_one_a_number_to_type() -> None:
    assert [value for value, _label in offered_values(whole())][-2:] == ["15", "-1"]
    assert offered_values(whole(maximum=Decimal(4_000_000))) == []


def test_an_earlier_value_is_kept_only_if_still_allowed() -> None:
    assert kept_value(whole(), {"duration": 8}) == ("8", True)
    assert kept_value(whole(maximum=Decimal(6)), {"duration": 8}) == ("8", False)
