"""The libraries that decode, imported when the first file comes, and their many ways to say "damaged".

A web process that never sees an upload stays some 40 MB smaller without them.
"""

from __future__ import annotations

import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, BinaryIO

from generations.media.invalid import MediaInvalid, corrupt, too_many_pixels, too_much_text, truncated
from generations.media.types import FILE_TYPES

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL.Image import Image

MAX_PICTURE_PIXELS = 100_000_000
# A frame of 8K film. Decoders keep several frames at once.
MAX_CLIP_PIXELS = 8192 * 4352
BIG_PICTURE_PIXELS = 16_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")

# Hostile bytes make decoders raise nearly anything that is not a programming error of ours.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    EOFError,
    RuntimeError,
    TypeError,
    AttributeError,
    MemoryError,
    struct.error,
    Warning,
)
_is_prepared = threading.Event()
# Four bytes a pixel: one big picture at a time in a process, however many people upload one.
_one_big_picture = threading.Lock()


@contextmanager
def damage_explained() -> Iterator[None]:
    """Turn whatever a decoder raises into `MediaInvalid`.

    Raises: MediaInvalid with reason truncated or corrupt.
    """
    from av.error import EOFError as EndOfClip
    from av.error import FFmpegError

    try:
        yield
    except MediaInvalid:
        raise
    except (EndOfClip, EOFError):
        raise truncated() from None
    except (FFmpegError, *_DAMAGE) as error:
        words = str(error).lower()
        # What Pillow says of texts that unpack to more than it reads names its own limit.
        if "max_text" in words:
            raise too_much_text() from error
        raise truncated() if "truncated" in words or "unexpected end" in words else corrupt() from error


@contextmanager
def open_picture(file: BinaryIO) -> Iterator[Image]:
    """Yield the picture with its header read and its pixels not yet decoded.

    A header that declares too many pixels is refused before anything is decoded. Big pictures wait for each other.
    Raises: MediaInvalid: too_many_pixels; truncated or corrupt, also for what the caller decodes inside.
    """
    from PIL import Image

    _prepare_pillow()
    with damage_explained():
        try:
            picture = Image.open(file, formats=_FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise too_many_pixels(MAX_PICTURE_PIXELS) from None
        is_big = picture.width * picture.height >= BIG_PICTURE_PIXELS
        with picture, _one_big_picture if is_big else nullcontext():
            yield picture


@contextmanager
def open_clip(file: BinaryIO, mime: str) -> Iterator[InputContainer]:
    """Yield the clip or sound, opened by the one reader of its type.

    Left to guess, FFmpeg would also open playlists, which name other files and addresses to read.
    Raises: MediaInvalid: truncated or corrupt, also for what the caller decodes inside.
    """
    import av

    demuxer = FILE_TYPES[mime].demuxer
    with damage_explained(), av.open(file, mode="r", format=demuxer, metadata_errors="ignore") as container:
        yield container


def _prepare_pillow() -> None:
    if _is_prepared.is_set():
        return
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    # What Pillow has to say about odd metadata helps nobody.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    # It warns above the limit and refuses only above twice the limit; here both are a refusal.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    _is_prepared.set()
