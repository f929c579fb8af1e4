"""Program text as HTML: a few kinds of tokens, each a span with `data-token`, coloured by the stylesheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

# Above this a block stays without colours: lexers are regular expressions, and some of them are slow.
HIGHLIGHT_MAX_CHARACTERS = 16_000
LABEL_MAX_CHARACTERS = 40
_CACHED_MAX = 256

_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Tag, "keyword"),
    (Name.Builtin.Pseudo, "keyword"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Decorator, "name"),
    (Name.Attribute, "name"),
    (Generic.Inserted, "inserted"),
    (Generic.Deleted, "deleted"),
    (Generic.Heading, "comment"),
    (Generic.Subheading, "comment"),
)
# What was coloured lately, in this process: a text is rendered block by block, and once more when it has ended.
_cached: dict[tuple[str, str], str] = {}


@dataclass(slots=True)
class ColourBudget:
    """How much program text one rendering may still colour. Units: characters."""

    characters: int


def code_block(source: str, *, language: str, ending: str = "", colours: ColourBudget | None = None) -> str:
    """Return a block of program text as HTML; `ending` is put behind the last character, outside of any token."""
    lexer = _find_lexer(language)
    label = (lexer.name if lexer else language)[:LABEL_MAX_CHARACTERS]
    body = (_coloured(source, lexer, colours) if lexer and colours else None) or escape(source)
    named = f' role="region" aria-label="{escape(label)}"' if label else ""
    head = f'<div class="code-block__head"><span>{escape(label)}</span></div>'
    return (
        f'<div class="code-block">{head}'
        f'<pre class="code-block__source" tabindex="0"{named}><code>{body}{ending}</code></pre></div>\n'
    )


@lru_cache(maxsize=64)
def _find_lexer(language: str) -> Lexer | None:
    """Return the lexer of a language that the text names; nothing is guessed from the source itself."""
    if not language or language in {"text", "plain", "plaintext", "txt"}:
        return None
    try:
        # Every character must come back, or the text would change while it is coloured.
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _coloured(source: str, lexer: Lexer, budget: ColourBudget) -> str | None:
    """Return the source with its tokens marked, or None where that would take too long."""
    key = (lexer.name, source)
    known = _cached.get(key)
    if known is not None:
        return known
    if len(source) > min(budget.characters, HIGHLIGHT_MAX_CHARACTERS):
        return None
    budget.characters -= len(source)
    if len(_cached) >= _CACHED_MAX:
        _cached.clear()
    parts: list[str] = []
    for kind, run in groupby(lexer.get_tokens(source), key=lambda pair: _kind(pair[0])):
        text = escape("".join(value for _token, value in run))
        parts.append(f'<span data-token="{kind}">{text}</span>' if kind and text.strip() else text)
    _cached[key] = "".join(parts)
    return _cached[key]


@lru_cache(maxsize=512)
def _kind(token: _TokenType) -> str:
    # A kind of token is the path to it: everything below a kind begins with that kind's own path.
    return next((kind for parent, kind in _KINDS if token[: len(parent)] == parent), "")
