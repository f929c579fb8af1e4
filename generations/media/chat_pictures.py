"""A stored picture in the form in which a chat model takes it: as it is, its large thumbnail, or made anew to fit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from generations.media import codecs
from generations.media.inputs import InputUnavailableError
from generations.media.thumbnails import LARGE_SIDE_PIXELS

if TYPE_CHECKING:
    from collections.abc import Collection

    from PIL.Image import Image

    from generations.models import Asset

# A GIF may move, which models refuse.
_NEVER_AS_IT_IS = frozenset({"image/gif"})
_THUMBNAIL_MIME = "image/webp"
_QUALITIES = (88, 75, 60, 45)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model takes as a picture. Units: bytes and pixels."""

    mimes: Collection[str]
    max_bytes: int
    max_side: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture that fits: which stored file it is, or, where none does, its bytes."""

    mime: str
    variant: str
    content: bytes | None = None


def choose(asset: Asset, limits: Limits) -> Fitted | None:
    """Return the stored file of a picture that fits as it is, or None when it has to be made anew."""
    is_small = max(asset.width or 0, asset.height or 0) <= limits.max_side and asset.size_bytes <= limits.max_bytes
    if is_small and asset.mime in limits.mimes and asset.mime not in _NEVER_AS_IT_IS:
        return Fitted(asset.mime, "original")
    if asset.large_path and _THUMBNAIL_MIME in limits.mimes and limits.max_side >= LARGE_SIDE_PIXELS:
        return Fitted(_THUMBNAIL_MIME, "large")
    return None


def fit(asset: Asset, limits: Limits) -> Fitted:
    """Return a picture's bytes as a model takes them. Reads and may decode a file: not for the event loop.

    Raises: InputUnavailableError when the file is gone or nothing of it fits; MediaInvalid when it is damaged.
    """
    chosen = choose(asset, limits)
    if chosen is not None:
        content = _read(asset.path if chosen.variant == "original" else asset.large_path)
        if len(content) <= limits.max_bytes:
            return Fitted(chosen.mime, chosen.variant, content)
    return _made_anew(_read(asset.path), limits)


def _read(path: str) -> bytes:
    try:
        with default_storage.open(path, "rb") as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        raise InputUnavailableError("input_missing") from None


def _made_anew(content: bytes, limits: Limits) -> Fitted:
    from PIL import ImageOps

    with codecs.open_picture(io.BytesIO(content)) as picture:
        picture.load()
        image = ImageOps.exif_transpose(picture)
        if image.mode not in {"RGB", "RGBA"}:
            image = image.convert("RGBA" if "transparency" in image.info or image.mode in {"LA", "PA"} else "RGB")
        image.thumbnail((limits.max_side, limits.max_side))
        for quality in _QUALITIES:
            mime, made = _written(image, limits.mimes, quality=quality)
            if len(made) <= limits.max_bytes:
                return Fitted(mime, "", made)
            image = image.reduce(2) if quality < _QUALITIES[0] else image
    raise InputUnavailableError("input_missing")


def _written(image: Image, mimes: Collection[str], *, quality: int) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    if "image/webp" in mimes:
        image.save(buffer, "WEBP", quality=quality, method=4)
        return "image/webp", buffer.getvalue()
    if "image/jpeg" in mimes:
        image.convert("RGB").save(buffer, "JPEG", quality=quality)
        return "image/jpeg", buffer.getvalue()
    image.save(buffer, "PNG", optimize=True)
    return "image/png", buffer.getvalue()
