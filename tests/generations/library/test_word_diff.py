"""Differences between two prompts: word by word, sign by sign in Chinese, and both texts whole."""

from __future__ import annotations

import random

import pytest

from generations.library.word_diff import ADDED, REMOVED, SAME, diff


def test_words_that_came_and_went_are_told_apart() -> None:
    stretches = [(one.what, one.text) for one in diff("a red fox runs in snow", "a small fox runs in deep snow")]

    assert stretches == [
        (SAME, "a "),
        (REMOVED, "red"),
        (ADDED, "small"),
        (SAME, " fox runs in "),
        (ADDED, "deep "),
        (SAME, "snow"),
    ]


def test_chinese_is_compared_sign_by_sign() -> None:
    stretches = [(one.what, one.text) for one in diff("雪地里的狐狸", "雪地里的一只赤狐狸,晨光")]

    assert stretches == [(SAME, "雪地里的"), (ADDED, "一只赤"), (SAME, "狐狸"), (ADDED, ",晨光")]


@pytest.mark.parametrize("seed", range(8))
def test_both_texts_can_be_read_from_a_difference(seed: int) -> None:
    chance = random.Random(seed)
    signs = ["fox ", "雪", "，", "\n", "night ", "100% ", "{{a}} "]
    before = "".join(chance.choices(signs, k=60 if seed < 6 else 4_000))
    after = "".join(chance.choices(signs, k=60 if seed < 6 else 4_000))

    stretches = diff(before, after)

    assert "".join(one.text for one in stretches if one.what != ADDED) == before
    assert "".join(one.text for one in stretches if one.what != REMOVED) == after
