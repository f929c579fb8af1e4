"""What every change of entries ends with: the index, then the numbers that open pages compare with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from generations.models import Generation, Revision, Thread, TimelineEntry
from generations.search import folds, index


def entry_ids_of(public_ids: Iterable[UUID], *, visible_to: int) -> list[int]:
    """Return the entries of these items, by the ids in their addresses and in their order, as far as a person sees."""
    wanted = list(dict.fromkeys(public_ids))
    visible = TimelineEntry.objects.visible_to(visible_to).filter(
        Q(generation__public_id__in=wanted) | Q(thread__public_id__in=wanted)
    )
    ids = Coalesce("generation__public_id", "thread__public_id")
    found: dict[UUID, int] = dict(visible.annotate(item_id=ids).values_list("item_id", "pk"))
    return [found[one] for one in wanted if one in found]


def announce(entry_ids: Collection[int]) -> None:
    """Write these entries to the index as they stand now and tell open pages; the last statements of a transaction.

    Idempotent: yes.
    """
    entries = list(TimelineEntry.objects.filter(pk__in=entry_ids).order_by("pk"))
    for entry in entries:
        entry.is_indexed = False
    folds.fold(entries)
    index.write(entries)
    Revision.objects.bump(entries)


def update_items(entry_ids: Sequence[int], *, owner_id: int, only_if: Q, **values: object) -> list[int]:
    """Change columns that a person's own items and their entries share; return the ids of entries that changed.

    Items come before entries, as in every other change of theirs: two transactions that lock the same rows in two
    orders would wait for each other.
    """
    own = TimelineEntry.objects.filter(only_if, pk__in=entry_ids, owner_id=owner_id)
    rows = list(own.order_by("pk").values_list("pk", "generation", "thread"))
    Generation.objects.filter(pk__in=[row[1] for row in rows if row[1]]).update(**values)
    Thread.objects.filter(pk__in=[row[2] for row in rows if row[2]]).update(**values)
    changed = [row[0] for row in rows]
    TimelineEntry.objects.filter(pk__in=changed).update(is_indexed=False, **values)
    return changed
