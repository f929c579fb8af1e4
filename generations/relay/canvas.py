"""A growing text as its readers see it: settled blocks, which are rendered once, and the open end.

The work for a text stays in proportion to its length. What is settled is never touched again; of the open end only as
much is rendered anew as takes a few milliseconds. Beyond that it grows as plain text, which readers put behind what
they have, until it is settled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from generations.relay.blocks import is_harmless, is_harmless_in_code, is_open_code, open_end, settled_end
from generations.relay.markdown import CARET, CARET_HTML, plain, render_part, weight, without_caret

# An open end of more work than this is shown as written until it is settled.
OPEN_WEIGHT_MAX = 40_000
# Up to here the colours of a block of program text follow while it is written.
COLOURED_CODE_MAX_CHARACTERS = 3_000
# What a reader lacks is rendered for them alone up to this length; beyond it they get everything anew.
MISSING_MAX_CHARACTERS = 20_000
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """One step: blocks that are settled now, and the whole open end as it stands."""

    settled_html: str
    open_html: str


@dataclass(slots=True)
class Canvas:
    """Renders a text that only grows.

    Units: `offset` is the number of characters that are painted, `settled_offset` of those in settled blocks.
    """

    offset: int = 0
    settled_offset: int = 0
    open_html: str = ""
    _tail: str = ""
    _may_grow: bool = False
    _is_code: bool = False
    # A tail that is shown as it was written ends with a line that is empty, at the earliest.
    _is_plain: bool = False
    # Where each run of settled blocks ends, and its HTML.
    _runs: list[tuple[int, str]] = field(default_factory=list)
    _references: dict[str, Any] = field(default_factory=dict)

    @property
    def tail_length(self) -> int:
        """How much the next frame will have to render again."""
        return len(self._tail)

    @property
    def settled_html(self) -> str:
        """Everything that is settled."""
        return "".join(html for _end, html in self._runs)

    def grow(self, text: str) -> bool:
        """Take a piece of text without rendering, if it can simply stand at the caret; tell whether it was taken."""
        if not self._can_grow_by(text):
            return False
        self._tail += without_caret(text)
        self.offset += len(text)
        return True

    def paint(self, text: str) -> Frame:
        """Take the next piece of text and render what is not settled."""
        self._tail += without_caret(text)
        self.offset += len(text)
        end = settled_end(self._tail)
        settled = self._settle(end) if end else ""
        self.open_html = self._render_tail()
        return Frame(settled_html=settled, open_html=self.open_html)

    def refresh(self) -> None:
        """Bring `open_html` up to date after pieces were taken without rendering."""
        self.open_html = self._render_tail()

    def settled_since(self, text: str, *, settled: int | None) -> str | None:
        """Return the settled HTML that a reader lacks who has it up to `settled`, or None when it must be all.

        `text` is the whole text of this canvas.
        """
        if settled is None or settled > self.settled_offset:
            return None
        if settled == 0 or any(end == settled for end, _html in self._runs):
            return "".join(html for end, html in self._runs if end > settled)
        # Another process has divided the text elsewhere; every place where one divides it lies between two blocks.
        if self.settled_offset - settled > MISSING_MAX_CHARACTERS:
            return None
        return render_part(without_caret(text[settled : self.settled_offset]), references=dict(self._references))

    def _can_grow_by(self, text: str) -> bool:
        if self._is_plain:
            return _EMPTY_LINE.search(self._tail[-2:] + text) is None
        if not self._may_grow:
            return False
        if self._is_code:
            is_coloured = len(self._tail) <= COLOURED_CODE_MAX_CHARACTERS
            return is_harmless_in_code(text, behind=self._tail) and not (is_coloured and "\n" in text)
        return is_harmless(text)

    def _settle(self, end: int) -> str:
        html = render_part(self._tail[:end], references=self._references)
        self._tail = self._tail[end:]
        self.settled_offset += end
        self._runs.append((self.settled_offset, html))
        return html

    def _render_tail(self) -> str:
        self._may_grow = self._is_code = self._is_plain = False
        if not self._tail.strip():
            return ""
        self._is_code = is_open_code(self._tail)
        if not self._is_code and weight(self._tail) > OPEN_WEIGHT_MAX:
            self._is_plain = True
            return plain(self._tail + CARET)
        end = open_end(self._tail)
        # A definition that is half written must not be remembered.
        is_coloured = not self._is_code or len(self._tail) <= COLOURED_CODE_MAX_CHARACTERS
        html = render_part(end.source, references=dict(self._references), is_coloured=is_coloured, is_unfinished=True)
        self._may_grow = end.may_grow and CARET_HTML in html
        return html
