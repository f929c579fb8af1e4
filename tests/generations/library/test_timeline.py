"""Lists by position: every entry once, in order, to whoever may see it."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library.timeline import Listing, place_of, read_cursor, read_page
from generations.models import Thread, TimelineEntry, Visibility
from tests.factories import make_generation, model_named

NOW = timezone.now()


def walk(listing: Listing, *, size: int) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = read_page(listing, after=read_cursor(cursor), size=size)
        found += [entry.pk for entry in page.entries]
        cursor = page.next_cursor
        if not cursor:
            return found


def make_thread(owner: User, *, minutes_ago: int, visibility: str = Visibility.PRIVATE) -> TimelineEntry:
    at = NOW - datetime.timedelta(minutes=minutes_ago)
    thread = Thread.objects.create(
        owner=owner,
        title="A chat",
        model=model_named("gpt-5.1"),
        visibility=visibility,
        submission_id=uuid.uuid4(),
        created_at=at,
        changed_at=at,
    )
    return TimelineEntry.objects.record_thread(thread)


def test_pages_hold_every_entry_once_and_newest_first_even_at_equal_times(alice: User) -> None:
    for number in range(7):
        make_generation(alice, now=NOW - datetime.timedelta(minutes=number // 3))
    expected = list(TimelineEntry.objects.order_by("-sorted_at", "-id").values_list("pk", flat=True))

    for size in (1, 2, 3, 7, 10):
        assert walk(Listing(alice.pk, "mine"), size=size) == expected


def test_everything_is_my_own_and_the_teams_in_one_order_without_repeats(alice: User, bob: User) -> None:
    mine = make_generation(alice, now=NOW, visibility=Visibility.PRIVATE).timeline_entry
    theirs = make_generation(bob, now=NOW - datetime.timedelta(minutes=1)).timeline_entry
    shared = make_generation(alice, now=NOW - datetime.timedelta(minutes=2)).timeline_entry
    make_generation(bob, now=NOW, visibility=Visibility.PRIVATE)

    assert walk(Listing(alice.pk), size=2) == [mine.pk, theirs.pk, shared.pk]
    assert walk(Listing(alice.pk, "mine"), size=2) == [mine.pk, shared.pk]
    assert walk(Listing(alice.pk, "team"), size=2) == [theirs.pk, shared.pk]


def test_kinds_stand_in_one_order_and_can_be_chosen(alice: User) -> None:
    video = make_generation(alice, now=NOW).timeline_entry
    chat = make_thread(alice, minutes_ago=1)
    image = make_generation(
        alice, model=model_named("nano-banana-pro"), now=NOW - datetime.timedelta(minutes=2)
    ).timeline_entry

    assert walk(Listing(alice.pk), size=10) == [video.pk, chat.pk, image.pk]
    assert walk(Listing(alice.pk, kinds=("chat",)), size=10) == [chat.pk]
    assert walk(Listing(alice.pk, "mine", ("video", "image")), size=10) == [video.pk, image.pk]


def test_a_cursor_tells_nothing_and_cannot_be_made_up(alice: User) -> None:
    place = place_of(make_generation(alice, now=NOW).timeline_entry)

    assert read_cursor(place.cursor) == place
    for bad in ("", "x", place.cursor[:-1] + ("A" if place.cursor[-1] != "A" else "B"), "W10:abc", "\x00"):
        assert read_cursor(bad) is None


@pytest.mark.parametrize("scope", ["", "mine", "team"])
def test_a_page_costs_the_same_at_any_depth(
    alice: User, scope: str, django_assert_num_queries: object, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        make_generation(alice, now=NOW - datetime.timedelta(minutes=number))
    listing = Listing(alice.pk, scope)
    first = read_page(listing, size=4)

    with django_assert_num_queries(len(listing.branches())):  # type: ignore[operator]
        assert len(read_page(listing, after=read_cursor(first.next_cursor), size=4).entries) == 4
