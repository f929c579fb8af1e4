"""Lists that the search index answers: words, filters and favourites, newest first, a bounded look at a time.

The index gives candidates. What it can only say roughly (longer Chinese words, phrases, single states, bounds of
cost) is looked up in the row and in the text; so is once more whether the person may see the item.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from generations.library.listing import Listing, Page, Place, place_of
from generations.library.questions import Question
from generations.models import TimelineEntry
from generations.search import documents, index, matching, tokens
from generations.search.asking import COUNT_AT_MOST, Ask, Count

# Candidates that one request looks up in their texts, so many at a time.
CANDIDATES_AT_ONCE = 100
MOST_CANDIDATES = 500
# A count that needs the texts ends here and says that there are more. Units: seconds.
COUNT_SECONDS = 0.2


def read_page(listing: Listing, *, after: Place | None, size: int) -> Page:
    """Return the entries that follow a position; `is_cut` when the search stopped before the end."""
    if listing.question is not None and listing.question.problems:
        return Page(entries=(), next_cursor="")
    asked = _ask(listing, before=after.number if after else None)
    is_exact = _is_exact(listing.question)
    at_once = size + 1 if is_exact else CANDIDATES_AT_ONCE
    entries: list[TimelineEntry] = []
    seen = 0
    while True:
        found = index.find(asked, limit=at_once)
        entries += _admitted(listing, found.places)
        if len(entries) > size:
            return Page(entries=tuple(entries[:size]), next_cursor=place_of(entries[size - 1]).cursor)
        seen += len(found.places)
        if len(found.places) < at_once:
            cursor = Place(found.looked_to).cursor if found.looked_to is not None else ""
            return Page(entries=tuple(entries), next_cursor=cursor, is_cut=bool(cursor))
        if seen >= MOST_CANDIDATES:
            return Page(entries=tuple(entries), next_cursor=Place(found.places[-1]).cursor, is_cut=True)
        asked = replace(asked, before=found.places[-1])


def count(listing: Listing) -> Count:
    """Return how many there are, exactly to a thousand; sooner "and more" where every text would have to be read."""
    if listing.question is not None and listing.question.problems:
        return Count(number=0)
    asked = _ask(listing, before=None)
    if _is_exact(listing.question):
        return index.count(asked)
    # Rows alone are cheap; texts are read few at a time.
    at_once = CANDIDATES_AT_ONCE if listing.question and listing.question.inexact_terms else COUNT_AT_MOST + 1
    until = time.monotonic() + COUNT_SECONDS
    number = 0
    while True:
        found = index.find(asked, limit=at_once)
        number += _count_admitted(listing, found.places)
        if number > COUNT_AT_MOST:
            return Count.of(number)
        if len(found.places) < at_once:
            return Count(number=number, is_more=found.looked_to is not None)
        if time.monotonic() > until:
            return Count(number=number, is_more=True)
        asked = replace(asked, before=found.places[-1])


def holding(listing: Listing, entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """Return which of a few entries are in the list."""
    if listing.question is not None and listing.question.problems:
        return []
    fitting = index.fitting(_ask(listing, before=None), [entry.place for entry in entries])
    held = _checked(listing, [entry for entry in entries if entry.place in fitting])
    return [entry for entry in entries if entry in held]


def places_of(listing: Listing, *, before: int | None, limit: int) -> tuple[list[TimelineEntry], int | None]:
    """Return the next entries behind a place, for work on all of them, and where to go on; None at the end.

    An empty stretch with a place to go on is no end: the index had looked at enough.
    """
    found = index.find(_ask(listing, before=before), limit=limit)
    entries = _admitted(listing, found.places)
    return entries, found.places[-1] if len(found.places) == limit else found.looked_to


def _ask(listing: Listing, *, before: int | None) -> Ask:
    question = listing.question
    groups = list(question.groups) if question else []
    if listing.kinds:
        groups.append(tuple(tokens.kind_facet(kind) for kind in listing.kinds))
    groups.append(_scope(listing))
    if listing.scope == "favourites":
        groups.insert(0, (tokens.favourite_facet(listing.person_id),))
    if listing.scope == "trash":
        own, thrown = tokens.owner_facet(listing.person_id), tokens.trash_facet(listing.person_id)
        groups = [tuple(thrown if token == own else token for token in group) for group in groups]
    bounds = [bound for bound in (before, question.before if question else None) if bound is not None]
    return Ask(
        groups=tuple(dict.fromkeys(groups)),
        before=min(bounds, default=None),
        since=question.since if question else None,
    )


def _scope(listing: Listing) -> tuple[str, ...]:
    own = tokens.owner_facet(listing.person_id)
    scopes = {"mine": (own,), "team": (tokens.TEAM_FACET,), "trash": (tokens.trash_facet(listing.person_id),)}
    return scopes.get(listing.scope, (own, tokens.TEAM_FACET))


def _is_exact(question: Question | None) -> bool:
    return question is None or not (question.inexact_terms or question.statuses or question.costs)


def _admitted(listing: Listing, places: Sequence[int]) -> list[TimelineEntry]:
    """Return the entries at these places that are what was asked for, newest first."""
    if not places:
        return []
    visible = TimelineEntry.objects.visible_to(listing.person_id).filter(place__in=places)
    return _checked(listing, list(visible.order_by("-place")))


def _count_admitted(listing: Listing, places: Sequence[int]) -> int:
    """Return how many entries at these places are what was asked for; rows that need no look at a text stay rows."""
    question = listing.question
    if not places or question is None or question.inexact_terms:
        return len(_admitted(listing, places))
    return question.narrow(TimelineEntry.objects.visible_to(listing.person_id).filter(place__in=places)).count()


def _checked(listing: Listing, entries: list[TimelineEntry]) -> list[TimelineEntry]:
    question = listing.question
    if question is None:
        return entries
    entries = [entry for entry in entries if question.admits(entry)]
    terms = question.inexact_terms
    if not terms or not entries:
        return entries
    texts = documents.texts_of(entries)
    return [entry for entry in entries if matching.holds(texts.get(entry.pk, []), terms)]
