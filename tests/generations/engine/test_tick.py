"""What one tick leases: whose turn it is, how much may be under way, and what nobody holds any more."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signals import pre_enqueue
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from generations.engine import health, tick
from generations.engine.pace import poll_wait_seconds, submit_lease_seconds
from generations.engine.shift import end_shift, renew_shift, take_shift
from generations.gateway.errors import AuthError, RateLimited
from generations.models import Generation, Status
from tests.factories import make_generation

pytestmark = pytest.mark.django_db


SHIFT = uuid.uuid4()


def claim(shift_token: uuid.UUID = SHIFT) -> tick.Claimed:
    take_shift(shift_token, now=timezone.now())
    return tick.claim(now=timezone.now(), shift_token=shift_token, blocking_in_flight=0)


def test_a_row_in_submitting_whose_lease_ran_out_becomes_uncertain(alice: User) -> None:
    late = timezone.now() - datetime.timedelta(seconds=1)
    generation = make_generation(alice, status=Status.SUBMITTING, due_at=late)

    assert claim().submits == []

    generation.refresh_from_db()
    assert (generation.status, generation.due_at) == (Status.UNCERTAIN, None)
    assert generation.failure_reason == "lease_expired"


def test_what_a_dead_engine_had_under_way_is_uncertain_at_once(alice: User) -> None:
    row = make_generation(alice, due_at=timezone.now())
    canceled = make_generation(alice, due_at=timezone.now())
    claim()
    Generation.objects.filter(pk=canceled.pk).update(status=Status.CANCELED)

    assert tick.bury(SHIFT, now=timezone.now()) == 2

    row.refresh_from_db()
    assert (row.status, row.failure_reason, row.due_at) == (Status.UNCERTAIN, "engine_gone", None)
    assert row.gateway_tasks.get().outcome == "lost"
    assert row.gateway_tasks.get().lease_ends_at <= timezone.now(), "the wait before “submit again” begins now"
    claim()
    canceled.refresh_from_db()
    assert canceled.due_at is None, "there is nothing to watch"
    assert tick.bury(SHIFT, now=timezone.now()) == 0


def test_a_dead_jobs_download_is_due_at_once(alice: User) -> None:
    now, token = timezone.now(), uuid.uuid4()
    lease_ends_at = now + datetime.timedelta(seconds=120)
    held = make_generation(alice, status=Status.STORING, lease_token=token, due_at=lease_ends_at)
    others = make_generation(alice, status=Status.STORING, lease_token=uuid.uuid4(), due_at=lease_ends_at)

    assert tick.bury(token, now=now) == 1

    held.refresh_from_db()
    others.refresh_from_db()
    assert (held.due_at, held.lease_token) == (now, None)
    assert others.due_at == lease_ends_at


def test_a_file_that_ends_every_process_is_given_up_after_eight(alice: User) -> None:
    now, token = timezone.now(), uuid.uuid4()
    row = make_generation(alice, status=Status.STORING, lease_token=token, due_at=now)

    for _ in range(7):
        tick.bury(token, now=now)
        row.refresh_from_db()
        assert row.status == Status.STORING
        Generation.objects.filter(pk=row.pk).update(lease_token=token)
    assert row.due_at is not None
    assert row.due_at > now, "each time it waits longer"
    tick.bury(token, now=now)

    row.refresh_from_db()
    assert (row.status, row.failure_reason) == (Status.FAILED, "output_invalid")


def test_what_was_claimed_and_never_sent_goes_back_in_line(alice: User) -> None:
    for _ in range(2):
        make_generation(alice, due_at=timezone.now())
    sent, unseen = claim().submits

    assert tick.take_back(shift_token=SHIFT, known={sent.attempt_id}, now=timezone.now()) == 1

    assert Generation.objects.get(pk=sent.generation_id).status == Status.SUBMITTING
    row = Generation.objects.get(pk=unseen.generation_id)
    assert (row.status, row.attempt_id) == (Status.QUEUED, None)
    assert row.gateway_tasks.get().outcome == "given_back"


@pytest.fixture
def broken_queue() -> Iterator[None]:
    """Let no job be queued, as while the database is locked for another writer."""

    def refuse(**_kwargs: object) -> None:
        raise OperationalError("database is locked")

    pre_enqueue.connect(refuse)
    yield
    pre_enqueue.disconnect(refuse)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_cannot_be_queued_makes_nobody_forget_what_was_leased(
    alice: User, broken_queue: None, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    make_generation(alice, status=Status.STORING, due_at=now)
    make_generation(alice, status=Status.IN_PROGRESS, due_at=now)
    make_generation(alice, due_at=now)

    claimed = claim()

    assert (len(claimed.polls), len(claimed.submits)) == (1, 1)
    assert OrmQ.objects.count() == 0
    assert "database is locked" in caplog.text


def test_the_poll_budget_is_shared_out_among_all_that_are_polled(alice: User) -> None:
    later = timezone.now() + datetime.timedelta(seconds=3)
    for status in (Status.IN_PROGRESS, Status.CANCELED, Status.QUEUED, Status.STORING):
        make_generation(alice, status=status, due_at=later)
    make_generation(alice, status=Status.FAILED, due_at=None)

    assert tick.watched_count() == 2


def test_running_rows_are_leased_for_one_poll(alice: User) -> None:
    generation = make_generation(alice, status=Status.IN_PROGRESS, due_at=timezone.now())

    works = claim().polls

    assert [(work.generation_id, work.task_id) for work in works] == [(generation.pk, "task-1")]
    assert claim().polls == [], "a leased row is nobody else's"
    assert Generation.objects.get(pk=generation.pk).lease_token == works[0].lease_token


def test_a_canceled_row_without_a_task_is_not_watched_for_ever(alice: User) -> None:
    generation = make_generation(alice, status=Status.CANCELED, task_id="", due_at=timezone.now())

    claim()

    generation.refresh_from_db()
    assert generation.due_at is None


def test_a_store_job_that_the_queue_lost_is_queued_again(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_generation(alice, status=Status.STORING, due_at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        claim()

    assert OrmQ.objects.count() == 1


def test_a_paused_gateway_gets_one_probe_a_minute(alice: User) -> None:
    now = timezone.now()
    for _ in range(3):
        make_generation(alice, due_at=now)
    health.learn(AuthError("no such key"), now=now - datetime.timedelta(seconds=61))

    assert len(claim().submits) == 1
    assert claim().submits == []


def test_the_probe_is_the_order_that_was_given_back_least_often(alice: User) -> None:
    now = timezone.now()
    make_generation(alice, due_at=now, requeue_count=4)
    fresh = make_generation(alice, due_at=now)
    health.learn(AuthError("not for this model"), now=now - datetime.timedelta(seconds=61))

    assert [work.generation_id for work in claim().submits] == [fresh.pk]


def test_retry_after_is_honoured_for_all_rows_of_the_gateway(alice: User) -> None:
    now = timezone.now()
    make_generation(alice, due_at=now)
    running = make_generation(alice, status=Status.IN_PROGRESS, due_at=now)
    health.learn(RateLimited("slow down", retry_after_seconds=30), now=now)

    claimed = claim()

    assert (claimed.submits, claimed.polls) == ([], [])
    running.refresh_from_db()
    assert running.due_at == now + datetime.timedelta(seconds=30)


def test_polls_grow_calmer_and_keep_the_budget() -> None:
    young = poll_wait_seconds(10, in_flight=1, polls_per_second=50)
    old = poll_wait_seconds(600, in_flight=1, polls_per_second=50)
    crowded = poll_wait_seconds(10, in_flight=5_000, polls_per_second=50)

    assert 2.7 <= young <= 3.3
    assert 9 <= old <= 11
    assert 90 <= crowded <= 110


def test_a_lease_outlasts_the_call_that_it_covers() -> None:
    assert submit_lease_seconds(is_blocking=True, has_files=False, blocking_read_seconds=600) > 600
    assert submit_lease_seconds(is_blocking=False, has_files=True, blocking_read_seconds=600) > 60


def test_a_shift_belongs_to_one_process_until_it_runs_out() -> None:
    now = timezone.now()
    first, second = uuid.uuid4(), uuid.uuid4()

    assert take_shift(first, now=now)
    assert not take_shift(second, now=now)
    assert renew_shift(first, now=now, in_flight=0).is_held

    later = now + datetime.timedelta(seconds=7)
    assert take_shift(second, now=later)
    assert not renew_shift(first, now=later, in_flight=0).is_held
    end_shift(second, now=later)
    assert take_shift(first, now=later)


def test_no_more_polls_are_leased_than_can_leave_in_time(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "POLLS_AT_MOST", 3)
    now = timezone.now()
    for _ in range(5):
        make_generation(alice, status=Status.IN_PROGRESS, accepted_at=now, due_at=now)

    def leased(in_flight: int) -> int:
        claimed = tick.claim(now=now, shift_token=SHIFT, blocking_in_flight=0, polls_in_flight=in_flight)
        return len(claimed.polls)

    assert [leased(2), leased(3), leased(4), leased(0), leased(0)] == [1, 0, 0, 3, 1]
