"""Cards: their shape, their words, and what a list of them costs."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import User
from generations.library.cards import asked_shape, by_day, card_of, cards_of
from generations.models import Generation, Status, TimelineEntry, prompt_digest
from tests.factories import make_asset, make_completed, make_generation, model_named

NOW = timezone.now()


@pytest.mark.parametrize(
    ("parameters", "shape"),
    [
        ({"ratio": "9:16"}, (9, 16)),
        ({"aspect_ratio": "21:9"}, (21, 9)),
        ({"size": "1536x1024"}, (1536, 1024)),
        ({"size": "auto"}, (1, 1)),
        ({"ratio": "0:0"}, (1, 1)),
        ({}, (1, 1)),
    ],
)
def test_the_space_is_reserved_from_what_was_asked(parameters: dict[str, Any], shape: tuple[int, int]) -> None:
    assert asked_shape(Generation(kind="image", parameters=parameters)) == shape


def test_a_finished_card_has_the_shape_of_its_file(alice: User) -> None:
    generation = make_completed(alice)
    output = generation.outputs.get()
    output.asset = make_asset(alice, width=640, height=640)
    output.save()

    card = card_of(generation, now=NOW, reader_id=alice.pk)

    assert card.shape == (640, 640)
    assert card.cover == output.asset


@pytest.mark.parametrize(
    ("status", "more", "title"),
    [
        (Status.QUEUED, {}, "Next in line"),
        (Status.SUBMITTING, {}, "Submitting"),
        (Status.IN_PROGRESS, {}, "Running"),
        (Status.STORING, {}, "Saving to the studio"),
        (Status.FAILED, {"failure_reason": "refused"}, "Refused"),
        (Status.FAILED, {"failure_reason": "upstream"}, "Failed"),
        (Status.CANCELED, {}, "Canceled"),
        (Status.UNCERTAIN, {}, "Was it taken?"),
    ],
)
def test_every_state_has_its_own_words(alice: User, status: Status, more: dict[str, Any], title: str) -> None:
    words = card_of(make_generation(alice, status=status, **more), now=NOW, reader_id=alice.pk).words

    assert words is not None
    assert str(words.title) == title


def test_a_blocking_submit_reads_as_running(alice: User) -> None:
    card = card_of(
        make_generation(alice, status=Status.SUBMITTING, model=model_named("gpt-image-2")), now=NOW, reader_id=alice.pk
    )

    assert card.words is not None
    assert (str(card.words.title), card.is_running) == ("Running", True)


@pytest.mark.parametrize(
    ("reason", "edit", "retry"), [("refused", True, False), ("bad_input", True, False), ("upstream", False, True)]
)
def test_a_failure_offers_the_step_that_helps(alice: User, reason: str, edit: bool, retry: bool) -> None:
    card = card_of(make_generation(alice, status=Status.FAILED, failure_reason=reason), now=NOW, reader_id=alice.pk)

    assert (card.helps_to_edit, card.helps_to_retry) == (edit, retry)


def test_a_cancel_before_the_submit_was_free_and_a_later_one_may_not_be(alice: User) -> None:
    free = card_of(make_generation(alice, status=Status.CANCELED), now=NOW, reader_id=alice.pk).words
    late = card_of(make_generation(alice, status=Status.CANCELED, submitted_at=NOW), now=NOW, reader_id=alice.pk).words

    assert free is not None
    assert late is not None
    assert "Nothing was charged" in str(free.reason)
    assert "may still be charged" in str(late.reason)


def test_days_are_those_of_the_reader(alice: User) -> None:
    midnight = datetime.datetime(2026, 3, 1, 0, 30, tzinfo=datetime.UTC)
    make_generation(alice, now=midnight)
    make_generation(alice, now=midnight - datetime.timedelta(hours=1))
    entries = list(TimelineEntry.objects.order_by("-sorted_at"))

    with timezone.override("UTC"):
        assert [day.key for day in by_day(cards_of(entries, now=NOW, reader_id=alice.pk))] == [
            "2026-03-01",
            "2026-02-28",
        ]
    with timezone.override("Asia/Shanghai"):
        assert [day.key for day in by_day(cards_of(entries, now=NOW, reader_id=alice.pk))] == ["2026-03-01"]


def test_a_long_prompt_stays_in_the_database(alice: User) -> None:
    card = card_of(make_generation(alice, prompt="x" * 20_000), now=NOW, reader_id=alice.pk)

    assert len(card.prompt) == 280
    assert card.generation is not None
    assert "prompt" in card.generation.get_deferred_fields()


def test_what_is_known_of_uncertain_ones_costs_two_queries_whatever_their_number(
    alice: User, django_assert_num_queries: Any
) -> None:
    for _ in range(6):
        make_generation(alice, status=Status.UNCERTAIN, prompt="x" * 20_000)
    entries = list(TimelineEntry.objects.order_by("-id"))

    for number in (1, 6):
        with django_assert_num_queries(5):
            cards = cards_of(entries[:number], now=NOW, reader_id=alice.pk)
        assert {card.doubt.prompt_digest for card in cards if card.doubt} == {prompt_digest("x" * 20_000)}


def test_cards_cost_the_same_for_five_and_for_fifteen(alice: User, django_assert_num_queries: Any) -> None:
    for status in (Status.QUEUED, Status.IN_PROGRESS, Status.COMPLETED) * 5:
        make_completed(alice) if status == Status.COMPLETED else make_generation(alice, status=status)
    entries = list(TimelineEntry.objects.order_by("-id"))

    with translation.override("en"):
        for number in (5, 15):
            # Entries with their items, outputs, the line, the runs of the one model under way, the reader's stars.
            with django_assert_num_queries(5):
                assert len([card.words for card in cards_of(entries[:number], now=NOW, reader_id=alice.pk)]) == number
