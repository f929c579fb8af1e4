"""Cancel a generation, honestly: free before the submit; afterwards it may still be charged, and what comes is kept."""

import datetime

from accounts.models import User
from generations.lifecycle.transitions import changes, transition
from generations.models import Generation, Status

CANCELABLE = (Status.QUEUED, Status.SUBMITTING, Status.IN_PROGRESS)


def cancel(generation_id: int, *, actor: User, now: datetime.datetime) -> bool:
    """Cancel the row if it still can be, and return whether this call did it.

    A row that left the machine stays due: it is watched on, and a late result still lands.
    Idempotent: yes.
    """
    with changes() as batch:
        generation = Generation.objects.get(pk=generation_id)
        if generation.status not in CANCELABLE:
            return False
        left = generation.status != Status.QUEUED
        return transition(
            generation,
            Status.CANCELED,
            now=now,
            batch=batch,
            actor=actor,
            reason="canceled_after_submit" if left else "canceled_before_submit",
            cancel_requested_at=now,
            due_at=generation.due_at if left else None,
            lease_token=generation.lease_token if left else None,
        )
