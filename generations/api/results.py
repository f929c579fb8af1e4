"""`GET /ai/seedance/result` and `GET /ai/gemini/result`: how a task of the person's stands, and where its files are.

A file's address is the studio's own. It opens without a header for a day, and no longer than the key that asked, the
account behind it and the item itself are there.
Source: https://apidoc.3hei.com/zh/docs/guide/quickstart, https://www.volcengine.com/docs/82379/1521309
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from accounts.models import ApiKey
from generations.api.context import ApiCallContext, Handler
from generations.api.errors import ApiError, Kind, missing
from generations.api.http import ApiAnswer, json_answer
from generations.api.standings import Standing, standing_of
from generations.clock import database_now
from generations.media.signing import signed_address
from generations.models import Asset, Generation

SIGNED_SECONDS = 24 * 3600
SUCCESS = "success"
# Values that the gateway tells of a finished task, beside those that were asked for.
_TOLD = ("seed", "resolution", "ratio", "aspect_ratio", "duration", "framespersecond", "generate_audio", "service_tier")


def result_handler(protocol: str, *, parameter: str) -> Handler:
    """Return the handler of one protocol; `parameter` is the name of the task id in the address."""

    async def answer(context: ApiCallContext) -> ApiAnswer:
        text = context.request.query.get(parameter, "").strip()
        if not text:
            raise missing(parameter)
        base_url = context.request.base_url
        return await context.board.in_database(
            lambda: _read(text, key=context.key, protocol=protocol, base_url=base_url, now=database_now())
        )

    return answer


def signed(asset: Asset, *, key: ApiKey, base_url: str, now: datetime.datetime) -> str:
    """Return an address that opens a result for a day, as long as the key lives."""
    address = signed_address(
        asset, "original", now=now, seconds=SIGNED_SECONDS, base_url=base_url, key_id=key.public_id
    )
    return address or ""


def _read(text: str, *, key: ApiKey, protocol: str, base_url: str, now: datetime.datetime) -> ApiAnswer:
    generation = _find(text, key=key, protocol=protocol)
    standing = standing_of(generation, now=now)
    result: dict[str, Any] = {
        "id": str(generation.public_id),
        "task_id" if protocol == "seedance" else "taskCode": str(generation.public_id),
        "model": generation.model.gateway_name,
        "status": standing.word,
        "error": {"code": standing.code, "message": standing.message} if standing.code else None,
        "created_at": int(generation.created_at.timestamp()),
        "updated_at": int(generation.changed_at.timestamp()),
    }
    if standing.word == "succeeded":
        assets = [(output.role, output.asset) for output in generation.outputs.all() if output.asset]
        addresses = [(role, asset, signed(asset, key=key, base_url=base_url, now=now)) for role, asset in assets]
        result |= _clip(addresses) if protocol == "seedance" else _pictures(addresses)
        result |= _values(generation)
    return json_answer({"code": 0, "info": _info(standing), "result": result})


def _find(text: str, *, key: ApiKey, protocol: str) -> Generation:
    """Return a generation of the person behind the key. Raises: ApiError, the same for all that is not theirs."""
    error = ApiError(Kind.NOT_FOUND, f"The task '{text[:80]}' does not exist.", code="ResourceNotFound")
    try:
        public_id = uuid.UUID(text)
    except ValueError:
        raise error from None
    own = Generation.objects.filter(owner_id=key.person_id, model__protocol=protocol, trashed_at=None)
    if key.allowed_models:
        own = own.filter(model__gateway_name__in=key.allowed_models)
    found = own.select_related("model").prefetch_related("outputs__asset").filter(public_id=public_id).first()
    if found is None:
        raise error
    return found


def _info(standing: Standing) -> str:
    return standing.remark or SUCCESS


def _clip(addresses: Iterable[tuple[str, Asset, str]]) -> dict[str, Any]:
    names = {"video": "video_url", "last_frame": "last_frame_url"}
    return {"content": {names[role]: address for role, _asset, address in addresses if role in names}}


def _pictures(addresses: Iterable[tuple[str, Asset, str]]) -> dict[str, Any]:
    found = [{"url": address, "width": asset.width, "height": asset.height} for _role, asset, address in addresses]
    return {"images": found, "content": {"image_urls": [picture["url"] for picture in found]}}


def _values(generation: Generation) -> dict[str, Any]:
    """Return what the model really used, and what it counted."""
    known = {**generation.parameters, **generation.resolved}
    values = {name: known[name] for name in _TOLD if known.get(name) not in (None, "")}
    return {**values, **({"usage": generation.usage} if generation.usage else {})}
