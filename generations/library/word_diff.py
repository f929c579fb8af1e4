"""What changed between two texts, word by word; in Chinese, which has no blanks, sign by sign."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
# Longer texts are compared sentence by sentence: comparing every word would take seconds.
MOST_WORDS = 3_000
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_WIDE}]|\s+|(?:(?![{_WIDE}])\w)+|[^\w\s]")
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？\n]+\s*|\Z)")
# What stays the same between two changes and is shorter than this only makes them hard to read.
LEAST_SAME_WORDS = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text that stayed, came, or went."""

    what: str
    text: str


def diff(before: str, after: str) -> list[Stretch]:
    """Return the stretches in reading order; those that stay and those that come make the new text."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > MOST_WORDS:
        old, new = _sentences(before), _sentences(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    return _joined(list(_stretches(_merged(matcher.get_opcodes()), old, new)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.findall(text) if sentence]


Opcode = tuple[str, int, int, int, int]


def _merged(codes: Sequence[Opcode]) -> list[Opcode]:
    """Take what stays for a word between two changes as changed, too."""
    found: list[Opcode] = []
    for at, code in enumerate(codes):
        tag, a, b, c, d = code
        is_between = 0 < at < len(codes) - 1
        if tag == "equal" and is_between and b - a < LEAST_SAME_WORDS:
            code = ("replace", a, b, c, d)
        if code[0] != "equal" and found and found[-1][0] != "equal":
            last = found.pop()
            code = ("replace", last[1], code[2], last[3], code[4])
        found.append(code)
    return found


def _stretches(codes: Sequence[Opcode], old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    for tag, a, b, c, d in codes:
        if tag == "equal":
            yield Stretch(SAME, "".join(old[a:b]))
            continue
        if b > a:
            yield Stretch(REMOVED, "".join(old[a:b]))
        if d > c:
            yield Stretch(ADDED, "".join(new[c:d]))


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for one in stretches:
        if found and found[-1].what == one.what:
            found[-1] = Stretch(one.what, found[-1].text + one.text)
        else:
            found.append(one)
    return found
