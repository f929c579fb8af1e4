"""The trash: what goes in, what comes back, what is deleted for good."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from generations.library import favourites, trash
from generations.library.timeline import Listing, read_page
from generations.models import Asset, Draft, Generation, GenerationInput, GenerationOutput, Status, TimelineEntry
from tests.factories import make_asset, make_completed, make_generation

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - datetime.timedelta(days=31)


def entry_of(generation: Generation) -> int:
    return TimelineEntry.objects.get(generation=generation).pk


def shown(person: User, scope: str = "") -> set[int | None]:
    return {entry.generation_id for entry in read_page(Listing(person_id=person.pk, scope=scope)).entries}


def test_a_trashed_item_leaves_every_list_and_comes_back(alice: User, bob: User) -> None:
    row = make_completed(alice)

    assert trash.trash([entry_of(row)], owner=alice, now=NOW) == 1
    assert shown(alice) == shown(bob) == set()

    assert trash.restore([entry_of(row)], owner=alice) == 1
    assert shown(alice) == shown(bob) == {row.pk}


def test_a_colleague_cannot_see_what_is_in_the_trash_and_its_owner_can(alice: User, bob: User) -> None:
    row = make_completed(alice)

    trash.trash([entry_of(row)], owner=alice, now=NOW)

    assert not Generation.objects.visible_to(bob.pk).exists()
    assert Generation.objects.visible_to(alice.pk).exists()


def test_nobody_can_trash_or_restore_what_is_not_theirs(alice: User, bob: User) -> None:
    row = make_completed(alice)

    assert trash.trash([entry_of(row)], owner=bob, now=NOW) == 0
    trash.trash([entry_of(row)], owner=alice, now=NOW)
    assert trash.restore([entry_of(row)], owner=bob) == 0


def test_undo_brings_back_exactly_what_one_action_took(alice: User) -> None:
    first, second = make_completed(alice), make_completed(alice)
    trash.trash([entry_of(first)], owner=alice, now=NOW - datetime.timedelta(seconds=1))
    trash.trash([entry_of(second)], owner=alice, now=NOW)

    assert trash.restore_trashed_at(NOW, owner=alice) == 1
    assert shown(alice) == {second.pk}


def test_stars_stay_through_the_trash(alice: User) -> None:
    row = make_completed(alice)
    favourites.add([entry_of(row)], person=alice, now=NOW)

    trash.trash([entry_of(row)], owner=alice, now=NOW)
    trash.restore([entry_of(row)], owner=alice)

    assert favourites.starred([entry_of(row)], person_id=alice.pk) == {entry_of(row)}


def test_the_trash_is_emptied_after_its_days_and_not_before(alice: User) -> None:
    old, young = make_completed(alice), make_completed(alice)
    trash.trash([entry_of(old)], owner=alice, now=LONG_AGO)
    trash.trash([entry_of(young)], owner=alice, now=NOW)

    purged = trash.purge(now=NOW)

    assert (purged.items, purged.assets) == (1, 1)
    assert set(Generation.objects.values_list("pk", flat=True)) == {young.pk}
    assert trash.purge(now=NOW) == trash.Purged(items=0, assets=0)


def test_what_is_still_under_way_is_not_deleted(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS)
    trash.trash([entry_of(row)], owner=alice, now=LONG_AGO)

    assert trash.purge(now=NOW).items == 0


def stored_asset(owner: User, name: str) -> Asset:
    default_storage.save(name, ContentFile(b"bytes"))
    return make_asset(owner, path=name, preview="")


def purge_with(alice: User, asset: Asset, django_capture_on_commit_callbacks: object) -> None:
    row = make_generation(alice, status=Status.COMPLETED)
    GenerationOutput.objects.create(generation=row, role="image", asset=asset)
    trash.trash([entry_of(row)], owner=alice, now=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        trash.purge(now=NOW)


def test_the_file_of_a_purged_item_is_deleted(alice: User, django_capture_on_commit_callbacks: object) -> None:
    asset = stored_asset(alice, "aa/purged.png")

    purge_with(alice, asset, django_capture_on_commit_callbacks)

    assert not default_storage.exists("aa/purged.png")


def test_a_file_that_another_item_uses_stays(
    alice: User, bob: User, django_capture_on_commit_callbacks: object
) -> None:
    asset = stored_asset(alice, "aa/shared.png")
    GenerationInput.objects.create(generation=make_generation(bob), asset=asset, role="first_frame")

    purge_with(alice, asset, django_capture_on_commit_callbacks)

    assert Asset.objects.filter(pk=asset.pk).exists()
    assert default_storage.exists("aa/shared.png")


def test_a_file_that_a_second_asset_names_stays(alice: User, django_capture_on_commit_callbacks: object) -> None:
    asset = stored_asset(alice, "aa/twice.png")
    make_asset(alice, path="aa/twice.png")

    purge_with(alice, asset, django_capture_on_commit_callbacks)

    assert not Asset.objects.filter(pk=asset.pk).exists()
    assert default_storage.exists("aa/twice.png")


def test_a_file_that_lies_in_a_draft_stays(alice: User, django_capture_on_commit_callbacks: object) -> None:
    asset = stored_asset(alice, "aa/drafted.png")
    Draft.objects.create(
        owner=alice, place="create", fields={"asset_first_frame": [str(asset.public_id)]}, changed_at=NOW
    )

    purge_with(alice, asset, django_capture_on_commit_callbacks)

    assert default_storage.exists("aa/drafted.png")


def test_the_days_left_are_whole_and_never_negative(alice: User) -> None:
    entry = TimelineEntry(trashed_at=NOW)

    assert trash.days_left(entry, now=NOW) == 30
    assert trash.days_left(entry, now=NOW + datetime.timedelta(days=29, hours=1)) == 1
    assert trash.days_left(entry, now=NOW + datetime.timedelta(days=90)) == 0
    assert trash.days_left(TimelineEntry(), now=NOW) is None
