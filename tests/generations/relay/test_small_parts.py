from __future__ import annotations

import json

import pytest

from generations.relay.context import estimate_tokens
from generations.relay.events import Position, StreamEvent, read_position
from generations.relay.incoming import IncomingText
from generations.relay.titles import first_words


def test_an_event_is_one_line_of_json_behind_its_name_and_position() -> None:
    wire = StreamEvent("text", Position(12, 3), {"text": "a\nb\r\u2028é"}).encode().decode()

    lines = wire.split("\n")
    assert lines[:2] == ["id: 12-3", "event: text"]
    assert json.loads(lines[2].removeprefix("data: ")) == {"text": "a\nb\r\u2028é"}
    assert lines[3:] == ["", ""]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("12", Position(12)),
        ("12-3", Position(12, 3)),
        (" 7 ", Position(7)),
        ("12.5", Position(12, settled=5)),
        ("12.5-3", Position(12, 3, 5)),
    ],
)
def test_a_position_is_read_as_it_was_written(text: str, position: Position) -> None:
    assert read_position(text) == position


@pytest.mark.parametrize("position", [Position(), Position(7), Position(7, 2), Position(7, 2, 5), Position(7, 0, 5)])
def test_a_position_comes_back_as_it_was(position: Position) -> None:
    assert read_position(str(position)) == position


@pytest.mark.parametrize("text", ["", "x", "-1", "1-", "1.", "1.5.2", "9" * 30])
def test_a_position_that_nobody_wrote_is_none(text: str) -> None:
    assert read_position(text) is None


def test_a_pair_of_surrogates_torn_apart_is_joined_again() -> None:
    incoming = IncomingText()

    assert incoming.take("a\ud83d") + incoming.take("\ude00b") + incoming.rest() == "a😀b"


def test_what_no_database_holds_is_replaced() -> None:
    incoming = IncomingText()

    assert incoming.take("a\x00b\r\nc\udc00d\ud800") + incoming.rest() == "a\ufffdb\nc\ufffdd\ufffd"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Short", "Short"),
        ("\n\n## A *marked* title\nmore", "A marked title"),
        ("word " * 30, "word word word word word word word word word word word word…"),
        ("很" * 80, "很" * 60 + "…"),
        ("***", ""),
    ],
)
def test_a_title_is_the_first_words(text: str, title: str) -> None:
    assert first_words(text) == title


def test_a_chinese_character_is_about_one_token_and_four_latin_letters_are() -> None:
    assert estimate_tokens("你好") == 2
    assert estimate_tokens("12345678") == 2
    assert estimate_tokens("") == 0
