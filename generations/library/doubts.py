"""What is known of a submit whose end nobody knows: what people decide by, and staff look for at the gateway."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generations.models import RESUBMIT_GRACE, GatewayTask, Generation, Status, prompt_digest


@dataclass(frozen=True, slots=True)
class Doubt:
    """One lost submit. `request_id` went with it in a header, `offered_from` is when it may be submitted again."""

    sent_at: datetime.datetime
    offered_from: datetime.datetime
    prompt_digest: str
    request_id: str


def doubts_of(generations: Iterable[Generation]) -> Mapping[int, Doubt]:
    """Return, for the uncertain ones among these, what is known, by id: in two queries, or none."""
    uncertain = {generation.pk: generation for generation in generations if generation.status == Status.UNCERTAIN}
    if not uncertain:
        return {}
    prompts = dict(Generation.objects.filter(pk__in=uncertain).values_list("pk", "prompt"))
    attempts = {
        task.generation_id: task for task in GatewayTask.objects.filter(generation__in=uncertain).order_by("id")
    }
    return {pk: _doubt(row, attempts.get(pk), prompt=prompts[pk]) for pk, row in uncertain.items() if pk in prompts}


def _doubt(generation: Generation, attempt: GatewayTask | None, *, prompt: str) -> Doubt:
    return Doubt(
        sent_at=attempt.claimed_at if attempt else generation.submitted_at or generation.changed_at,
        offered_from=attempt.resubmit_from if attempt else generation.changed_at + RESUBMIT_GRACE,
        prompt_digest=prompt_digest(prompt),
        request_id=str(attempt.attempt_id if attempt else generation.attempt_id or ""),
    )
