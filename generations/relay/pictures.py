"""Pictures of a conversation as models take them. They are read when the call is about to leave, and never kept."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from generations.gateway.types import ChatOrder, ChatTurn, Endpoint, InputFile
from generations.media import chat_pictures
from generations.media.chat_pictures import Limits
from generations.media.inputs import InputUnavailableError, reachable_base_url
from generations.media.invalid import MediaInvalid
from generations.media.signing import signed_address
from generations.media.types import FILE_TYPES
from generations.models import Asset, CatalogModel, ModelInput

logger = logging.getLogger(__name__)

# What all pictures of one request may weigh; base64 makes a third more of it. Units: bytes.
REQUEST_MAX_BYTES = 20 * 1024 * 1024
_LEFT_OUT = "[A picture stood here that cannot be sent any more.]"


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture and the turn that it belongs to, by its place in the order."""

    turn: int
    asset: Asset


def picture_row(model: CatalogModel) -> ModelInput | None:
    """Return the row that says which pictures a chat model takes, or None when it takes none."""
    return next((row for row in model.inputs.all() if row.role == "attachment"), None)


async def with_pictures(
    order: ChatOrder,
    placed: Sequence[Placed],
    *,
    row: ModelInput | None,
    model: CatalogModel,
    endpoint: Endpoint,
    now: datetime.datetime,
) -> ChatOrder:
    """Return the order with its pictures, each scaled to what the model takes; the newest come first if not all fit.

    A picture that is gone, damaged or too much leaves a note in its place: a conversation must not end by it.
    """
    if not placed:
        return order
    found: dict[int, list[InputFile]] = {}
    missing: set[int] = set()
    left_bytes = REQUEST_MAX_BYTES
    for number, one in reversed(list(enumerate(placed, start=1))):
        file = None
        if row is not None:
            file = await asyncio.to_thread(_read, one.asset, row, model, endpoint, now, number, left_bytes)
        if file is None:
            missing.add(one.turn)
            continue
        left_bytes -= len(file.content or b"")
        found.setdefault(one.turn, []).insert(0, file)
    turns = [_with(turn, found.get(place, []), place in missing) for place, turn in enumerate(order.turns)]
    return replace(order, turns=tuple(turns))


def _with(turn: ChatTurn, images: Sequence[InputFile], is_missing: bool) -> ChatTurn:
    text = f"{turn.text}\n\n{_LEFT_OUT}".strip() if is_missing else turn.text
    return replace(turn, text=text, images=tuple(images))


def _read(
    asset: Asset,
    row: ModelInput,
    model: CatalogModel,
    endpoint: Endpoint,
    now: datetime.datetime,
    number: int,
    left: int,
) -> InputFile | None:
    limits = Limits(mimes=row.mime_list, max_bytes=row.max_bytes, max_side=row.max_side)
    try:
        if not model.accepts_data_uris or row.by_address_only:
            return _by_address(asset, limits, endpoint=endpoint, now=now, number=number)
        fitted = chat_pictures.fit(asset, limits)
    except (InputUnavailableError, MediaInvalid, OSError) as error:
        logger.warning("Picture %s cannot be sent: %s", asset.public_id, error)
        return None
    if fitted.content is None or len(fitted.content) > left:
        return None
    return InputFile(role="attachment", mime=fitted.mime, filename=_name(number, fitted.mime), content=fitted.content)


def _by_address(
    asset: Asset, limits: Limits, *, endpoint: Endpoint, now: datetime.datetime, number: int
) -> InputFile | None:
    chosen = chat_pictures.choose(asset, limits)
    url = signed_address(asset, chosen.variant, now=now, base_url=reachable_base_url(endpoint)) if chosen else None
    if chosen is None or url is None:
        return None
    return InputFile(role="attachment", mime=chosen.mime, filename=_name(number, chosen.mime), url=url)


def _name(number: int, mime: str) -> str:
    return f"picture-{number}.{FILE_TYPES[mime].suffix}"
