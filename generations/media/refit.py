"""Carry out a plan for a picture: turned upright, cut, scaled, in a type that the role takes, and not too heavy."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from generations.media import codecs
from generations.media.fitting import BYTES_SHARE, Fit
from generations.media.invalid import too_large
from generations.media.types import Source, opened

if TYPE_CHECKING:
    from PIL.Image import Image

# From what nobody sees to what everybody would; then the picture itself has to shrink.
_QUALITIES = (92, 85, 76)
_SHRINK = 0.8
_SMALLEST_SIDE = 64
_MOST_PROFILE_BYTES = 65_536


def refit_picture(source: Source, fit: Fit, *, keeps_size: bool = False) -> tuple[bytes, str]:
    """Return the picture as planned, and its type, which is another one where only that makes it light enough.

    Where it was taken and with which camera stays behind; its colours keep their profile. `keeps_size`: lighter only
    by its type, never by fewer pixels.
    Raises: MediaInvalid.
    """
    from PIL import ImageOps
    from PIL.Image import Resampling

    with opened(source) as file, codecs.open_picture(file) as picture:
        picture.load()
        profile = picture.info.get("icc_profile") or b""
        image = ImageOps.exif_transpose(_in_plain_colours(picture))
        if fit.box:
            left, top, width, height = fit.box
            image = image.crop((left, top, left + width, top + height))
        if fit.width and fit.height and image.size != (fit.width, fit.height):
            image = image.resize((fit.width, fit.height), Resampling.LANCZOS, reducing_gap=3.0)
        profile = profile if len(profile) <= _MOST_PROFILE_BYTES else b""
        return _light_enough(image, fit, profile=profile, keeps_size=keeps_size)


def has_clear_part(source: Source) -> bool:
    """Tell whether some of a picture is transparent. Raises: MediaInvalid."""
    with opened(source) as file, codecs.open_picture(file) as picture:
        picture.load()
        if picture.mode not in {"RGBA", "LA", "PA"} and "transparency" not in picture.info:
            return False
        lowest, _highest = picture.convert("RGBA").getchannel("A").getextrema()
        return bool(isinstance(lowest, int | float) and lowest < 128)


def _in_plain_colours(image: Image) -> Image:
    if image.mode in {"RGB", "RGBA"}:
        return image
    if image.mode.startswith("I;16"):
        # Sixteen bits of grey: the upper eight are what a screen can show.
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info = dict(image.info)
    return plain


def _light_enough(image: Image, fit: Fit, *, profile: bytes, keeps_size: bool) -> tuple[bytes, str]:
    limit = int(fit.max_bytes * BYTES_SHARE)
    while True:
        for mime, quality in _ways(image, fit):
            content = _encoded(image, mime, quality=quality, profile=profile)
            if len(content) <= limit:
                return content, mime
        if keeps_size or min(image.size) * _SHRINK < _SMALLEST_SIDE:
            raise too_large(fit.max_bytes)
        image = image.resize((max(1, round(image.width * _SHRINK)), max(1, round(image.height * _SHRINK))))


def _ways(image: Image, fit: Fit) -> list[tuple[str, int]]:
    """Return types and qualities to try, best first; a picture with clear parts keeps them."""
    lossy = "image/webp" if image.mode == "RGBA" else "image/jpeg"
    first = lossy if fit.mime == "image/jpeg" else fit.mime
    return [(first, 95), *((lossy, quality) for quality in _QUALITIES)]


def _encoded(image: Image, mime: str, *, quality: int, profile: bytes) -> bytes:
    buffer = io.BytesIO()
    if mime == "image/png":
        image.save(buffer, "PNG", compress_level=6, icc_profile=profile or None)
    elif mime == "image/webp":
        image.save(buffer, "WEBP", quality=quality, method=4, icc_profile=profile)
    else:
        image.convert("RGB").save(buffer, "JPEG", quality=quality, subsampling=0, icc_profile=profile or None)
    return buffer.getvalue()
