"""The engine against the sandbox over real loopback: every kind arrives, every fault ends where the drawing says."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from generations import wiring
from generations.clock import database_now
from generations.engine.loop import Engine
from generations.lifecycle.cancel import cancel
from generations.lifecycle.collect import collect
from generations.lifecycle.create import Order, create_generation
from generations.models import GatewayState, Generation, GenerationEvent, Status
from tests import loopback
from tests.factories import model_named

pytestmark = pytest.mark.django_db(transaction=True)

# Of a machine that has much else to do; what takes longer hangs.
HANG_SECONDS = 180.0
CLIP = {"resolution": "480p", "ratio": "16:9", "duration": 4, "generate_audio": False}


@pytest.fixture(autouse=True)
def use_sandbox(settings: Settings, sandbox: str) -> None:
    settings.SANDBOX_URL = sandbox


def order(
    owner: User, prompt: str, *, model: str = "doubao-seedance-2-0-fast", parameters: dict[str, object] | None = None
) -> Generation:
    """Queue a prompt that stands in no other test's ledger."""
    made, _created = create_generation(
        order=Order(
            model=model_named(model),
            prompt=f"{prompt} {uuid.uuid4().hex}",
            parameters=CLIP if parameters is None else parameters,
            visibility="team",
            submission_id=uuid.uuid4(),
        ),
        owner=owner,
        now=timezone.now(),
    )
    return made


def drive(until: Callable[[], bool]) -> None:
    """Run one engine, with the job cluster's work done beside it, until something holds."""

    def look() -> bool:
        try:
            for pk in Generation.objects.filter(status=Status.STORING).values_list("pk", flat=True):
                collect(pk, clock=database_now)
            return until()
        finally:
            connections.close_all()

    async def work() -> None:
        engine = Engine()
        shift = asyncio.create_task(engine.run())
        deadline = time.monotonic() + HANG_SECONDS
        try:
            while not await asyncio.to_thread(look):
                assert not shift.done(), "the engine has left"
                if time.monotonic() > deadline:
                    pytest.fail(f"it never came to that: {await asyncio.to_thread(state_of_things)}")
                await asyncio.sleep(0.1)
        finally:
            engine.is_stopping = True
            await shift

    asyncio.run(work())


def state_of_things() -> str:
    """Return what tells why something never happens."""
    try:
        rows = Generation.objects.values_list("status", "due_at", "lease_token", "poll_count", "failure_detail")
        events = GenerationEvent.objects.order_by("id").values_list("generation", "at", "to_status", "reason")
        return f"{timezone.now()} {list(rows)} {list(events)} {list(GatewayState.objects.values())}"
    finally:
        connections.close_all()


def settled(*generations: Generation) -> Callable[[], bool]:
    keys = [generation.pk for generation in generations]
    return lambda: not Generation.objects.filter(pk__in=keys).unfinished().exists()


def ledger(generation: Generation) -> int:
    """Return how often the sandbox accepted this prompt."""
    ledger_url = f"{wiring.gateway_endpoint().base_url}/sandbox/ledger"
    rows = loopback.get(ledger_url, timeout=HANG_SECONDS).json()
    return sum(row["prompt"] == generation.prompt for row in rows)


def test_video_and_both_kinds_of_image_arrive_and_are_ours(alice: User) -> None:
    clip = order(alice, "A lighthouse [sandbox tiny]")
    banana = order(alice, "A bowl [sandbox tiny]", model="nano-banana-fast", parameters={"aspect_ratio": "1:1"})
    picture = order(alice, "A poster [sandbox tiny]", model="gpt-image-2", parameters={"size": "1024x1024", "n": 2})

    drive(settled(clip, banana, picture))

    for generation, media, count in ((clip, "video", 1), (banana, "image", 1), (picture, "image", 2)):
        generation.refresh_from_db()
        assert generation.status == Status.COMPLETED, generation.failure_detail
        assets = [output.asset for output in generation.outputs.select_related("asset")]
        assert len(assets) == count
        for asset in assets:
            assert asset is not None
            assert asset.media == media
            assert len(asset.sha256) == 64
            assert (asset.width, asset.height) == (64, 64)
            assert asset.small_path
            assert asset.preview
        assert generation.due_at is None
        assert generation.charge_amount is not None
        assert ledger(generation) == 1


