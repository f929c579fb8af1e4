from __future__ import annotations

import unicodedata

import pytest

from generations.library.file_names import MOST_BYTES, MOST_CHARACTERS, NameBook, name_words


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A lighthouse in the fog", "A lighthouse in the fog"),
        ("雾中的灯塔，海面平静", "雾中的灯塔，海面平静"),
        ("مَنارة في الضباب", "مَنارة في الضباب"),
        ("घाट पर सुबह", "घाट पर सुबह"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("../../etc/passwd", "etc passwd"),
        ("  \n\t two\nlines  ", "two lines"),
        ("ends with dots...", "ends with dots"),
        ("nul\x00 bell\x07", "nul bell"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👩\u200d🚀 walks", "👩\u200d🚀 walks"),
        ("cafe\u0301", "café"),
        ("", ""),
        ("???", ""),
    ],
)  # fmt: skip
def test_the_first_words_of_any_script_become_a_name(prompt: str, expected: str) -> None:
    assert name_words(prompt) == expected


@pytest.mark.parametrize("prompt", ["word " * 400, "海" * 20_000, "🐙" * 500, "e\u0301" * 500, "q\u0323\u0307" * 300])
def test_a_long_prompt_is_cut_where_no_letter_breaks(prompt: str) -> None:
    words = name_words(prompt)

    assert 0 < len(words) <= MOST_CHARACTERS
    assert len(words.encode()) <= MOST_BYTES
    assert unicodedata.normalize("NFC", prompt).startswith(words)
    rest = unicodedata.normalize("NFC", prompt)[len(words) :]
    assert not unicodedata.combining(rest[0])


def test_equal_names_are_numbered_whatever_their_case() -> None:
    book = NameBook(is_by_day=False)

    names = [book.name(day="2026-11-25", words=words, suffix="png") for words in ("Fog", "fog", "FOG", "fog (2)")]

    assert names == [
        "2026-11-25 Fog.png",
        "2026-11-25 fog (2).png",
        "2026-11-25 FOG (3).png",
        "2026-11-25 fog (2) (2).png",
    ]
    assert len({name.casefold() for name in names}) == 4


def test_a_name_that_looks_numbered_already_is_never_given_twice() -> None:
    book = NameBook(is_by_day=False)

    names = [book.name(day="d", words=words, suffix="png") for words in ("a (2)", "a", "a", "a")]

    assert len(set(names)) == 4


def test_where_days_stand_together_older_ones_are_forgotten() -> None:
    book = NameBook(is_by_day=True)
    for day in ("2026-11-25", "2026-11-24", "2026-11-23"):
        assert book.name(day=day, words="x", suffix="png") == f"{day} x.png"
        assert book.name(day=day, words="x", suffix="png") == f"{day} x (2).png"

    assert len(book._taken) == 2
