"""What a thread is called until somebody names it: the first words of its first message."""

from __future__ import annotations

import re

TITLE_MAX_CHARACTERS = 60
_MARKS = re.compile(r"[#>*_`~|]+")
_BLANKS = re.compile(r"\s+")


def first_words(text: str) -> str:
    """Return a short title from a message: its first line that says something, cut between words."""
    lines = (_BLANKS.sub(" ", _MARKS.sub(" ", line)).strip() for line in text[:2_000].split("\n"))
    line = next((line for line in lines if line), "")
    if len(line) <= TITLE_MAX_CHARACTERS:
        return line
    cut = line[:TITLE_MAX_CHARACTERS]
    head, blank, _rest = cut.rpartition(" ")
    # Chinese has no blanks; there any character is a place to cut.
    return f"{(head if blank and len(head) > TITLE_MAX_CHARACTERS // 2 else cut).rstrip()}…"
