"""Messages that wait for the reply before them: sent once, by whoever ends it, and never after a fault unasked."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from django.utils import timezone

from generations.models import CatalogModel, Message, MessageStatus, QueuedMessage, Thread
from generations.relay import queue, turns
from generations.relay.queue import QUEUE_MAX, QueueFullError
from tests.generations.relay.stations import MakeReply, open_station


def question(text: str = "and then?") -> turns.Question:
    model = CatalogModel.objects.get(gateway_name="gpt-5.1")
    return turns.Question(text=text, model=model, submission_id=uuid.uuid4())


def end(reply: Message, status: str) -> None:
    Message.objects.filter(pk=reply.pk).update(status=status, text="so far")
    queue.after_ending(reply.pk, now=timezone.now())


@pytest.mark.parametrize("status", [MessageStatus.COMPLETED, MessageStatus.STOPPED])
def test_the_next_message_goes_when_the_reply_has_ended(make_reply: MakeReply, status: str) -> None:
    reply = make_reply("first")
    queue.enqueue(reply.thread, question("second"), now=timezone.now())

    end(reply, status)

    said = reply.thread.messages.get(text="second")
    assert said.parent_id == reply.pk
    assert Thread.objects.get().leaf.parent_id == said.pk
    assert not QueuedMessage.objects.exists()


@pytest.mark.parametrize("status", [MessageStatus.FAILED, MessageStatus.INTERRUPTED])
def test_after_a_fault_it_is_held_until_its_person_lets_it_go(make_reply: MakeReply, status: str) -> None:
    reply = make_reply("first")
    queue.enqueue(reply.thread, question("second"), now=timezone.now())

    end(reply, status)

    assert QueuedMessage.objects.get().held_at is not None
    assert reply.thread.messages.count() == 2
    assert queue.release(reply.thread, now=timezone.now()) is not None
    assert reply.thread.messages.count() == 4


def test_one_message_goes_at_a_time_in_their_order(make_reply: MakeReply) -> None:
    reply = make_reply("first")
    for text in ("second", "third"):
        queue.enqueue(reply.thread, question(text), now=timezone.now())

    end(reply, MessageStatus.COMPLETED)
    queue.after_ending(reply.pk, now=timezone.now())

    assert [one.text for one in QueuedMessage.objects.all()] == ["third"]


def test_the_same_form_twice_waits_once_and_goes_out_once(make_reply: MakeReply) -> None:
    reply, asked = make_reply("first"), question("second")
    queue.enqueue(reply.thread, asked, now=timezone.now())
    queue.enqueue(reply.thread, asked, now=timezone.now())

    end(reply, MessageStatus.COMPLETED)

    assert reply.thread.messages.filter(text="second").count() == 1


def test_a_message_taken_back_is_not_sent(make_reply: MakeReply) -> None:
    reply = make_reply("first")
    waiting = queue.enqueue(reply.thread, question("second"), now=timezone.now())

    assert queue.take_back(reply.thread, waiting.public_id) is not None
    assert queue.take_back(reply.thread, waiting.public_id) is None
    end(reply, MessageStatus.COMPLETED)

    assert reply.thread.messages.count() == 2


def test_too_many_are_refused(make_reply: MakeReply) -> None:
    reply = make_reply("first")
    for _ in range(QUEUE_MAX):
        queue.enqueue(reply.thread, question(), now=timezone.now())

    with pytest.raises(QueueFullError):
        queue.enqueue(reply.thread, question(), now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_the_relay_itself_sends_what_waited(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Begin [sandbox tokens=5]")
    queue.enqueue(reply.thread, question("Follow [sandbox tokens=5]"), now=timezone.now())

    async def watch() -> None:
        async with open_station() as station:
            station.watch(reply.pk, seen=None)
            for _ in range(200):
                await asyncio.sleep(0.05)
                if await station.in_database(lambda: reply.thread.messages.filter(status="completed").count()) == 4:
                    return

    asyncio.run(watch())

    assert [one.status for one in reply.thread.messages.order_by("pk")] == ["completed"] * 4
