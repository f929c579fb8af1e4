"""Two engines on one database: every row goes to one of them, and limits hold for both together."""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from generations.engine import tick
from generations.engine.shift import take_shift
from generations.hosts import host_name
from generations.models import EngineShift, Installation, Status
from tests.factories import make_generation

ROUNDS = 5


def two_engines() -> list[uuid.UUID]:
    """Put the engines of two hosts on shift."""
    now = timezone.now()
    tokens = [uuid.uuid4(), uuid.uuid4()]
    take_shift(tokens[0], now=now)
    ours = EngineShift.objects.get()
    EngineShift.objects.create(
        host="elsewhere",
        token=tokens[1],
        pid=1,
        started_at=now,
        renewed_at=now,
        expires_at=ours.expires_at,
    )
    return tokens


def claim_together(tokens: list[uuid.UUID]) -> list[tick.Claimed]:
    """Let both engines claim at the same moment."""
    together = threading.Barrier(len(tokens))
    now = timezone.now()

    def claim(token: uuid.UUID) -> tick.Claimed:
        try:
            together.wait(20)
            return tick.claim(now=now, shift_token=token, blocking_in_flight=0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(claim, tokens))


@pytest.mark.django_db(transaction=True)
def test_every_running_row_is_leased_by_one_engine(alice: User, bob: User) -> None:
    tokens = two_engines()
    for _round in range(ROUNDS):
        made = {
            make_generation(person, status=Status.IN_PROGRESS, due_at=timezone.now()).pk
            for person in (alice, bob)
            for _ in range(10)
        }

        leased = [work.generation_id for claimed in claim_together(tokens) for work in claimed.polls]

        assert len(leased) == len(set(leased))
        assert set(leased) <= made
        # What one engine held while the other looked is due again at the next tick.
        left = made - set(leased)
        leased_later = {work.generation_id for claimed in claim_together(tokens) for work in claimed.polls}
        assert left == leased_later


@pytest.mark.django_db(transaction=True)
def test_limits_hold_for_all_engines_together(alice: User) -> None:
    Installation.objects.create(pk=1, submits_in_flight=5, submits_in_flight_per_person=3)
    one, other = two_engines()
    now = timezone.now()
    later = now + datetime.timedelta(seconds=1)
    for due_at in [*[now] * 3, later]:
        make_generation(alice, due_at=due_at)
    has_claimed = threading.Event()

    def claim_and_be_slow_to_commit() -> int:
        try:
            with transaction.atomic():
                claimed = tick.claim(now=now, shift_token=one, blocking_in_flight=0)
                has_claimed.set()
                time.sleep(0.5)
            return len(claimed.submits)
        finally:
            connections.close_all()

    def claim_meanwhile() -> int:
        try:
            has_claimed.wait(20)
            return len(tick.claim(now=later, shift_token=other, blocking_in_flight=0).submits)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(claim_and_be_slow_to_commit), pool.submit(claim_meanwhile)
        assert (first.result(), second.result()) == (3, 0)


@pytest.mark.django_db
def test_an_answer_on_one_hosts_disk_waits_for_that_host(
    alice: User,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_generation(alice, status=Status.STORING, due_at=timezone.now(), storing_host=host_name())
    here, settings.DATA_DIR = settings.DATA_DIR, tmp_path

    with django_capture_on_commit_callbacks(execute=True):
        tick.claim(now=timezone.now(), shift_token=uuid.uuid4(), blocking_in_flight=0)
    assert OrmQ.objects.count() == 0

    settings.DATA_DIR = here
    with django_capture_on_commit_callbacks(execute=True):
        tick.claim(now=timezone.now(), shift_token=uuid.uuid4(), blocking_in_flight=0)
    assert OrmQ.objects.count() == 1
