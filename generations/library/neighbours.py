"""The items before and after one in a list: where the keys lead on a generation's page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from generations.library.timeline import Listing
from generations.models import Generation, TimelineEntry
from generations.models.library import TimelineQuerySet


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Public ids; None at the ends of the list. The previous one is the newer one, which stands above."""

    previous: UUID | None = None
    next: UUID | None = None


def neighbours_of(generation: Generation, listing: Listing) -> Neighbours:
    """Return the media next to one in a list, in two short reads a branch wherever it stands.

    One that is not in the list, because somebody walked there by its family, has those next to its place.
    """
    place = TimelineEntry.objects.filter(generation=generation).values_list("place", flat=True).first()
    if place is None:
        return Neighbours()
    newer: dict[int, UUID] = {}
    older: dict[int, UUID] = {}
    for branch in listing.branches():
        newer |= _nearest(branch.filter(place__gt=place).order_by("place"))
        older |= _nearest(branch.filter(place__lt=place).order_by("-place"))
    return Neighbours(
        previous=newer[min(newer)] if newer else None,
        next=older[max(older)] if older else None,
    )


def _nearest(branch: TimelineQuerySet) -> dict[int, UUID]:
    rows = branch.filter(generation__isnull=False).values_list("place", "generation__public_id")
    return dict(rows[:1])
