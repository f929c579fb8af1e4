"""Claim, submit, answer: the three steps around the one paid call."""

from __future__ import annotations

import asyncio
import datetime
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from generations.clock import suspension_seconds
from generations.gateway.types import Accepted, Endpoint, MediaOrder, WireRequest, WireResponse
from generations.lifecycle.answers import LEASE_EXPIRED, call_lost, record_answer
from generations.lifecycle.submit import (
    Outcome,
    SubmitAnswer,
    SubmitWork,
    claim_submit,
    submit,
)
from generations.lifecycle.transitions import changes
from generations.models import GatewayTask, Generation, Status
from tests.factories import make_generation

pytestmark = pytest.mark.django_db


def claim(generation: Generation) -> SubmitWork | None:
    with changes() as batch:
        return claim_submit(generation, now=timezone.now(), lease_seconds=60, shift_token=uuid.uuid4(), batch=batch)


def answer(attempt_id: uuid.UUID, outcome: Outcome = Outcome.ACCEPTED, *, task_id: str = "task-9") -> None:
    accepted = Accepted(task_id) if outcome is Outcome.ACCEPTED else None
    with changes() as batch:
        record_answer(
            SubmitAnswer(attempt_id, outcome, accepted=accepted, reason="upstream"), now=timezone.now(), batch=batch
        )


def test_a_claim_is_written_before_anything_leaves(alice: User) -> None:
    generation = make_generation(alice)

    work = claim(generation)

    assert work is not None
    row = Generation.objects.get(pk=generation.pk)
    assert (row.status, row.attempt_id) == (Status.SUBMITTING, work.attempt_id)
    assert GatewayTask.objects.get(generation=row).lease_ends_at == row.due_at


def test_of_two_claims_on_the_same_row_one_gets_the_work(alice: User) -> None:
    generation = make_generation(alice)
    stale = Generation.objects.select_related("model").get(pk=generation.pk)

    assert claim(generation) is not None
    assert claim(stale) is None
    assert GatewayTask.objects.filter(generation=generation).count() == 1


def test_a_process_thawed_too_late_gives_the_row_back_unsent(alice: User) -> None:
    async def never(_request: WireRequest, _endpoint: Endpoint) -> WireResponse:
        raise AssertionError("a request left after its lease was nearly over")

    work = SubmitWork(
        generation_id=1,
        public_id=uuid.uuid4(),
        attempt_id=uuid.uuid4(),
        protocol="seedance",
        order=MediaOrder(model="doubao-seedance-2-0", prompt="A lighthouse", parameters={}),
        files=(),
        accepts_data_uris=True,
        address_roles=frozenset(),
        endpoint=Endpoint("http://127.0.0.1:9", "key"),
        lease_ends_seconds=suspension_seconds() + 5,
        now=timezone.now(),
    )

    assert asyncio.run(submit(work, send=never)).outcome is Outcome.GIVEN_BACK


def test_an_accepted_submit_is_followed(alice: User) -> None:
    generation = make_generation(alice)
    work = claim(generation)
    assert work is not None

    answer(work.attempt_id)

    generation.refresh_from_db()
    assert generation.status == Status.IN_PROGRESS
    assert generation.gateway_tasks.get().task_id == "task-9"


def test_an_answer_counts_once(alice: User) -> None:
    generation = make_generation(alice)
    work = claim(generation)
    assert work is not None

    answer(work.attempt_id)
    answer(work.attempt_id, task_id="task-10")

    assert generation.gateway_tasks.get().task_id == "task-9"


def test_an_answer_that_comes_after_the_row_was_called_uncertain_still_lands(alice: User) -> None:
    generation = make_generation(alice)
    work = claim(generation)
    assert work is not None
    with changes() as batch:
        assert call_lost(
            generation, reason=LEASE_EXPIRED, now=timezone.now() + datetime.timedelta(seconds=61), batch=batch
        )

    answer(work.attempt_id)

    generation.refresh_from_db()
    assert generation.status == Status.IN_PROGRESS
    assert generation.events.last().reason == "answer_arrived_late"


def test_a_first_answer_after_a_second_submit_is_kept_as_a_second_task(alice: User) -> None:
    generation = make_generation(alice)
    first = claim(generation)
    assert first is not None
    with changes() as batch:
        call_lost(generation, reason=LEASE_EXPIRED, now=timezone.now(), batch=batch)
    Generation.objects.filter(pk=generation.pk).update(status=Status.QUEUED, attempt_id=None)
    generation.refresh_from_db()
    second = claim(generation)
    assert second is not None

    answer(first.attempt_id, task_id="task-first")

    generation.refresh_from_db()
    assert generation.status == Status.SUBMITTING
    assert set(generation.gateway_tasks.values_list("task_id", flat=True)) == {"task-first", ""}


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.REFUSED, Status.FAILED),
        (Outcome.GIVEN_BACK, Status.QUEUED),
        (Outcome.LOST, Status.UNCERTAIN),
    ],
)
def test_without_an_id_the_outcome_decides(alice: User, outcome: Outcome, status: Status) -> None:
    generation = make_generation(alice)
    work = claim(generation)
    assert work is not None

    answer(work.attempt_id, outcome)

    generation.refresh_from_db()
    assert generation.status == status
