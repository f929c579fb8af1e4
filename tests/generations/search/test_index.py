"""What is written to the index is found, bounded, on both databases (PostgreSQL with STUDIO_TEST_POSTGRES)."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from generations.library import boards, favourites, sharing, tags, trash
from generations.library.boards import BoardWords
from generations.lifecycle.transitions import changes, transition
from generations.models import Generation, GenerationInput, Message, Status, Thread, TimelineEntry
from generations.relay import claims, turns
from generations.search import asking, index, tokens
from generations.search.asking import Ask
from tests.factories import make_asset, make_generation, model_named

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ask(*words: str, owner: User | None = None, **bounds: int) -> list[int]:
    groups = [(word,) for word in words]
    if owner:
        groups.append((tokens.owner_facet(owner.pk),))
    places = index.find(Ask(groups=tuple(groups), **bounds), limit=50).places
    order = {place: at for at, place in enumerate(places)}
    rows = TimelineEntry.objects.filter(place__in=places).values_list("pk", "place")
    return [pk for pk, _place in sorted(rows, key=lambda row: order[row[1]])]


def entry_of(generation: Generation) -> TimelineEntry:
    return TimelineEntry.objects.get(generation=generation)


def test_a_prompt_is_found_by_its_words_newest_first(alice: User) -> None:
    first = entry_of(make_generation(alice, prompt="A red fox, 雪地里的狐狸", now=NOW))
    second = entry_of(make_generation(alice, prompt="Another fox", now=NOW + datetime.timedelta(seconds=1)))

    assert ask("fox") == [second.pk, first.pk]
    assert ask("fox", "狐狸") == [first.pk]
    assert ask("雪") == [first.pk]
    assert ask("wolf") == []


def test_a_file_name_is_found(alice: User) -> None:
    row = make_generation(alice, prompt="no words")
    GenerationInput.objects.create(
        generation=row, asset=make_asset(alice, original_name="Hafen-Skizze.png"), role="first_frame"
    )
    index.rewrite([entry_of(row).pk])

    assert ask("skizze") == [entry_of(row).pk]


def test_many_items_of_one_moment_have_places_of_their_own(alice: User) -> None:
    rows = [make_generation(alice, prompt="same moment", now=NOW) for _ in range(4)]

    assert len({entry_of(row).place for row in rows}) == 4
    assert ask("moment") == [entry_of(row).pk for row in reversed(rows)]


def test_a_state_is_known_to_the_index_when_it_changes(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS)
    assert ask(tokens.status_facet("open")) == [entry_of(row).pk]

    with changes() as batch:
        transition(row, Status.FAILED, now=NOW, batch=batch, failure_reason="upstream")

    assert ask(tokens.status_facet("failed")) == [entry_of(row).pk]
    assert ask(tokens.status_facet("open")) == []


def test_a_step_between_two_open_states_writes_no_document(
    alice: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    row = make_generation(alice, status=Status.QUEUED)
    entry = entry_of(row)
    row.status = Status.SUBMITTING
    recorded = TimelineEntry.objects.record_generation(row)

    assert recorded.pk == entry.pk
    assert recorded.is_indexed
    with django_assert_num_queries(0):  # type: ignore[operator]
        index.write([recorded])


def test_everything_a_list_filters_by_is_a_token(alice: User, bob: User) -> None:
    row = make_generation(alice, status=Status.COMPLETED, charge_amount=Decimal("5.01"))
    entry = entry_of(row)
    tag = tags.ensure(["night"], now=NOW)[0]
    board = boards.create(BoardWords(name="Film"), owner=bob, now=NOW)

    tags.add([entry.pk], owner=alice, tags=[tag])
    favourites.add([entry.pk], person=bob, now=NOW)
    boards.add(board, [entry.pk], person=bob, now=NOW)

    for facet in (
        tokens.owner_facet(alice.pk),
        tokens.TEAM_FACET,
        tokens.kind_facet("video"),
        tokens.model_facet(row.model_id),
        tokens.status_facet("completed"),
        tokens.visibility_facet("team"),
        tokens.tag_facet(tag.pk),
        tokens.favourite_facet(bob.pk),
        tokens.board_facet(board.pk),
        tokens.cost_facet(Decimal("5.01")),
    ):
        assert ask(facet, "lighthouse") == [entry.pk], facet


def test_what_is_taken_away_is_not_found_by_it_any_more(alice: User) -> None:
    entry = entry_of(make_generation(alice))
    tag = tags.ensure(["night"], now=NOW)
    tags.add([entry.pk], owner=alice, tags=tag)

    tags.remove([entry.pk], owner=alice, tags=tag)
    sharing.set_visibility([entry.pk], owner=alice, visibility="private")

    assert ask(tokens.tag_facet(tag[0].pk)) == []
    assert ask(tokens.TEAM_FACET) == []


def test_the_trash_is_a_scope_of_its_own(alice: User) -> None:
    entry = entry_of(make_generation(alice))

    trash.trash([entry.pk], owner=alice, now=NOW)

    assert ask("lighthouse", owner=alice) == []
    assert ask(tokens.TEAM_FACET) == []
    assert ask("lighthouse", tokens.trash_facet(alice.pk)) == [entry.pk]


def make_thread(owner: User, text: str, *, now: datetime.datetime = NOW) -> Thread:
    question = turns.Question(text=text, model=model_named("gpt-5.1"), submission_id=uuid.uuid4())
    return turns.start_thread(question, owner=owner, visibility="private", now=now)[0]


def test_a_thread_is_found_by_its_messages_as_they_come(alice: User) -> None:
    thread = make_thread(alice, "What is depth of field?")
    entry = TimelineEntry.objects.get(thread=thread)
    assert ask("depth") == [entry.pk]

    reply = thread.messages.get(role="assistant")
    claim = claims.claim(reply.pk, now=NOW)
    assert claim is not None
    claims.finish(
        reply.pk,
        token=claim.token,
        ending=claims.Ending(status="completed", text="景深就是画面中清晰的那一段距离。", reasoning="", currency="CNY"),
        now=NOW,
    )

    assert ask("清晰", "depth", owner=alice) == [entry.pk]


def test_a_thread_that_moves_up_leaves_no_document_behind(alice: User) -> None:
    thread = make_thread(alice, "First question")
    before = TimelineEntry.objects.get(thread=thread).place
    Message.objects.filter(thread=thread).update(status="completed")
    later = NOW + datetime.timedelta(hours=1)

    turns.add_turn(
        thread,
        turns.Question(text="Second question", model=model_named("gpt-5.1"), submission_id=uuid.uuid4()),
        now=later,
    )

    assert len(ask("question")) == 1
    assert index.find(Ask(groups=(("first",),)), limit=9).places == [TimelineEntry.objects.get(thread=thread).place]
    assert TimelineEntry.objects.get(thread=thread).place > before


def test_the_words_of_a_very_long_thread_stay_found(alice: User) -> None:
    thread = make_thread(alice, "unicorn")
    entry = TimelineEntry.objects.get(thread=thread)
    reply = thread.messages.get(role="assistant")
    Message.objects.filter(pk=reply.pk).update(text="long words " * 7_000, status="completed")
    index.rewrite([entry.pk])
    assert ask("unicorn", "long") == [entry.pk]

    turns.add_turn(
        Thread.objects.get(pk=thread.pk),
        turns.Question(text="afterthought", model=model_named("gpt-5.1"), submission_id=uuid.uuid4()),
        now=NOW,
    )

    assert ask("unicorn", "afterthought") == [entry.pk]


def test_places_bound_an_answer(alice: User) -> None:
    rows = [make_generation(alice, now=NOW + datetime.timedelta(days=day)) for day in range(3)]
    old, middle, new = (entry_of(row) for row in rows)

    assert ask("lighthouse", before=new.place) == [middle.pk, old.pk]
    assert ask("lighthouse", since=middle.place) == [new.pk, middle.pk]


def test_a_question_whose_parts_are_common_and_hardly_meet_is_given_up_and_goes_on(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.postgres, "LOOK_AT_MOST", 3)
    # So few rows are rare to PostgreSQL; here none are.
    monkeypatch.setattr(index.postgres, "LONG_LIST", 0)
    both = make_generation(alice, prompt="black white", now=NOW)
    for number in range(8):
        word = ("black", "white")[number % 2]
        make_generation(alice, prompt=word, now=NOW + datetime.timedelta(seconds=1 + number))

    question = Ask(groups=(("black",), ("white",)))
    found = index.find(question, limit=5)

    steps = 0
    while found.looked_to is not None and not found.places:
        steps += 1
        found = index.find(Ask(groups=question.groups, before=found.looked_to), limit=5)
    assert found.places == [entry_of(both).place]
    # SQLite reads to the end in one step.
    assert (steps >= 1) == (connection.vendor == "postgresql")
    assert index.count(question) == asking.Count(number=0 if steps else 1, is_more=bool(steps))


def test_hits_that_lie_together_far_back_are_found_at_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.postgres, "LOOK_AT_MOST", 3)
    # PostgreSQL guesses that the newest rows hold enough of them.
    monkeypatch.setattr(index.postgres, "ENOUGH", 0)
    hits = [entry_of(make_generation(alice, prompt="fox", now=NOW + datetime.timedelta(seconds=n))) for n in range(2)]
    for number in range(8):
        make_generation(alice, prompt="cat", now=NOW + datetime.timedelta(minutes=1 + number))

    found = index.find(Ask(groups=(("fox",),)), limit=2)

    assert found == asking.Found(places=[entry.place for entry in reversed(hits)])


def test_counts_are_exact_to_a_thousand(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, index.sqlite, index.postgres):
        monkeypatch.setattr(module, "COUNT_AT_MOST", 3)
    for _ in range(3):
        make_generation(alice)
    assert index.count(Ask(groups=(("lighthouse",),))) == asking.Count(number=3)

    make_generation(alice)

    assert index.count(Ask(groups=(("lighthouse",),))) == asking.Count(number=3, is_more=True)


def test_what_fits_is_told_of_few_places_without_a_search(alice: User) -> None:
    fox, cat = (entry_of(make_generation(alice, prompt=word)) for word in ("fox", "cat"))

    assert index.fitting(Ask(groups=(("fox", "wolf"),)), [fox.place, cat.place, 12]) == {fox.place}


def test_what_waits_for_the_index_is_written_by_upkeep(alice: User) -> None:
    entry = entry_of(make_generation(alice))

    index.rebuild()
    assert ask("lighthouse") == []
    assert index.write_waiting() == 1
    assert index.write_waiting() == 0

    assert ask("lighthouse") == [entry.pk]
