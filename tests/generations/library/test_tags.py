"""Tags and stars: who may put them where, and who learns of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library import favourites, sharing, tags, trash
from generations.models import Generation, TimelineEntry
from tests.factories import make_completed

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_entry(owner: User, **more: object) -> int:
    return TimelineEntry.objects.get(generation=make_completed(owner, **more)).pk


def names_on(entry: int) -> list[str]:
    return [tag.name for tag in tags.tags_of([entry])[entry]]


def test_a_field_takes_several_names(alice: User) -> None:
    assert tags.split_names("Night, 夜景，#draft; night\nＮＩＧＨＴ") == ["Night", "夜景", "draft"]


def test_a_tag_is_the_same_however_it_is_written(alice: User) -> None:
    first = tags.ensure(["Night Shot"], now=NOW)

    assert tags.ensure(["ｎｉｇｈｔ  shot"], now=NOW) == first


def test_tags_go_on_and_off_a_persons_own_items(alice: User, bob: User) -> None:
    mine, other = make_entry(alice), make_entry(bob)
    both = tags.ensure(["night", "夜景"], now=NOW)

    assert tags.add([mine, other], owner=alice, tags=both) == 1
    assert names_on(mine) == ["night", "夜景"]
    assert names_on(other) == []
    assert tags.remove([mine, other], owner=alice, tags=both[:1]) == 1
    assert names_on(mine) == ["夜景"]


def test_an_item_has_an_end_to_its_tags(alice: User) -> None:
    mine = make_entry(alice)

    assert tags.add([mine], owner=alice, tags=tags.ensure([f"t{n}" for n in range(31)], now=NOW)) == 0
    assert tags.add([mine], owner=alice, tags=tags.ensure([f"t{n}" for n in range(30)], now=NOW)) == 1


def test_a_tag_that_is_too_long_is_refused(alice: User) -> None:
    with pytest.raises(tags.TagRefusedError):
        tags.ensure(["x" * 10_000], now=NOW)


def test_a_tag_on_private_items_is_known_to_their_owner_alone(alice: User, bob: User) -> None:
    tags.add([make_entry(alice, visibility="private")], owner=alice, tags=tags.ensure(["secret"], now=NOW))
    tags.add([make_entry(alice)], owner=alice, tags=tags.ensure(["shared"], now=NOW))

    assert [tag.name for tag in tags.known_tags(alice)] == ["secret", "shared"]
    assert [tag.name for tag in tags.known_tags(bob)] == ["shared"]
    assert tags.known_tags(alice, beginning="SE")[0].name == "secret"


def test_anybody_may_star_what_they_see_and_nothing_else(alice: User, bob: User) -> None:
    shared, hidden = make_entry(alice), make_entry(alice, visibility="private")

    assert favourites.add([shared, hidden], person=bob, now=NOW) == 1
    assert favourites.add([shared], person=bob, now=NOW) == 0
    assert favourites.starred([shared, hidden], person_id=bob.pk) == {shared}
    assert favourites.starred([shared], person_id=alice.pk) == frozenset()
    assert favourites.remove([shared, hidden], person=bob) == 1


def test_visibility_changes_on_a_persons_own_items_and_their_entries(alice: User, bob: User) -> None:
    mine, other = make_entry(alice), make_entry(bob)

    assert sharing.set_visibility([mine, other], owner=alice, visibility="private") == 1
    assert sharing.set_visibility([mine], owner=alice, visibility="private") == 0

    assert Generation.objects.get(owner=alice).visibility == "private"
    assert TimelineEntry.objects.get(pk=mine).visibility == "private"
    assert TimelineEntry.objects.get(pk=other).visibility == "team"


def test_what_happened_in_the_trash_is_known_when_it_is_back(alice: User) -> None:
    mine = make_entry(alice)
    trash.trash([mine], owner=alice, now=NOW)
    sharing.set_visibility([mine], owner=alice, visibility="private")
    trash.restore([mine], owner=alice)

    assert TimelineEntry.objects.get(pk=mine).visibility == "private"
