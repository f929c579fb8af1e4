"""What JSON can spell and no database column takes."""

from __future__ import annotations

import json

import pytest

from generations.gateway.envelopes import read_object
from generations.gateway.storable import storable
from generations.gateway.types import WireResponse


def parsed(body: str) -> object:
    headers = {"content-type": "application/json"}
    return read_object(WireResponse(status=200, headers=headers, body=body.encode()))


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        (r"a\u0000b", "a\ufffdb"),
        (r"a\ud83d", "a\ufffd"),
        (r"\uDC00a", "\ufffda"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\u0000", r"\u0000"),
    ],
)
def test_text_that_no_column_takes_gets_a_replacement(spelled: str, kept: str) -> None:
    assert parsed(f'{{"{spelled}": ["{spelled}"]}}') == {kept: [kept]}


@pytest.mark.parametrize(("spelled", "kept"), [("NaN", None), ("-Infinity", None), ("1e999", None), ("0.5", 0.5)])
def test_a_number_that_no_column_takes_is_none(spelled: str, kept: float | None) -> None:
    assert parsed(f'{{"seed": {spelled}}}') == {"seed": kept}


def test_other_values_stay_as_they_are() -> None:
    value = {"a": [1, 2.5, None, True, "水"]}

    assert storable(value) == value
    assert json.loads(json.dumps(storable(value))) == value
