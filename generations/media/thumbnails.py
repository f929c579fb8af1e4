"""Small pictures for lists: two WebP sizes, a poster for clips, and a blurred preview that fits into the page."""

from __future__ import annotations

import base64
import io
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from generations.media import codecs
from generations.media.invalid import corrupt
from generations.media.types import MediaFacts, Source, opened

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image

# A card of a timeline is about 240 CSS pixels wide; screens have two to three pixels for each.
SMALL_SIDE_PIXELS = 480
LARGE_SIDE_PIXELS = 1280
POSTER_SIDE_PIXELS = 1920
PREVIEW_SIDES_PIXELS = (24, 16, 10)
PREVIEW_MAX_CHARACTERS = 600
_QUALITY = 80
_PREVIEW_QUALITY = 30
# Two seconds of film: a fade-in from black is shorter.
_POSTER_FRAMES = 48
_BLACK_LEVEL = 24
_MOST_PROFILE_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """All small pictures of one asset as WebP files; `preview` is a `data:` address."""

    small: bytes
    large: bytes
    poster: bytes | None
    preview: str


def make_thumbnails(source: Source, facts: MediaFacts) -> Thumbnails | None:
    """Return the small pictures of a picture or clip, or None for a sound.

    Raises: MediaInvalid: truncated or corrupt.
    """
    if facts.media == "audio":
        return None
    with opened(source) as file:
        if facts.media == "image":
            return _of_picture(file)
        return _of_clip(file, facts.mime)


def _of_picture(file: BinaryIO) -> Thumbnails:
    from PIL import ImageOps

    with codecs.open_picture(file) as picture:
        # A JPEG is decoded at a fraction of its size, as long as the large thumbnail loses nothing by it.
        picture.draft("RGB", (LARGE_SIDE_PIXELS * 2, LARGE_SIDE_PIXELS * 2))
        picture.load()
        large = _fit(_in_plain_colours(picture), LARGE_SIDE_PIXELS)
        return _from_image(ImageOps.exif_transpose(large), poster=False)


def _of_clip(file: BinaryIO, mime: str) -> Thumbnails:
    with codecs.open_clip(file, mime) as container:
        stream = container.streams.video[0]
        chosen = None
        for frame in itertools.islice(container.decode(stream), _POSTER_FRAMES):
            chosen = chosen or frame
            if not _is_black(_drawn(frame)):
                chosen = frame
                break
        if chosen is None:
            raise corrupt()
        image = _drawn(chosen)
        if chosen.rotation:
            image = image.rotate(chosen.rotation, expand=True)
        return _from_image(image, poster=True)


def _drawn(frame: VideoFrame) -> Image:
    image: Image = frame.to_image()  # type: ignore[no-untyped-call]
    return image


def _is_black(image: Image) -> bool:
    from PIL import ImageStat

    return ImageStat.Stat(image.reduce(8).convert("L")).mean[0] < _BLACK_LEVEL


def _in_plain_colours(image: Image) -> Image:
    """Return the picture in RGB or RGBA; anything else has no WebP, and a palette cannot be resampled."""
    if image.mode in {"RGB", "RGBA"}:
        return image
    if image.mode.startswith("I;16"):
        # Sixteen bits of grey: the upper eight are what a screen can show.
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _from_image(image: Image, *, poster: bool) -> Thumbnails:
    large = _fit(image, LARGE_SIDE_PIXELS)
    small = _fit(large, SMALL_SIDE_PIXELS)
    return Thumbnails(
        small=_webp(small),
        large=_webp(large),
        poster=_webp(_fit(image, POSTER_SIDE_PIXELS)) if poster else None,
        preview=_preview(small),
    )


def _fit(image: Image, side_pixels: int) -> Image:
    if max(image.size) <= side_pixels:
        return image
    from PIL.Image import Resampling

    scale = side_pixels / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    smaller = image.resize((width, height), Resampling.LANCZOS, reducing_gap=3.0)
    smaller.info = dict(image.info)
    return smaller


def _webp(image: Image, *, quality: int = _QUALITY, keep_profile: bool = True) -> bytes:
    # A profile of another colour space (or one of megabytes) would do harm; places and cameras stay private.
    profile = image.info.get("icc_profile") or b""
    fits = keep_profile and isinstance(profile, bytes) and len(profile) <= _MOST_PROFILE_BYTES
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4, icc_profile=profile if fits else b"", exif=b"", xmp=b"")
    return buffer.getvalue()


def _preview(image: Image) -> str:
    from PIL import ImageFilter

    for side_pixels in PREVIEW_SIDES_PIXELS:
        tiny = _fit(image, side_pixels).filter(ImageFilter.GaussianBlur(1))
        encoded = base64.b64encode(_webp(tiny, quality=_PREVIEW_QUALITY, keep_profile=False)).decode("ascii")
        address = f"data:image/webp;base64,{encoded}"
        if len(address) <= PREVIEW_MAX_CHARACTERS:
            return address
    return ""
