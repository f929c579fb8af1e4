"""Wake-ups through a real Redis: an order is picked up between two ticks, and a Redis that is away costs nothing."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User
from generations import wakeups
from generations.engine import pace
from generations.engine.loop import Engine
from generations.lifecycle.create import Order, create_generation
from tests import loopback
from tests.conftest import free_port
from tests.factories import model_named

pytestmark = [pytest.mark.scaleout, pytest.mark.django_db(transaction=True)]

# Of a machine that has much else to do; what takes longer hangs.
PATIENCE_SECONDS = 180.0


@pytest.fixture(autouse=True)
def no_earlier_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "_quiet_until", 0.0)


def order(owner: User) -> str:
    """Queue a prompt that stands in no other test's ledger, and return it."""
    prompt = f"A lighthouse [sandbox tiny] {uuid.uuid4().hex}"
    create_generation(
        order=Order(
            model=model_named("doubao-seedance-2-0-fast"),
            prompt=prompt,
            parameters={"resolution": "480p", "ratio": "16:9", "duration": 4, "generate_audio": False},
            visibility="team",
            submission_id=uuid.uuid4(),
        ),
        owner=owner,
        now=timezone.now(),
    )
    return prompt


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return run


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(in_thread(is_so)):
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.05)


def listeners(redis_url: str) -> int:
    with redis.Redis.from_url(redis_url) as store:
        [(_name, count)] = store.pubsub_numsub(wakeups.channel_name())
        return int(count)


class Idle(Engine):
    """Tells when a tick has found nothing and it rests."""

    def __init__(self) -> None:
        super().__init__()
        self.is_idle = asyncio.Event()

    async def _rest(self, began: float) -> None:
        self.is_idle.set()
        await super()._rest(began)


def test_an_idle_engine_is_woken_long_before_its_tick(
    alice: User, redis_url: str, sandbox: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL, settings.SANDBOX_URL = redis_url, sandbox
    # Far beyond the patience of this test: only a wake-up makes the engine look.
    monkeypatch.setattr(pace, "TICK_SECONDS", 10 * PATIENCE_SECONDS)

    def is_accepted() -> bool:
        ledger = loopback.get(f"{sandbox}/sandbox/ledger", timeout=PATIENCE_SECONDS).json()
        return any(row["prompt"] == prompt for row in ledger)

    async def work() -> None:
        nonlocal prompt
        engine = Idle()
        shift = asyncio.create_task(engine.run())
        await until(lambda: listeners(redis_url) == 1)
        await asyncio.wait_for(engine.is_idle.wait(), PATIENCE_SECONDS)
        prompt = await asyncio.to_thread(in_thread(lambda: order(alice)))
        await until(is_accepted)
        engine.is_stopping = True
        engine.wake.set()
        await shift

    prompt = ""
    asyncio.run(work())


def test_a_wake_up_leaves_with_its_transaction_or_not_at_all(redis_url: str, settings: Any) -> None:
    settings.REDIS_URL = redis_url
    with redis.Redis.from_url(redis_url) as store, store.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(wakeups.channel_name())
        channel.get_message(timeout=5)
        with transaction.atomic():
            wakeups.ring()
            transaction.set_rollback(True)
        assert channel.get_message(timeout=0.5) is None

        with transaction.atomic():
            wakeups.ring()
            assert channel.get_message(timeout=0.5) is None
        assert channel.get_message(timeout=5) is not None


def test_other_installations_on_the_same_redis_sleep_on(settings: Any) -> None:
    ours = wakeups.channel_name()
    settings.SECRET_KEY = "another installation's"

    assert wakeups.channel_name() != ours
    assert "another" not in wakeups.channel_name()


def test_without_an_answer_from_redis_an_order_is_taken_all_the_same(
    alice: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"redis://:hidden@127.0.0.1:{free_port()}/0"
    caplog.set_level(logging.WARNING, logger="generations.wakeups")

    order(alice)
    order(alice)

    assert [record.getMessage() for record in caplog.records] == [
        "no engine could be woken (ConnectionError); orders are found at the next tick"
    ]


def test_an_engine_hears_again_when_redis_is_back(
    redis_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wakeups, "RECONNECT_SECONDS", 0.1)
    caplog.set_level(logging.INFO, logger="generations.wakeups")
    settings.REDIS_URL = redis_url

    async def work() -> None:
        wake = asyncio.Event()
        listening = asyncio.create_task(wakeups.listen(wake))
        await until(lambda: listeners(redis_url) == 1)
        with redis.Redis.from_url(redis_url) as store:
            store.client_kill_filter(_type="pubsub")
        await until(lambda: "heard again" in caplog.text)
        await asyncio.to_thread(in_thread(wakeups.ring))
        await asyncio.wait_for(wake.wait(), PATIENCE_SECONDS)
        listening.cancel()

    asyncio.run(work())

    assert "no wake-ups are heard (ConnectionError)" in caplog.text
