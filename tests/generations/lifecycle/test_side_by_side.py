"""Two processes that change rows of the same two people at once: neither waits for the other for ever."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from generations.lifecycle.create import Order, create_generation
from generations.lifecycle.transitions import changes, transition
from generations.models import Generation, GenerationEvent, Revision, Status, TimelineEntry
from tests.factories import make_generation, model_named

ROUNDS = 25


@pytest.mark.django_db(transaction=True)
def test_batches_over_two_people_in_opposite_order_never_lock_each_other_out(alice: User, bob: User) -> None:
    rows = {
        side: [[make_generation(person) for person in people] for _round in range(ROUNDS)]
        for side, people in (("one", (alice, bob)), ("other", (bob, alice)))
    }
    before = {person: Revision.objects.number_of(person) for person in (alice.pk, bob.pk, None)}
    together = threading.Barrier(2)

    def cancel_all(side: str) -> int:
        try:
            done = 0
            for pair in rows[side]:
                together.wait(20)
                with changes() as batch:
                    for generation in pair:
                        done += transition(generation, Status.CANCELED, now=timezone.now(), batch=batch)
            return done
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(cancel_all, rows)) == [2 * ROUNDS, 2 * ROUNDS]

    for person, number in before.items():
        assert Revision.objects.number_of(person) == number + 2 * ROUNDS
    numbers = list(TimelineEntry.objects.filter(owner=alice).values_list("revision", flat=True))
    assert len(set(numbers)) == 2 * ROUNDS, "two transactions wrote the same number"


@pytest.mark.django_db(transaction=True)
def test_of_two_callers_at_once_one_changes_the_row(alice: User) -> None:
    generations = [make_generation(alice) for _round in range(ROUNDS)]
    together = threading.Barrier(2)

    def race(to_status: Status) -> list[bool]:
        try:
            won = []
            for generation in generations:
                seen = Generation.objects.get(pk=generation.pk, status=Status.QUEUED)
                together.wait(20)
                with changes() as batch:
                    won.append(transition(seen, to_status, now=timezone.now(), batch=batch))
                together.wait(20)
            return won
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        canceled, failed = pool.map(race, (Status.CANCELED, Status.FAILED))

    assert all(one != other for one, other in zip(canceled, failed, strict=True))
    assert GenerationEvent.objects.filter(generation__in=generations).count() == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_an_order_sent_by_eight_requests_at_once_makes_one_generation(alice: User) -> None:
    order = Order(model=model_named(), prompt="Once", parameters={}, visibility="private", submission_id=uuid.uuid4())

    def send(_number: int) -> int:
        try:
            return create_generation(order=order, owner=alice, now=timezone.now())[0].pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {Generation.objects.get().pk}
