"""What a person writes into a search box, read: words, quoted phrases, and filters such as `kind:video`.

Nothing here knows the database. Names of filters and of their values are known in English and in Chinese; full-width
signs count as their half-width twins. What looks like a filter and is none is a word: prompts are full of colons.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass

from generations.search import tokens

QUERY_MAX_CHARACTERS = 500
# More words than this narrow nothing; they are looked up in the text of what the others found.
MOST_INDEXED_WORDS = 24
NAMES = {
    "kind": ("kind", "type", "类型", "种类"),
    "model": ("model", "模型"),
    "by": ("by", "from", "作者", "来自"),
    "status": ("status", "state", "状态"),
    "board": ("board", "画板"),
    "tag": ("tag", "标签"),
    "cost": ("cost", "price", "费用", "价格"),
    "before": ("before", "早于"),
    "after": ("after", "since", "晚于"),
    "is": ("is", "是"),
}
_CANONICAL = {alias: name for name, aliases in NAMES.items() for alias in aliases}
_ITEM = re.compile(
    r"""(?P<name>[^\W\d_]{1,12})(?P<sign>:|>=|<=|>|<|=)(?P<value>"[^"]*"?|[^\s"]*)"""
    r"""|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)""",
)
# “Typed” quotation marks, which full-width normalization leaves alone.
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"'})
_COST_SIGNS = frozenset({":", "=", ">", "<", ">=", "<="})


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand together; a word by itself is one too."""

    text: str
    is_quoted: bool = False

    @property
    def units(self) -> list[str]:
        """Its words and runs in order, as `tokens.units_of` cuts a text."""
        return tokens.units_of(tokens.normalize(self.text))

    @property
    def index_tokens(self) -> list[str]:
        """The tokens that a document with it must have."""
        found: dict[str, None] = {}
        for unit in self.units:
            found.update(dict.fromkeys(tokens.pairs_of(unit) if tokens.is_run(unit) else [tokens.cut(unit)]))
        return list(found)

    @property
    def is_exact_in_index(self) -> bool:
        """Whether the index alone can tell: one word, or a run of at most two characters."""
        units = self.units
        return len(units) == 1 and (len(units[0]) <= 2 if tokens.is_run(units[0]) else units[0] == tokens.cut(units[0]))


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as it was written; `start` and `end` are where it stands in the query."""

    name: str
    sign: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """A query, read. `text` is the query itself, normalized; `meant` names filters that were probably misspelled."""

    text: str
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    meant: tuple[tuple[str, str], ...] = ()
    is_too_long: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.terms and not self.filters and not self.is_too_long

    def without(self, one: Filter) -> str:
        """Return the query's text without one of its filters."""
        return " ".join(f"{self.text[: one.start]} {self.text[one.end :]}".split())

    def with_filter(self, name: str, value: str, *, sign: str = ":") -> str:
        """Return the query's text with one more filter."""
        return f"{self.text} {name}{sign}{quote(value)}".strip()

    def without_all(self, name: str) -> Query:
        """Return the query without the filters of a name."""
        text = self.text
        for one in reversed([one for one in self.filters if one.name == name]):
            text = f"{text[: one.start]} {text[one.end :]}"
        return read(text)


def read(text: str) -> Query:
    """Read what stands in a search box. Never raises: what cannot be a filter is a word."""
    clean = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFKC", text))
    clean = " ".join(clean.translate(_QUOTES).split())
    if len(clean) > QUERY_MAX_CHARACTERS:
        return Query(text=clean[:QUERY_MAX_CHARACTERS], is_too_long=True)
    terms: list[Term] = []
    filters: list[Filter] = []
    meant: list[tuple[str, str]] = []
    for item in _ITEM.finditer(clean):
        name = _name_of(item)
        if name:
            value = item["value"].strip('"').strip()
            filters.append(Filter(name=name, sign=item["sign"], value=value, start=item.start(), end=item.end()))
            continue
        if item["name"] and (guess := _guess(item["name"], item["sign"])):
            meant.append((item["name"], guess))
        phrase = item["phrase"]
        terms.append(Term(text=phrase if phrase is not None else item[0], is_quoted=phrase is not None))
    return Query(
        text=clean,
        terms=tuple(term for term in terms if term.units),
        filters=tuple(filters),
        meant=tuple(meant),
    )


def quote(value: str) -> str:
    """Return a value as it can stand behind a filter's colon."""
    plain = value.replace('"', " ").strip()
    return f'"{plain}"' if " " in plain or not plain else plain


def canonical(name: str) -> str:
    """Return the filter that a word names, in either language, or nothing."""
    return _CANONICAL.get(name.lower(), "")


def _name_of(item: re.Match[str]) -> str:
    if not item["name"]:
        return ""
    name = canonical(item["name"])
    if name == "cost":
        return name if item["sign"] in _COST_SIGNS else ""
    return name if item["sign"] in {":", "="} else ""


def _guess(name: str, sign: str) -> str:
    """Return the filter that somebody may have meant, when the word is close to one."""
    if sign != ":" or len(name) < 3:
        return ""
    close = difflib.get_close_matches(name.lower(), [alias for alias in _CANONICAL if alias.isascii()], n=1, cutoff=0.7)
    return _CANONICAL[close[0]] if close else ""
