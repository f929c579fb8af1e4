"""Whose order is handed over next: one of each person after another, within the limits that administrators set.

Models that answer in one call of minutes have a line and a limit of their own: ten posters hold no clip up.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from generations.lifecycle.submit import is_blocking
from generations.models import EngineShift, Generation, Installation, Status

LOOK_AT_QUEUED = 200
# Whose, and whether it blocks for minutes.
Line = tuple[int, bool]


@dataclass(slots=True)
class Turns:
    """Submits under way, all hosts together, and what may still begin. Quick and blocking ones count apart."""

    under_way: Counter[Line]
    limits: Installation

    @classmethod
    def read(cls, now: datetime.datetime, *, blocking_here: int) -> Turns:
        """Count the rows that engines on shift have under way; those of a dead one only wait to expire.

        `blocking_here` are the calls that this engine really has open, for a canceled row keeps its call.
        """
        alive = EngineShift.objects.filter(expires_at__gt=now).values("token")
        held = Generation.objects.filter(status=Status.SUBMITTING, lease_token__in=alive)
        under_way: Counter[Line] = Counter()
        for owner, protocol, count in held.values_list("owner_id", "model__protocol").annotate(Count("id")):
            under_way[owner, is_blocking(protocol)] += count
        turns = cls(under_way=under_way, limits=Installation.current())
        turns.under_way[0, True] += max(0, blocking_here - turns.total(blocking=True))
        return turns

    def total(self, *, blocking: bool) -> int:
        """Return how many are under way of this kind."""
        return sum(count for (_person, kind), count in self.under_way.items() if kind is blocking)

    def has_room(self, *, blocking: bool) -> bool:
        """Tell whether anybody may begin one more of this kind."""
        most = self.limits.blocking_submits_in_flight if blocking else self.limits.submits_in_flight
        return self.total(blocking=blocking) < most

    def admit(self, person_id: int, *, blocking: bool) -> bool:
        """Tell whether one more submit of this person fits, and count it if so."""
        line = person_id, blocking
        if not self.has_room(blocking=blocking) or self.under_way[line] >= self.limits.submits_in_flight_per_person:
            return False
        self.under_way[line] += 1
        return True

    def in_order(self, rows: Iterable[Generation]) -> list[Generation]:
        """Return the rows as they come to their turn: whoever has fewest under way and in front is next."""
        ranks: Counter[Line] = Counter(self.under_way)
        ranked: list[tuple[int, int, Generation]] = []
        for row in sorted(rows, key=lambda one: one.pk):
            line = row.owner_id, is_blocking(row.model.protocol)
            ranks[line] += 1
            ranked.append((ranks[line], row.pk, row))
        return [row for _rank, _pk, row in sorted(ranked, key=lambda one: one[:2])]


def waiting(now: datetime.datetime) -> list[Generation]:
    """Return the queued rows to choose from, locked: the oldest of every person and model first.

    So a batch of thousands stands behind everybody's first, and a person's posters behind none of their clips.
    """
    turn = Window(RowNumber(), partition_by=(F("owner_id"), F("model_id")), order_by=F("id").asc())
    queued = Generation.objects.due(now).filter(status=Status.QUEUED)
    keys = queued.annotate(turn=turn).order_by("turn", "id").values_list("pk", flat=True)[:LOOK_AT_QUEUED]
    rows = Generation.objects.filter(pk__in=list(keys), status=Status.QUEUED)
    rows = rows.select_related("model").prefetch_related("inputs__asset", "input_addresses", "model__inputs")
    return list(rows.select_for_update(skip_locked=True, of=("self",)))