@pytest.mark.parametrize(
    ("directive", "status", "reason"),
    [
        ("fail=moderation", Status.FAILED, "refused"),
        ("fail=upstream", Status.FAILED, "upstream"),
        ("fail=expired", Status.FAILED, "expired"),
        ("http=503", Status.FAILED, "model_unavailable"),
        ("http=500", Status.UNCERTAIN, "upstream"),
        ("drop", Status.UNCERTAIN, "upstream"),
        ("html", Status.UNCERTAIN, "protocol"),
        ("badjson", Status.UNCERTAIN, "protocol"),
        ("nourl", Status.COMPLETED, ""),
        ("goneurl", Status.COMPLETED, ""),
        ("dialect=bigmore", Status.COMPLETED, ""),
    ],
)
def test_each_fault_ends_where_it_should(alice: User, directive: str, status: Status, reason: str) -> None:
    generation = order(alice, f"A lighthouse [sandbox tiny] [sandbox {directive}]")

    drive(settled(generation))

    generation.refresh_from_db()
    assert (generation.status, generation.failure_reason) == (status, reason)
    assert ledger(generation) <= 1
    if directive == "drop":
        assert ledger(generation) == 1, "the gateway took it, which is why nobody may send it again"


@pytest.mark.parametrize(("code", "reason"), [("401", "auth"), ("403", "credit")])
def test_a_bad_key_or_an_empty_account_pauses_the_gateway_and_burns_nothing(
    alice: User, code: str, reason: str
) -> None:
    refused = order(alice, f"A lighthouse [sandbox tiny] [sandbox http={code}]")
    others = [order(alice, "A bowl [sandbox tiny]") for _ in range(3)]

    drive(lambda: GatewayState.objects.filter(paused_reason=reason).exists())

    refused.refresh_from_db()
    assert refused.status == Status.QUEUED
    assert wiring.gateway_status().paused_reason == reason
    assert Generation.objects.filter(pk__in=[one.pk for one in others], status=Status.FAILED).count() == 0


def test_too_many_requests_send_the_row_back_into_the_line(alice: User) -> None:
    generation = order(alice, "A lighthouse [sandbox tiny] [sandbox http=429]")

    drive(lambda: Generation.objects.get(pk=generation.pk).requeue_count >= 1)

    generation.refresh_from_db()
    assert generation.status == Status.QUEUED
    assert generation.due_at is not None
    assert generation.due_at > timezone.now()


def test_a_gateway_that_cannot_be_reached_leaves_the_row_in_line(alice: User, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    generation = order(alice, "A lighthouse")

    drive(lambda: Generation.objects.get(pk=generation.pk).requeue_count >= 1)

    generation.refresh_from_db()
    assert generation.status == Status.QUEUED


def test_what_arrives_after_a_cancel_still_lands(alice: User) -> None:
    generation = order(alice, "A lighthouse [sandbox tiny] [sandbox seconds=1]")
    drive(lambda: Generation.objects.filter(pk=generation.pk, status=Status.IN_PROGRESS).exists())
    assert cancel(generation.pk, actor=alice, now=timezone.now())

    drive(lambda: Generation.objects.filter(pk=generation.pk, status=Status.COMPLETED).exists())

    generation.refresh_from_db()
    assert generation.is_late_success


def test_a_second_engine_finds_the_shift_taken_and_leaves(alice: User) -> None:
    async def both() -> tuple[bool, bool]:
        first, second = Engine(), Engine()
        shift = asyncio.create_task(first.run())
        await asyncio.sleep(0.5)
        await asyncio.wait_for(second.run(), 5)
        still_on_shift = not shift.done()
        first.is_stopping = True
        await shift
        return still_on_shift, second.renewed == 0.0

    try:
        assert asyncio.run(both()) == (True, True)
    finally:
        connections.close_all()
