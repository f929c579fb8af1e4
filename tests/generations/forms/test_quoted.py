"""Words of a chat as a prompt."""

from __future__ import annotations

import pytest

from generations.forms.quoted import as_prompt


@pytest.mark.parametrize(
    ("markdown", "prompt"),
    [
        ("A **calm** harbour at _dawn_.", "A calm harbour at dawn."),
        ("# Title\n\n- one\n- two\n1. three", "Title\n\none\ntwo\nthree"),
        ("> quoted\n\n---\n\nend", "quoted\n\nend"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b\n1, 2"),
        ("```text\nraw *stays*\n```", "raw stays"),
        ("see [the map](https://example.org) of snake_case", "see the map of snake_case"),
        ("山间**晨雾**，水墨", "山间晨雾，水墨"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_a_prompt_has_the_words_without_the_marks(markdown: str, prompt: str) -> None:
    assert as_prompt(markdown, max_characters=1_000) == prompt


def test_a_long_message_is_cut_to_what_the_model_takes() -> None:
    assert len(as_prompt("word " * 10_000, max_characters=200)) <= 200


def test_the_worst_text_costs_no_time() -> None:
    for text in ("*" * 200_000, "[" * 100_000, "|" * 200_000, "-" * 200_000 + "x", "_ " * 100_000, "- " * 100_000):
        as_prompt(text, max_characters=20_000)
