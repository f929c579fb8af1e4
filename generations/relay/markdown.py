"""A model's Markdown as safe HTML, without any name in it that only one language has.

Beyond CommonMark it knows tables, lists of tasks, strikethrough and formulas. Raw HTML is off in the parser, and what
the parser makes passes a sanitizer with a short list of elements all the same. Pictures become links, because a page
loads nothing from other hosts. Buttons (copying a block) are added by the page, which knows the reader's language.

The work for one text is bounded: what would take too long as Markdown is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from generations.relay import math
from generations.relay.code_blocks import ColourBudget, code_block
from generations.relay.tasks import add_tasks

# Stands in a source text where the next character will come; one of its two halves is a blank, so that marks
# beside it mean what they mean at the end of a text. The other is of no alphabet.
CARET = "\u2005\ue000"
CARET_HTML = '<span class="message__caret" data-caret aria-hidden="true"></span>'
_FOREIGN_CARET = "\ue000"

# Measured: about 130 ms at this weight on one core, whatever the text is made of.
WEIGHT_MAX = 300_000
_DENSE = re.compile(r"[\[\]!|*_~`<>&\\\n]")
_DENSE_WEIGHT = 25
# Formulas are read sign by sign, in Python; of those in brackets the opening one stands for what is in them.
_FORMULAS = re.compile(r"\$[^$]{1,2000}\$|\\[(\[]")
_FORMULA_WEIGHT = 25
_BRACKETED_CHARACTERS = 24
# Program text beyond so much in one rendering stays without colours. Lexers take up to 4 µs for a character.
COLOURED_MAX_CHARACTERS = 16_000
# A table of more columns is laid out cell by cell for every row, wanted or not.
COLUMNS_MAX = 64

_ALIGN = {"text-align:right": "end", "text-align:center": "center"}
_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h3", "hr", "input", "label", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", *math.ELEMENTS,
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {
    **{name: set(math.ATTRIBUTES) for name in math.ELEMENTS},
    "a": {"href", "title"},
    "code": {"class"},
    "h3": {"data-rank"},
    "input": {"checked", "disabled"},
    "label": {"class"},
    "div": {"class", "tabindex"},
    "ol": {"start"},
    "p": {"class"},
    "pre": {"class", "tabindex", "role", "aria-label"},
    "span": {"data-token"},
    "table": {"class"},
    "td": {"data-align"},
    "th": {"data-align", "scope"},
}


def render(text: str) -> str:
    """Return a whole text as safe HTML. Units: text beyond a bounded amount of work stays as it was written."""
    return _render_cached(text) if len(text) <= 20_000 else _render_whole(text)


def render_part(
    source: str,
    *,
    references: MutableMapping[str, Any] | None = None,
    is_coloured: bool = True,
    is_unfinished: bool = False,
) -> str:
    """Return one run of blocks as safe HTML; link definitions are read from `references` and added to it.

    A `CARET` in the source becomes `CARET_HTML`, at most once. `is_unfinished` says that more of the last block is to
    come, so that a formula which has begun is one.
    """
    if weight(source) > WEIGHT_MAX:
        return plain(source)
    environment: MutableMapping[str, Any] = {
        "references": references if references is not None else {},
        "colours": ColourBudget(COLOURED_MAX_CHARACTERS if is_coloured else 0),
        "is_unfinished": is_unfinished,
    }
    parser = _parser(tables=not _has_wide_row(source))
    return _finished(parser.render(source, environment))


def plain(source: str) -> str:
    """Return a text as HTML that shows it exactly as it was written."""
    # Nothing but escaped text: a sanitizer would only read it, and it may be long.
    return f'<p class="prose__plain">{escape(source)}</p>\n'.replace(CARET, CARET_HTML, 1)


def weight(source: str) -> int:
    """Return how much work a text is, in plain characters."""
    found = _FORMULAS.findall(source) if "$" in source or "\\" in source else ()
    formulas = sum(max(len(formula), _BRACKETED_CHARACTERS) for formula in found)
    return len(source) + _DENSE_WEIGHT * len(_DENSE.findall(source)) + _FORMULA_WEIGHT * formulas


def without_caret(text: str) -> str:
    """Return a text in which nothing can be mistaken for the caret."""
    return text.replace(_FOREIGN_CARET, "\ufffd")


@lru_cache(maxsize=256)
def _render_cached(text: str) -> str:
    return _render_whole(text)


def _render_whole(text: str) -> str:
    text = without_caret(text)
    cut = _affordable_end(text)
    head = render_part(text[:cut]) if cut else ""
    return head + (plain(text[cut:].strip("\n")) if cut < len(text) else "")


def _affordable_end(text: str) -> int:
    """Return the end of the last block that can still be afforded: the whole text, usually."""
    if weight(text) <= WEIGHT_MAX:
        return len(text)
    spent = offset = cut = 0
    is_fenced = False
    while spent <= WEIGHT_MAX and offset < len(text):
        end = text.find("\n", offset) + 1 or len(text)
        line = text[offset:end]
        if line.lstrip().startswith(("```", "~~~")):
            is_fenced = not is_fenced
        if not line.strip() and not is_fenced:
            cut = offset
        spent += weight(line)
        offset = end
    return cut


def _has_wide_row(source: str) -> bool:
    return source.count("|") > COLUMNS_MAX and any(line.count("|") > COLUMNS_MAX for line in source.split("\n"))


def _finished(html: str) -> str:
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return safe.replace(CARET, CARET_HTML, 1)


@lru_cache(maxsize=2)
def _parser(*, tables: bool) -> MarkdownIt:
    rules = ["strikethrough", "table"] if tables else ["strikethrough"]
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable(rules)
    return add_tasks(math.add_math(parser))


class _Renderer(RendererHTML):
    """Writes the studio's own markup where it differs from the parser's."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A fenced block; the caret may stand in its first line or behind its last."""
        token = tokens[idx]
        language = token.info.replace(CARET, "").strip().partition(" ")[0].lower()
        source, caret = token.content, ""
        if CARET in source:
            source, caret = source.replace(CARET, ""), CARET
        # Of a block that is being written the last line has no end yet.
        source = source.removesuffix("\n") if caret else source
        return code_block(source, language=language, ending=caret, colours=env.get("colours"))

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """An indented block."""
        return code_block(tokens[idx].content.replace(CARET, ""), language="")

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A formula of its own, in a frame that scrolls by itself; one that is being written, as it is written."""
        token = tokens[idx]
        formula = None if token.meta["is_unfinished"] else math.mathml(token.content, is_display=True)
        if formula is None:
            caret = CARET if CARET in token.content else ""
            return f'<p class="prose__formula">{escape(token.content.replace(CARET, ""))}{caret}</p>\n'
        return f'<div class="math-scroll" tabindex="0">{formula}</div>\n'

    def math_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """A formula in a line; one that cannot be read stays as it was written."""
        token = tokens[idx]
        formula = math.mathml(token.content, is_display=token.meta["is_display"])
        return formula or f'<code class="prose__formula">{escape(token.content)}</code>'

    def task_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """The box of a task; its label is the task itself."""
        state = " checked" if tokens[idx].meta["is_done"] else ""
        return f'<label class="prose__task"><input type="checkbox" disabled{state}><span>'

    def task_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """The end of a task's words."""
        return "</span></label>"

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """A heading below that of its message.

        All have one rank for those who listen: a part is rendered without knowing those before it, and models open with
        any rank they like, so that theirs would skip. Those who look see the model's own.
        """
        return f'<h3 data-rank="{min(int(tokens[idx].tag[1:]), 4)}">'

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """The end of a heading."""
        return "</h3>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A picture elsewhere: a link to it."""
        token = tokens[idx]
        address = str(token.attrs.get("src", ""))
        name = self.renderInlineAsText(token.children, options, env) or address
        return f'<a href="{escape(address)}">{escape(name)}</a>'

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A table, in a frame that scrolls by itself."""
        return '<div class="table-scroll" tabindex="0"><table class="table">\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """The end of a table and its frame."""
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A heading of a column."""
        return f'<th scope="col"{_alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """A cell."""
        return f"<td{_alignment(tokens[idx])}>"


def _alignment(token: Token) -> str:
    side = _ALIGN.get(str(token.attrs.get("style", "")))
    return f' data-align="{side}"' if side else ""
