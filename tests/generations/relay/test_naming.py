"""Titles that a model gives: asked for once, beside everything else, and never in the place of a person's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from generations.models import CatalogModel, Message, MessageStatus, Thread, TimelineEntry, TitleSource
from generations.relay import branches, naming, turns
from generations.relay.naming import clean
from generations.relay.station import Station
from tests import loopback
from tests.generations.relay.stations import ANTHROPIC, OPENAI, MakeReply, open_station, read_to_end, run

pytestmark = pytest.mark.django_db(transaction=True)
CHINESE = "写一段关于港口清晨的短文，要安静。"
BOTH = pytest.mark.parametrize("model", [OPENAI, ANTHROPIC])


def wishes(gateway: str) -> int:
    """Return how many titles the sandbox has been asked for."""
    ledger = loopback.get(f"{gateway}/sandbox/ledger").json()
    return sum(row["prompt"] == naming.WISH for row in ledger)


def talk(reply: Message, *, beside: Callable[[], None] = lambda: None) -> Thread:
    """Let a reply be produced, and return its thread once its title has been asked for, or nobody asks."""

    async def work() -> None:
        async with open_station() as station:
            await read_to_end(station.watch(reply.pk, seen=None))
            await station.in_database(beside)
            await named(station)

    run(work)
    return Thread.objects.select_related("leaf").get(pk=reply.thread_id)


async def named(station: Station, *, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while station._titling:
            await asyncio.sleep(0.02)


def only(model: str) -> None:
    """Switch all chat models off but one."""
    CatalogModel.objects.filter(kind="chat").exclude(gateway_name=model).update(is_enabled=False)


@BOTH
def test_a_thread_is_named_after_its_first_reply(make_reply: MakeReply, gateway: str, model: str) -> None:
    only(model)
    reply = make_reply(f"{CHINESE}[sandbox tokens=40]", model=model)

    thread = talk(reply)

    assert (thread.title, thread.title_source) == ("港口清晨的短文", TitleSource.MODEL)
    assert thread.title_tokens > 0
    assert thread.title_charge_amount


def test_what_the_title_cost_is_part_of_what_the_thread_cost(make_reply: MakeReply, gateway: str) -> None:
    thread = talk(make_reply("What is a lamp for? [sandbox tokens=20]"))

    entry = TimelineEntry.objects.get(thread=thread)
    assert thread.leaf
    assert thread.title_charge_amount
    assert thread.leaf.charge_amount
    assert entry.cost_amount == (thread.leaf.charge_amount + thread.title_charge_amount).quantize(Decimal("0.0001"))


def test_it_is_asked_for_once_in_a_thread(make_reply: MakeReply, gateway: str) -> None:
    before = wishes(gateway)
    thread = talk(make_reply("Once [sandbox tokens=5]"))
    question = turns.Question(text="And then? [sandbox tokens=5]", model=thread.model, submission_id=thread.public_id)
    again = talk(turns.add_turn(thread, question, now=timezone.now()).reply)

    assert wishes(gateway) == before + 1
    assert (again.title, again.title_tokens) == (thread.title, thread.title_tokens)


def test_of_many_who_would_ask_one_does(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Who asks?")
    Message.objects.filter(pk=reply.pk).update(status=MessageStatus.COMPLETED, text="I do.")

    def claim(_number: int) -> bool:
        try:
            return naming.claim(reply.pk) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


def test_a_title_that_was_lost_on_the_way_is_not_paid_for_again(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Lost [sandbox tokens=5]")
    Thread.objects.update(title_source=TitleSource.ASKED)
    before = wishes(gateway)

    thread = talk(reply)

    assert (thread.title_source, wishes(gateway)) == (TitleSource.ASKED, before)
    assert thread.title.startswith("Lost")


@pytest.mark.parametrize("trouble", ["fail", "drop", "empty"])
def test_without_a_title_the_first_words_stay(make_reply: MakeReply, gateway: str, trouble: str) -> None:
    thread = talk(make_reply(f"Lamps and boats [sandbox tokens=5 title={trouble}]"))

    assert thread.title.startswith("Lamps and boats")
    assert thread.title_source == TitleSource.FAILED
    assert thread.leaf
    assert thread.leaf.status == MessageStatus.COMPLETED


def test_the_reply_does_not_wait_for_the_title(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Slowly named [sandbox tokens=5 title=slow]")
    seen: list[str] = []

    talk(reply, beside=lambda: seen.append(Thread.objects.get().title_source))

    # The reply's readers had its end while its title was still being asked for.
    assert seen == [TitleSource.ASKED]


def test_a_name_of_a_persons_own_is_for_good(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Slowly named [sandbox tokens=5 title=slow]")

    thread = talk(reply, beside=lambda: turns.rename(Thread.objects.get(), title="Mine"))

    assert (thread.title, thread.title_source) == ("Mine", TitleSource.PERSON)
    assert thread.title_charge_amount


def test_a_thread_with_a_name_is_not_named(make_reply: MakeReply, gateway: str) -> None:
    reply = make_reply("Named before [sandbox tokens=5]")
    turns.rename(reply.thread, title="Mine")
    before = wishes(gateway)

    assert talk(reply).title == "Mine"
    assert wishes(gateway) == before


@pytest.mark.parametrize("directive", ["http=401", "empty"])
def test_a_reply_without_words_names_nothing(make_reply: MakeReply, gateway: str, directive: str) -> None:
    before = wishes(gateway)

    thread = talk(make_reply(f"Nothing [sandbox {directive}]"))

    assert (thread.title_source, wishes(gateway)) == (TitleSource.WORDS, before)


def test_a_branch_of_a_thread_that_is_being_named_waits_for_a_title_of_its_own(make_reply: MakeReply) -> None:
    reply = make_reply("Branch")
    Message.objects.filter(pk=reply.pk).update(status=MessageStatus.COMPLETED, text="Yes.")
    Thread.objects.update(title_source=TitleSource.ASKED)
    message = Message.objects.select_related("thread__model", "model").get(pk=reply.pk)

    made = branches.branch(message, submission_id=reply.public_id, now=timezone.now())

    assert made.title_source == TitleSource.WORDS


def test_the_cheapest_enabled_model_is_asked() -> None:
    dear = {"rule": "chat_tokens", "input_per_million": "90", "output_per_million": "90"}
    cheap = {"rule": "chat_tokens", "input_per_million": "1", "output_per_million": "1"}
    models = CatalogModel.objects.filter(kind="chat")
    models.update(price_rule=dear)
    models.filter(gateway_name=ANTHROPIC).update(price_rule=cheap)

    assert getattr(naming.cheapest_model(), "gateway_name", "") == ANTHROPIC
    models.filter(gateway_name=ANTHROPIC).update(is_enabled=False)
    assert getattr(naming.cheapest_model(), "gateway_name", "") == OPENAI
    models.update(is_enabled=False)
    assert naming.cheapest_model() is None


def test_a_model_without_a_price_comes_last() -> None:
    CatalogModel.objects.filter(gateway_name=OPENAI).update(price_rule={}, position=0)

    assert getattr(naming.cheapest_model(), "gateway_name", "") == ANTHROPIC


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("  “Harbour at dawn”  ", "Harbour at dawn"),
        ("**Title:** Harbour at dawn.", "Harbour at dawn"),
        ("标题：《港口清晨》。", "港口清晨"),
        ("# Lamps\n\nBecause the person asked for lamps.", "Lamps"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
        ("one two " * 40, "one two one two one two one two one two one two one two one…"),
        ('"…"', ""),
        ("", ""),
        (" \n ", ""),
    ],
    ids=["quoted", "labelled", "chinese", "explained", "no_text", "long", "dots", "empty", "blank"],
)
def test_what_models_put_around_a_title_is_taken_off(answer: str, title: str) -> None:
    assert clean(answer) == title
