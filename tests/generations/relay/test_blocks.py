from __future__ import annotations

import pytest

from generations.relay.blocks import is_harmless, open_end, settled_end
from generations.relay.markdown import CARET


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("", ""),
        ("half a line", ""),
        ("one line\n", ""),
        ("one line\n\n", "one line\n"),
        ("one line\n\nnext", "one line\n"),
        ("# Title\n", "# Title\n"),
        ("text\n---\n", "text\n---\n"),
        ("- a\n- b\n\n", ""),
        ("- a\n\nafter\n", "- a\n"),
        ("```py\nx = 1\n", ""),
        ("```py\nx = 1\n```\n", "```py\nx = 1\n```\n"),
        ("~~~\n```\n", ""),
        ("| a |\n|---|\n| 1 |\n", ""),
        ("| a |\n|---|\n| 1 |\n\n", "| a |\n|---|\n| 1 |\n"),
        ("text\n***", ""),
        ("    code\n\n", ""),
    ],
)
def test_a_block_is_settled_once_nothing_can_change_it(text: str, settled: str) -> None:
    assert text[: settled_end(text)].rstrip("\n") == settled.rstrip("\n")


def test_what_is_settled_only_grows() -> None:
    text = "# T\n\nA *b*\nc\n\n- x\n  - y\n\n```\nq\n\n```\n| a |\n|---|\n| 1 |\n\n> z\n\nend\n"

    ends = [settled_end(text[:length]) for length in range(len(text) + 1)]

    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("tail", "source"),
    [
        ("some **bo", f"some **bo{CARET}**"),
        ("some **bold**", f"some **bold{CARET}**"),
        ("some `co", f"some `co{CARET}`"),
        ("some ~~st", f"some ~~st{CARET}~~"),
        ("see [the page](https://exa", f"see the page{CARET}"),
        ("a line\n-", f"a line{CARET}"),
        ("a line\n1.", f"a line{CARET}"),
        ("```py\nx = `", f"```py\nx = `{CARET}"),
    ],
)
def test_marks_that_are_half_written_do_not_flash_up(tail: str, source: str) -> None:
    assert open_end(tail).source == source


@pytest.mark.parametrize("tail", ["a line\n", "a line\n-", "some **bold**", "see [x](https://e"])
def test_an_end_whose_next_character_may_change_it_does_not_simply_grow(tail: str) -> None:
    assert not open_end(tail).may_grow


def test_only_plain_words_are_harmless() -> None:
    assert is_harmless(" words, and 中文。")
    assert not any(is_harmless(text) for text in ("*", "a\n", "_", "`x", "[", "<b", "&", "|", "\\", "#", "a - b"))
