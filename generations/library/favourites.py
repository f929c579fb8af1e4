"""Favourites: a person's stars, on their own items and on colleagues'."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.models import User
from generations.library.changing import announce
from generations.models import Favourite, TimelineEntry


def add(entry_ids: Sequence[int], *, person: User, now: datetime.datetime) -> int:
    """Star items that a person may see and return how many are newly starred. Idempotent: yes."""
    with transaction.atomic():
        visible = TimelineEntry.objects.visible_to(person.pk).filter(pk__in=entry_ids)
        wanted = set(visible.exclude(favourites__person=person).values_list("pk", flat=True))
        Favourite.objects.bulk_create(
            [Favourite(person=person, entry_id=entry, created_at=now) for entry in sorted(wanted)],
            ignore_conflicts=True,
        )
        announce(wanted)
    return len(wanted)


def remove(entry_ids: Sequence[int], *, person: User) -> int:
    """Take a person's stars away and return how many there were. Idempotent: yes."""
    with transaction.atomic():
        stars = Favourite.objects.filter(person=person, entry__in=entry_ids)
        gone = list(stars.values_list("entry", flat=True))
        stars.delete()
        announce(gone)
    return len(gone)


def starred(entry_ids: Collection[int], *, person_id: int) -> frozenset[int]:
    """Return which of these entries a person has starred, in one query."""
    stars = Favourite.objects.filter(person_id=person_id, entry__in=entry_ids)
    return frozenset(stars.values_list("entry", flat=True))
