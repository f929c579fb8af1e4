"""What a person may do about a generation: cancel, retry, submit again, give up."""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone

from accounts.models import User
from generations.lifecycle.cancel import cancel
from generations.lifecycle.reconcile import enter_task_id
from generations.lifecycle.retry import give_up, poll_now, resubmit_from, retry, submit_again
from generations.models import Generation, Status
from tests.factories import make_asset, make_generation

LATER = datetime.timedelta(seconds=61)


def test_canceling_before_the_submit_takes_the_row_out_of_the_queue(alice: User) -> None:
    generation = make_generation(alice, due_at=timezone.now())

    assert cancel(generation.pk, actor=alice, now=timezone.now())

    generation.refresh_from_db()
    assert (generation.status, generation.due_at) == (Status.CANCELED, None)
    assert generation.events.get().reason == "canceled_before_submit"


def test_canceling_after_the_submit_keeps_watching(alice: User) -> None:
    due_at = timezone.now()
    generation = make_generation(alice, status=Status.IN_PROGRESS, due_at=due_at)

    assert cancel(generation.pk, actor=alice, now=timezone.now())

    generation.refresh_from_db()
    assert (generation.status, generation.due_at) == (Status.CANCELED, due_at)
    assert generation.events.get().reason == "canceled_after_submit"


def test_canceling_twice_is_one_change(alice: User) -> None:
    generation = make_generation(alice)
    cancel(generation.pk, actor=alice, now=timezone.now())

    assert not cancel(generation.pk, actor=alice, now=timezone.now())
    assert generation.events.count() == 1


def test_a_completed_row_cannot_be_canceled(alice: User) -> None:
    assert not cancel(make_generation(alice, status=Status.COMPLETED).pk, actor=alice, now=timezone.now())


def test_a_retry_is_a_new_row_that_points_to_the_old(alice: User) -> None:
    old = make_generation(alice, status=Status.FAILED)
    old.inputs.create(asset=make_asset(alice), role="first_frame")
    submission_id = uuid.uuid4()

    made = retry(old.pk, actor=alice, submission_id=submission_id, now=timezone.now())
    again = retry(old.pk, actor=alice, submission_id=submission_id, now=timezone.now())

    assert made is not None
    assert again == (made[0], False)
    assert (made[0].parent, made[0].relation) == (old, "retry")
    assert made[0].inputs.count() == 1
    assert Generation.objects.get(pk=old.pk).status == Status.FAILED


def test_an_uncertain_row_is_never_retried_as_if_it_had_failed(alice: User) -> None:
    uncertain = make_generation(alice, status=Status.UNCERTAIN)

    assert retry(uncertain.pk, actor=alice, submission_id=uuid.uuid4(), now=timezone.now()) is None


def test_submit_again_waits_until_the_lost_attempt_is_surely_over(alice: User) -> None:
    now = timezone.now()
    uncertain = make_generation(alice, status=Status.UNCERTAIN, now=now, task_id="")

    assert resubmit_from(uncertain) == now + datetime.timedelta(seconds=60)
    assert not submit_again(uncertain.pk, actor=alice, now=now + datetime.timedelta(seconds=59))
    assert submit_again(uncertain.pk, actor=alice, now=now + LATER)
    assert not submit_again(uncertain.pk, actor=alice, now=now + LATER)

    uncertain.refresh_from_db()
    assert (uncertain.status, uncertain.attempt_id) == (Status.QUEUED, None)


def test_giving_up_says_so(alice: User) -> None:
    uncertain = make_generation(alice, status=Status.UNCERTAIN)

    assert give_up(uncertain.pk, actor=alice, now=timezone.now())

    uncertain.refresh_from_db()
    assert (uncertain.status, uncertain.failure_reason) == (Status.FAILED, "given_up")
    assert not give_up(uncertain.pk, actor=alice, now=timezone.now())


def test_staff_may_enter_the_id_found_at_the_gateway(alice: User, admin: User) -> None:
    uncertain = make_generation(alice, status=Status.UNCERTAIN, task_id="")

    assert not enter_task_id(uncertain.pk, task_id="  ", actor=admin, now=timezone.now())
    assert enter_task_id(uncertain.pk, task_id=" task-77 ", actor=admin, now=timezone.now())

    uncertain.refresh_from_db()
    assert uncertain.status == Status.IN_PROGRESS
    assert uncertain.gateway_tasks.get().task_id == "task-77"


def test_poll_now_needs_a_task_to_ask_for(alice: User) -> None:
    with_task = make_generation(alice, status=Status.FAILED, failure_reason="timeout")
    without = make_generation(alice, status=Status.FAILED, task_id="")

    assert poll_now(with_task.pk, now=timezone.now())
    assert not poll_now(without.pk, now=timezone.now())
