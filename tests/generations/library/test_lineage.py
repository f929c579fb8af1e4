"""What came from what, in both directions, and never more than a person may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from generations.library.lineage import Family, family_of, last_frame_of, makers_of, origin_of
from generations.models import Asset, Generation, GenerationInput, GenerationOutput
from tests.factories import make_asset, make_completed, make_generation, model_named

pytestmark = pytest.mark.django_db


def output_of(generation: Generation) -> Asset:
    asset = generation.outputs.get().asset
    assert asset
    return asset


def made_from(parent: Generation, relation: str, *, owner: User | None = None, **more: Any) -> Generation:
    return make_completed(owner or parent.owner, parent=parent, relation=relation, **more)


def given(generation: Generation, asset: Asset, role: str = "first_frame") -> None:
    GenerationInput.objects.create(generation=generation, asset=asset, role=role)


def told(family: Family) -> tuple[list[tuple[int | None, str]], list[tuple[int | None, str]]]:
    def words(kin: Any) -> tuple[int | None, str]:
        return (kin.generation.pk if kin.generation else None, kin.relation)

    return [words(kin) for kin in family.ancestors], [words(kin) for kin in family.descendants]


def test_a_family_is_told_from_the_oldest_to_the_youngest(alice: User) -> None:
    first = make_completed(alice)
    second = made_from(first, "remix")
    third = made_from(second, "animate")
    fourth = made_from(third, "continue")
    fifth = made_from(fourth, "retry")

    ups, downs = told(family_of(third, person_id=alice.pk))

    assert ups == [(first.pk, ""), (second.pk, "remix")]
    assert downs == [(fourth.pk, "continue"), (fifth.pk, "retry")]
    assert not family_of(make_completed(alice), person_id=alice.pk)


def test_a_file_that_was_given_leads_to_who_made_it(alice: User) -> None:
    picture = make_completed(alice, model=model_named("nano-banana-fast"))
    clip = make_generation(alice)
    given(clip, output_of(picture))

    assert told(family_of(clip, person_id=alice.pk)) == ([(picture.pk, "")], [])
    assert told(family_of(picture, person_id=alice.pk)) == ([], [(clip.pk, "animate")])


def test_a_frame_that_was_taken_leads_to_its_clip(alice: User) -> None:
    clip = make_generation(alice)
    film = make_asset(alice, media="video")
    GenerationOutput.objects.create(generation=clip, role="video", asset=film)
    frame = make_asset(alice, origin="taken", taken_from=film)
    longer = make_generation(alice)
    given(longer, frame)

    assert told(family_of(longer, person_id=alice.pk))[0] == [(clip.pk, "")]
    assert told(family_of(clip, person_id=alice.pk))[1] == [(longer.pk, "continue")]
    assert last_frame_of(clip, person_id=alice.pk) == frame


def test_the_gateways_own_last_frame_outranks_a_taken_one(alice: User, bob: User) -> None:
    clip = make_completed(alice)
    make_asset(bob, origin="taken", taken_from=output_of(clip))
    assert last_frame_of(clip, person_id=alice.pk) is None

    own = make_asset(alice)
    GenerationOutput.objects.create(generation=clip, role="last_frame", asset=own, position=1)

    assert last_frame_of(Generation.objects.get(pk=clip.pk), person_id=alice.pk) == own


def test_a_parent_that_also_gave_its_file_counts_once(alice: User) -> None:
    picture = make_completed(alice)
    clip = made_from(picture, "animate")
    given(clip, output_of(picture))

    assert told(family_of(clip, person_id=alice.pk))[0] == [(picture.pk, "")]
    assert told(family_of(picture, person_id=alice.pk))[1] == [(clip.pk, "animate")]


def test_a_private_ancestor_is_told_as_private_and_leads_no_further(alice: User, bob: User) -> None:
    root = make_completed(alice)
    secret = made_from(root, "remix", visibility="private")
    shared = made_from(secret, "edit", owner=bob)

    ups, _downs = told(family_of(shared, person_id=bob.pk))

    assert ups == [(None, "")]
    assert origin_of(shared, person_id=bob.pk).generation is None  # type: ignore[union-attr]
    assert origin_of(shared, person_id=alice.pk).generation == secret  # type: ignore[union-attr]


def test_private_descendants_of_others_are_not_even_counted(alice: User, bob: User) -> None:
    shared = make_completed(alice)
    hidden = made_from(shared, "remix", owner=bob, visibility="private")
    made_from(hidden, "remix", owner=alice)

    family = family_of(shared, person_id=alice.pk)

    assert told(family) == ([], [])
    assert not family


def test_a_ring_of_files_ends(alice: User) -> None:
    one, two = make_completed(alice), make_completed(alice)
    given(one, output_of(two))
    given(two, output_of(one))

    assert told(family_of(one, person_id=alice.pk)) == ([(two.pk, "animate")], [(two.pk, "animate")])


def test_a_wide_family_costs_no_more_queries_and_says_that_there_is_more(alice: User) -> None:
    parent = make_completed(alice)
    counts = []
    for number in (3, 30):
        for _one in range(number):
            made_from(parent, "variation")
        with CaptureQueriesContext(connection) as captured:
            family = family_of(parent, person_id=alice.pk)
            [kin.cover for kin in family.descendants]
        counts.append(len(captured))

    assert counts[1] <= counts[0]
    assert len(family.descendants) == 24
    assert family.has_more_descendants


def test_a_deep_family_is_cut_and_says_so(alice: User) -> None:
    youngest = make_completed(alice)
    for _level in range(8):
        youngest = made_from(youngest, "remix")

    family = family_of(youngest, person_id=alice.pk)

    assert len(family.ancestors) == 5
    assert family.has_more_ancestors


def test_makers_are_told_as_far_as_one_may_see_them(alice: User, bob: User) -> None:
    shared, secret = make_completed(alice), make_completed(alice, visibility="private")
    frame = make_asset(bob, taken_from=output_of(shared))
    upload = make_asset(bob, origin="upload")

    found = makers_of([output_of(shared), output_of(secret), frame, upload], person_id=bob.pk)

    assert found == {output_of(shared).pk: shared, frame.pk: shared}
