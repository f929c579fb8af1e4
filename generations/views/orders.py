"""From a checked form to queued generations: store uploads, make files fit, queue, leave nothing behind otherwise."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.core.files.uploadedfile import UploadedFile

from generations.clock import database_now
from generations.forms.ensemble import Part, parts_of, price_of, seeded, submission_of
from generations.forms.inputs import Given
from generations.forms.media import MediaForm
from generations.forms.remembered import remember_settings
from generations.forms.starting import Origin
from generations.lifecycle.create import Order, create_generations
from generations.media.fitted import fitted_asset
from generations.media.store import delete_files, store_upload
from generations.models import Asset, CatalogModel, Generation

Stored = dict[int, Asset]


@dataclass(frozen=True, slots=True)
class Placed:
    """What one press made, first one first, and whether it is new."""

    generations: tuple[Generation, ...]
    is_new: bool

    @property
    def first(self) -> Generation:
        """The one that the form itself describes."""
        return self.generations[0]


def place_order(form: MediaForm, *, models: Sequence[CatalogModel] = (), origin: Origin | None = None) -> Placed:
    """Queue what the form asks for, in every chosen model and variation, all or nothing.

    Uploads are stored first, and what does not fit gets a copy that does. If a later file cannot be stored, or the
    same submission was first from elsewhere, the uploads stored here are taken away again.
    Raises: MediaInvalid and OSError when a file cannot be stored or made to fit.
    """
    now = database_now()
    parts = parts_of(form, models)
    stored: Stored = {}
    try:
        orders = _orders(form, parts, stored, origin=origin, now=now)
        batch_id = form.cleaned_data["submission_id"] if len(orders) > 1 else None
        made, is_new = create_generations(orders=orders, owner=form.owner, now=now, batch_id=batch_id)
    except BaseException:
        _take_away(stored)
        raise
    if not is_new:
        _take_away(stored)
    for part in parts:
        remember_settings(form.owner, part.model, part.parameters)
    return Placed(generations=tuple(made), is_new=is_new)


def _orders(
    form: MediaForm, parts: Sequence[Part], stored: Stored, *, origin: Origin | None, now: datetime.datetime
) -> list[Order]:
    orders: list[Order] = []
    for part in parts:
        inputs = tuple(_inputs(form, part, stored, now=now))
        price = price_of(part, form.cleaned_data["prompt"])
        for variation in range(form.cleaned_data.get("variations") or 1):
            submission_id = submission_of(
                form.cleaned_data["submission_id"], part.model, variation, is_first=not orders
            )
            orders.append(
                Order(
                    model=part.model,
                    prompt=form.cleaned_data["prompt"],
                    parameters=seeded(part.parameters, variation),
                    visibility=form.cleaned_data["visibility"],
                    submission_id=submission_id,
                    inputs=inputs,
                    estimate_amount=price.amount if price else None,
                    parent=origin.parent if origin else None,
                    relation=origin.relation if origin else "",
                )
            )
    return orders


def _inputs(form: MediaForm, part: Part, stored: Stored, *, now: datetime.datetime) -> list[tuple[str, Asset]]:
    has_mask = any(item.role == "mask" for item in part.given)
    return [
        (
            item.role,
            fitted_asset(_asset(form, item, stored, now=now), item.fit, owner=form.owner, now=now, keeps_size=has_mask),
        )
        for item in part.given
    ]


def _asset(form: MediaForm, item: Given, stored: Stored, *, now: datetime.datetime) -> Asset:
    if item.asset is not None:
        return item.asset
    upload = cast(UploadedFile, item.upload)
    if id(upload) not in stored:
        stored[id(upload)] = store_upload(
            upload, owner=form.owner, now=now, expected_media={item.facts.media}, facts=item.facts
        )
    return stored[id(upload)]


def _take_away(stored: Stored) -> None:
    """Delete what was stored here, and the copies that were made of it."""
    for asset in stored.values():
        for one in (*asset.taken.all(), asset):
            one.delete()
            delete_files(one)
