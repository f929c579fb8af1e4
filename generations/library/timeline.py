"""Lists of the timeline, newest first, read by position and never by offset.

*Everything* is a person's own entries and the team's: two reads along two indexes, merged, because no index serves
an OR. A list that is searched is read from the search index instead, which serves anything.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from generations.library import searching
from generations.library.listing import (
    KINDS,
    MEDIA,
    PAGE_SIZE,
    SCOPES,
    Listing,
    Page,
    Place,
    place_of,
    read_cursor,
)
from generations.library.moments import start_of
from generations.models import TimelineEntry
from generations.models.library import TimelineQuerySet, place_at
from generations.search.asking import COUNT_AT_MOST, Count

__all__ = [
    "KINDS",
    "MEDIA",
    "PAGE_SIZE",
    "SCOPES",
    "Listing",
    "Page",
    "Place",
    "changed_entries",
    "count",
    "holding",
    "local_day",
    "place_above",
    "place_before",
    "place_of",
    "read_cursor",
    "read_page",
]


def read_page(listing: Listing, *, after: Place | None = None, size: int = PAGE_SIZE) -> Page:
    """Return the entries that follow a position, in one query a branch whatever the list's length."""
    if listing.is_searched:
        return searching.read_page(listing, after=after, size=size)
    found: dict[int, TimelineEntry] = {}
    for branch in listing.branches():
        for entry in _newest_first(_after(branch, after))[: size + 1]:
            found[entry.pk] = entry
    ordered = sorted(found.values(), key=place_of, reverse=True)
    entries = tuple(ordered[:size])
    return Page(entries=entries, next_cursor=place_of(entries[-1]).cursor if len(ordered) > size else "")


def count(listing: Listing) -> Count:
    """Return how long a list is: exactly to a thousand, and then that it is longer."""
    branches = listing.branches()
    if listing.is_searched or len(branches) > 1:
        return searching.count(listing)
    return Count.of(branches[0].order_by()[: COUNT_AT_MOST + 1].count())


def holding(listing: Listing, entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """Return those of a few entries that are in a list."""
    held = [entry for entry in entries if listing.holds(entry)]
    return searching.holding(listing, held) if listing.is_searched and held else held


def place_before(day: datetime.date) -> Place:
    """Return the position right before the newest entry of a day, in the reader's time zone."""
    return Place(place_at(start_of(day + datetime.timedelta(days=1))))


def place_above(listing: Listing, place: Place, *, size: int = PAGE_SIZE) -> Place | None:
    """Return the position from which a page ends right above a place, or None when the first page reaches there."""
    found: set[int] = set()
    for branch in listing.branches():
        above = branch.filter(place__gt=place.number).order_by("place")
        found.update(above.values_list("place", flat=True)[: size + 1])
    ordered = sorted(found)
    return Place(ordered[size]) if len(ordered) > size else None


def changed_entries(listing: Listing, *, above: int, limit: int) -> list[TimelineEntry]:
    """Return entries whose last change is above a revision number, newest change first.

    Entries that the change took out of the list are among them: the caller asks `listing.holds`.
    """
    if listing.is_of_one_person:
        changed = TimelineEntry.objects.of_person(listing.person_id).filter(revision__gt=above).order_by("-revision")
    else:
        changed = TimelineEntry.objects.filter(team_revision__gt=above).order_by("-team_revision")
    return list(changed[:limit])


def local_day(entry: TimelineEntry) -> datetime.date:
    """Return the day of an entry in the reader's time zone."""
    return timezone.localtime(entry.sorted_at).date()


def _newest_first(branch: TimelineQuerySet) -> TimelineQuerySet:
    return branch.order_by("-place")


def _after(branch: TimelineQuerySet, place: Place | None) -> TimelineQuerySet:
    return branch if place is None else branch.filter(place__lt=place.number)
