"""Prompts: what is refused, and what is a text although it looks odd."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from generations.forms.prompts import PromptField


@pytest.mark.parametrize("text", ["Fog\x00", "Fog \ud800", "\udfff"])
def test_what_no_encoding_carries_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="not text"):
        PromptField(max_characters=100).clean(text)


@pytest.mark.parametrize("text", ["مرحبا \u200f world", "👩‍👩‍👧‍👦 🏴‍☠️", "一只橘猫", "a\nb"])
def test_marks_emoji_and_scripts_are_kept_as_typed(text: str) -> None:
    assert PromptField(max_characters=100).clean(text) == text


def test_blanks_alone_are_empty() -> None:
    assert PromptField(max_characters=100).clean(" \r\n\t　") == ""


def test_a_long_prompt_is_told_by_how_much() -> None:
    with pytest.raises(ValidationError, match=r"at most 20000 characters\. Shorten the prompt by 80000 characters"):
        PromptField(max_characters=20_000).clean("x" * 100_000)
