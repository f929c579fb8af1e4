"""The states of a generation, drawn, and the only function that changes one.

    queued ─► submitting ─► in_progress ─► storing ─► completed
      ▲          │  │ └─ answered at once ─► storing
      │          │  └─ refused for a stated reason ─► failed
      │          └──── answer lost, worker lost ─► uncertain
      └─ surely not accepted: no connection, 429, bad key, no credit ─┘

    queued      ─► canceled · failed (found bad late)
    submitting  ─► canceled (the wish is recorded; the answer still lands)
    in_progress ─► failed (the gateway says so) · canceled (it may still be charged)
    storing     ─► in_progress (the link is gone: one more poll for a fresh one) · failed (after all retries)
    uncertain   ─► in_progress, storing (its answer arrived after all) · queued (a person submits again)
                   · failed (given up)
    canceled, failed ─► storing (late success, marked so)

A change is one conditional update ("this row, and the status I saw"), one event, one timeline entry and one
revision, in one transaction. Whoever comes second changes nothing and is told so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from generations import wakeups
from generations.lifecycle.announce import announce
from generations.models import Generation, GenerationEvent, Revision, Status, TimelineEntry
from generations.search import folds, index

LEGAL: Mapping[str, frozenset[str]] = {
    Status.QUEUED: frozenset({Status.SUBMITTING, Status.CANCELED, Status.FAILED}),
    Status.SUBMITTING: frozenset(
        {Status.IN_PROGRESS, Status.STORING, Status.QUEUED, Status.FAILED, Status.UNCERTAIN, Status.CANCELED}
    ),
    Status.IN_PROGRESS: frozenset({Status.STORING, Status.FAILED, Status.CANCELED}),
    Status.STORING: frozenset({Status.COMPLETED, Status.IN_PROGRESS, Status.FAILED}),
    Status.UNCERTAIN: frozenset({Status.IN_PROGRESS, Status.STORING, Status.QUEUED, Status.FAILED}),
    Status.CANCELED: frozenset({Status.STORING}),
    Status.FAILED: frozenset({Status.STORING}),
    Status.COMPLETED: frozenset(),
}
FINISHED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED})


class TransitionRefusedError(Exception):
    """No such arrow in the drawing."""


@dataclass(slots=True)
class Batch:
    """The changes of one transaction; their people's revision numbers are raised once, at its end."""

    entries: list[TimelineEntry] = field(default_factory=list)


@contextmanager
def changes() -> Iterator[Batch]:
    """Open one transaction for any number of changes; raising the revisions is its last statement."""
    with transaction.atomic():
        batch = Batch()
        yield batch
        folds.fold(batch.entries)
        index.write(batch.entries)
        Revision.objects.bump(batch.entries)


def begin(generation: Generation, *, batch: Batch, actor: User | None, reason: str = "") -> None:
    """Insert a new row as `queued`, due at once, with its first event.

    Raises: IntegrityError when the person has used this submission id before.
    """
    generation.status = Status.QUEUED
    generation.changed_at = generation.due_at = generation.created_at
    generation.save(force_insert=True)
    wakeups.ring()
    _record(generation, from_status="", batch=batch, now=generation.created_at, reason=reason, actor=actor, detail="")


def transition(
    generation: Generation,
    to_status: Status,
    *,
    now: datetime.datetime,
    batch: Batch,
    reason: str = "",
    actor: User | None = None,
    detail: str = "",
    only_if: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Change the status if the row still is as `generation` says; return whether it was.

    `only_if` adds conditions (an attempt or lease token); `fields` are written by the same statement. The
    object given is brought up to date only when the change took place.

    Raises: TransitionRefusedError for a change that the drawing does not have.
    """
    from_status = generation.status
    if to_status not in LEGAL[from_status]:
        raise TransitionRefusedError(f"{from_status} → {to_status}")
    values = {"status": to_status, "changed_at": now, **_finish(to_status, now), **fields}
    seen = Generation.objects.filter(pk=generation.pk, status=from_status, **(only_if or {}))
    if seen.update(**values) != 1:
        return False
    for name, value in values.items():
        setattr(generation, name, value)
    if actor is not None and generation.due_at == now:
        wakeups.ring()
    _record(generation, from_status=from_status, batch=batch, now=now, reason=reason, actor=actor, detail=detail)
    return True


def touch(generation: Generation, *, batch: Batch) -> None:
    """Tell open tabs that something other than the status changed (a visibility, a second gateway task)."""
    batch.entries.append(TimelineEntry.objects.record_generation(generation))


def _finish(to_status: Status, now: datetime.datetime) -> dict[str, Any]:
    return {"finished_at": now if to_status in FINISHED else None}


def _record(
    generation: Generation,
    *,
    from_status: str,
    batch: Batch,
    now: datetime.datetime,
    reason: str,
    actor: User | None,
    detail: str,
) -> None:
    event = GenerationEvent.objects.create(
        generation=generation,
        at=now,
        from_status=from_status,
        to_status=generation.status,
        reason=reason,
        actor=actor,
        detail=detail[:2_000],
    )
    announce(generation, event=event)
    batch.entries.append(TimelineEntry.objects.record_generation(generation))
