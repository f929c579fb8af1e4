"""Replies in plain words, as a thread's card shows them."""

import pytest

from generations.library.excerpts import plain_words


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## About\n\n- **Ask** for *less*.\n- Keep `it`.", "About Ask for less. Keep it."),
        ("自带的*沙盒*:**不花**一分钱", "自带的沙盒:不花一分钱"),
        ("| A | B |\n| --- | :-: |\n| one | two |", "A · B one · two"),
        ("See [the page](https://example.com/a_(b)) now", "See the page now"),
        ("```python\nprint(1)\n```\nDone", "print(1) Done"),
        ("> quoted\n\n---\n\nafter", "quoted after"),
        ("- [x] done\n- [ ] open", "done open"),
        ("1. first\n2. second", "1. first 2. second"),
        ("# Title\n=====\ntext", "Title text"),
    ],
)
def test_marks_become_plain_words(markdown: str, words: str) -> None:
    assert plain_words(markdown) == words


@pytest.mark.parametrize("text", ["snake_case_name stays", "2*3*4 = 24", "a - b", "5 > 3", "#hash and C#", "a | b"])
def test_signs_that_are_no_marks_stay(text: str) -> None:
    assert plain_words(text) == text


@pytest.mark.parametrize("text", ["Short **version", "Short `version", "Short [version](https://e", "Short version **"])
def test_a_mark_that_the_end_cuts_in_two_goes(text: str) -> None:
    assert plain_words(text) == "Short version"


def test_long_runs_of_marks_take_no_time() -> None:
    for run in ("*" * 5_000, "[" * 5_000, "`" * 5_000, "- " * 2_500, "|" * 5_000, "_a" * 2_500):
        plain_words(run)
