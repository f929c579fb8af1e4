"""Letting a reply go on that was cut: in the same message, behind the words that it has."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from generations.models import Message, MessageStatus, Thread
from generations.relay import claims

# Asking on would be answered the same way.
_FINAL_FAILURES = frozenset({"refused", "bad_input", "auth", "credit", "model_unavailable"})


class NothingToGoOnError(Exception):
    """The reply is not one that was cut, or not the last one of its thread any more."""


def may_go_on(message: Message) -> bool:
    """Tell whether a reply was cut where more could come."""
    if message.role != Message.Role.ASSISTANT or not message.text.strip() or message.removed_at is not None:
        return False
    match message.status:
        case MessageStatus.INTERRUPTED | MessageStatus.STOPPED:
            return True
        case MessageStatus.FAILED:
            return message.failure_reason not in _FINAL_FAILURES
        case MessageStatus.COMPLETED:
            return message.finish_reason == "length"
    return False


def go_on(reply: Message, *, submission_id: UUID, now: datetime.datetime) -> Message:
    """Let a cut reply wait for a producer again, which asks the model to go on, and return it.

    The same message goes on, so that its words stand once and nobody has to compare two versions. Its text only grows,
    and what the call before was charged stays.
    Raises: NothingToGoOnError.
    Idempotent: yes, per submission id.
    """
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=reply.thread_id)
        row = Message.objects.select_for_update().get(pk=reply.pk)
        if row.continuation_id == submission_id:
            return row
        if thread.leaf_id != row.pk or not may_go_on(row):
            raise NothingToGoOnError
        Message.objects.filter(pk=row.pk).update(
            status=MessageStatus.PENDING,
            asked_at=now,
            continued_from=len(row.text),
            continuation_id=submission_id,
            finished_at=None,
            stop_requested_at=None,
            finish_reason="",
            failure_reason="",
            failure_detail="",
        )
        row.refresh_from_db()
        thread.leaf = row
        thread.changed_at = now
        thread.save(update_fields=["changed_at"])
        claims.announce([thread])
    return row
