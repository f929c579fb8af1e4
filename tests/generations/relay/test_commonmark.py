"""Markdown means what CommonMark says, also behind the sanitizer, except where the studio writes its own markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import commonmark
import pytest

from generations.relay.markdown import render
from tests.generations.relay.commonmark_corpus import CORPUS

EXAMPLES = [(section, source) for section, sources in CORPUS.items() for source in sources]
KEPT = {"href", "title", "start"}
# What we say instead: one rank of headings.
SAME = {f"h{rank}": "h3" for rank in range(1, 7)}


class Outline(HTMLParser):
    """What a reader gets: elements, the attributes that mean something, and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        if self._skipped or "code-block__head" in classes:
            self._skipped += 1
            return
        if tag in {"div", "span"}:
            return
        known = " ".join(f"{name}={value}" for name, value in sorted(attrs) if name in KEPT)
        self.found.append(f"<{SAME.get(tag, tag)} {known}".strip())

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif tag not in {"div", "span", "br", "hr"}:
            self.found.append(f"</{SAME.get(tag, tag)}")

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.found.append(re.sub(r"\s+", " ", data).strip())


def outline(html: str) -> list[str]:
    """Return the outline, with neighbouring words joined."""
    parser = Outline()
    parser.feed(html)
    joined: list[str] = []
    for part in parser.found:
        if joined and not part.startswith("<") and not joined[-1].startswith("<"):
            joined[-1] += part
        else:
            joined.append(part)
    return [re.sub(r"\s", "", part) if not part.startswith("<") else part for part in joined]


@pytest.mark.parametrize(("section", "source"), EXAMPLES, ids=lambda value: repr(value)[:40])
def test_every_section_of_commonmark_survives_the_sanitizer(section: str, source: str) -> None:
    assert outline(render(source)) == outline(commonmark.commonmark(source))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a <b>bold</b> c", "a &lt;b&gt;bold&lt;/b&gt; c"),
        ("<div>\n*a*\n</div>", "&lt;div&gt;\n<em>a</em>\n&lt;/div&gt;"),
        ("<!-- a -->", "&lt;!-- a --&gt;"),
        ("![a *b*](/c.png 'T')", '<a href="/c.png"'),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ("<ftp://a.example>", ">ftp://a.example</a>"),
    ],
)
def test_what_the_studio_does_not_let_through_stays_readable(source: str, shown: str) -> None:
    assert shown in render(source)
