"""Formulas in Markdown: where they stand, and what they are in MathML.

A formula stands between `$…$` or `\\(…\\)` within a line, and between `$$…$$` or `\\[…\\]` as one of its own. Sums of
money are none: an opening sign stands right before its formula, a closing one right behind it and before no digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

FORMULA_MAX_CHARACTERS = 2_000
# The converter calls itself for each of these inside another.
_DEPTH_MAX = 24
_LINES_MAX = 200
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"))
_CLOSING_DOLLAR = re.compile(r"(?<![\s\\])\$(?!\d)")
# A number and words behind it: between two prices, not a formula.
_MONEY = re.compile(r"[\d.,]+[a-zA-Z]?\s[^\\^_={}]*")
_BRACKET = re.compile(r"(?P<deeper>[{(\[]|\\left\b|\\begin\b)|[})\]]|\\right\b|\\end\b")
# What the converter knows under another name.
_ENVIRONMENTS = (
    (
        re.compile(r"\\(begin|end)\{(?:aligned|gathered|equation|gather|multline|eqnarray|alignat|alignedat)\*?\}"),
        r"\\\1{align*}",
    ),
    (re.compile(r"\\(begin|end)\{(?:dcases|rcases)\*?\}"), r"\\\1{cases}"),
    (re.compile(r"\\(?:nonumber|notag|displaylimits|nolimits)\b|\\label\{[^{}]*\}"), ""),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
)

# Source: https://www.w3.org/TR/mathml-core/ (elements and attributes that browsers lay out).
ELEMENTS = frozenset(
    {
        "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom",
        "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr",
        "mtd", "merror", "menclose",
    }
)  # fmt: skip
ATTRIBUTES = frozenset(
    {
        "display", "displaystyle", "scriptlevel", "mathvariant", "form", "fence", "separator", "stretchy", "symmetric",
        "largeop", "movablelimits", "accent", "accentunder", "linethickness", "lspace", "rspace", "minsize", "maxsize",
        "width", "height", "depth", "voffset", "columnalign", "notation",
    }
)  # fmt: skip


def add_math(parser: MarkdownIt) -> MarkdownIt:
    """Teach a parser both kinds of formulas and return it. Its tokens are `math_block` and `math_inline`."""
    may_interrupt: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _block, may_interrupt)
    parser.inline.ruler.before("escape", "math_inline", _inline)
    return parser


@lru_cache(maxsize=2_048)
def mathml(source: str, *, is_display: bool) -> str | None:
    """Return a formula as MathML made of known elements only, or None where it cannot be read."""
    if len(source) > FORMULA_MAX_CHARACTERS or _depth(source) > _DEPTH_MAX:
        return None
    for pattern, replacement in _ENVIRONMENTS:
        source = pattern.sub(replacement, source)
    try:
        root = convert_to_element(source, display="block" if is_display else "inline")
    except Exception:  # noqa: BLE001 - a dozen errors of its own, and whatever its parser did not expect: shown as written
        return None
    return "".join(_written(root))


def _depth(source: str) -> int:
    """Return about how deep the parts of a formula lie in each other."""
    depth = deepest = 0
    for sign in _BRACKET.finditer(source):
        depth = depth + 1 if sign["deeper"] else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _written(element: Element) -> Iterator[str]:
    name = str(element.tag).rpartition("}")[2]
    if name not in ELEMENTS:
        name = "mrow"
    yield f"<{name}"
    for key, value in element.attrib.items():
        if key in ATTRIBUTES:
            yield f' {key}="{escape(value)}"'
    # The converter writes signs as references, which are no markup here.
    yield f">{escape(unescape(element.text or ''), quote=False)}"
    for child in element:
        yield from _written(child)
    yield f"</{name}>"


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    first = _line(state, start_line)
    opening, closing = next((pair for pair in _DELIMITERS if first.startswith(pair[0])), ("", ""))
    if not opening:
        return False
    found = _find_end(state, start_line, end_line, first=first[len(opening) :], closing=closing)
    if found is None:
        return False
    if not silent:
        next_line, content, is_unfinished = found
        token = state.push("math_block", "math", 0)
        token.block = True
        token.content = content.strip()
        token.markup = opening
        token.map = [start_line, next_line]
        token.meta = {"is_unfinished": is_unfinished}
        state.line = next_line
    return True


def _find_end(
    state: StateBlock, start_line: int, end_line: int, *, first: str, closing: str
) -> tuple[int, str, bool] | None:
    """Return the line behind a formula, its words, and whether its end is still to come; None if it is none."""
    lines = [first]
    line = start_line
    while closing not in lines[-1]:
        line += 1
        is_over = line >= end_line
        if is_over and state.env.get("is_unfinished"):
            return end_line, "\n".join(lines), True
        if is_over or line - start_line > _LINES_MAX or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return None
        lines.append(_line(state, line))
    before, _closing, behind = lines[-1].partition(closing)
    content = "\n".join([*lines[:-1], before])
    return None if behind.strip() or not content.strip() else (line + 1, content, False)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _inline(state: StateInline, silent: bool) -> bool:
    found = _formula_at(state.src, state.pos, state.posMax)
    if found is None:
        return False
    content, end, is_display = found
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = content
        token.markup = state.src[state.pos : state.pos + (2 if is_display or state.src[state.pos] == "\\" else 1)]
        token.meta = {"is_display": is_display}
    state.pos = end
    return True


def _formula_at(source: str, start: int, limit: int) -> tuple[str, int, bool] | None:
    """Return the formula that begins here, where it ends, and whether it wants a line of its own."""
    sign = source[start : start + 2]
    if sign in {"\\(", "\\[", "$$"}:
        closing = {"\\(": "\\)", "\\[": "\\]"}.get(sign, "$$")
        end = source.find(closing, start + 2, min(limit, start + FORMULA_MAX_CHARACTERS))
        content = source[start + 2 : end].strip()
        return (content, end + 2, sign != "\\(") if end > 0 and content else None
    if not sign.startswith("$") or not sign[1:].strip() or (start and source[start - 1].isalnum()):
        return None
    end = _closing_dollar(source, start + 1, min(limit, start + FORMULA_MAX_CHARACTERS))
    content = source[start + 1 : end]
    if end < 0 or "`" in content or _MONEY.fullmatch(content):
        return None
    return content, end + 1, False


def _closing_dollar(source: str, start: int, limit: int) -> int:
    """Return where the next dollar sign stands that ends a formula, or -1 if the next one does not."""
    place = source.find("$", start, limit)
    while place > 0 and source[place - 1] == "\\":
        place = source.find("$", place + 1, limit)
    return place if place > start and _CLOSING_DOLLAR.match(source, place) else -1
