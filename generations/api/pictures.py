"""Pictures in OpenAI's form: base64 inside of JSON, written out piece by piece, so that ten large ones cost no memory.

Source: https://developers.openai.com/api/reference/resources/images/methods/generate.md
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import ApiKey
from generations.api.errors import ApiError, Kind
from generations.api.http import ApiStream, StreamBrokenError
from generations.api.results import signed
from generations.models import Asset, Generation

# Three bytes are four letters, so pieces of a multiple of three can be written one after the other.
PIECE_BYTES = 3 * 64 * 1024


@dataclass(frozen=True, slots=True)
class Pictures:
    """The answer to an order for pictures. `files` are empty where addresses were asked for."""

    head: dict[str, Any]
    addresses: tuple[str, ...]
    files: tuple[tuple[str, int], ...] = field(default=(), repr=False)

    @property
    def usage(self) -> dict[str, Any]:
        """What the model counted."""
        found: dict[str, Any] = self.head.get("usage", {})
        return found


def read_pictures(generation: Generation, *, key: ApiKey, base_url: str, as_addresses: bool) -> Pictures:
    """Return the answer that a finished generation is. Raises: ApiError without its files."""
    rows = generation.outputs.filter(asset__isnull=False).select_related("asset")
    assets = [output.asset for output in rows if output.asset]
    if not assets:
        raise ApiError(Kind.INTERNAL, "The generation has no picture.", should_retry=False)
    head = _head(generation, assets[0])
    if as_addresses:
        now = timezone.now()
        return Pictures(head, tuple(signed(asset, key=key, base_url=base_url, now=now) for asset in assets))
    for asset in assets:
        if not default_storage.exists(asset.path):
            raise ApiError(Kind.INTERNAL, "A file of this generation cannot be read.", should_retry=False)
    return Pictures(head, (), tuple((asset.path, asset.size_bytes) for asset in assets))


def stream_of(pictures: Pictures) -> ApiStream:
    """Return the answer in pieces, its length known."""
    head = json.dumps(pictures.head, ensure_ascii=False)[:-1] + ', "data": ['
    if not pictures.files:
        items = ", ".join(json.dumps({"url": address}) for address in pictures.addresses)
        whole = f"{head}{items}]}}".encode()
        return _stream(_once(whole), length_bytes=len(whole))
    before, after = '{"b64_json": "', '"}'
    around = len(head.encode()) + len("]}") + len(pictures.files) * len(before + after) + 2 * (len(pictures.files) - 1)
    letters = sum(4 * -(-size // 3) for _path, size in pictures.files)
    return _stream(_write(head, before, after, pictures.files), length_bytes=around + letters)


def _stream(pieces: AsyncGenerator[bytes, None], *, length_bytes: int) -> ApiStream:
    return ApiStream(pieces, close=_nothing, content_type="application/json", length_bytes=length_bytes)


async def _nothing() -> None:
    """Nothing is held open between pieces."""


async def _once(whole: bytes) -> AsyncGenerator[bytes, None]:
    yield whole


async def _write(head: str, before: str, after: str, files: tuple[tuple[str, int], ...]) -> AsyncGenerator[bytes, None]:
    yield head.encode()
    for place, (path, _size_bytes) in enumerate(files):
        yield f"{', ' if place else ''}{before}".encode()
        file = await asyncio.to_thread(_open, path)
        try:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield base64.b64encode(piece)
        except OSError:
            raise StreamBrokenError from None
        finally:
            file.close()
        yield after.encode()
    yield b"]}"


def _open(path: str) -> IO[bytes]:
    try:
        opened: IO[bytes] = default_storage.open(path, "rb")
    except OSError:
        raise StreamBrokenError from None
    return opened


def _head(generation: Generation, first: Asset) -> dict[str, Any]:
    asked = generation.parameters
    head: dict[str, Any] = {"created": int((generation.finished_at or generation.changed_at).timestamp())}
    head["output_format"] = first.mime.partition("/")[2]
    if first.width and first.height:
        head["size"] = f"{first.width}x{first.height}"
    for name in ("quality", "background"):
        if asked.get(name) not in (None, "auto"):
            head[name] = asked[name]
    if generation.usage:
        head["usage"] = generation.usage
    return head
