"""What the index is asked: groups of tokens, of each of which a document must have one, between two places.

Every answer is newest first, and says how far back it has looked: on PostgreSQL a question of which even the rarest
part is common, and whose parts hardly ever meet, is given up after so many rows, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The two tables of documents: what lists hold, and what prompts are.
ENTRIES = "generations_search"
PROMPTS = "generations_prompts_search"
COUNT_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Ask:
    """Groups of tokens, the scope last. Places `since` (inclusive) to `before` (exclusive); None is no bound.

    `table` is which documents are asked.
    """

    groups: tuple[tuple[str, ...], ...]
    before: int | None = None
    since: int | None = None
    table: str = ENTRIES

    def fits(self, place: int, document: Sequence[str]) -> bool:
        """Tell whether a document at a place is asked for."""
        has = set(document)
        is_between = (self.before is None or place < self.before) and (self.since is None or place >= self.since)
        return is_between and all(not has.isdisjoint(group) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Found:
    """Places, newest first. `looked_to` is where a further search begins; None when nothing older is left to see."""

    places: list[int]
    looked_to: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `is_more` when there are more than were counted."""

    number: int
    is_more: bool = False

    @classmethod
    def of(cls, found: int) -> Count:
        """Return what to say when so many were found, looking for one more than `COUNT_AT_MOST`."""
        return cls(number=min(found, COUNT_AT_MOST), is_more=found > COUNT_AT_MOST)
