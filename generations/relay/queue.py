"""Messages that wait for the reply before them. The server keeps them, so that the tab they were typed in may close.

A reply that ended as it should, or that its person stopped, lets the next one go. Behind one that failed or was cut
off they are held until their person has seen that: nothing is spent unasked after a fault.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from generations.models import Message, MessageStatus, QueuedMessage, Thread
from generations.relay import attached, turns
from generations.relay.turns import Question, ReplyUnderWayError, Turn

# More than this is a mistake, or a person who does not read the replies.
QUEUE_MAX = 10
_LETS_GO = frozenset({MessageStatus.COMPLETED, MessageStatus.STOPPED})


class QueueFullError(Exception):
    """So many messages wait already that another one is refused."""


def enqueue(thread: Thread, question: Question, *, now: datetime.datetime) -> QueuedMessage:
    """Let a message wait behind the others.

    Raises: QueueFullError. Idempotent: yes, per thread and submission id.
    """
    with transaction.atomic():
        Thread.objects.select_for_update().get(pk=thread.pk)
        known = thread.queued_messages.filter(submission_id=question.submission_id).first()
        if known is not None:
            return known
        if thread.queued_messages.count() >= QUEUE_MAX:
            raise QueueFullError
        return QueuedMessage.objects.create(
            thread=thread,
            submission_id=question.submission_id,
            text=question.text,
            attachments=[attached.name_of(item) for item in question.attachments],
            model=question.model,
            created_at=now,
        )


def take_back(thread: Thread, public_id: UUID) -> QueuedMessage | None:
    """Take a message out of the queue and return it; None when it is not there, because it went out a moment ago.

    Idempotent: yes.
    """
    with transaction.atomic():
        found = thread.queued_messages.select_for_update().filter(public_id=public_id).first()
        if found is not None:
            QueuedMessage.objects.filter(pk=found.pk).delete()
    return found


def release(thread: Thread, *, now: datetime.datetime) -> Turn | None:
    """Send the first message of the queue if no reply is under way; return its turn, or None when none was sent.

    Idempotent: yes, a message leaves the queue with its turn in one transaction.
    """
    try:
        with transaction.atomic():
            Thread.objects.select_for_update().get(pk=thread.pk)
            waiting = thread.queued_messages.select_related("model").first()
            if waiting is None:
                return None
            QueuedMessage.objects.filter(pk=waiting.pk).delete()
            thread.queued_messages.exclude(held_at=None).update(held_at=None)
            return turns.add_turn(thread, _question(waiting), now=now)
    except ReplyUnderWayError:
        return None


def after_ending(message_id: int, *, now: datetime.datetime) -> None:
    """Let the queue behind an ended reply go on, or hold it. Runs on a database thread. Idempotent: yes."""
    reply = Message.objects.select_related("thread").filter(pk=message_id).first()
    if reply is None or reply.is_unfinished or not reply.thread.queued_messages.exists():
        return
    if reply.status in _LETS_GO:
        release(reply.thread, now=now)
    else:
        reply.thread.queued_messages.filter(held_at=None).update(held_at=now)


def _question(waiting: QueuedMessage) -> Question:
    return Question(
        text=waiting.text,
        model=waiting.model,
        submission_id=waiting.submission_id,
        attachments=tuple(attached.find(waiting.attachments)),
    )
