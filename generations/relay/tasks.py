"""Lists of tasks: items that begin with `[ ]` or `[x]` get a box, named by the item's own words."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_BOX = re.compile(r"\[([ xX])\][ \t]+")


def add_tasks(parser: MarkdownIt) -> MarkdownIt:
    """Teach a parser lists of tasks and return it. Its tokens are `task_open` and `task_close`."""
    # The box is taken out of the words before they are read, because brackets may mean something there.
    parser.core.ruler.before("inline", "task_words", _take_out)
    parser.core.ruler.after("inline", "task_boxes", _put_in)
    return parser


def _take_out(state: StateCore) -> None:
    for index, token in enumerate(state.tokens[2:], start=2):
        is_first = state.tokens[index - 1].type == "paragraph_open" and state.tokens[index - 2].type == "list_item_open"
        found = _BOX.match(token.content) if is_first and token.type == "inline" else None
        if found:
            token.content = token.content[found.end() :]
            token.meta = {"is_done": found[1] in "xX"}


def _put_in(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and "is_done" in token.meta:
            opening = Token("task_open", "label", 1, meta=token.meta)
            token.children = [opening, *(token.children or []), Token("task_close", "label", -1)]
