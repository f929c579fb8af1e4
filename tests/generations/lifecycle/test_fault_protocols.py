"""What a submit and a poll lead to when the gateway misbehaves: the same for every protocol, over real loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import uuid
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from generations import wiring
from generations.engine.clients import Clients
from generations.lifecycle.answers import record_answer
from generations.lifecycle.poll import PollAnswer, PollWork, poll
from generations.lifecycle.submit import Outcome, SubmitAnswer, SubmitWork, claim_submit, submit
from generations.lifecycle.transitions import changes
from generations.media import paths
from generations.models import GenerationInput, Status
from tests.conftest import free_port
from tests.factories import make_asset, make_generation, model_named

pytestmark = pytest.mark.django_db

PARAMETERS: dict[str, dict[str, object]] = {
    "doubao-seedance-2-0-fast": {"resolution": "480p", "ratio": "16:9", "duration": 4, "generate_audio": False},
    "nano-banana-fast": {"aspect_ratio": "1:1"},
    "gpt-image-2": {"size": "1024x1024", "n": 1},
}
MODELS = sorted(PARAMETERS)


@pytest.fixture(autouse=True)
def use_sandbox(settings: Settings, sandbox: str) -> None:
    settings.SANDBOX_URL = sandbox


def claimed(owner: User, model: str, directive: str = "", *, given: bool = False) -> SubmitWork:
    row = make_generation(
        owner,
        model=model_named(model),
        prompt=f"A lighthouse {uuid.uuid4().hex} [sandbox tiny] {directive}",
        parameters=PARAMETERS[model],
    )
    if given:
        GenerationInput.objects.create(generation=row, asset=make_asset(owner), role="first_frame")
    with changes() as batch:
        work = claim_submit(row, now=timezone.now(), lease_seconds=60, shift_token=uuid.uuid4(), batch=batch)
    assert work is not None
    return work


def submitted(work: SubmitWork) -> SubmitAnswer:
    async def send() -> SubmitAnswer:
        clients = Clients()
        try:
            return await submit(work, send=clients.send_submit)
        finally:
            await clients.close()

    return asyncio.run(send())


def polled(work: SubmitWork, task_id: str) -> PollAnswer:
    async def send() -> PollAnswer:
        clients = Clients()
        asked = PollWork(
            generation_id=work.generation_id,
            public_id=work.public_id,
            lease_token=uuid.uuid4(),
            protocol=work.protocol,
            task_id=task_id,
            endpoint=wiring.gateway_endpoint(),
            due_at=timezone.now(),
            since=timezone.now(),
        )
        try:
            async with clients.line() as line:
                return await poll(asked, send=line.send)
        finally:
            await clients.close()

    return asyncio.run(send())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("directive", "outcome", "reason"),
    [
        ("http=401", Outcome.GIVEN_BACK, "auth"),
        ("http=403", Outcome.GIVEN_BACK, "credit"),
        ("http=429", Outcome.GIVEN_BACK, "rate"),
        ("http=503", Outcome.REFUSED, "model_unavailable"),
        ("http=500", Outcome.LOST, "upstream"),
        ("drop", Outcome.LOST, "upstream"),
        ("html", Outcome.LOST, "protocol"),
        ("badjson", Outcome.LOST, "protocol"),
    ],
)
def test_what_is_known_after_a_submit_is_the_same_for_every_protocol(
    alice: User, model: str, directive: str, outcome: Outcome, reason: str
) -> None:
    answer = submitted(claimed(alice, model, f"[sandbox {directive}]"))

    assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_connection_nothing_was_accepted(alice: User, model: str, settings: Settings) -> None:
    settings.SANDBOX_URL = f"http://127.0.0.1:{free_port()}"

    assert submitted(claimed(alice, model)).outcome is Outcome.GIVEN_BACK


@pytest.mark.parametrize("model", ["doubao-seedance-2-0-fast", "nano-banana-fast"])
@pytest.mark.parametrize(
    ("directive", "reason"),
    [("poll=500", "upstream"), ("poll=html", "protocol"), ("poll=drop", "upstream")],
)
def test_a_poll_that_fails_says_nothing_of_the_task(alice: User, model: str, directive: str, reason: str) -> None:
    work = claimed(alice, model, f"[sandbox {directive}]")
    accepted = submitted(work).accepted
    assert accepted is not None

    answer = polled(work, accepted.task_id)

    assert answer.report is None
    assert answer.error is not None
    assert answer.error.reason == reason


def test_a_given_file_that_is_gone_fails_before_anything_is_sent(alice: User) -> None:
    answer = submitted(claimed(alice, "doubao-seedance-2-0-fast", given=True))

    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "input_missing")


def test_a_paid_picture_waits_in_memory_for_room_on_the_disk(
    alice: User, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = dataclasses.replace(claimed(alice, "gpt-image-2"), lease_ends_seconds=float("inf"))
    settings.DATA_DIR = tmp_path
    # Where the folder belongs there is none, and none can be made.
    (tmp_path / paths.PENDING_FOLDER).write_text("in the way")
    mended = threading.Timer(1.0, (tmp_path / paths.PENDING_FOLDER).unlink)
    mended.start()

    answer = submitted(work)

    mended.join()
    assert answer.outcome is Outcome.DELIVERED
    assert [(tmp_path / path).stat().st_size > 0 for path in answer.pending_paths] == [True]
    with changes() as batch:
        stored = record_answer(answer, now=timezone.now(), batch=batch)
    assert stored is not None
    assert stored.status == Status.STORING
