"""Live updates: silent while nothing happened, and only about what a page shows."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from generations.library.live import Changes, Watch, changes_since, current_number
from generations.library.timeline import Listing, place_of
from generations.lifecycle.transitions import changes, touch, transition
from generations.models import Generation, Revision, Status, TimelineEntry, Visibility
from tests.factories import make_generation
from tests.generations.library.test_timeline import make_thread

NOW = timezone.now()


def watch(listing: Listing, *shown: Generation, number: int | None = None, takes_new: bool = True) -> Watch:
    newest = max((row.timeline_entry for row in shown), key=place_of, default=None)
    return Watch(
        listing=listing,
        number=current_number(listing) if number is None else number,
        shown=frozenset(str(row.public_id)[:8] for row in shown),
        newest=place_of(newest) if newest else None,
        takes_new=takes_new,
    )


def ids(found: Changes | None) -> tuple[list[str], list[str], list[str]]:
    assert found is not None
    fresh = [card.public_id for day in found.fresh for card in day.cards]
    return [card.public_id for card in found.changed], fresh, list(found.removed)


def test_nothing_is_said_while_nothing_changed(alice: User) -> None:
    row = make_generation(alice)

    assert changes_since(watch(Listing(alice.pk, "mine"), row), now=NOW) is None


def test_a_changed_card_is_told_and_others_are_not(alice: User) -> None:
    row, _other = make_generation(alice), make_generation(alice)
    before = watch(Listing(alice.pk, "mine"), row, _other)
    with changes() as batch:
        transition(row, Status.CANCELED, now=NOW, batch=batch)

    assert ids(changes_since(before, now=NOW)) == ([str(row.public_id)], [], [])


def test_what_the_page_does_not_show_is_not_sent(alice: User) -> None:
    old, row = make_generation(alice, now=NOW - datetime.timedelta(days=1)), make_generation(alice, now=NOW)
    before = watch(Listing(alice.pk, "mine"), row)
    with changes() as batch:
        transition(old, Status.CANCELED, now=NOW, batch=batch)

    assert ids(changes_since(before, now=NOW)) == ([], [], [])


def test_a_new_card_goes_to_the_top_of_a_first_page_only(alice: User) -> None:
    row = make_generation(alice, now=NOW)
    first, later = (watch(Listing(alice.pk, "mine"), row, takes_new=takes) for takes in (True, False))
    new = make_generation(alice, now=NOW + datetime.timedelta(seconds=1))

    assert ids(changes_since(first, now=NOW)) == ([], [str(new.public_id)], [])
    assert ids(changes_since(later, now=NOW)) == ([], [], [])


def test_an_empty_page_takes_its_first_card(alice: User) -> None:
    before = watch(Listing(alice.pk, "mine"))
    new = make_generation(alice)

    assert ids(changes_since(before, now=NOW))[1] == [str(new.public_id)]


def test_a_colleagues_item_that_becomes_private_goes_away(alice: User, bob: User) -> None:
    row = make_generation(bob)
    before = watch(Listing(alice.pk), row)
    with changes() as batch:
        Generation.objects.filter(pk=row.pk).update(visibility=Visibility.PRIVATE)
        row.visibility = Visibility.PRIVATE
        touch(row, batch=batch)

    assert ids(changes_since(before, now=NOW)) == ([], [], [str(row.public_id)])


def test_a_colleagues_private_work_is_never_mentioned(alice: User, bob: User) -> None:
    before = watch(Listing(alice.pk))
    make_generation(bob, visibility=Visibility.PRIVATE)

    assert ids(changes_since(before, now=NOW)) == ([], [], [])


def test_own_pages_do_not_hear_of_the_team(alice: User, bob: User) -> None:
    before = watch(Listing(alice.pk, "mine"))
    make_generation(bob)

    assert changes_since(before, now=NOW) is None


def test_a_thread_that_moves_up_leaves_its_old_place(alice: User) -> None:
    entry = make_thread(alice, minutes_ago=10)
    Revision.objects.bump([entry])
    row = make_generation(alice, now=NOW)
    listing = Listing(alice.pk, "mine")
    assert entry.thread is not None
    before = Watch(
        listing=listing,
        number=current_number(listing),
        shown=frozenset({str(entry.thread.public_id)[:8], str(row.public_id)[:8]}),
        newest=place_of(row.timeline_entry),
        takes_new=True,
    )
    entry.thread.changed_at = NOW + datetime.timedelta(seconds=1)
    Revision.objects.bump([TimelineEntry.objects.record_thread(entry.thread)])

    public_id = str(entry.thread.public_id)
    assert ids(changes_since(before, now=NOW)) == ([], [public_id], [public_id])
