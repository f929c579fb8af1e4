"""The trash: what its owner threw away, until it is restored or its days are over.

A trashed item is its owner's alone: colleagues do not find it any more and its files are no longer served to them.
It keeps its tags, its stars and its places on boards, so that restoring brings all of it back. The moment of trashing
is the same for all items of one action, which is how *Undo* finds them again however many they were.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from generations.library.changing import announce, update_items
from generations.media.release import release
from generations.models import UNFINISHED, Asset, Generation, Thread, TimelineEntry
from generations.search import folds, index

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted for good."""

    items: int
    assets: int


def trash(entry_ids: Sequence[int], *, owner: User, now: datetime.datetime) -> int:
    """Move a person's own items to the trash and return how many there were; others' stay where they are.

    A generation that is still under way goes on: what is paid for still lands, in the trash. Idempotent: yes.
    """
    with transaction.atomic():
        is_kept = Q(trashed_at__isnull=True)
        changed = update_items(entry_ids, owner_id=owner.pk, only_if=is_kept, trashed_at=now)
        announce(changed)
    return len(changed)


def restore(entry_ids: Sequence[int], *, owner: User) -> int:
    """Bring a person's own items back from the trash and return how many there were. Idempotent: yes."""
    with transaction.atomic():
        is_trashed = Q(trashed_at__isnull=False)
        changed = update_items(entry_ids, owner_id=owner.pk, only_if=is_trashed, trashed_at=None)
        announce(changed)
    return len(changed)


def restore_trashed_at(moment: datetime.datetime, *, owner: User, at_once: int = AT_ONCE) -> int:
    """Undo one action of trashing, known by its moment; return how many came back, at most `at_once`.

    Idempotent: yes; call again until it returns 0.
    """
    trashed = TimelineEntry.objects.filter(owner=owner, trashed_at=moment).order_by("pk")
    return restore(list(trashed.values_list("pk", flat=True)[:at_once]), owner=owner)


def days_left(entry: TimelineEntry, *, now: datetime.datetime) -> int | None:
    """Return after how many days an item in the trash is deleted for good; None for one that is not there."""
    if entry.trashed_at is None:
        return None
    over = entry.trashed_at + datetime.timedelta(days=settings.TRASH_DAYS)
    return max(0, -((now - over) // datetime.timedelta(days=1)))


def purge(*, now: datetime.datetime, at_once: int = AT_ONCE, is_dry: bool = False) -> Purged:
    """Delete for good what has been in the trash for its days, and the files that nothing else needs.

    Works in short transactions, oldest first. Idempotent: yes.
    """
    before = now - datetime.timedelta(days=settings.TRASH_DAYS)
    over = TimelineEntry.objects.filter(trashed_at__lte=before).exclude(status__in=UNFINISHED)
    if is_dry:
        return Purged(items=over.count(), assets=0)
    items = assets = 0
    while batch := list(over.order_by("trashed_at", "pk")[:at_once]):
        gone, freed = _delete(batch, before=before)
        items += gone
        assets += freed
        if not gone:
            # Somebody restored the whole batch meanwhile, or something still holds every item of it.
            break
    return Purged(items=items, assets=assets)


def delete_now(entry_ids: Sequence[int], *, owner: User, now: datetime.datetime) -> int:
    """Delete a person's own items in the trash for good, now; return how many. Idempotent: yes."""
    entries = list(TimelineEntry.objects.filter(pk__in=entry_ids, owner=owner, trashed_at__isnull=False))
    return _delete(entries, before=now)[0]


def _delete(entries: Sequence[TimelineEntry], *, before: datetime.datetime) -> tuple[int, int]:
    """Delete items with their entries, and assets that nobody needs then; return how many of each."""
    with transaction.atomic():
        generations = Generation.objects.filter(timeline_entry__in=entries, trashed_at__lte=before)
        generations = generations.exclude(status__in=UNFINISHED)
        threads = Thread.objects.filter(timeline_entry__in=entries, trashed_at__lte=before)
        gone = list(
            TimelineEntry.objects.filter(Q(generation__in=generations) | Q(thread__in=threads)).values_list(
                "pk", "place", "generation", "thread"
            )
        )
        assets = _assets_of([row[2] for row in gone if row[2]], [row[3] for row in gone if row[3]])
        folds.remove(list(TimelineEntry.objects.filter(pk__in=[row[0] for row in gone])))
        index.remove([row[1] for row in gone])
        Thread.objects.filter(pk__in=[row[3] for row in gone if row[3]]).delete()
        Generation.objects.filter(pk__in=[row[2] for row in gone if row[2]]).delete()
        freed = release(assets)
    return len(gone), freed


def _assets_of(generation_ids: Sequence[int], thread_ids: Sequence[int]) -> list[int]:
    used = Asset.objects.filter(
        Q(made_by__generation__in=generation_ids)
        | Q(used_as__generation__in=generation_ids)
        | Q(attached_to__message__thread__in=thread_ids)
    )
    return list(used.values_list("pk", flat=True).distinct())
