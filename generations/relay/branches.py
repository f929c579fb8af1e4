"""Beginning a new thread with what another one says up to a message."""

from __future__ import annotations

import datetime
from itertools import pairwise
from uuid import UUID

from django.db import transaction

from generations.models import Message, MessageAttachment, Thread, TitleSource
from generations.relay import claims, turns
from generations.relay.tree import way_up

_COPIED = (
    "role", "status", "text", "reasoning", "model_id", "created_at", "started_at", "finished_at", "reasoning_ms",
    "finish_reason", "failure_reason", "parameters", "currency",
)  # fmt: skip


def branch(message: Message, *, submission_id: UUID, now: datetime.datetime) -> Thread:
    """Return a new thread of the same person that says what this one says up to a message that has ended.

    What the copied replies cost stays with the thread that asked for them.
    Idempotent: yes, per person and submission id.
    """
    source = message.thread

    def find() -> Thread | None:
        return Thread.objects.filter(owner=source.owner_id, submission_id=submission_id).first()

    def make() -> Thread:
        thread = Thread.objects.create(
            owner_id=source.owner_id,
            title=source.title,
            title_source=_title_source(source),
            model=message.model or source.model,
            system_prompt=source.system_prompt,
            preset_id=source.preset_id,
            parameters=source.parameters,
            visibility="private",
            submission_id=submission_id,
            source=source,
            created_at=now,
            changed_at=now,
        )
        thread.leaf = copy_way(thread, way_up(message.pk))
        thread.save(update_fields=["leaf"])
        claims.announce([thread])
        return thread

    return turns.once(find, make)[0]


def _title_source(source: Thread) -> str:
    """Return where the branch's title comes from; the answer to another thread's question will not reach it."""
    return TitleSource.WORDS if source.title_source == TitleSource.ASKED else source.title_source


def copy_way(thread: Thread, ids: list[int]) -> Message | None:
    """Write copies of these messages, given from the last to the first, into a thread and return its last one."""
    with transaction.atomic():
        rows = Message.objects.in_bulk(ids)
        way = [rows[pk] for pk in reversed(ids) if pk in rows]
        made = [Message(thread=thread, **{name: getattr(message, name) for name in _COPIED}) for message in way]
        Message.objects.bulk_create(made)
        for above, below in pairwise(made):
            below.parent = above
        Message.objects.bulk_update(made[1:], ["parent"], batch_size=200)
        new = dict(zip((message.pk for message in way), made, strict=True))
        MessageAttachment.objects.bulk_create(
            MessageAttachment(
                message=new[one.message_id], asset=one.asset, text_file=one.text_file, position=one.position
            )
            for one in MessageAttachment.objects.filter(message__in=ids).select_related("asset", "text_file")
        )
    return made[-1] if made else None
