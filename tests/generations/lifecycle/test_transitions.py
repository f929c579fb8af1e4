"""The state machine: every pair of states, legal or refused, and callers that come at the same time."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from generations.lifecycle.transitions import LEGAL, TransitionRefusedError, changes, transition
from generations.models import Generation, Revision, Status
from tests.factories import make_generation

PAIRS = [(from_status, to_status) for from_status in Status for to_status in Status]


@pytest.mark.parametrize(("from_status", "to_status"), PAIRS)
def test_every_pair_is_either_drawn_or_refused(alice: User, from_status: Status, to_status: Status) -> None:
    generation = make_generation(alice, status=from_status)

    if to_status in LEGAL[from_status]:
        with changes() as batch:
            assert transition(generation, to_status, now=timezone.now(), batch=batch)
    else:
        with pytest.raises(TransitionRefusedError), changes() as batch:
            transition(generation, to_status, now=timezone.now(), batch=batch)

    generation.refresh_from_db()
    assert generation.status == (to_status if to_status in LEGAL[from_status] else from_status)


def test_a_change_leaves_an_event_an_entry_and_a_revision(alice: User) -> None:
    generation = make_generation(alice)
    before = Revision.objects.number_of(alice.pk)

    with changes() as batch:
        transition(generation, Status.CANCELED, now=timezone.now(), batch=batch, actor=alice, reason="asked")

    event = generation.events.get()
    assert (event.from_status, event.to_status, event.reason, event.actor) == ("queued", "canceled", "asked", alice)
    entry = generation.timeline_entry
    entry.refresh_from_db()
    assert entry.status == "canceled"
    assert entry.revision == Revision.objects.number_of(alice.pk) == before + 1
    assert entry.team_revision == Revision.objects.number_of(None)


def test_the_second_caller_changes_nothing_and_is_told_so(alice: User) -> None:
    generation = make_generation(alice)
    stale = Generation.objects.get(pk=generation.pk)
    with changes() as batch:
        assert transition(generation, Status.CANCELED, now=timezone.now(), batch=batch)

    with changes() as batch:
        assert not transition(stale, Status.SUBMITTING, now=timezone.now(), batch=batch)

    assert Generation.objects.get(pk=generation.pk).status == Status.CANCELED
    assert generation.events.count() == 1


def test_a_condition_fences_the_change(alice: User) -> None:
    generation = make_generation(alice, status=Status.SUBMITTING)

    with changes() as batch:
        other = generation.public_id
        assert not transition(
            generation, Status.IN_PROGRESS, now=timezone.now(), batch=batch, only_if={"attempt_id": other}
        )

    generation.refresh_from_db()
    assert generation.status == Status.SUBMITTING


@pytest.mark.django_db(transaction=True)
def test_of_twelve_callers_at_once_one_wins(alice: User) -> None:
    generation = make_generation(alice)
    won: list[bool] = []
    gate = threading.Barrier(12)

    def claim() -> None:
        row = Generation.objects.get(pk=generation.pk)
        gate.wait()
        try:
            with changes() as batch:
                won.append(transition(row, Status.SUBMITTING, now=timezone.now(), batch=batch))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won.count(True) == 1
    assert len(won) == 12
    assert generation.events.count() == 1
    assert connection.vendor in {"sqlite", "postgresql"}
