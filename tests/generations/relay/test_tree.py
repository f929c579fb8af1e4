"""Versions, removal and branches of messages, as rows."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generations.models import Message, MessageAttachment, MessageStatus, Thread
from generations.relay import branches, removal, turns, versions
from generations.relay.context import build_order
from generations.relay.tree import newest_leaf, version_ids, versions_of, walk_up, way_up
from generations.relay.turns import Question, ReplyUnderWayError
from tests.factories import make_asset
from tests.generations.relay.stations import MakeReply, follow_up

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def end(reply: Message, text: str = "an answer") -> Message:
    """End a reply well and return it as it stands."""
    Message.objects.filter(pk=reply.pk).update(status=MessageStatus.COMPLETED, text=text)
    return Message.objects.select_related("thread").get(pk=reply.pk)


def question(thread: Thread, text: str) -> Question:
    return Question(text=text, model=thread.model, submission_id=uuid.uuid4())


def words(thread: Thread) -> list[str]:
    """Return what is read of a thread, from its beginning."""
    rows = Message.objects.in_bulk(way_up(Thread.objects.get(pk=thread.pk).leaf_id))
    return [rows[pk].text for pk in sorted(rows)]


@pytest.fixture
def three(make_reply: MakeReply) -> list[Message]:
    """The replies of a thread of three turns."""
    first = end(make_reply("q1"), "r1")
    second = end(follow_up(first.thread, "q2"), "r2")
    return [first, second, end(follow_up(first.thread, "q3"), "r3")]


def test_a_way_is_walked_up_no_further_than_asked(three: list[Message]) -> None:
    leaf = three[-1]

    assert len(way_up(leaf.pk)) == 6
    assert way_up(leaf.pk, limit=2) == [leaf.pk, leaf.parent_id]
    assert list(walk_up(leaf.pk, stride=2)) == way_up(leaf.pk)
    assert way_up(None) == []


def test_a_stretch_of_a_way_is_one_query_whatever_the_length_of_the_thread(three: list[Message]) -> None:
    with CaptureQueriesContext(connection) as captured:
        way_up(three[-1].pk, limit=3)

    assert len(captured) == 1


def test_an_edited_message_stands_beside_the_first_and_gets_a_reply(three: list[Message]) -> None:
    asked = three[1].parent
    assert asked is not None

    turn = versions.edit(asked, question(asked.thread, "q2 again"), now=NOW)

    assert turn.question.parent_id == asked.parent_id
    assert turn.reply.status == MessageStatus.PENDING
    assert words(asked.thread) == ["q1", "r1", "q2 again", ""]
    place = versions_of([turn.question])[turn.question.pk]
    assert (place.number, place.count, place.previous, place.following) == (2, 2, asked.public_id, None)


def test_an_edit_counts_once_and_waits_for_the_end_of_the_reply(three: list[Message]) -> None:
    asked = three[0].parent
    assert asked is not None
    said = question(asked.thread, "q1 again")

    first, second = (versions.edit(asked, said, now=NOW) for _ in range(2))

    assert (first.question.pk, first.is_new, second.is_new) == (second.question.pk, True, False)
    with pytest.raises(ReplyUnderWayError):
        versions.edit(asked, question(asked.thread, "q1 a third time"), now=NOW)


def test_what_was_given_with_a_message_goes_along_with_its_new_version(three: list[Message]) -> None:
    asked = three[0].parent
    assert asked is not None
    picture = make_asset(asked.thread.owner)
    MessageAttachment.objects.create(message=asked, asset=picture)

    turn = versions.edit(asked, question(asked.thread, "q1 again"), now=NOW)

    assert [one.asset_id for one in turn.question.attachments.all()] == [picture.pk]


def test_the_first_message_has_versions_too(three: list[Message]) -> None:
    asked = three[0].parent
    assert asked is not None

    turn = versions.edit(asked, question(asked.thread, "q1 again"), now=NOW)

    assert version_ids(turn.question) == [asked.pk, turn.question.pk]


def test_another_version_is_read_down_to_where_it_was_left(three: list[Message]) -> None:
    asked = three[1].parent
    assert asked is not None
    turn = versions.edit(asked, question(asked.thread, "q2 again"), now=NOW)
    end(turn.reply, "r2 again")

    versions.show(Message.objects.select_related("remembered_leaf").get(pk=asked.pk))
    assert words(asked.thread) == ["q1", "r1", "q2", "r2", "q3", "r3"]
    versions.show(Message.objects.select_related("remembered_leaf").get(pk=turn.question.pk))
    assert words(asked.thread) == ["q1", "r1", "q2 again", "r2 again"]


def test_the_place_below_a_version_is_remembered_and_not_guessed(three: list[Message]) -> None:
    last = three[-1]
    again, _ = turns.ask_again(last, model=last.thread.model, submission_id=uuid.uuid4(), now=NOW)
    end(again, "r3 again")
    versions.show(Message.objects.select_related("remembered_leaf").get(pk=last.pk))
    asked = Message.objects.get(pk=three[1].parent_id)
    versions.edit(asked, question(asked.thread, "q2 again"), now=NOW)

    versions.show(Message.objects.select_related("remembered_leaf").get(pk=asked.pk))

    assert newest_leaf(asked.pk) == again.pk
    assert Thread.objects.get(pk=asked.thread_id).leaf_id == last.pk


def test_showing_what_is_read_already_changes_nothing(three: list[Message]) -> None:
    before = Thread.objects.get(pk=three[0].thread_id)

    after = versions.show(Message.objects.select_related("remembered_leaf").get(pk=three[0].pk))

    assert after.leaf_id == before.leaf_id


def test_a_deleted_turn_is_neither_read_nor_sent_and_what_follows_stays(three: list[Message]) -> None:
    thread = three[0].thread

    removal.remove_turn(three[1], now=NOW)

    assert words(thread) == ["q1", "r1", "q3", "r3"]
    order = build_order(follow_up(thread, "q4"))
    assert [turn.text for turn in order.turns] == ["q1", "r1", "q3", "r3", "q4"]


def test_a_deletion_can_be_taken_back(three: list[Message]) -> None:
    thread = three[0].thread
    asked = removal.remove_turn(three[1], now=NOW)

    removal.restore_turn(asked)
    removal.restore_turn(asked)

    assert words(thread) == ["q1", "r1", "q2", "r2", "q3", "r3"]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_every_turn_can_be_deleted_and_restored(three: list[Message], index: int) -> None:
    thread = three[0].thread
    before = words(thread)

    asked = removal.remove_turn(three[index], now=NOW)
    removal.remove_turn(three[index], now=NOW + datetime.timedelta(seconds=1))
    without = [word for word in before if word[1] != str(index + 1)]
    assert words(thread) == without
    removal.restore_turn(asked)

    assert words(thread) == before


def test_deletions_of_several_turns_can_be_taken_back_in_any_order(three: list[Message]) -> None:
    thread = three[0].thread
    second, first = (removal.remove_turn(three[index], now=NOW) for index in (1, 0))

    removal.restore_turn(second)
    assert words(thread) == ["q2", "r2", "q3", "r3"]
    removal.restore_turn(first)

    assert words(thread) == ["q1", "r1", "q2", "r2", "q3", "r3"]


def test_where_the_last_turn_is_deleted_another_version_of_it_is_read(three: list[Message]) -> None:
    asked = three[2].parent
    assert asked is not None
    turn = versions.edit(asked, question(asked.thread, "q3 again"), now=NOW)
    end(turn.reply, "r3 again")

    removal.remove_turn(turn.question, now=NOW)

    assert words(asked.thread) == ["q1", "r1", "q2", "r2", "q3", "r3"]


def test_an_only_turn_leaves_an_empty_thread(make_reply: MakeReply) -> None:
    reply = end(make_reply("alone"))

    removal.remove_turn(reply, now=NOW)

    assert Thread.objects.get(pk=reply.thread_id).leaf is None
    assert follow_up(reply.thread, "new").parent is not None


def test_a_reply_under_way_is_stopped_when_its_turn_is_deleted(make_reply: MakeReply) -> None:
    waiting = make_reply("waits")
    streaming = make_reply("streams")
    Message.objects.filter(pk=streaming.pk).update(status=MessageStatus.STREAMING)

    removal.remove_turn(waiting, now=NOW)
    removal.remove_turn(streaming, now=NOW)

    waiting.refresh_from_db()
    streaming.refresh_from_db()
    assert waiting.status == MessageStatus.STOPPED
    assert streaming.stop_requested_at == NOW


def test_a_branch_says_what_the_thread_says_up_to_a_message_and_costs_nothing_again(three: list[Message]) -> None:
    source = three[1].thread
    Message.objects.filter(pk=three[0].pk).update(charge_amount=1, input_tokens=5, output_tokens=7)
    submission_id = uuid.uuid4()

    made = branches.branch(three[1], submission_id=submission_id, now=NOW)
    again = branches.branch(three[1], submission_id=submission_id, now=NOW)

    assert made.pk == again.pk
    assert words(made) == ["q1", "r1", "q2", "r2"]
    assert words(source) == ["q1", "r1", "q2", "r2", "q3", "r3"]
    assert (made.source_id, made.visibility) == (source.pk, "private")
    assert set(made.messages.values_list("charge_amount", "input_tokens")) == {(None, None)}
