"""The list of prompts: equal ones once, newest first, and nothing of what others keep to themselves."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library import filters
from generations.library.prompt_cards import PromptCard, cards_of
from generations.library.prompt_listing import PromptListing, fit_to_prompts, read_page
from generations.models import Status
from tests.factories import make_completed, make_generation, model_named

pytestmark = pytest.mark.django_db


def listed(person: User, question: str = "", *, scope: str = "", size: int = 24) -> list[PromptCard]:
    asked = fit_to_prompts(filters.ask(question, person=person, now=timezone.now())) if question else None
    return cards_of(read_page(PromptListing(person.pk, scope, asked), size=size).rows)


def words(cards: list[PromptCard]) -> list[str]:
    return ["".join(piece.text for piece in card.pieces) for card in cards]


def test_equal_prompts_stand_once_with_all_that_they_did(alice: User, bob: User) -> None:
    make_completed(alice, prompt="夜景，霓虹")
    make_completed(bob, prompt="夜景,霓虹", model=model_named("nano-banana-fast"))
    make_generation(alice, prompt="夜景,霓虹", status=Status.FAILED)
    make_completed(alice, prompt="灯塔")

    lighthouse, night = listed(alice)

    assert words([lighthouse, night]) == ["灯塔", "夜景,霓虹"]
    assert (night.use_count, night.done_count, night.done_percent) == (3, 2, 67)
    assert [person.username for person in night.people] == ["alice", "bob"]
    assert {model.gateway_name for model in night.models} == {"doubao-seedance-2-0", "nano-banana-fast"}


def test_private_uses_of_others_are_in_no_figure(alice: User, bob: User, charlie: User) -> None:
    make_completed(bob, prompt="shared words")
    for _number in range(3):
        make_completed(alice, prompt="Shared Words", visibility="private")
    make_completed(alice, prompt="hidden words", visibility="private")

    assert [(card.use_count, [one.username for one in card.people]) for card in listed(charlie)] == [(1, ["bob"])]
    assert words(listed(charlie)) == ["shared words"]
    assert [card.use_count for card in listed(alice)] == [1, 4]
    assert words(listed(charlie, "hidden")) == []
    assert words(listed(charlie, "by:alice")) == []


def test_it_is_narrowed_by_person_kind_model_and_whose(alice: User, bob: User) -> None:
    make_completed(alice, prompt="a clip")
    make_completed(bob, prompt="a picture", model=model_named("nano-banana-fast"))
    make_completed(bob, prompt="both")
    make_completed(alice, prompt="both", visibility="private")

    assert words(listed(alice, scope="mine")) == ["both", "a clip"]
    assert words(listed(bob, scope="mine")) == ["both", "a picture"]
    assert words(listed(alice, "by:bob")) == ["both", "a picture"]
    assert words(listed(alice, "kind:image")) == ["a picture"]
    assert words(listed(alice, "model:nano-banana-fast")) == ["a picture"]
    assert words(listed(alice, "is:private")) == ["both"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("霓虹", ["未来城市夜景,霓虹灯倒映在街道上"]),
        ("ＮＥＯＮ", ['Neon rain, 50% off, O\'Hara AND "night"']),
        ("霓虹灯倒映", ["未来城市夜景,霓虹灯倒映在街道上"]),
        ("灯霓", []),
        ("O'Hara", ['Neon rain, 50% off, O\'Hara AND "night"']),
        ("50%", ['Neon rain, 50% off, O\'Hara AND "night"']),
        ('"off, o\'hara and"', ['Neon rain, 50% off, O\'Hara AND "night"']),
    ],
    ids=["two characters", "full width", "a longer run", "turned around", "quote", "percent", "phrase"],
)
def test_words_are_found_as_in_the_library(alice: User, question: str, found: list[str]) -> None:
    make_completed(alice, prompt="未来城市夜景，霓虹灯倒映在街道上".replace("，", ","))
    make_completed(alice, prompt='Neon rain, 50% off, O\'Hara AND "night"')

    assert words(listed(alice, question)) == found


@pytest.mark.parametrize("question", ["tag:night", "is:favourite", "cost>5", "x" * 600])
def test_what_prompts_do_not_know_is_said(alice: User, question: str) -> None:
    make_completed(alice)
    asked = fit_to_prompts(filters.ask(question, person=alice, now=timezone.now()))

    assert len(asked.problems) == 1
    assert read_page(PromptListing(alice.pk, "", asked)).rows == ()


def test_pages_meet_without_gap_and_without_repeating(alice: User, bob: User) -> None:
    for number in range(30):
        make_completed(alice, prompt=f"prompt {number % 10}")
        make_completed(bob, prompt=f"prompt {number % 10}", model=model_named("nano-banana-fast"))
    from generations.library.listing import read_cursor

    found: list[str] = []
    cursor = ""
    while True:
        page = read_page(PromptListing(alice.pk), after=read_cursor(cursor), size=3)
        found += words(cards_of(page.rows))
        cursor = page.next_cursor
        if not cursor:
            break

    assert found == [f"prompt {number}" for number in reversed(range(10))]
