"""Versions of a message: an own one said differently, and which of several is read."""

from __future__ import annotations

import datetime

from django.db import transaction

from generations.models import Message, MessageAttachment, Thread
from generations.relay import claims, turns
from generations.relay.tree import newest_leaf, version_ids, way_up
from generations.relay.turns import Question, Turn


def edit(message: Message, question: Question, *, now: datetime.datetime) -> Turn:
    """Say an own message differently: a version beside it, with a reply that waits for a producer.

    Raises: ReplyUnderWayError while the thread's last reply has not ended.
    Idempotent: yes, per thread and submission id.
    """

    def find() -> Message | None:
        return message.thread.messages.filter(submission_id=question.submission_id).first()

    def make() -> Message:
        thread = turns.hold(message.thread)
        turns.remember_place(message, thread)
        asked = turns.put_turn(thread, question, parent=message.parent, now=now)
        _give_again(message, asked)
        return asked

    asked, is_new = turns.once(find, make, holding=message.thread)
    reply = asked.children.select_related("model").order_by("-id").first()
    return Turn(question=asked, reply=reply or asked, is_new=is_new)


def _give_again(message: Message, version: Message) -> None:
    """What was given with a message goes along with another version of it."""
    given = message.attachments.select_related("asset", "text_file")
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=version, asset=one.asset, text_file=one.text_file, position=one.position)
        for one in given
    )


def show(message: Message) -> Thread:
    """Let the thread be read through this version, down to where it was read when it was left; return the thread.

    Idempotent: yes.
    """
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=message.thread_id)
        way = set(way_up(thread.leaf_id))
        if message.pk in way:
            return thread
        for shown in way.intersection(version_ids(message)):
            turns.remember_place(Message(pk=shown), thread)
        thread.leaf = Message.objects.get(pk=_leaf_below(message))
        thread.save(update_fields=["leaf"])
        claims.announce([thread])
    return thread


def _leaf_below(message: Message) -> int:
    remembered = message.remembered_leaf
    is_there = remembered is not None and remembered.removed_at is None and message.pk in way_up(remembered.pk)
    return remembered.pk if remembered is not None and is_there else newest_leaf(message.pk)
