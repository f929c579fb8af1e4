"""What stands in a search box, read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.search import matching, syntax


def filters_of(text: str) -> list[tuple[str, str, str]]:
    return [(one.name, one.sign, one.value) for one in syntax.read(text).filters]


def words_of(text: str) -> list[str]:
    return [term.text for term in syntax.read(text).terms]


def test_words_phrases_and_filters_are_told_apart() -> None:
    query = 'fog kind:video "blue hour" cost>=5'

    assert words_of(query) == ["fog", "blue hour"]
    assert filters_of(query) == [("kind", ":", "video"), ("cost", ">=", "5")]


def test_full_width_signs_and_chinese_names_are_understood() -> None:
    assert filters_of("类型：视频　费用＞５ 标签：“夜 景”") == [
        ("kind", ":", "视频"),
        ("cost", ">", "5"),
        ("tag", ":", "夜 景"),
    ]


def test_what_only_looks_like_a_filter_is_a_word() -> None:
    assert words_of("16:9 http://example.com/x ratio:16:9 a:b kind>video") == [
        "16:9",
        "http://example.com/x",
        "ratio:16:9",
        "a:b",
        "kind>video",
    ]
    assert filters_of("ratio:16:9 kind>video") == []


def test_a_misspelled_filter_is_a_word_and_a_question() -> None:
    query = syntax.read("modle:seedance")

    assert [term.text for term in query.terms] == ["modle:seedance"]
    assert query.meant == (("modle", "model"),)


def test_a_filter_without_a_value_is_still_the_filter() -> None:
    assert filters_of("by: fog") == [("by", ":", "")]


def test_a_filter_can_be_taken_out_and_put_in() -> None:
    query = syntax.read('fog tag:"blue hour" kind:video sea')

    assert query.without(query.filters[0]) == "fog kind:video sea"
    assert query.with_filter("board", "Harbour film") == 'fog tag:"blue hour" kind:video sea board:"Harbour film"'
    assert query.without_all("kind").text == 'fog tag:"blue hour" sea'


def test_too_long_a_query_is_said_so() -> None:
    assert syntax.read("x" * 10_000).is_too_long
    assert not syntax.read("x" * 500).is_too_long


@pytest.mark.parametrize("text", ['"', '""', "%", "' OR 1=1 --", "AND OR NOT NEAR(", "kind:", "\x00", "*", "^:", "()"])
def test_no_sign_means_anything_to_a_database(text: str) -> None:
    query = syntax.read(text)

    for term in query.terms:
        assert all(token.isalnum() for token in term.index_tokens)


@given(st.text(max_size=120))
def test_any_text_can_be_read(text: str) -> None:
    query = syntax.read(text)

    for one in query.filters:
        assert len(query.without(one)) <= len(query.text)
    matching.pieces(text, query.terms, most_characters=40)


def pieces(text: str, query: str, most: int = 200) -> str:
    found = matching.pieces(text, syntax.read(query).terms, most_characters=most)
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in found)


def test_hits_are_marked_where_they_stand() -> None:
    assert pieces("A Fox in the fog, foxes", "fox FOG") == "A [Fox] in the [fog], foxes"
    assert pieces("ＤＵＮＥ 沙丘晨光", "dune 丘晨") == "[ＤＵＮＥ] 沙[丘晨]光"
    assert pieces("blue-hour, blue or hour", '"blue hour"') == "[blue-hour], blue or hour"


def test_the_part_around_the_first_hit_is_shown() -> None:
    shown = pieces("one two three " * 30 + "lighthouse and more " + "words " * 30, "lighthouse", most=60)

    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "[lighthouse]" in shown


@pytest.mark.parametrize(
    ("text", "query", "is_held"),
    [
        ("一只橘猫在草地上", "橘猫在", True),
        ("橘猫和猫在", "橘猫在", False),
        ("take-12 of it", "take-12", True),
        ("12 takes", "take-12", False),
        ("foxes", "fox", False),
        ("用AI画猫", "ai画猫", True),
        ("ＡＩ 画猫", "AI画", True),
    ],
)
def test_a_text_holds_a_term_only_in_one_piece(text: str, query: str, is_held: bool) -> None:
    assert matching.holds([text], syntax.read(query).terms) is is_held


def test_terms_may_stand_in_different_texts_of_one_item() -> None:
    assert matching.holds(["about cats", "关于景深的问题"], syntax.read("cats 景深的").terms)
