"""The file types that the studio knows: one table for what is read, stored, sent and served.

What a file is follows from its bytes, never from its name or from what somebody says about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, TypeAlias


@dataclass(frozen=True, slots=True)
class FileType:
    """One file type. `demuxer` is the reader that may open it, and the only one: others follow references."""

    mime: str
    media: str
    suffix: str
    name: str
    demuxer: str = ""


_TYPES = (
    FileType("image/png", "image", "png", "PNG"),
    FileType("image/jpeg", "image", "jpg", "JPEG"),
    FileType("image/webp", "image", "webp", "WebP"),
    FileType("image/gif", "image", "gif", "GIF"),
    FileType("image/bmp", "image", "bmp", "BMP"),
    FileType("image/tiff", "image", "tiff", "TIFF"),
    FileType("video/mp4", "video", "mp4", "MP4", "mov"),
    FileType("video/quicktime", "video", "mov", "MOV", "mov"),
    FileType("video/webm", "video", "webm", "WebM", "matroska"),
    FileType("audio/wav", "audio", "wav", "WAV", "wav"),
    FileType("audio/mpeg", "audio", "mp3", "MP3", "mp3"),
    FileType("audio/mp4", "audio", "m4a", "M4A", "mov"),
    FileType("audio/ogg", "audio", "ogg", "Ogg", "ogg"),
    FileType("audio/flac", "audio", "flac", "FLAC", "flac"),
)
FILE_TYPES = MappingProxyType({one.mime: one for one in _TYPES})

# An MP3 without a tag begins with the eleven sync bits, layer III, and neither a forbidden bit rate nor a forbidden
# sampling rate.
_MP3_LAYER_MASK, _MP3_LAYER = 0xE6, 0xE2
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_BITMAP_HEADER_BYTES = frozenset({12, 40, 52, 56, 64, 108, 124})
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"F4A "})
# Pictures in the same container, which nothing here decodes.
_STILL_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif", b"avis"})

SNIFF_BYTES = 64

# A file on this host, or an open one.
Source: TypeAlias = Path | BinaryIO


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file really is, read from its bytes.

    Units: pixels as a viewer shows them (turned where the file says so), milliseconds, frames a second.
    """

    media: str
    mime: str
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    frame_rate: float | None = None
    has_sound: bool = False


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Yield the source as a file that stands at its beginning, and leave an open one at its beginning too."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
        return
    source.seek(0)
    try:
        yield source
    finally:
        source.seek(0)


def sniff(head: bytes) -> str | None:
    """Return the MIME type that the first bytes of a file speak of, or None when the studio does not know it.

    Units: 64 bytes are enough.
    Source: https://mimesniff.spec.whatwg.org/ and the formats' own specifications.
    """
    for magic, mime in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"ID3", "audio/mpeg"),
    ):
        if head.startswith(magic):
            return mime
    return _riff(head) or _boxes(head) or _bitmap(head) or _bare_mp3(head)


def is_unread_still(head: bytes) -> bool:
    """Tell whether a file begins like HEIC or AVIF, for which there is no decoder here."""
    return head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS


def _riff(head: bytes) -> str | None:
    if head[:4] != b"RIFF":
        return None
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])


def _boxes(head: bytes) -> str | None:
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if brand in _STILL_BRANDS:
            return None
        if brand in _SOUND_BRANDS:
            return "audio/mp4"
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return "video/quicktime" if kind in _QUICKTIME_BOXES and len(head) >= 16 else None


def _bitmap(head: bytes) -> str | None:
    is_bitmap = head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADER_BYTES
    return "image/bmp" if is_bitmap else None


def _bare_mp3(head: bytes) -> str | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & _MP3_LAYER_MASK != _MP3_LAYER:
        return None
    return "audio/mpeg" if head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else None
