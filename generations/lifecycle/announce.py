"""Tell whoever asked by key how a generation has ended: one row a message, tried again until it is taken.

    due ─► delivered (a 2xx) · due (later, further and further apart) · failed (all tries used, or the key revoked)

The row is made in the transaction that ends the generation, so no end is lost and none is announced twice. A job sends
what is due; the engine queues that job while something is due, so a restart loses nothing. A message whose sender was
killed right after it was taken is sent again, with the same id.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.keys import webhook_secret
from generations import queueing
from generations.models import (
    ApiCall,
    DeliveryState,
    Generation,
    GenerationEvent,
    Installation,
    Status,
    WebhookDelivery,
)
from generations.notify import webhooks
from generations.notify.webhooks import Message, Outcome

logger = logging.getLogger(__name__)

JOB = "generations.jobs.deliver_webhooks"
ANNOUNCED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.UNCERTAIN})
AT_ONCE = 16
LEASE = datetime.timedelta(seconds=60)
# After the first, second, … failed try; in all about a day.
WAITS_SECONDS = (10, 60, 300, 1_800, 7_200, 21_600, 43_200)
# A job of the queue must end by itself; what is left is taken by the next one.
MOST_ROUNDS = 8
_TASK_STATES = {
    Status.COMPLETED: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELED: "cancelled",
    Status.UNCERTAIN: "uncertain",
}
# How the protocols with tasks call an id, and where they ask for it.
_TASKS = {
    "seedance": ("task_id", "/ai/seedance/result?task_id="),
    "gemini_images": ("taskCode", "/ai/gemini/result?code="),
}

Clock = Callable[[], datetime.datetime]


def announce(generation: Generation, *, event: GenerationEvent) -> None:
    """Make the message about an end that has just been written, if somebody asked for it. Part of its transaction."""
    if generation.status not in ANNOUNCED:
        return
    call = ApiCall.objects.filter(generation=generation, is_joined=False).select_related("key").first()
    if call is None:
        return
    url = call.webhook_url or call.key.webhook_url
    if not url or call.key.revoked_at is not None:
        return
    WebhookDelivery.objects.create(
        generation=generation,
        event=event,
        announced_status=generation.status,
        key=call.key,
        url=url,
        created_at=event.at,
        due_at=event.at,
    )
    queueing.enqueue(JOB)


def queue_due(*, now: datetime.datetime) -> bool:
    """Queue the job if something is due; tell whether it was. Idempotent: yes."""
    is_due = _due(now).exists()
    if is_due:
        queueing.enqueue_once(JOB)
    return is_due


def deliver(*, clock: Clock) -> int:
    """Send what is due and return how many messages were taken. One process at a time sends.

    Idempotent: yes, a lease in each row decides.
    """
    count = 0
    for _round in range(MOST_ROUNDS):
        token = uuid.uuid4()
        claimed = _claim(token, now=clock())
        if not claimed:
            break
        trusted = webhooks.read_private_hosts(Installation.current().webhook_private_hosts)
        messages = [_message(delivery) for delivery in claimed]
        sent_at = clock()
        outcomes = asyncio.run(webhooks.send_all(messages, trusted=trusted, timestamp=int(sent_at.timestamp())))
        for delivery, outcome in zip(claimed, outcomes, strict=True):
            count += _record(delivery, outcome, token=token, at=sent_at, now=clock())
    return count


def task_body(generation: Generation, *, status: str) -> dict[str, Any]:
    """Return what is told of a generation: its id as the API calls it, its state, where to ask, and what went wrong.

    No file's address is among it: a message may lie in a log for long, and whoever has the key can ask.

    Source of the names: https://www.volcengine.com/docs/82379/1521309
    """
    name, path = _TASKS.get(generation.model.protocol, ("task_id", ""))
    body: dict[str, Any] = {
        name: str(generation.public_id),
        "model": generation.model.gateway_name,
        "status": _TASK_STATES[Status(status)],
        "created_at": int(generation.created_at.timestamp()),
        "updated_at": int(generation.changed_at.timestamp()),
    }
    if path:
        body["result_path"] = f"{path}{generation.public_id}"
    if status in {Status.FAILED, Status.UNCERTAIN}:
        code = "uncertain" if status == Status.UNCERTAIN else generation.failure_reason or "failed"
        body["error"] = {"code": code, "message": _MESSAGES.get(code, "The task has failed.")}
    return body


_MESSAGES = {
    "uncertain": "Nobody knows whether the gateway took this task. It is not repeated by itself.",
    "refused": "The content was refused.",
    "timeout": "The task did not finish in time. If it still does, that is announced too.",
}


def _due(now: datetime.datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(state=DeliveryState.DUE, due_at__lte=now)


def _claim(token: uuid.UUID, *, now: datetime.datetime) -> list[WebhookDelivery]:
    """Lease what is due, unless another process is sending: what slow receivers hold up are webhooks, nothing else."""
    if not _due(now).exists() or WebhookDelivery.objects.filter(lease_token__isnull=False, due_at__gt=now).exists():
        return []
    with transaction.atomic():
        rows = _due(now).select_related("key", "generation__model").order_by("due_at")
        claimed = list(rows.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
        leased = {"due_at": now + LEASE, "lease_token": token}
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in claimed]).update(**leased)
    return claimed


def _message(delivery: WebhookDelivery) -> Message:
    told = {
        "id": str(delivery.public_id),
        "type": f"generation.{delivery.announced_status}",
        "created_at": int(delivery.created_at.timestamp()),
        "task": task_body(delivery.generation, status=delivery.announced_status),
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Message(str(delivery.public_id), delivery.url, body, webhook_secret(delivery.key))


def _record(
    delivery: WebhookDelivery, outcome: Outcome, *, token: uuid.UUID, at: datetime.datetime, now: datetime.datetime
) -> bool:
    """Write down how a try went and what follows from it; tell whether it was delivered."""
    attempt = {"at": at.isoformat(), "status": outcome.status, "error": outcome.error, "ms": outcome.ms}
    attempts = [*delivery.attempts, attempt]
    values: dict[str, Any] = {"attempts": attempts, "lease_token": None}
    is_over = outcome.is_delivered or len(attempts) > len(WAITS_SECONDS) or delivery.key.revoked_at is not None
    if is_over:
        state = DeliveryState.DELIVERED if outcome.is_delivered else DeliveryState.FAILED
        values |= {"state": state, "due_at": None, "finished_at": now}
    else:
        wait = WAITS_SECONDS[len(attempts) - 1]
        values["due_at"] = now + datetime.timedelta(seconds=wait)
    WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=token).update(**values)
    if not outcome.is_delivered:
        told = outcome.status or outcome.error
        logger.info("webhook %s met %s in its try %s", delivery.public_id, told, len(attempts))
    return outcome.is_delivered
