"""Make generations from orders: once for each submission id, however often the form is sent."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from accounts.models import User
from generations.lifecycle.transitions import begin, changes
from generations.models import Asset, Batch, CatalogModel, Generation, GenerationInput, InputAddress, Relation


@dataclass(frozen=True, slots=True)
class Order:
    """A checked request: everything in it is what the catalogue allows. Units: `estimate_amount` in the currency."""

    model: CatalogModel
    prompt: str
    parameters: Mapping[str, Any]
    visibility: str
    submission_id: UUID
    inputs: tuple[tuple[str, Asset], ...] = ()
    # Files that are given by address: place among all files, role, address.
    addresses: tuple[tuple[int, str, str], ...] = ()
    estimate_amount: Decimal | None = None
    parent: Generation | None = None
    # One of Relation; only beside a parent.
    relation: str = ""


def create_generation(*, order: Order, owner: User, now: datetime.datetime) -> tuple[Generation, bool]:
    """Queue an order and return its row, and whether it is new.

    Idempotent: yes, per person and submission id; the second caller gets the first one's row.
    """
    made, is_new = create_generations(orders=(order,), owner=owner, now=now)
    return made[0], is_new


def create_generations(
    *, orders: Sequence[Order], owner: User, now: datetime.datetime, batch_id: UUID | None = None
) -> tuple[list[Generation], bool]:
    """Queue the orders of one press, all or none, and return their rows in the same order, and whether they are new.

    `batch_id` is the submission id under which several belong together. Idempotent: yes, per person and the
    submission ids of the orders.
    """
    found = _rows_of(orders, owner)
    if found:
        return found, False
    try:
        with changes() as batch:
            together = _begin_batch(batch_id, owner=owner, now=now) if batch_id else None
            made = [
                _row(order, owner=owner, now=now, together=together, position=position)
                for position, order in enumerate(orders)
            ]
            # Lists stand newest first, so the first one is made last.
            for generation, order in reversed(list(zip(made, orders, strict=True))):
                reason = "retry" if order.relation == Relation.RETRY else ""
                begin(generation, batch=batch, actor=owner, reason=reason)
                _add_inputs(generation, order)
    except IntegrityError:
        # Another request with the same submission id was first; anything else is a fault and goes on up.
        found = _rows_of(orders, owner)
        if not found:
            raise
        return found, False
    return made, True


def _add_inputs(generation: Generation, order: Order) -> None:
    taken = {place for place, _role, _url in order.addresses}
    places = (place for place in itertools.count() if place not in taken)
    GenerationInput.objects.bulk_create(
        GenerationInput(generation=generation, asset=asset, role=role, position=place)
        for place, (role, asset) in zip(places, order.inputs, strict=False)
    )
    InputAddress.objects.bulk_create(
        InputAddress(generation=generation, role=role, url=url, position=place) for place, role, url in order.addresses
    )


def _begin_batch(submission_id: UUID, *, owner: User, now: datetime.datetime) -> Batch:
    return Batch.objects.create(owner=owner, submission_id=submission_id, created_at=now)


def _rows_of(orders: Sequence[Order], owner: User) -> list[Generation]:
    """Return the rows that these orders have already; they are made together, so it is all or none."""
    rows = {
        row.submission_id: row
        for row in Generation.objects.filter(owner=owner, submission_id__in=[order.submission_id for order in orders])
    }
    return [rows[order.submission_id] for order in orders if order.submission_id in rows]


def _row(order: Order, *, owner: User, now: datetime.datetime, together: Batch | None, position: int) -> Generation:
    return Generation(
        owner=owner,
        model=order.model,
        kind=order.model.kind,
        prompt=order.prompt,
        parameters=dict(order.parameters),
        visibility=order.visibility,
        submission_id=order.submission_id,
        estimate_amount=order.estimate_amount,
        currency=settings.CURRENCY,
        parent=order.parent,
        relation=order.relation if order.parent else "",
        batch=together,
        batch_position=position,
        created_at=now,
    )
