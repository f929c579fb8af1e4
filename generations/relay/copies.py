"""A thread begun as a copy of what somebody else shares: the same words, written on in one's own name."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from accounts.models import User
from generations.models import Preset, Thread, TitleSource
from generations.relay import claims
from generations.relay.branches import copy_way
from generations.relay.tree import way_up


def copy_thread(thread: Thread, *, owner: User, now: datetime.datetime) -> Thread:
    """Return this person's own copy of a thread as it is being read, private, and without what the first one cost.

    Idempotent: as long as neither changes; the copy that was made of the same state before is returned.
    """
    way = _way(thread)
    submission_id = uuid.uuid5(thread.public_id, f"{owner.pk} {thread.leaf_id}")
    with transaction.atomic():
        Thread.objects.select_for_update().get(pk=thread.pk)
        known = Thread.objects.filter(owner=owner, submission_id=submission_id).first()
        if known is not None and known.trashed_at is None and known.messages.count() == len(way):
            return known
        copy = _begin(thread, owner=owner, submission_id=uuid.uuid4() if known else submission_id, now=now)
        copy.leaf = copy_way(copy, way)
        copy.save(update_fields=["leaf"])
        claims.announce([copy])
    return copy


def _way(thread: Thread) -> list[int]:
    """Return the ids of the messages from the last one that has ended up to the first."""
    ids = way_up(thread.leaf_id)
    return ids[1:] if thread.leaf is not None and thread.leaf.is_unfinished else ids


def _begin(thread: Thread, *, owner: User, submission_id: uuid.UUID, now: datetime.datetime) -> Thread:
    is_shared = thread.preset_id and Preset.objects.visible_to(owner.pk).filter(pk=thread.preset_id).exists()
    return Thread.objects.create(
        owner=owner,
        title=thread.title,
        title_source=TitleSource.MODEL,
        model=thread.model,
        system_prompt=thread.system_prompt,
        preset=thread.preset if is_shared else None,
        parameters=thread.parameters,
        submission_id=submission_id,
        source=thread,
        created_at=now,
        changed_at=now,
    )
