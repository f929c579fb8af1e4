"""Lists, positions in them, and stretches of them: the words that everything about timelines shares.

A cursor is the place of one entry, signed, so that an address tells nothing and cannot be made up.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core import signing

from generations.library.questions import Question
from generations.models import Kind, TimelineEntry, Visibility
from generations.models.library import EPOCH, MICROSECOND, TimelineQuerySet

PAGE_SIZE = 24
SALT = "generations.library.timeline"
MEDIA = (Kind.VIDEO.value, Kind.IMAGE.value)
KINDS = (*MEDIA, Kind.CHAT.value)
SCOPES = ("mine", "team", "favourites", "trash")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which list: whose (`mine`, `team`, `favourites`, `trash`, or own and the team's when empty), which kinds (all
    when empty), and what is asked of it.
    """

    person_id: int
    scope: str = ""
    kinds: tuple[str, ...] = ()
    question: Question | None = None

    @property
    def is_searched(self) -> bool:
        """Whether the index answers; a list that only has a scope and kinds has an index of its own."""
        return self.scope == "favourites" or (self.question is not None and not self.question.is_empty)

    @property
    def is_plain(self) -> bool:
        """Whether a new item belongs on top of it."""
        return not self.is_searched and self.scope != "trash"

    def holds(self, entry: TimelineEntry) -> bool:
        """Tell whether an entry belongs in this list, as far as its row can say: words and stars are not in it."""
        is_own = entry.owner_id == self.person_id
        if entry.trashed_at is not None or self.scope == "trash":
            return self.scope == "trash" and is_own and entry.trashed_at is not None
        is_shared = entry.visibility == Visibility.TEAM
        in_scope = {"mine": is_own, "team": is_shared}.get(self.scope, is_own or is_shared)
        return in_scope and (not self.kinds or entry.kind in self.kinds)

    @property
    def is_of_one_person(self) -> bool:
        """Whether only one person's changes can change it."""
        return self.scope in {"mine", "trash"}

    def branches(self) -> tuple[TimelineQuerySet, ...]:
        """Return querysets that together hold the list, each along one index."""
        entries = TimelineEntry.objects
        own = entries.kept().of_person(self.person_id)
        shared = entries.kept().filter(visibility=Visibility.TEAM)
        thrown = entries.of_person(self.person_id).filter(trashed_at__isnull=False)
        chosen = {"mine": (own,), "team": (shared,), "trash": (thrown,)}.get(self.scope, (own, shared))
        if not self.kinds:
            return chosen
        return tuple(branch.filter(kind__in=self.kinds) for branch in chosen)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a list. Entries after it are older."""

    number: int

    @property
    def sorted_at(self) -> datetime.datetime:
        """The moment that the position stands for."""
        return EPOCH + self.number * MICROSECOND

    @property
    def cursor(self) -> str:
        """The position as it stands in an address."""
        return signing.Signer(salt=SALT).sign_object(self.number)


@dataclass(frozen=True, slots=True)
class Page:
    """One stretch of a list; `next_cursor` is empty at the end. `is_cut`: the search went no further back for now."""

    entries: tuple[TimelineEntry, ...]
    next_cursor: str
    is_cut: bool = False


def place_of(entry: TimelineEntry) -> Place:
    """Return where an entry stands."""
    return Place(entry.place)


def read_cursor(cursor: str) -> Place | None:
    """Return the position that a cursor speaks of, or None for an empty one and one that is not ours."""
    if not cursor:
        return None
    try:
        number = signing.Signer(salt=SALT).unsign_object(cursor)
    except (signing.BadSignature, ValueError):
        return None
    return Place(number) if isinstance(number, int) else None
