"""How text is cut into tokens."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.search import tokens


def test_words_are_runs_of_letters_and_digits_in_lower_case() -> None:
    assert tokens.text_tokens(["A Lighthouse, take_12!"]) == ["a", "lighthouse", "take", "12"]


def test_chinese_becomes_overlapping_pairs_and_single_characters() -> None:
    assert tokens.text_tokens(["沙丘晨光"]) == ["沙丘", "丘晨", "晨光", "沙", "丘", "晨", "光"]


def test_full_width_and_half_width_are_the_same() -> None:
    assert tokens.text_tokens(["ＡＢＣ１２"]) == tokens.text_tokens(["abc12"])
    assert tokens.text_tokens(["ﾊﾟﾝﾀﾞ"]) == tokens.text_tokens(["パンダ"])


def test_a_run_ends_where_the_alphabet_changes() -> None:
    assert tokens.text_tokens(["用AI画猫"]) == ["ai", "用", "画猫", "画", "猫"]


def test_each_token_stands_once() -> None:
    assert tokens.text_tokens(["猫 cat", "Cat 猫"]) == ["cat", "猫"]


def test_a_long_word_is_cut() -> None:
    assert tokens.text_tokens(["x" * 500]) == ["x" * 64]


def test_a_long_text_is_read_from_both_ends_and_a_document_has_an_end() -> None:
    text = " ".join(f"w{number}" for number in range(20_000))

    found = tokens.text_tokens([text])

    assert "w0" in found
    assert "w19999" in found
    assert len(found) <= tokens.DOCUMENT_MAX_TOKENS


@given(st.text(max_size=200))
def test_no_text_makes_a_token_that_an_index_cannot_hold(text: str) -> None:
    for token in tokens.text_tokens([text]):
        assert 0 < len(token) <= tokens.TOKEN_MAX_CHARACTERS
        assert not token.startswith(tokens.FACET_SIGN)
        assert not any(sign.isspace() or sign == "\x00" for sign in token)


@pytest.mark.parametrize(
    ("above", "below", "inside", "outside"),
    [("5", None, "5.01", "0.5"), (None, "1", "0.2", "30"), ("0.1", "0.3", "0.2", "7"), ("0", None, "0.001", None)],
)
def test_levels_of_cost_hold_every_cost_between_their_bounds(
    above: str | None, below: str | None, inside: str, outside: str | None
) -> None:
    found = tokens.cost_facets(above=Decimal(above) if above else None, below=Decimal(below) if below else None)

    assert tokens.cost_facet(Decimal(inside)) in found
    if outside:
        assert tokens.cost_facet(Decimal(outside)) not in found
