"""Deleting a turn: a person's message with all replies to it. What followed stays, behind what stood before.

Nothing is lost at once: the rows are marked, and what hung below them is moved up, which an undo takes back. Upkeep
forgets the words after the time of the trash; the rows stay for what they cost.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q

from generations.models import Message, MessageStatus, Thread
from generations.relay import claims
from generations.relay.tree import newest_leaf, version_ids


def remove_turn(message: Message, *, now: datetime.datetime) -> Message:
    """Delete the turn that a message belongs to and return its question. A reply under way is asked to stop.

    Idempotent: yes.
    """
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=message.thread_id)
        question = _question_of(message)
        if question.removed_at is not None:
            return question
        replies = list(question.children.filter(removed_at=None))
        for reply in replies:
            _move_children(reply, question)
        gone = [question.pk, *(reply.pk for reply in replies)]
        _stop(gone, now=now)
        Message.objects.filter(pk__in=gone).update(removed_at=now)
        was_read = thread.leaf_id if thread.leaf_id in gone else None
        Message.objects.filter(pk=question.pk).update(remembered_leaf=was_read)
        if was_read is not None:
            _read_on(thread, without=question)
        claims.announce([Thread.objects.select_related("leaf").get(pk=thread.pk)])
    return question


def restore_turn(question: Message) -> Thread:
    """Take the deletion of a turn back and return its thread. Idempotent: yes."""
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=question.thread_id)
        question = Message.objects.select_related("remembered_leaf").get(pk=question.pk)
        if question.removed_at is None:
            return thread
        above = _standing_above(question)
        replies = list(question.children.filter(removed_at=question.removed_at))
        for reply in replies:
            hanging_here = _hanging_below(question.parent_id) | _hanging_below(above.pk if above else None)
            Message.objects.filter(hanging_here, pk__in=reply.moved_children).update(parent=reply)
        Message.objects.filter(pk__in=[reply.pk for reply in replies]).update(removed_at=None, moved_children=[])
        Message.objects.filter(pk=question.pk).update(removed_at=None, parent=above)
        if question.remembered_leaf is not None:
            thread.leaf = question.remembered_leaf
            thread.save(update_fields=["leaf"])
        claims.announce([Thread.objects.select_related("leaf").get(pk=thread.pk)])
    return thread


def _question_of(message: Message) -> Message:
    if message.role == Message.Role.USER or message.parent_id is None:
        return Message.objects.get(pk=message.pk)
    return Message.objects.get(pk=message.parent_id)


def _move_children(reply: Message, question: Message) -> None:
    """Hang what follows a reply where its question hung, and note what that was."""
    moved = list(reply.children.filter(removed_at=None).values_list("pk", flat=True))
    Message.objects.filter(pk__in=moved).update(parent=question.parent_id)
    Message.objects.filter(pk=reply.pk).update(moved_children=moved)


def _stop(message_ids: list[int], *, now: datetime.datetime) -> None:
    unfinished = Message.objects.filter(pk__in=message_ids, status__in=claims.UNFINISHED)
    unfinished.filter(status=MessageStatus.PENDING).update(status=MessageStatus.STOPPED, finished_at=now)
    unfinished.update(stop_requested_at=now)


def _read_on(thread: Thread, *, without: Message) -> None:
    """Let the thread end in another version of what was deleted, or else in what stood before."""
    others = [pk for pk in version_ids(without) if pk != without.pk]
    earlier = [pk for pk in others if pk < without.pk]
    version = earlier[-1] if earlier else next(iter(others), None)
    thread.leaf_id = without.parent_id if version is None else newest_leaf(version)
    thread.save(update_fields=["leaf"])


def _standing_above(message: Message) -> Message | None:
    """Return what a message that comes back hangs below: what it hung below, unless that is deleted by now, too.

    What is deleted notes that it came up, for its own return.
    """
    above = message.parent
    if above is not None and above.removed_at is not None:
        Message.objects.filter(pk=above.pk).update(moved_children=[*above.moved_children, message.pk])
    while above is not None and above.removed_at is not None:
        above = above.parent
    return above


def _hanging_below(message_id: int | None) -> Q:
    return Q(parent__isnull=True) if message_id is None else Q(parent_id=message_id)
