"""Recipes in WebP: an EXIF and an XMP chunk at its end, announced in its extended header.

Source: https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from generations.media.recipe import exif, xmp
from generations.media.recipe.splicing import Part, Stretch, UnsupportedFileError
from generations.media.recipe.words import Inscription

MOST_CHUNKS = 100_000
_HAS_XMP, _HAS_EXIF, _HAS_ALPHA = 0x04, 0x08, 0x10
_HEAD_BYTES = 12


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length + self.length % 2


def written(file: BinaryIO, inscription: Inscription) -> list[Part]:
    """Return the parts of the picture with EXIF, where it has none, and XMP.

    Raises: UnsupportedFileError.
    """
    chunks = list(_chunks(file))
    if not chunks:
        raise UnsupportedFileError("it has no chunks")
    first = chunks[0]
    packet_of = next((chunk for chunk in chunks if chunk.kind == b"XMP "), None)
    has_exif = any(chunk.kind == b"EXIF" for chunk in chunks)
    body: list[Part] = [_extended_header(file, first)]
    if first.kind != b"VP8X":
        body.append(Stretch(first.start - 8, first.end - first.start + 8))
    body += [Stretch(chunk.start - 8, chunk.end - chunk.start + 8) for chunk in chunks[1:] if chunk is not packet_of]
    if not has_exif:
        body.append(_chunk(b"EXIF", exif.block(inscription)))
    earlier = _content(file, packet_of, most=xmp.MOST_BYTES) if packet_of else b""
    body.append(_chunk(b"XMP ", xmp.packet(inscription, earlier=earlier)))
    length = 4 + sum(part.length if isinstance(part, Stretch) else len(part) for part in body)
    if length > 0xFFFFFFFE:
        raise UnsupportedFileError("it is too large")
    return [b"RIFF" + length.to_bytes(4, "little") + b"WEBP", *body]


def read(file: BinaryIO) -> str:
    """Return the text of the recipe, or nothing."""
    for chunk in _chunks(file):
        if chunk.kind == b"XMP " and chunk.length <= xmp.MOST_BYTES:
            return xmp.find_recipe(_content(file, chunk, most=xmp.MOST_BYTES))
    return ""


def _chunks(file: BinaryIO) -> Iterator[_Chunk]:
    position, end = _HEAD_BYTES, file.seek(0, os.SEEK_END)
    for _count in range(MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        chunk = _Chunk(kind=head[:4], start=position + 8, length=int.from_bytes(head[4:], "little"))
        if chunk.start + chunk.length > end:
            return
        yield chunk
        position = chunk.end


def _content(file: BinaryIO, chunk: _Chunk, *, most: int) -> bytes:
    if chunk.length > most:
        raise UnsupportedFileError("its packet is too large")
    file.seek(chunk.start)
    return file.read(chunk.length)


def _extended_header(file: BinaryIO, first: _Chunk) -> bytes:
    """Return the extended header that announces EXIF and XMP; a simple picture gets its first."""
    content = _content(file, first, most=10) if first.kind == b"VP8X" else b""
    if len(content) == 10:
        return _chunk(b"VP8X", bytes((content[0] | _HAS_XMP | _HAS_EXIF,)) + content[1:])
    file.seek(first.start)
    head = file.read(10)
    width, height, has_alpha = _sides(first.kind, head)
    flags = _HAS_XMP | _HAS_EXIF | (_HAS_ALPHA if has_alpha else 0)
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + sides)


def _sides(kind: bytes, head: bytes) -> tuple[int, int, bool]:
    """Return width, height and transparency from the beginning of the picture's own data. Units: pixels."""
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
        return width & 0x3FFF, height & 0x3FFF, False
    if kind == b"VP8L" and head[:1] == b"\x2f":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise UnsupportedFileError("its first chunk is no picture")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
