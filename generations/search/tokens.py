"""One tokenizer for both databases: what is written to the index and what is asked of it are cut the same way.

Text is brought to one form first (NFKC, lower case), so that full-width and half-width are the same. Runs of Latin
letters, of other alphabets and of digits are words. Runs of Chinese, Japanese and Korean, which put no blanks
between words, become overlapping pairs, and their single characters beside them, so that one character is found
without reading a range of the index.

What lists filter by is a token too (*facet*), marked by a sign that no word can hold; so a filter is answered inside
the index, together with the words.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

# PostgreSQL cuts longer words without a word about it.
TOKEN_MAX_CHARACTERS = 64
DOCUMENT_MAX_TOKENS = 8_000
# A part of a longer text is read from both of its ends. Units: characters.
PART_MAX_CHARACTERS = 8_000
FACET_SIGN = "§"
# Kana, bopomofo, hangul, and the ideographs of all planes. The sign of repetition belongs to the words before it.
_CJK = (
    "\u3005\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK_RUN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(rf"(?:(?![{_CJK}])[^\W_])+")
_UNIT = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])[^\W_])+")
# Levels of cost, in steps of about a quarter, from a hundredth to a hundred thousand of the currency.
_COST_STEPS = tuple(Decimal(digit) * Decimal(10) ** power for power in range(-3, 5) for digit in (1, 2, 3, 5, 7))


def normalize(text: str) -> str:
    """Return a text in the form in which texts are compared."""
    return unicodedata.normalize("NFKC", text).lower()


def words_of(normal: str) -> list[str]:
    """Return the words of a normalized text outside of Chinese, Japanese and Korean, cut to their longest length."""
    return [word[:TOKEN_MAX_CHARACTERS] for word in _WORD.findall(normal)]


def runs_of(normal: str) -> list[str]:
    """Return the runs of Chinese, Japanese and Korean in a normalized text."""
    return _CJK_RUN.findall(normal)


def units_of(normal: str) -> list[str]:
    """Return words and runs of a normalized text in their order."""
    return _UNIT.findall(normal)


def is_run(unit: str) -> bool:
    """Tell whether a unit is a run of Chinese, Japanese or Korean."""
    return _CJK_RUN.match(unit) is not None


def cut(word: str) -> str:
    """Return a word as the index holds it."""
    return word[:TOKEN_MAX_CHARACTERS]


def pairs_of(run: str) -> list[str]:
    """Return the overlapping pairs of a run; of a single character, itself."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def text_tokens(parts: Iterable[str]) -> list[str]:
    """Return the tokens of a document's texts, each once, at most as many as a document may have."""
    found: dict[str, None] = {}
    for part in parts:
        normal = normalize(_ends_of(part))
        found.update(dict.fromkeys(words_of(normal)))
        for run in runs_of(normal):
            found.update(dict.fromkeys(pairs_of(run)))
            found.update(dict.fromkeys(run))
        if len(found) >= DOCUMENT_MAX_TOKENS:
            break
    return list(found)[:DOCUMENT_MAX_TOKENS]


def owner_facet(person_id: int) -> str:
    """Return the token of items that are a person's own and not in the trash."""
    return f"{FACET_SIGN}o{person_id}"


def trash_facet(person_id: int) -> str:
    """Return the token of items in a person's trash; they have neither an owner's nor the team's."""
    return f"{FACET_SIGN}x{person_id}"


TEAM_FACET = f"{FACET_SIGN}team"


def kind_facet(kind: str) -> str:
    """Return the token of a kind."""
    return f"{FACET_SIGN}k{kind}"


def model_facet(model_id: int) -> str:
    """Return the token of a model."""
    return f"{FACET_SIGN}m{model_id}"


def status_facet(status: str) -> str:
    """Return the token of a status as the index knows it (see `index_status`)."""
    return f"{FACET_SIGN}s{status}"


def visibility_facet(visibility: str) -> str:
    """Return the token of a visibility."""
    return f"{FACET_SIGN}v{visibility}"


def favourite_facet(person_id: int) -> str:
    """Return the token of a person's favourites."""
    return f"{FACET_SIGN}f{person_id}"


def board_facet(board_id: int) -> str:
    """Return the token of a board."""
    return f"{FACET_SIGN}b{board_id}"


def tag_facet(tag_id: int) -> str:
    """Return the token of a tag."""
    return f"{FACET_SIGN}t{tag_id}"


def cost_facet(amount: Decimal) -> str:
    """Return the token of the level that a cost belongs to."""
    return f"{FACET_SIGN}c{_cost_level(amount)}"


def cost_facets(*, above: Decimal | None, below: Decimal | None) -> list[str]:
    """Return the tokens of all levels that hold a cost above and below these bounds; the outer ones hold others too."""
    first = 0 if above is None else _cost_level(above)
    last = len(_COST_STEPS) if below is None else _cost_level(below)
    return [f"{FACET_SIGN}c{level}" for level in range(first, last + 1)]


def is_cost_step(amount: Decimal) -> bool:
    """Tell whether a level begins with exactly this cost, so that the index alone can tell what is below it."""
    return amount in _COST_STEPS


def _cost_level(amount: Decimal) -> int:
    return bisect.bisect_right(_COST_STEPS, amount)


def _ends_of(part: str) -> str:
    if len(part) <= 2 * PART_MAX_CHARACTERS:
        return part
    return f"{part[:PART_MAX_CHARACTERS]} {part[-PART_MAX_CHARACTERS:]}"
