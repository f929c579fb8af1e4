"""What a person may do about a failed or uncertain generation: retry, submit again, give up."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from generations import wakeups
from generations.lifecycle.create import Order, create_generation
from generations.lifecycle.transitions import changes, transition
from generations.models import RESUBMIT_GRACE, Generation, Relation, Status

RETRYABLE = (Status.FAILED, Status.CANCELED)


def retry(
    generation_id: int, *, actor: User, submission_id: UUID, now: datetime.datetime
) -> tuple[Generation, bool] | None:
    """Make a new row from a failed or canceled one that points to it; None when the old one cannot be retried.

    Idempotent: yes, per submission id.
    """
    old = Generation.objects.select_related("model").get(pk=generation_id)
    if old.status not in RETRYABLE:
        return None
    order = Order(
        model=old.model,
        prompt=old.prompt,
        parameters=old.parameters,
        visibility=old.visibility,
        submission_id=submission_id,
        inputs=tuple((given.role, given.asset) for given in old.inputs.select_related("asset")),
        addresses=tuple(old.input_addresses.values_list("position", "role", "url")),
        estimate_amount=old.estimate_amount,
        parent=old,
        relation=Relation.RETRY,
    )
    return create_generation(order=order, owner=actor, now=now)


def resubmit_from(generation: Generation) -> datetime.datetime | None:
    """Return when *submit again* may be offered for an uncertain row, or None for any other."""
    if generation.status != Status.UNCERTAIN:
        return None
    task = generation.gateway_tasks.order_by("-id").first()
    return task.resubmit_from if task else generation.changed_at + RESUBMIT_GRACE


def submit_again(generation_id: int, *, actor: User, now: datetime.datetime) -> bool:
    """Queue an uncertain row once more, because a person chose the risk of paying twice; return whether it was.

    Idempotent: yes; the row is uncertain only once.
    """
    with changes() as batch:
        generation = Generation.objects.get(pk=generation_id)
        allowed_from = resubmit_from(generation)
        if allowed_from is None or now < allowed_from:
            return False
        return transition(
            generation,
            Status.QUEUED,
            now=now,
            batch=batch,
            actor=actor,
            reason="submitted_again",
            due_at=now,
            lease_token=None,
            attempt_id=None,
            failure_reason="",
        )


def give_up(generation_id: int, *, actor: User, now: datetime.datetime) -> bool:
    """Call an uncertain row failed, because a person gave it up; its answer still lands if it comes.

    Idempotent: yes.
    """
    with changes() as batch:
        generation = Generation.objects.get(pk=generation_id)
        if generation.status != Status.UNCERTAIN:
            return False
        return transition(
            generation,
            Status.FAILED,
            now=now,
            batch=batch,
            actor=actor,
            reason="given_up",
            failure_reason="given_up",
            due_at=None,
        )


@transaction.atomic
def poll_now(generation_id: int, *, now: datetime.datetime) -> bool:
    """Make a row that has a gateway task due at once; return whether it has one.

    Idempotent: yes. Also for rows that timed out or were canceled: a late success still lands.
    """
    watched = Generation.objects.filter(
        pk=generation_id,
        status__in=(Status.IN_PROGRESS, Status.CANCELED, Status.FAILED),
        gateway_tasks__task_id__gt="",
    )
    is_due = Generation.objects.filter(pk__in=watched.values("pk")).update(due_at=now, lease_token=None) == 1
    if is_due:
        wakeups.ring()
    return is_due
