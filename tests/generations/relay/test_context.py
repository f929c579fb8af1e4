from __future__ import annotations

import pytest
from django.utils import timezone

from generations.models import Message, MessageStatus
from generations.relay.context import build_order
from tests.generations.relay.stations import MakeReply, follow_up

pytestmark = pytest.mark.django_db


def end_reply(reply: Message, text: str, *, status: str = MessageStatus.COMPLETED) -> None:
    Message.objects.filter(pk=reply.pk).update(status=status, text=text, finished_at=timezone.now())


def test_a_reply_is_asked_from_all_turns_before_it(make_reply: MakeReply) -> None:
    first = make_reply("one")
    end_reply(first, "two")
    reply = follow_up(first.thread, "three")

    order = build_order(reply)

    assert [(turn.role, turn.text) for turn in order.turns] == [
        ("user", "one"),
        ("assistant", "two"),
        ("user", "three"),
    ]


def test_an_empty_reply_is_left_out_and_a_partial_one_is_kept(make_reply: MakeReply) -> None:
    first = make_reply("one")
    end_reply(first, "", status=MessageStatus.FAILED)
    second = follow_up(first.thread, "two")
    end_reply(second, "half a", status=MessageStatus.INTERRUPTED)

    order = build_order(follow_up(first.thread, "three"))

    assert [turn.text for turn in order.turns] == ["one", "two", "half a", "three"]


def test_the_oldest_turns_give_way_when_the_window_is_full(make_reply: MakeReply) -> None:
    first = make_reply("old " * 100)
    end_reply(first, "older " * 100)
    reply = follow_up(first.thread, "new question")
    reply.model = reply.thread.model
    reply.model.context_window_tokens, reply.model.max_output_tokens = 200, 50

    order = build_order(reply)

    assert [turn.text for turn in order.turns] == ["new question"]
    assert order.max_output_tokens == 50


def test_the_question_itself_goes_along_even_if_it_fills_the_window(make_reply: MakeReply) -> None:
    reply = make_reply("word " * 5_000)
    reply.model = reply.thread.model
    reply.model.context_window_tokens = 100

    assert len(build_order(reply).turns) == 1


def test_turns_of_another_branch_are_not_sent(make_reply: MakeReply) -> None:
    first = make_reply("one")
    end_reply(first, "two")
    thread = first.thread
    other = Message.objects.create(
        thread=thread, parent=None, role="user", status="completed", text="elsewhere", created_at=timezone.now()
    )
    assert other.pk

    order = build_order(follow_up(thread, "three"))

    assert "elsewhere" not in [turn.text for turn in order.turns]
