"""Recipes in JPEG: an EXIF and an XMP segment before the picture begins.

Source: ITU-T T.81, annex B, and the XMP specification's part 3, section 1.1.3.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from generations.media.recipe import exif, xmp
from generations.media.recipe.splicing import Part, Stretch, UnsupportedFileError
from generations.media.recipe.words import MOST_BYTES, Inscription

_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_HEAD = b"Exif\0\0"
_PART_HEAD = b"studio-recipe\0"
_PART_BYTES = 60_000
_APP0, _APP1 = 0xE0, 0xE1
# Start of scan, end of image: behind them stands no segment that concerns us.
_LAST = frozenset({0xDA, 0xD9})
MOST_SEGMENTS = 2_000
LONGEST_SEGMENT = 0xFFFF - 2


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    start: int
    length: int
    head: bytes

    @property
    def content_start(self) -> int:
        return self.start + 4


def written(file: BinaryIO, inscription: Inscription) -> list[Part]:
    """Return the parts of the picture with EXIF, where it has none, and XMP.

    Raises: UnsupportedFileError.
    """
    segments = list(_segments(file))
    end = file.seek(0, os.SEEK_END)
    # Behind JFIF's own segment, which has to be the first.
    begin = 2
    if segments and segments[0].marker == _APP0:
        begin = segments[0].start + 2 + segments[0].length
    packet_of = next((one for one in segments if one.head.startswith(_XMP_HEAD)), None)
    has_exif = any(one.head.startswith(_EXIF_HEAD) for one in segments)
    fresh = b"" if has_exif else _segment(_EXIF_HEAD + exif.block(inscription))
    joined = _described(inscription, earlier=_packet(file, packet_of) if packet_of else b"")
    if packet_of is None:
        return [Stretch(0, begin), fresh + joined, Stretch(begin, end - begin)]
    behind = packet_of.start + 2 + packet_of.length
    return [
        Stretch(0, begin),
        fresh,
        Stretch(begin, packet_of.start - begin),
        joined,
        Stretch(behind, end - behind),
    ]


def read(file: BinaryIO) -> str:
    """Return the text of the recipe, or nothing."""
    parts: list[bytes] = []
    for segment in _segments(file):
        if segment.head.startswith(_XMP_HEAD) and (found := xmp.find_recipe(_packet(file, segment))):
            return found
        if segment.head.startswith(_PART_HEAD) and len(parts) * _PART_BYTES < MOST_BYTES:
            file.seek(segment.content_start + len(_PART_HEAD))
            parts.append(file.read(segment.length - 2 - len(_PART_HEAD)))
    return b"".join(parts).decode("utf-8", "replace")


def _described(inscription: Inscription, *, earlier: bytes) -> bytes:
    """Return the XMP segment; a recipe that is too long for it stands behind it in parts."""
    whole = _XMP_HEAD + xmp.packet(inscription, earlier=earlier)
    if len(whole) <= LONGEST_SEGMENT:
        return _segment(whole)
    recipe = inscription.recipe.encode()
    parts = (recipe[start : start + _PART_BYTES] for start in range(0, len(recipe), _PART_BYTES))
    packet = xmp.packet(inscription, earlier=earlier, has_recipe=False)
    return _segment(_XMP_HEAD + packet) + b"".join(_segment(_PART_HEAD + part) for part in parts)


def _segments(file: BinaryIO) -> Iterator[_Segment]:
    position, end = 2, file.seek(0, os.SEEK_END)
    for _count in range(MOST_SEGMENTS):
        file.seek(position)
        head = file.read(4 + len(_XMP_HEAD))
        if len(head) < 4 or head[0] != 0xFF or head[1] in _LAST:
            return
        if head[1] == 0xFF:
            position += 1
            continue
        length = int.from_bytes(head[2:4], "big")
        if length < 2 or position + 2 + length > end:
            return
        yield _Segment(marker=head[1], start=position, length=length, head=head[4 : 2 + length])
        position += 2 + length


def _packet(file: BinaryIO, segment: _Segment) -> bytes:
    file.seek(segment.content_start + len(_XMP_HEAD))
    return file.read(segment.length - 2 - len(_XMP_HEAD))


def _segment(content: bytes) -> bytes:
    if len(content) > LONGEST_SEGMENT:
        raise UnsupportedFileError("the recipe packet is longer than a segment")
    return bytes((0xFF, _APP1)) + (len(content) + 2).to_bytes(2, "big") + content
