"""The relay on a real event loop, against the sandbox over real loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from generations.clock import database_now
from generations.models import Message, MessageStatus
from generations.relay import claims, continuing, producer, turns
from generations.relay.events import StreamEvent
from generations.relay.pieces import LEASE
from generations.relay.producer import Producer, Work
from generations.relay.station import Station
from generations.relay.viewers import HANG_UP
from generations.views.shown_messages import shown_message
from tests import loopback
from tests.generations.relay.stations import (
    ANTHROPIC,
    OPENAI,
    MakeReply,
    final_position,
    open_station,
    read_to_end,
    read_until_text,
    run,
)

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("model", [OPENAI, ANTHROPIC])


def submits(gateway: str, word: str) -> int:
    """Return how many chat requests with this word the sandbox has accepted."""
    ledger = loopback.get(f"{gateway}/sandbox/ledger").json()
    return sum(word in json.dumps(row) for row in ledger)


def names(events: list[StreamEvent]) -> set[str]:
    return {event.name for event in events}


@BOTH
def test_a_watched_reply_arrives_and_stays(make_reply: MakeReply, gateway: str, model: str) -> None:
    reply = make_reply("Tell me [sandbox tokens=60]", model=model)

    async def work() -> None:
        async with open_station() as station:
            events = await read_to_end(station.watch(reply.pk, seen=None))
            assert events[0].name == "reset"
            assert events[-1].content == {"status": "completed"}

    run(work)
    reply.refresh_from_db()
    assert reply.status == MessageStatus.COMPLETED
    assert reply.output_tokens == 60
    assert reply.input_tokens
    assert not reply.is_usage_estimated
    assert reply.charge_amount
    assert reply.text.strip()


def test_a_reply_goes_on_when_its_only_viewer_leaves(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Carry on unseen [sandbox tokens=80 tps=200]")

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            seen = await read_until_text(viewer, characters=20)
            station.leave(reply.pk, viewer)
            again = station.watch(reply.pk, seen=final_position(seen))
            events = await read_to_end(again)
            assert "reset" not in names(events)

    run(work)
    reply.refresh_from_db()
    assert (reply.status, reply.output_tokens) == (MessageStatus.COMPLETED, 80)
    assert submits(gateway, "Carry on unseen") == 1


def test_a_viewer_that_leaves_at_once_leaves_no_claim_without_a_producer(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("At once [sandbox tokens=20]")

    async def work() -> None:
        async with open_station() as station:
            station.leave(reply.pk, station.watch(reply.pk, seen=None))
            await read_to_end(station.watch(reply.pk, seen=None))

    run(work)
    reply.refresh_from_db()
    assert reply.status == MessageStatus.COMPLETED


def test_another_process_follows_the_row_without_gap_or_repeat(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Both of us [sandbox tokens=120 tps=120]")

    async def work() -> None:
        async with open_station() as producing, open_station() as following:
            first = producing.watch(reply.pk, seen=None)
            await read_until_text(first, characters=40)
            second = following.watch(reply.pk, seen=None)
            seen = await read_until_text(second, characters=80)
            following.leave(reply.pk, second)
            rest = await read_to_end(following.watch(reply.pk, seen=final_position(seen)))
            assert seen[0].name == "reset"
            assert "reset" not in names(rest)
            assert [event.position.text for event in rest] == sorted(event.position.text for event in rest)
            assert min(event.position.text for event in rest) >= seen[-1].position.text

    run(work)
    reply.refresh_from_db()
    assert reply.output_tokens == 120
    assert submits(gateway, "Both of us") == 1


def test_many_viewers_at_once_make_one_call(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Just once [sandbox tokens=30]")

    async def work() -> None:
        async with open_station() as one, open_station() as two:
            viewers = [station.watch(reply.pk, seen=None) for station in (one, two) for _ in range(10)]
            ends = await asyncio.gather(*(read_to_end(viewer) for viewer in viewers))
            assert {end[-1].content["status"] for end in ends} == {"completed"}

    run(work)
    assert submits(gateway, "Just once") == 1


@BOTH
def test_a_wish_to_stop_ends_the_reply_with_its_text(make_reply: MakeReply, gateway: str, model: str) -> None:
    reply = make_reply("Stop me [sandbox tokens=2000 tps=100]", model=model)

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            await read_until_text(viewer, characters=30)
            await station.in_database(lambda: turns.request_stop(reply, now=timezone.now()))
            events = await read_to_end(viewer)
            assert events[-1].content["status"] == "stopped"

    run(work)
    reply.refresh_from_db()
    assert reply.status == MessageStatus.STOPPED
    assert len(reply.text) >= 30
    assert reply.is_usage_estimated
    assert reply.output_tokens is not None
    assert reply.output_tokens >= len(reply.text) // 5
    assert reply.charge_amount


@BOTH
@pytest.mark.parametrize("reason", ["stop", "cut=20"])
def test_a_reply_that_was_cut_goes_on_and_says_nothing_twice(
    make_reply: MakeReply, gateway: str, model: str, reason: str
) -> None:
    reply = make_reply(f"Go on after {reason} [sandbox tokens=90 tps=60 {reason}]", model=model)

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            if reason == "stop":
                await read_until_text(viewer, characters=40)
                await station.in_database(lambda: turns.request_stop(reply, now=timezone.now()))
            await read_to_end(viewer)
            cut = await station.in_database(lambda: Message.objects.get(pk=reply.pk))
            submission_id = uuid.uuid4()
            await station.in_database(lambda: continuing.go_on(cut, submission_id=submission_id, now=timezone.now()))
            events = await read_to_end(station.watch(reply.pk, seen=None))
            assert events[-1].content["status"] == "completed"

    run(work)
    reply.refresh_from_db()
    whole = make_reply(f"Go on after {reason} [sandbox tokens=90]", model=model)

    async def again() -> None:
        async with open_station() as station:
            await read_to_end(station.watch(whole.pk, seen=None))

    run(again)
    whole.refresh_from_db()
    assert reply.text == whole.text
    assert (reply.status, reply.finish_reason, reply.failure_reason) == (MessageStatus.COMPLETED, "stop", "")
    assert reply.input_tokens is not None
    assert whole.input_tokens is not None
    # Both calls are counted, the first by estimate.
    assert reply.input_tokens > whole.input_tokens
    assert reply.is_usage_estimated


def test_what_nobody_opens_is_produced_by_the_upkeep(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Nobody looks [sandbox tokens=20]")
    Message.objects.filter(pk=reply.pk).update(created_at=timezone.now() - datetime.timedelta(seconds=5))

    async def work() -> None:
        async with open_station() as station:
            await until(station, lambda: Message.objects.get(pk=reply.pk).status == MessageStatus.COMPLETED)

    run(work)
    assert submits(gateway, "Nobody looks") == 1


def test_the_upkeep_ends_what_lost_its_producer_and_keeps_the_text(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Orphan")
    Message.objects.filter(pk=reply.pk).update(
        status=MessageStatus.STREAMING, text="so far", producer_until=timezone.now() - datetime.timedelta(seconds=1)
    )

    async def work() -> None:
        async with open_station() as station:
            events = await read_to_end(station.watch(reply.pk, seen=None))
            assert events[-1].content["status"] == "interrupted"

    run(work)
    reply.refresh_from_db()
    assert (reply.status, reply.text) == (MessageStatus.INTERRUPTED, "so far")
    assert submits(gateway, "Orphan") == 0


def test_a_stop_of_the_process_lets_a_short_reply_finish(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Nearly there [sandbox tokens=40 tps=80]")

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            await read_until_text(viewer, characters=10)
            await station.stop(deadline_seconds=10)
            assert (await read_to_end(viewer))[-1].content["status"] == "completed"

    run(work)


def test_a_stop_of_the_process_interrupts_a_long_reply_and_keeps_all_of_it(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Far from there [sandbox tokens=5000 tps=50]")

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            seen = await read_until_text(viewer, characters=30)
            await station.stop(deadline_seconds=0.1)
            assert (await read_to_end(viewer))[-1].content["status"] == "interrupted"
            reached = final_position(seen).text
            text = await asyncio.to_thread(lambda: Message.objects.get(pk=reply.pk).text)
            assert len(text) >= reached

    run(work)
    reply.refresh_from_db()
    assert (reply.status, reply.failure_reason) == (MessageStatus.INTERRUPTED, "interrupted")


def test_who_only_follows_is_sent_away_to_come_back_when_the_process_stops(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Elsewhere")
    Message.objects.filter(pk=reply.pk).update(
        status=MessageStatus.STREAMING, text="so far", producer_until=timezone.now() + datetime.timedelta(seconds=60)
    )

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            await read_until_text(viewer, characters=6)
            await station.stop(deadline_seconds=0)
            assert (await read_to_end(viewer))[-1] is HANG_UP
            late = station.watch(reply.pk, seen=None)
            assert (await read_to_end(late))[-1] is HANG_UP

    run(work)


def test_thinking_is_kept_apart_with_its_time(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Think [sandbox reasoning tokens=20]", model=ANTHROPIC)

    async def work() -> None:
        async with open_station() as station:
            events = await read_to_end(station.watch(reply.pk, seen=None))
            thought = "".join(event.content.get("thought", "") or "" for event in events if event.name == "reset")
            thought += "".join(event.content["text"] for event in events if event.name == "thought")
            assert thought.strip()

    run(work)
    reply.refresh_from_db()
    assert reply.reasoning.strip()
    assert reply.reasoning_ms is not None
    assert reply.reasoning not in reply.text


@BOTH
@pytest.mark.parametrize(
    ("directive", "status", "reason", "has_text"),
    [
        ("cut=10 tokens=60", "failed", "upstream", True),
        ("error=10 tokens=60", "failed", None, True),
        ("http=401", "failed", "auth", False),
        ("http=403", "failed", "credit", False),
        ("http=429", "failed", "rate", False),
        ("http=500", "failed", "upstream", False),
        ("http=503", "failed", "model_unavailable", False),
        ("html", "failed", "protocol", False),
        ("drop", "failed", "upstream", False),
        ("badjson", "failed", "protocol", False),
        ("cut=0", "failed", "upstream", False),
        ("error=0", "failed", None, False),
        ("empty", "failed", "empty", False),
        ("pings tokens=20", "completed", "", True),
        ("nousage tokens=20", "completed", "", True),
        ("badutf8 tokens=20", "completed", "", True),
        ("finish=length", "completed", "", True),
        ("slow=1 tokens=5", "completed", "", True),
    ],
)
def test_every_fault_of_a_stream_ends_in_a_readable_state(
    make_reply: MakeReply, gateway: str, model: str, directive: str, status: str, reason: str | None, has_text: bool
) -> None:
    reply = make_reply(f"Trouble [sandbox {directive}]", model=model)

    async def work() -> None:
        async with open_station() as station:
            events = await read_to_end(station.watch(reply.pk, seen=None))
            assert events[-1].name == "done"

    run(work)
    reply.refresh_from_db()
    assert reply.status == status
    assert reason is None or reply.failure_reason == reason
    assert bool(reply.text) == has_text
    assert reply.producer_token is None
    shown = shown_message(reply, thread=reply.thread, person=reply.thread.owner, now=timezone.now())
    assert bool(shown.problem) == (status == "failed" or "length" in directive)
    assert shown.may_ask_again == (status == "failed")
    assert shown.may_go_on == (has_text and bool(shown.problem))


@pytest.mark.parametrize(("model", "finish"), [(OPENAI, "content_filter"), (ANTHROPIC, "refusal")])
def test_a_refusal_is_a_failure_that_keeps_its_words(
    make_reply: MakeReply, gateway: str, model: str, finish: str
) -> None:
    reply = make_reply(f"Something bad [sandbox finish={finish}]", model=model)

    async def work() -> None:
        async with open_station() as station:
            await read_to_end(station.watch(reply.pk, seen=None))

    run(work)
    reply.refresh_from_db()
    assert (reply.status, reply.failure_reason) == (MessageStatus.FAILED, "refused")
    assert reply.text


def test_a_reply_without_usage_is_charged_by_estimate(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("No figures [sandbox nousage tokens=40]")

    async def work() -> None:
        async with open_station() as station:
            await read_to_end(station.watch(reply.pk, seen=None))

    run(work)
    reply.refresh_from_db()
    assert reply.is_usage_estimated
    assert reply.output_tokens
    assert reply.charge_amount


def test_a_refused_call_costs_nothing(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Refused [sandbox http=401]")

    async def work() -> None:
        async with open_station() as station:
            await read_to_end(station.watch(reply.pk, seen=None))

    run(work)
    reply.refresh_from_db()
    assert (reply.charge_amount, reply.input_tokens) == (None, None)


def test_a_process_that_thaws_after_its_lease_does_not_call(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Frozen")

    async def work() -> None:
        async with open_station() as station:
            begun = await station.in_database(lambda: begin_late(reply.pk))
            live = station._reply_of(reply.pk)
            station.producers[reply.pk] = Producer(begun, live, http=station._http)
            await station._produce(station.producers[reply.pk])

    run(work)
    assert submits(gateway, "Frozen") == 0


def begin_late(message_id: int) -> Work:
    """Claim a reply as a process would that was suspended right afterwards."""
    work = producer.begin(message_id, now=database_now())
    assert work is not None
    return dataclasses.replace(work, deadline_seconds=0.0)


def test_a_producer_whose_reply_was_taken_away_ends_and_changes_nothing(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Taken away [sandbox tokens=5000 tps=50]")

    async def work() -> None:
        async with open_station() as station:
            viewer = station.watch(reply.pk, seen=None)
            await read_until_text(viewer, characters=20)
            later = timezone.now() + LEASE + datetime.timedelta(seconds=5)
            await station.in_database(lambda: claims.interrupt_abandoned(now=later))
            assert (await read_to_end(viewer))[-1].content["status"] == "interrupted"

    run(work)
    reply.refresh_from_db()
    assert reply.status == MessageStatus.INTERRUPTED


async def until(station: Station, condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Wait until the database says so."""
    async with asyncio.timeout(seconds):
        while not await station.in_database(condition):
            await asyncio.sleep(0.05)
