"""Names for exported files: readable in any script, safe on every system, never twice the same."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 60
# Most file systems count bytes; date, number and suffix come on top.
MOST_BYTES = 180
# Source: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file (read 2026-11-25)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\s]+')
# Joiners belong to words of many scripts and to emoji; other signs of formatting can turn a name around.
_JOINERS = frozenset("\u200c\u200d")


def name_words(text: str) -> str:
    """Return the first words of a text as part of a file name; may be empty."""
    seen = "".join(sign if _is_seen(sign) else " " for sign in unicodedata.normalize("NFC", text[:500]))
    words = " ".join(_FORBIDDEN.sub(" ", seen).split()).strip(". ")
    short = words[:MOST_CHARACTERS]
    if len(words) > len(short) and " " in short[MOST_CHARACTERS // 2 :]:
        short = short[: short.rindex(" ")]
    while len(short.encode()) > MOST_BYTES or (
        short and unicodedata.combining(words[len(short) : len(short) + 1] or " ")
    ):
        short = short[:-1]
    return short.strip(". ,;:，。；：、\u200d")


class NameBook:
    """Gives every file a name of its own. Items of one day stand together in a list, so older days are forgotten."""

    def __init__(self, *, is_by_day: bool) -> None:
        self._is_by_day = is_by_day
        self._day = ""
        self._taken: dict[str, int] = {}

    def name(self, *, day: str, words: str, suffix: str) -> str:
        """Return `day words.suffix`, numbered from the second time on; case makes no difference."""
        if self._is_by_day and day != self._day:
            self._day, self._taken = day, {}
        stem = f"{day} {words}".strip()
        while True:
            key = f"{stem}.{suffix}".casefold()
            count = self._taken.get(key, 0) + 1
            self._taken[key] = count
            if count == 1:
                return f"{stem}.{suffix}"
            numbered = f"{stem} ({count}).{suffix}"
            if numbered.casefold() not in self._taken:
                self._taken[numbered.casefold()] = 1
                return numbered


def _is_split(words: str, at: int) -> bool:
    """Tell whether a cut would part a letter from its accents."""
    return at < len(words) and unicodedata.combining(words[at]) != 0


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign)[0] != "C"
