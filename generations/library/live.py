"""What an open page has to be told: changed cards it shows, new ones above them, and those that went away."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from generations.library.cards import Card, Day, by_day, cards_of
from generations.library.timeline import Listing, Place, changed_entries, holding, place_of
from generations.models import Generation, Message, MessageStatus, Revision, TimelineEntry

# More changes at once than this are an outage; the page then learns the newest of them.
MOST_CHANGES = 200
SHORT_ID_LENGTH = 8
LIVE = (MessageStatus.PENDING, MessageStatus.STREAMING)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a page shows: the list, the number it knows, its cards by short id, and its newest entry.

    `takes_new`: the page begins with the newest entry, so that new ones belong at its top.
    """

    listing: Listing
    number: int
    shown: frozenset[str]
    newest: Place | None = None
    takes_new: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """The answer: the new number, cards to replace, days of cards to put on top, ids of cards to take away."""

    number: int
    newest: Place | None
    changed: tuple[Card, ...] = ()
    fresh: tuple[Day, ...] = ()
    removed: tuple[str, ...] = ()


def current_number(listing: Listing) -> int:
    """Return the number that changes with the list: the person's own, or the team's for shared lists."""
    return Revision.objects.number_of(listing.person_id if listing.is_of_one_person else None)


def is_busy(listing: Listing) -> bool:
    """Tell whether anything in the list, or a reply to its reader, is still under way at the gateway or here."""
    unfinished = Generation.objects.unfinished()
    if listing.is_of_one_person:
        mine = unfinished.filter(owner_id=listing.person_id)
    else:
        mine = unfinished.visible_to(listing.person_id)
    return mine.exists() or Message.objects.filter(status__in=LIVE, thread__owner=listing.person_id).exists()


def changes_since(watch: Watch, *, now: datetime.datetime) -> Changes | None:
    """Return what changed since the page's number, or None when nothing did."""
    number = current_number(watch.listing)
    if number == watch.number:
        return None
    entries = _with_ids(changed_entries(watch.listing, above=watch.number, limit=MOST_CHANGES))
    held = holding(watch.listing, entries)
    fresh = [entry for entry in held if _is_above(entry, watch)]
    stale = [entry for entry in held if entry not in fresh and _short_id(entry) in watch.shown]
    # A thread that moved up leaves its old place; an item that is no longer shared leaves for good.
    gone = [entry for entry in entries if entry not in stale and _short_id(entry) in watch.shown]
    cards = {card.entry.pk: card for card in _cards_of(watch.listing, [*fresh, *stale], now=now)}
    fresh.sort(key=place_of, reverse=True)
    return Changes(
        number=number,
        newest=place_of(fresh[0]) if fresh else watch.newest,
        changed=tuple(cards[entry.pk] for entry in stale if entry.pk in cards),
        fresh=tuple(by_day(cards[entry.pk] for entry in fresh if entry.pk in cards)),
        removed=tuple(_public_id(entry) for entry in gone),
    )


def _cards_of(listing: Listing, entries: Sequence[TimelineEntry], *, now: datetime.datetime) -> list[Card]:
    terms = listing.question.terms if listing.question else ()
    return cards_of(entries, now=now, reader_id=listing.person_id, terms=terms)


def _is_above(entry: TimelineEntry, watch: Watch) -> bool:
    if not watch.takes_new:
        return False
    if watch.newest is None:
        return _short_id(entry) not in watch.shown
    return place_of(entry) > watch.newest and (entry.thread_id is not None or _short_id(entry) not in watch.shown)


def _with_ids(entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    order = {entry.pk: position for position, entry in enumerate(entries)}
    found = (
        TimelineEntry.objects.filter(pk__in=order)
        .select_related("generation", "thread")
        .only(
            *("kind", "owner_id", "visibility", "status", "sorted_at", "place", "trashed_at", "cost_amount"),
            *("generation__public_id", "thread__public_id"),
        )
    )
    return sorted(found, key=lambda entry: order[entry.pk])


def _public_id(entry: TimelineEntry) -> str:
    item = entry.generation or entry.thread
    return str(item.public_id) if item else ""


def _short_id(entry: TimelineEntry) -> str:
    return _public_id(entry)[:SHORT_ID_LENGTH]
