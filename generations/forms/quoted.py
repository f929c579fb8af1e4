"""Words of a chat as a prompt: what a message says, without the marks that made it look like something."""

from __future__ import annotations

import re

_LINE_MARK = re.compile(r"(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_EMPHASIS = re.compile(r"\*\*\*|\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_MANY_LINES = re.compile(r"\n{3,}")
_RULES = frozenset("-*_|: \t")
# Marks take a part of a text; no more than this of it can be needed.
_MARKS_SHARE = 4


def as_prompt(text: str, *, max_characters: int) -> str:
    """Return a message as a prompt: Markdown without its marks, as much of it as the model takes."""
    lines = [_plain(line) for line in text[: max_characters * _MARKS_SHARE].split("\n")]
    words = "\n".join(line for line in lines if line is not None)
    return _MANY_LINES.sub("\n\n", words).strip()[:max_characters].rstrip()


def _plain(line: str) -> str | None:
    """Return a line's words, or None for one that is only a mark."""
    line = line.strip()
    if line.startswith(("```", "~~~")) or (len(line) > 2 and _RULES.issuperset(line)):
        return None
    start = 0
    while mark := _LINE_MARK.match(line, start):
        start = mark.end()
    line = line[start:]
    if line.startswith("|"):
        line = ", ".join(cell.strip() for cell in line.strip("|").split("|"))
    return _EMPHASIS.sub("", _LINK.sub(r"\1", line))
