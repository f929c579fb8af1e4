"""What can be wrong with a file, each with one sentence for the person who chose it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from generations.media.types import FILE_TYPES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MediaReason: TypeAlias = Literal[
    "empty",
    "unknown_type",
    "wrong_type",
    "truncated",
    "corrupt",
    "too_many_pixels",
    "too_much_text",
    "too_large",
    "side_too_short",
    "side_too_long",
    "too_narrow",
    "too_wide",
    "too_thin",
    "too_short",
    "too_long",
    "not_text",
]

_file_size = lazy(filesizeformat, str)


class MediaInvalid(Exception):
    """A file that cannot be taken: `reason` for code and logs, `sentence` for the person, translated when shown."""

    def __init__(self, reason: MediaReason, sentence: StrOrPromise) -> None:
        super().__init__(reason)
        self.reason: MediaReason = reason
        self.sentence = sentence


def empty() -> MediaInvalid:
    """Nothing in it."""
    return MediaInvalid("empty", _("This file is empty."))


def unknown_type() -> MediaInvalid:
    """No type of our table, whatever its name says."""
    return MediaInvalid("unknown_type", _("This is not a picture, clip or sound that the studio can read."))


def unknown_still() -> MediaInvalid:
    """What telephones write: a picture in a clip's container."""
    sentence = _("HEIC and AVIF pictures cannot be read here. Save it as JPEG or PNG first.")
    return MediaInvalid("unknown_type", sentence)


def not_text() -> MediaInvalid:
    """Neither a picture nor words in an encoding that anybody uses."""
    return MediaInvalid("not_text", _("This is neither a picture nor a text file that can be read."))


def wrong_type(mime: str, *, accepted: Sequence[str]) -> MediaInvalid:
    """A known type in a place that takes others."""
    names = ", ".join(type_name(one) for one in accepted)
    sentence = _("{type} files are not taken here. Choose one of these types: {accepted}.")
    return MediaInvalid("wrong_type", format_lazy(sentence, type=type_name(mime), accepted=names))


def wrong_media() -> MediaInvalid:
    """A sound where a picture is expected, and the like."""
    return MediaInvalid("wrong_type", _("This kind of file is not taken here."))


def opaque_mask() -> MediaInvalid:
    """A mask that marks nothing."""
    return MediaInvalid("wrong_type", _("Nothing of this mask is transparent: what may change has to be."))


def truncated() -> MediaInvalid:
    """Its end is missing."""
    return MediaInvalid("truncated", _("This file is cut off: its end is missing. Please save it again."))


def corrupt() -> MediaInvalid:
    """It says what it is and then cannot be read."""
    return MediaInvalid("corrupt", _("This file is damaged and cannot be opened."))


def too_many_pixels(limit_pixels: int) -> MediaInvalid:
    """It would need more memory than one file may take."""
    sentence = _("This file has more than {limit} million pixels a picture. Please make it smaller.")
    return MediaInvalid("too_many_pixels", format_lazy(sentence, limit=limit_pixels // 1_000_000))


def too_much_text() -> MediaInvalid:
    """Texts beside the picture, so long or packed so tightly that only harm is meant."""
    sentence = _("This picture carries more hidden text than the studio reads. Save it again without its metadata.")
    return MediaInvalid("too_much_text", sentence)


def too_large(limit_bytes: int) -> MediaInvalid:
    """More bytes than this place takes."""
    sentence = _("This file is too large: {limit} at most.")
    return MediaInvalid("too_large", format_lazy(sentence, limit=_file_size(limit_bytes)))


def side_too_short(limit_pixels: int, *, width: int, height: int) -> MediaInvalid:
    """A side below the role's least."""
    sentence = _("Each side must have at least {limit} pixels; this file has {width} × {height}.")
    return MediaInvalid("side_too_short", format_lazy(sentence, limit=limit_pixels, width=width, height=height))


def side_too_long(limit_pixels: int, *, width: int, height: int) -> MediaInvalid:
    """A side above the role's most."""
    sentence = _("Each side may have at most {limit} pixels; this file has {width} × {height}.")
    return MediaInvalid("side_too_long", format_lazy(sentence, limit=limit_pixels, width=width, height=height))


def too_narrow(limit: Decimal, *, width: int, height: int) -> MediaInvalid:
    """Higher, for its width, than the role takes."""
    sentence = _("This file is too narrow ({width} × {height}): its width must be at least {limit} of its height.")
    return MediaInvalid("too_narrow", format_lazy(sentence, limit=_plain(limit), width=width, height=height))


def too_wide(limit: Decimal, *, width: int, height: int) -> MediaInvalid:
    """Wider, for its height, than the role takes."""
    sentence = _("This file is too wide ({width} × {height}): its width may be at most {limit} of its height.")
    return MediaInvalid("too_wide", format_lazy(sentence, limit=_plain(limit), width=width, height=height))


def too_thin(lowest_pixels: int, highest_pixels: int, *, width: int, height: int) -> MediaInvalid:
    """No scale brings both sides between the limits."""
    sentence = _("No scale brings both sides of this file ({width} × {height}) between {lowest} and {highest} pixels.")
    words = format_lazy(sentence, width=width, height=height, lowest=lowest_pixels, highest=highest_pixels)
    return MediaInvalid("too_thin", words)


def too_short(limit_seconds: Decimal, *, seconds: float) -> MediaInvalid:
    """A shorter clip or sound than the role takes."""
    sentence = _("This file is {seconds} s long; at least {limit} s are needed.")
    return MediaInvalid("too_short", format_lazy(sentence, limit=_plain(limit_seconds), seconds=f"{seconds:.1f}"))


def too_long(limit_seconds: Decimal, *, seconds: float) -> MediaInvalid:
    """A longer clip or sound than the role takes."""
    sentence = _("This file is {seconds} s long; at most {limit} s are taken.")
    return MediaInvalid("too_long", format_lazy(sentence, limit=_plain(limit_seconds), seconds=f"{seconds:.1f}"))


def type_name(mime: str) -> str:
    """Return what people call a file type: PNG, MP4."""
    known = FILE_TYPES.get(mime)
    return known.name if known else mime


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
