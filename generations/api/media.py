"""A media order by key: placed once however often it comes, and then a generation like any other.

    read ─► claimed (an `Idempotency-Key`, or an SDK that repeats by itself) ─► its call open ─► placed and tied
              ├─ an equal one is just being placed: wait for it
              └─ an equal one has its generation: join it

Once its body is here an order is placed to its end, whoever hangs up: the one who calls again finds it.
"""

from __future__ import annotations

import asyncio
import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import ApiKey
from generations.api import auth, repeats
from generations.api.callbacks import check_callback
from generations.api.context import ApiCallContext
from generations.api.orders import WireOrder, place
from generations.clock import database_now
from generations.models import ApiCall, CallStatus, CatalogModel, Generation
from generations.relay import replays
from generations.relay.calls import CallEnding
from generations.relay.replays import Standing
from generations.relay.switchboard import Waiting

# How often a repeated order looks whether the first one has been placed, and how long at most.
LOOK_SECONDS = 0.25
MOST_LOOKING_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One media request as it was read. With `is_long` its call stays open until the result is there."""

    order: WireOrder
    protocol: str
    path: str
    fields: Any = field(repr=False)
    files: Sequence[tuple[str, UploadedFile]] = ()
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A call and the generation that answers it."""

    call_id: int
    key_id: int
    generation_id: int
    public_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class _Begun:
    call: ApiCall
    model: CatalogModel
    replay_id: int | None
    generation: Generation | None

    @property
    def submission_id(self) -> uuid.UUID:
        """What makes the order count once, also should another process believe that this one is dead."""
        if self.replay_id is None:
            return self.call.public_id
        return uuid.uuid5(uuid.NAMESPACE_URL, f"generations.api.replay:{self.replay_id}")


async def place_order(context: ApiCallContext, asked: Asked) -> Placed:
    """Return the generation of an order, new or of an equal one before. Raises: ApiError."""
    board, loop = context.board, asyncio.get_running_loop()
    value = repeats.value_of(context.request)
    digest = await board.in_workshop(lambda: repeats.digest_of(asked.path, asked.fields, asked.files))
    deadline = loop.time() + MOST_LOOKING_SECONDS
    while True:
        placed = await board.to_its_end(
            _place_or_wait(context, asked, value=value, digest=digest),
            when_left=lambda placed: _leave(context, placed, is_long=asked.is_long),
        )
        if placed is not None:
            return placed
        if loop.time() > deadline:
            raise repeats.still_running()
        await asyncio.sleep(LOOK_SECONDS)


def end_call(context: ApiCallContext, placed: Placed, status: str, **more: Any) -> None:
    """Have it written how a call ended; what it cost stands in its generation."""
    context.board.record(CallEnding(call_id=placed.call_id, key_id=placed.key_id, status=status, **more))


def _leave(context: ApiCallContext, placed: Placed | None, *, is_long: bool) -> None:
    if placed is not None and is_long:
        end_call(context, placed, CallStatus.STOPPED)


async def _place_or_wait(context: ApiCallContext, asked: Asked, *, value: str, digest: str) -> Placed | None:
    """Return the generation that this call got, or None while an equal one is being placed."""
    board, key = context.board, context.key
    begun = await board.in_database(lambda: _begin(context, asked, value=value, digest=digest, now=database_now()))
    if begun is None:
        return None
    generation = begun.generation
    if generation is None:
        waiting = Waiting(begun.call.pk, key.pk, replay_id=begun.replay_id, can_be_cut=False)
        with board.waiting_for(waiting):
            generation = await board.in_workshop(lambda: _make(asked, begun, key=key))
    placed = Placed(begun.call.pk, key.pk, generation.pk, generation.public_id)
    if not asked.is_long:
        end_call(context, placed, CallStatus.COMPLETED, http_status=200)
    return placed


def _begin(context: ApiCallContext, asked: Asked, *, value: str, digest: str, now: datetime.datetime) -> _Begun | None:
    key, order = context.key, asked.order
    model = auth.allowed_model(key, order.model, protocol=asked.protocol)
    check_callback(order.callback_url)
    with transaction.atomic():
        standing, generation, replay_id = _find_earlier(context, asked, value=value, digest=digest, now=now)
        if standing is Standing.RUNNING:
            return None
        call = auth.open_call_of(
            key,
            model,
            client=context.client,
            now=now,
            is_long=asked.is_long,
            digest=digest,
            generation=generation,
            is_joined=generation is not None,
            # Whoever joins is told by the call that was first.
            webhook_url="" if generation else order.callback_url,
        )
    return _Begun(call=call, model=model, replay_id=replay_id, generation=generation)


def _find_earlier(
    context: ApiCallContext, asked: Asked, *, value: str, digest: str, now: datetime.datetime
) -> tuple[Standing, Generation | None, int | None]:
    if value:
        standing, row = repeats.claim(context.key, value=value, path=asked.path, body=digest, now=now)
        return standing, row.generation, row.pk
    if not repeats.is_retry(context.request):
        return Standing.MINE, None, None
    # Two repetitions at the same moment must not both find nothing.
    ApiKey.objects.select_for_update(no_key=True).filter(pk=context.key.pk).values_list("pk").first()
    standing, generation = repeats.earlier_call(context.key, digest, now=now)
    return standing, generation, None


def _make(asked: Asked, begun: _Begun, *, key: ApiKey) -> Generation:
    """Place the order; without a generation in the end there was no call."""

    def tie(generation: Generation) -> None:
        ApiCall.objects.filter(pk=begun.call.pk).update(generation=generation)
        if begun.replay_id is not None:
            replays.settle(begun.replay_id, generation)

    try:
        return place(asked.order, begun.model, key=key, submission_id=begun.submission_id, now=database_now(), tie=tie)
    except BaseException:
        ApiCall.objects.filter(pk=begun.call.pk, generation=None).delete()
        if begun.replay_id is not None:
            replays.release(begun.replay_id)
        raise
    finally:
        for _name, file in asked.files:
            file.close()
