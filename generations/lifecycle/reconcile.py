"""What staff may do: enter the task id that they found in the gateway's own console."""

import datetime

from accounts.models import User
from generations.lifecycle.transitions import changes, transition
from generations.models import Generation, Status


def enter_task_id(generation_id: int, *, task_id: str, actor: User, now: datetime.datetime) -> bool:
    """Follow an uncertain row under a task id found by staff; return whether the row was still uncertain.

    Idempotent: yes.
    """
    with changes() as batch:
        generation = Generation.objects.get(pk=generation_id)
        task_id = task_id.strip()
        attempt_id = generation.attempt_id
        if generation.status != Status.UNCERTAIN or attempt_id is None or not task_id:
            return False
        attempt = generation.gateway_tasks.filter(attempt_id=attempt_id)
        attempt.update(task_id=task_id, outcome="accepted", answered_at=now)
        return transition(
            generation,
            Status.IN_PROGRESS,
            now=now,
            batch=batch,
            actor=actor,
            reason="task_id_entered",
            detail=task_id,
            accepted_at=now,
            due_at=now,
            lease_token=None,
            failure_reason="",
        )
