from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from generations.models import CatalogModel, Message, MessageStatus, Thread, TimelineEntry
from generations.relay import turns
from generations.relay.turns import Question, ReplyUnderWayError
from tests.generations.relay.stations import ANTHROPIC, OPENAI, MakeReply


def question(text: str = "hello", *, model: str = OPENAI, submission_id: uuid.UUID | None = None) -> Question:
    return Question(
        text=text,
        model=CatalogModel.objects.get(gateway_name=model),
        submission_id=submission_id or uuid.uuid4(),
    )


def end_reply(reply: Message, *, status: str = MessageStatus.COMPLETED) -> None:
    Message.objects.filter(pk=reply.pk).update(status=status, text="an answer")


@pytest.mark.django_db
def test_a_thread_begins_with_a_question_and_a_reply_that_waits(alice: User) -> None:
    thread, is_new = turns.start_thread(question("What now?"), owner=alice, visibility="private", now=timezone.now())

    assert is_new
    assert [(m.role, m.status) for m in thread.messages.all()] == [("user", "completed"), ("assistant", "pending")]
    assert thread.title == "What now?"
    entry = TimelineEntry.objects.get(thread=thread)
    assert (entry.kind, entry.status, entry.visibility) == ("chat", "pending", "private")
    assert entry.revision > 0


@pytest.mark.django_db
def test_the_same_submission_id_again_shows_the_first_thread(alice: User) -> None:
    asked = question()

    first, _ = turns.start_thread(asked, owner=alice, visibility="private", now=timezone.now())
    second, is_new = turns.start_thread(asked, owner=alice, visibility="team", now=timezone.now())

    assert (second.pk, is_new) == (first.pk, False)
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_another_person_may_use_the_same_submission_id(alice: User, bob: User) -> None:
    asked = question()

    mine, _ = turns.start_thread(asked, owner=alice, visibility="private", now=timezone.now())
    theirs, is_new = turns.start_thread(asked, owner=bob, visibility="private", now=timezone.now())

    assert is_new
    assert mine.pk != theirs.pk


@pytest.mark.django_db
def test_the_same_submission_id_again_shows_the_first_turn(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    end_reply(reply)
    asked = question("and then?")

    first = turns.add_turn(reply.thread, asked, now=timezone.now())
    second = turns.add_turn(reply.thread, asked, now=timezone.now())

    assert (first.is_new, second.is_new) == (True, False)
    assert (first.question.pk, first.reply.pk) == (second.question.pk, second.reply.pk)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twenty_times_at_once_makes_one_thread(alice: User) -> None:
    asked = question()

    def send(_number: int) -> int:
        try:
            return turns.start_thread(asked, owner=alice, visibility="private", now=timezone.now())[0].pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        made = set(pool.map(send, range(20)))

    assert made == {Thread.objects.get().pk}
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_message_sent_twenty_times_at_once_makes_one_turn(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    end_reply(reply)
    asked = question("and then?")

    def send(_number: int) -> int:
        try:
            return turns.add_turn(reply.thread, asked, now=timezone.now()).reply.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        made = set(pool.map(send, range(20)))

    assert len(made) == 1
    assert Message.objects.count() == 4


@pytest.mark.django_db
def test_a_message_waits_for_the_end_of_the_reply_before_it(make_reply: MakeReply) -> None:
    reply = make_reply("hello")

    with pytest.raises(ReplyUnderWayError):
        turns.add_turn(reply.thread, question("impatient"), now=timezone.now())

    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_a_thread_can_go_on_with_another_model_and_moves_up(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    end_reply(reply)
    now = timezone.now()

    turn = turns.add_turn(reply.thread, question("and then?", model=ANTHROPIC), now=now)

    thread = Thread.objects.get(pk=reply.thread_id)
    assert turn.reply.model is not None
    assert turn.reply.model.gateway_name == thread.model.gateway_name == ANTHROPIC
    assert (thread.changed_at, thread.leaf_id) == (now, turn.reply.pk)
    assert TimelineEntry.objects.get(thread=thread).sorted_at == now


@pytest.mark.django_db
def test_asking_again_makes_a_sibling_once(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    end_reply(reply, status=MessageStatus.INTERRUPTED)
    reply.refresh_from_db()
    model, submission_id = reply.thread.model, uuid.uuid4()

    again, is_new = turns.ask_again(reply, model=model, submission_id=submission_id, now=timezone.now())
    same, is_newer = turns.ask_again(reply, model=model, submission_id=submission_id, now=timezone.now())

    assert (is_new, is_newer, same.pk) == (True, False, again.pk)
    assert again.parent_id == reply.parent_id
    assert Thread.objects.get(pk=reply.thread_id).leaf_id == again.pk
    reply.refresh_from_db()
    assert reply.text == "an answer"


@pytest.mark.django_db
def test_stopping_what_nobody_began_ends_it(make_reply: MakeReply) -> None:
    reply = make_reply("hello")

    turns.request_stop(reply, now=timezone.now())
    turns.request_stop(reply, now=timezone.now())

    reply.refresh_from_db()
    assert reply.status == MessageStatus.STOPPED


@pytest.mark.django_db
def test_a_name_and_a_visibility_reach_the_timeline(make_reply: MakeReply) -> None:
    thread = make_reply("hello").thread

    turns.rename(thread, title="A better name")
    turns.set_visibility(thread, visibility="team")

    thread = Thread.objects.get(pk=thread.pk)
    assert (thread.title, thread.visibility) == ("A better name", "team")
    assert TimelineEntry.objects.get(thread=thread).visibility == "team"
