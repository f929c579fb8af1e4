"""One row for each submission id, however often the form is sent."""

from __future__ import annotations

import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from generations.lifecycle.create import Order, create_generation
from generations.models import Generation, Status
from tests.factories import make_asset, model_named


def an_order(**more: object) -> Order:
    values = {
        "model": model_named(),
        "prompt": "A lighthouse in the fog",
        "parameters": {"resolution": "480p"},
        "visibility": "team",
        "submission_id": uuid.uuid4(),
        "estimate_amount": Decimal("1.25"),
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


def test_an_order_becomes_a_queued_row_that_is_due_at_once(alice: User) -> None:
    now = timezone.now()
    frame = make_asset(alice)

    generation, created = create_generation(order=an_order(inputs=(("first_frame", frame),)), owner=alice, now=now)

    assert created
    assert (generation.status, generation.due_at, generation.currency) == (Status.QUEUED, now, "CNY")
    assert [(given.role, given.asset) for given in generation.inputs.all()] == [("first_frame", frame)]
    assert generation.events.get().to_status == "queued"


def test_the_same_submission_shows_the_first_row(alice: User) -> None:
    order = an_order()
    first, _created = create_generation(order=order, owner=alice, now=timezone.now())

    second, created = create_generation(order=order, owner=alice, now=timezone.now())

    assert not created
    assert second == first
    assert Generation.objects.count() == 1


def test_two_people_may_use_the_same_submission_id(alice: User, bob: User) -> None:
    order = an_order()
    create_generation(order=order, owner=alice, now=timezone.now())

    _row, created = create_generation(order=order, owner=bob, now=timezone.now())

    assert created


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_row(alice: User) -> None:
    order = an_order()
    gate = threading.Barrier(20)
    answers: list[tuple[int, bool]] = []

    def send() -> None:
        gate.wait()
        try:
            row, created = create_generation(order=order, owner=alice, now=timezone.now())
            answers.append((row.pk, created))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({pk for pk, _created in answers}) == 1
    assert [created for _pk, created in answers].count(True) == 1
    assert len(answers) == 20
