"""Equal prompts folded together: what counts where, through every change of a generation."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library import favourites, sharing, trash
from generations.lifecycle.transitions import changes, transition
from generations.models import Generation, PromptUse, Status, TimelineEntry
from generations.search import folds
from tests.factories import make_completed, make_generation, model_named

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Figures = tuple[int, int, int, int]


def figures(**which: object) -> dict[str, Figures]:
    """Return uses, done, failed and starred by visibility."""
    uses = PromptUse.objects.filter(**which)
    return {use.visibility: (use.use_count, use.done_count, use.failed_count, use.starred_count) for use in uses}


def entry_of(generation: Generation) -> TimelineEntry:
    return TimelineEntry.objects.get(generation=generation)


@pytest.mark.parametrize(
    "twin", ["a  LIGHTHOUSE\nin the fog", "Ａ lighthouse in the ｆｏｇ", "  a lighthouse in the fog "]
)
def test_width_case_and_blanks_make_no_other_prompt(twin: str) -> None:
    assert folds.digest_of(twin) == folds.digest_of("A lighthouse in the fog")


def test_other_words_and_no_words_are_other_prompts() -> None:
    assert folds.digest_of("灯塔") != folds.digest_of("灯塔,浓雾")
    assert folds.digest_of(" \n") == ""


def test_each_state_counts_once(alice: User) -> None:
    generation = make_generation(alice, status=Status.QUEUED)
    assert figures() == {"team": (1, 0, 0, 0)}

    for to in (Status.SUBMITTING, Status.IN_PROGRESS, Status.STORING, Status.COMPLETED):
        with changes() as batch:
            assert transition(generation, to, now=NOW, batch=batch)

    assert figures() == {"team": (1, 1, 0, 0)}


def test_counting_again_changes_nothing(alice: User) -> None:
    entry = entry_of(make_completed(alice))

    folds.fold([entry])
    folds.fold([entry, entry])

    assert figures() == {"team": (1, 1, 0, 0)}


def test_people_models_and_visibilities_are_counted_apart(alice: User, bob: User) -> None:
    make_completed(alice)
    make_completed(alice, visibility="private")
    make_completed(alice, model=model_named("nano-banana-fast"))
    make_completed(bob)

    assert PromptUse.objects.count() == 4
    assert len(set(PromptUse.objects.values_list("digest", flat=True))) == 1


def test_a_changed_visibility_moves_the_use(alice: User) -> None:
    older, newer = make_completed(alice), make_completed(alice)

    sharing.set_visibility([entry_of(newer).pk], owner=alice, visibility="private")

    assert figures() == {"team": (1, 1, 0, 0), "private": (1, 1, 0, 0)}
    assert PromptUse.objects.get(visibility="team").place == entry_of(older).place
    assert PromptUse.objects.get(visibility="private").place == entry_of(newer).place


def test_the_trash_takes_a_use_away_and_restoring_brings_it_back(alice: User) -> None:
    entry = entry_of(make_completed(alice))

    trash.trash([entry.pk], owner=alice, now=NOW)
    assert figures() == {}

    trash.restore([entry.pk], owner=alice)
    assert figures() == {"team": (1, 1, 0, 0)}


def test_what_is_purged_is_counted_no_more(alice: User, settings: object) -> None:
    kept, gone = make_completed(alice), entry_of(make_completed(alice))
    trash.trash([gone.pk], owner=alice, now=NOW)

    trash.purge(now=NOW + datetime.timedelta(days=400))

    assert figures() == {"team": (1, 1, 0, 0)}
    assert PromptUse.objects.get().place == entry_of(kept).place


def test_a_result_counts_as_starred_once_whoever_stars_it(alice: User, bob: User) -> None:
    entry = entry_of(make_completed(alice))
    for person in (alice, bob):
        favourites.add([entry.pk], person=person, now=NOW)
    assert figures() == {"team": (1, 1, 0, 1)}

    favourites.remove([entry.pk], person=alice)
    assert figures() == {"team": (1, 1, 0, 1)}
    favourites.remove([entry.pk], person=bob)
    assert figures() == {"team": (1, 1, 0, 0)}


def test_what_was_never_counted_is_counted_by_upkeep(alice: User) -> None:
    for _number in range(3):
        make_completed(alice)
    make_generation(alice, prompt="")
    before = list(PromptUse.objects.values_list("digest", "place", "use_count", "done_count"))

    folds.forget()
    assert not PromptUse.objects.exists()
    while folds.fold_waiting(at_once=2):
        pass

    assert list(PromptUse.objects.values_list("digest", "place", "use_count", "done_count")) == before
