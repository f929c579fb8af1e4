from __future__ import annotations

import pytest

from generations.relay.joint import Joint, repeated_length

BEFORE = "The harbour lies still, and the lamp goes on over the"


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        ([" quay", ", at last."], " quay, at last."),
        (["and the lamp goes on over the", " quay."], " quay."),
        (["and ", "the ", "lamp goes", " on over the quay."], " quay."),
        (["the quay"], " quay"),
        (["the ", "harbour again"], " harbour again"),
        (["\n\nA new paragraph."], "\n\nA new paragraph."),
        ([], ""),
    ],
)
def test_what_the_model_says_again_is_taken_away(pieces: list[str], shown: str) -> None:
    joint = Joint(BEFORE)

    assert "".join(joint.take(piece) for piece in pieces) + joint.rest() == shown


def test_a_word_that_was_cut_and_is_begun_again_stands_once() -> None:
    joint = Joint("We plan the prod")

    assert joint.take("production") + joint.take(" now") + joint.rest() == "uction now"


def test_chinese_that_is_said_again_stands_once() -> None:
    joint = Joint("第一镜:空无一人的港口,蓝调时刻,一盏灯亮起,")

    assert joint.take("空无一人的港口,蓝调时刻,一盏灯亮起,海浪") + joint.rest() == "海浪"


def test_a_little_that_is_the_same_by_chance_stays() -> None:
    assert repeated_length("a, b", "b, c") == 0
    assert repeated_length("好,", "好,") == 0


def test_without_words_before_nothing_is_held_back() -> None:
    assert Joint("").take("the") == "the"
