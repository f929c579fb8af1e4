"""Where a growing Markdown text is settled, and how its unsettled end is best shown.

A block at top level is settled as soon as nothing that may still come can change it: another block has begun
behind it, or a blank line ended it. Only whole lines are asked, because half a line may still become anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from generations.relay.markdown import CARET
from generations.relay.math import add_math

# A list of more than this is settled item by item; until then its items still decide together how they are spaced.
LIST_MAX_CHARACTERS = 1_500
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})
_ENDED_BY_BLANK_LINE = frozenset({"paragraph_open", "table_open"})
_ENDED_BY_ITSELF = frozenset({"heading_open", "hr"})
_FENCE_END = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")
_FENCE = re.compile(r"`{3}|~{3}")
_OPEN_CODE = re.compile(r"\n* {0,3}(?:`{3,}[^`\n]*|~{3,}[^\n]*)\n")
_FENCE_LINE = re.compile(r"^ {0,3}[`~]", re.MULTILINE)
# A line of nothing but marks: the beginning of a list, a rule, a table, a heading… or none of them.
_ONLY_MARKS = re.compile(r"[ \t]*(?:[-=*_+#>~`|:]|\d{1,9}[.)]?|[ \t])*")
_TRAILING_RUN = re.compile(r"[*_~`]+$")
_CODE_SPAN = re.compile(r"`[^`]*`")
_LINK_IN_THE_MAKING = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")
# Characters that mean nothing to Markdown within a line that already stands.
_HARMLESS = re.compile(r"(?:[^\W_]|[ ,.;:'\"?/=+%$@{}—–…。，、；：？！“”‘’（）《》「」・])+")

_parser = add_math(MarkdownIt("commonmark", {"html": False}).enable("table"))
# A formula that has begun is a block of its own until it ends.
_UNFINISHED = {"is_unfinished": True}


def settled_end(text: str) -> int:
    """Return the offset up to which a text is settled. It depends on the text alone, and only ever grows with it.

    Units: characters.
    """
    complete = text[: text.rfind("\n") + 1]
    if not complete.strip():
        return 0
    tokens: list[Token] = []
    _parser.block.parse(complete, _parser, {**_UNFINISHED}, tokens)
    blocks = [token for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    if not blocks:
        return 0
    lines = complete.split("\n")[:-1]
    return sum(len(line) + 1 for line in lines[: _settled_lines(blocks, tokens, lines)])


def _settled_lines(blocks: list[Token], tokens: list[Token], lines: list[str]) -> int:
    last = blocks[-1]
    start, end = last.map or (0, 0)
    if _is_settled(last, lines):
        return end
    if last.type in _LISTS and sum(len(line) + 1 for line in lines[start:end]) > LIST_MAX_CHARACTERS:
        items = [token for token in tokens if token.level == 1 and token.type == "list_item_open" and token.map]
        return items[-1].map[0] if items[-1].map else start
    return (blocks[-2].map or (0, 0))[1] if len(blocks) > 1 else 0


def _is_settled(last: Token, lines: list[str]) -> bool:
    start, end = last.map or (0, 0)
    if last.type in _ENDED_BY_ITSELF:
        return True
    if last.type in _ENDED_BY_BLANK_LINE:
        return end < len(lines)
    if last.type == "math_block":
        return not last.meta.get("is_unfinished")
    if last.type == "fence":
        closing = _FENCE_END.fullmatch(lines[end - 1])
        return end - 1 > start and closing is not None and closing[1].startswith(last.markup)
    return False


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """The unsettled end, ready to be rendered.

    `may_grow`: a harmless piece of text that comes next can be put at the caret as it is.
    """

    source: str
    may_grow: bool


def open_end(tail: str) -> OpenEnd:
    """Return the tail with a caret, and with what is half written completed, so that marks do not flash up."""
    head, newline, line = tail.rpartition("\n")
    if is_open_code(tail):
        return OpenEnd(source=tail + CARET, may_grow=not _FENCE_LINE.match(line))
    has_fence = _FENCE.search(tail) is not None
    if not line or (_ONLY_MARKS.fullmatch(line) and not has_fence):
        return OpenEnd(source=_caret_behind_last_line(head), may_grow=False)
    if has_fence:
        return OpenEnd(source=tail + CARET, may_grow=_ONLY_MARKS.fullmatch(line) is None)
    kept = _TRAILING_RUN.sub("", line)
    linked = _LINK_IN_THE_MAKING.sub(r"\1", kept)
    source = f"{head}{newline}{linked}{CARET}{_closers(linked)}"
    return OpenEnd(source=source, may_grow=linked == line)


def is_harmless(text: str) -> bool:
    """Tell whether a piece of text, put at the caret, is what rendering everything again would show."""
    return _HARMLESS.fullmatch(text) is not None


def is_open_code(tail: str) -> bool:
    """Tell whether an unsettled end is a block of program text that has begun."""
    return _OPEN_CODE.match(tail) is not None


def is_harmless_in_code(text: str, *, behind: str) -> bool:
    """Tell whether a piece of text leaves a block of program text open. `behind` is what it comes behind."""
    start = behind.rfind("\n") + 1
    # Only its beginning can make a line an end, and a line may be long.
    line = behind[start : start + 8]
    return _FENCE_LINE.search(line + text) is None


def _closers(line: str) -> str:
    """Return the marks that end what the line has begun."""
    if line.count("`") % 2:
        return "`"
    rest = _CODE_SPAN.sub("", line)
    return next((mark for mark in ("**", "~~") if rest.count(mark) % 2), "")


def _caret_behind_last_line(head: str) -> str:
    body = head.rstrip("\n")
    line = body.rpartition("\n")[2]
    # Behind a line of marks the caret would make something else of them.
    return body if _ONLY_MARKS.fullmatch(line) else body + CARET
