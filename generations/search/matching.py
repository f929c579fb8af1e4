"""Look a candidate up in the text itself, and show where the words stand in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generations.search import tokens
from generations.search.syntax import Term

ELLIPSIS = "…"


def holds(texts: Iterable[str], terms: Sequence[Term]) -> bool:
    """Tell whether texts hold every term, its words side by side."""
    wanted = [_needle(term) for term in terms]
    for text in texts:
        flat = _flat(text)
        wanted = [needle for needle in wanted if needle not in flat]
        if not wanted:
            return True
    return not wanted


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a text; `is_hit` where it is what was looked for."""

    text: str
    is_hit: bool = False


def pieces(text: str, terms: Sequence[Term], *, most_characters: int) -> list[Piece]:
    """Return a text, or the part of it around the first hit, cut into hits and what stands between them."""
    spans = _spans(text, terms)
    start = 0
    if spans and spans[0][1] > most_characters:
        # A little before the first hit, from the beginning of a word where there is one.
        start = max(0, spans[0][0] - most_characters // 4)
        blank = text.find(" ", start, spans[0][0])
        start = blank + 1 if blank >= 0 else start
    end = min(len(text), start + most_characters)
    found = [Piece(ELLIPSIS)] if start else []
    at = start
    for first, last in spans:
        if first >= end:
            break
        if first > at:
            found.append(Piece(text[at:first]))
        found.append(Piece(text[max(first, at) : min(last, end)], is_hit=True))
        at = max(at, min(last, end))
    if at < end:
        found.append(Piece(text[at:end]))
    if end < len(text):
        found.append(Piece(ELLIPSIS))
    return [piece for piece in found if piece.text]


def _needle(term: Term) -> str:
    units = term.units
    first = "" if tokens.is_run(units[0]) else " "
    last = "" if tokens.is_run(units[-1]) else " "
    return f"{first}{' '.join(units)}{last}"


def _flat(text: str) -> str:
    return f" {' '.join(tokens.units_of(tokens.normalize(text)))} "


def _spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where terms stand in a text, in order and without overlap."""
    normal, places = _with_places(text)
    marks = []
    for term in terms:
        units = term.units
        at = 0
        while (found := _find(normal, units, at)) is not None:
            marks.append((places[found[0]], places[found[1] - 1] + 1))
            at = found[1]
    merged: list[tuple[int, int]] = []
    for first, last in sorted(marks):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return a text normalized sign by sign, and for each sign of it where it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for normal in unicodedata.normalize("NFKC", sign).lower():
            signs.append(normal)
            places.append(place)
    return "".join(signs), places


def _find(normal: str, units: Sequence[str], at: int) -> tuple[int, int] | None:
    """Return the next place where units stand side by side, whatever signs are between them."""
    while (start := normal.find(units[0], at)) >= 0:
        end = start + len(units[0])
        if _stands_alone(normal, start, end, units[0]) and (last := _follow(normal, units[1:], end)) is not None:
            return start, last
        at = start + 1
    return None


def _follow(normal: str, units: Sequence[str], at: int) -> int | None:
    for unit in units:
        while at < len(normal) and not normal[at].isalnum():
            at += 1
        if not normal.startswith(unit, at) or not _stands_alone(normal, at, at + len(unit), unit):
            return None
        at += len(unit)
    return at


def _stands_alone(normal: str, start: int, end: int, unit: str) -> bool:
    """Tell whether a word is not a part of a longer one; Chinese has no such borders."""
    if tokens.is_run(unit):
        return True
    before = normal[start - 1] if start else " "
    after = normal[end] if end < len(normal) else " "
    return not any(sign.isalnum() and not tokens.is_run(sign) for sign in (before, after))
