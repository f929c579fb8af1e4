"""What the pages with a timeline share: which list an address asks for, its page, and the top where new cards go."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.http import AuthenticatedHttpRequest
from generations.library.asked import Asked
from generations.library.cards import Day, by_day, card_of, cards_of
from generations.library.live import current_number
from generations.library.moments import read_day
from generations.library.timeline import (
    KINDS,
    MEDIA,
    SCOPES,
    Listing,
    Page,
    Place,
    local_day,
    place_above,
    place_before,
    place_of,
    read_cursor,
    read_page,
)
from generations.models import Generation
from generations.views.selecting import selecting_context

MEDIA_KINDS = MEDIA
# What an address says of a list, beside where in it.
ADDRESS_WORDS = ("scope", "show", "q", "view")
MINIMUM_YEAR, MAXIMUM_YEAR = 1970, 9999
# Before every day: what an empty page says, so that the first card brings its own heading.
NO_DAY = "0000-00-00"


@dataclass(frozen=True, slots=True)
class Top:
    """The top of an open page, as the page itself tells it: its list and its first day. Only first pages have one."""

    listing: Listing
    day: str

    @property
    def value(self) -> str:
        """The words that the page keeps in a hidden field."""
        return f"{self.day} {self.listing.scope or 'all'} {','.join(self.listing.kinds) or 'all'}"


def asked_by(request: AuthenticatedHttpRequest, *, scope: str = "", within: tuple[str, ...] = ()) -> Asked:
    """Return the list that an address asks for; `within` are the kinds that the page shows at all."""
    asked = Asked.of(request.GET)
    kinds = tuple(kind for kind in asked.kinds if not within or kind in within)
    return replace(asked, scope=scope or asked.scope, show=",".join(kinds or within))


def page_context(
    request: AuthenticatedHttpRequest, asked: Asked, *, page: str, now: datetime.datetime
) -> dict[str, Any]:
    """Return what `library/_timeline.html` shows: days of cards, the way on, and what live updates need.

    The number is read before the rows, so that a change between the two is told twice rather than never.
    """
    listing = asked.listing(request.user, now=now)
    number = current_number(listing)
    after = _position(request, now=now)
    found = read_page(listing, after=after)
    terms = listing.question.terms if listing.question else ()
    days = by_day(cards_of(found.entries, now=now, reader_id=request.user.pk, terms=terms))
    continued = after is not None and bool(days) and days[0].on == timezone.localtime(after.sorted_at).date()
    return {
        "asked": asked,
        "listing": listing,
        "question": listing.question,
        "show": request.GET.get("show", "") if request.GET.get("show", "") in KINDS else "",
        "page": page,
        "days": days,
        "continued_day": days[0] if continued else None,
        "new_days": days[1:] if continued else days,
        "is_first_page": after is None,
        "is_empty": after is None and not found.entries,
        "is_cut": found.is_cut,
        "here": after.cursor if after else "",
        "more_url": _address(request, page, after=found.next_cursor) if found.next_cursor else "",
        "newer_url": _newer_url(request, page, listing, found, after),
        "first_url": _address(request, page),
        "list_path": reverse(page),
        "list_words": _words(request),
        **selecting_context(request, asked, leave_url=_address(request, page)),
        "top": Top(listing=listing, day=days[0].key if days else NO_DAY),
        "changes_url": changes_url(
            asked,
            page=page,
            number=number,
            newest=place_of(found.entries[0]).cursor if found.entries and after is None else "",
            takes_new=after is None and listing.is_plain,
        ),
        "unfinished_count": sum(card.is_unfinished for day in days for card in day.cards),
    }


def changes_url(asked: Asked, *, page: str, number: int, newest: str, takes_new: bool) -> str:
    """Return the address that an open page asks for what changed; the page adds which cards it shows."""
    words = {**asked.words, "page": page, "newest": newest, "top": "1" if takes_new else "", "revision": number}
    return f"{reverse('changes')}?{urlencode({name: word for name, word in words.items() if word != ''})}"


def read_top(request: AuthenticatedHttpRequest, text: str) -> Top | None:
    """Return the top that a page told, or None when it told none."""
    words = text.split(" ")
    if len(words) != 3 or len(words[0]) != len(NO_DAY):
        return None
    day, scope, kinds = words
    listing = Listing(
        person_id=request.user.pk,
        scope=scope if scope in SCOPES else "",
        kinds=tuple(kind for kind in kinds.split(",") if kind in KINDS),
    )
    return Top(listing=listing, day=day)


def placed_card(request: AuthenticatedHttpRequest, generation: Generation, *, now: datetime.datetime) -> dict[str, Any]:
    """Return a new card and where it goes on the page that asked."""
    return placed_cards(request, (generation,), now=now)


def placed_cards(
    request: AuthenticatedHttpRequest, generations: Sequence[Generation], *, now: datetime.datetime
) -> dict[str, Any]:
    """Return new cards of one moment and where they go: under the page's first day, under a new one, or nowhere."""
    top = read_top(request, request.POST.get("timeline_top", ""))
    cards = [card_of(generation, now=now, reader_id=request.user.pk) for generation in generations]
    if top is None or not cards or not top.listing.holds(cards[0].entry):
        return {}
    day = Day(on=local_day(cards[0].entry), cards=tuple(cards))
    if day.key <= top.day:
        return {"placed": cards, "day_key": top.day, "new_day": None, "top": top}
    return {"placed": cards, "day_key": "", "new_day": day, "top": Top(listing=top.listing, day=day.key)}


def _position(request: AuthenticatedHttpRequest, *, now: datetime.datetime) -> Place | None:
    """Return where the list begins: behind a cursor, or at the newest item of a day that was jumped to."""
    day = read_day(request.GET.get("on", ""), now=now)
    if day is not None and MINIMUM_YEAR < day.year < MAXIMUM_YEAR and day < timezone.localtime(now).date():
        return place_before(day)
    return read_cursor(request.GET.get("after", ""))


def _words(request: AuthenticatedHttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ADDRESS_WORDS if request.GET.get(name)}


def _address(request: AuthenticatedHttpRequest, page: str, **more: str) -> str:
    """Return the address of the same list elsewhere in it."""
    words = {**_words(request), **more}
    return f"{reverse(page)}?{urlencode(words)}" if words else reverse(page)


def _newer_url(request: AuthenticatedHttpRequest, page: str, listing: Listing, found: Page, after: Place | None) -> str:
    """Return where the stretch before this one begins, for a list that is read from the middle."""
    if after is None or listing.is_searched:
        return ""
    newer = place_above(listing, place_of(found.entries[0]) if found.entries else after)
    return _address(request, page, after=newer.cursor) if newer else _address(request, page)
