"""How far a container says that it reaches: finds a file that was cut off without decoding anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

# More boxes on the top level than any real recording has.
_MOST_BOXES = 10_000
_UNKNOWN_LENGTH = 0xFFFFFFFF


# A picture of 200 MB in pieces of 4 kB has about this many; walking over them takes a fraction of a second.
_MOST_CHUNKS = 60_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What a PNG may carry beside its pixels. Decoders read each of these as a whole, before they see one pixel.
MOST_HIDDEN_BYTES = 16 * 1024 * 1024
_HIDDEN = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP"})


def png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, beginning and length of the content of each chunk; no content is read.

    Source: https://www.w3.org/TR/png-3/#5Chunk-layout
    """
    position, end = len(PNG_SIGNATURE), file.seek(0, os.SEEK_END)
    for _count in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        length = int.from_bytes(head[:4], "big")
        if len(head) < 8 or position + 12 + length > end:
            return
        yield head[4:], position + 8, length
        if head[4:] == b"IEND":
            return
        position += 12 + length


def hides_too_much(file: BinaryIO, mime: str) -> bool:
    """Tell whether a picture carries more text and profiles than anybody writes by hand."""
    if mime != "image/png":
        return False
    return sum(length for kind, _start, length in png_chunks(file) if kind in _HIDDEN) > MOST_HIDDEN_BYTES


def is_cut_off(file: BinaryIO, mime: str) -> bool:
    """Tell whether the file ends before its container does. False for containers that do not say."""
    if mime in {"video/mp4", "video/quicktime", "audio/mp4"}:
        return _boxes_cut_off(file)
    return mime in {"audio/wav", "image/webp"} and _riff_cut_off(file)


def _boxes_cut_off(file: BinaryIO) -> bool:
    """Walk the top-level boxes: each must end within the file, and the index (`moov`) must be among them.

    Source: ISO/IEC 14496-12, section 4.2: 32-bit size and type; size 1 means that 64 bits follow, 0 "to the end".
    """
    end = file.seek(0, os.SEEK_END)
    position, has_index = 0, False
    for _count in range(_MOST_BOXES):
        if position >= end:
            break
        file.seek(position)
        head = file.read(16)
        size_bytes, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size_bytes == 1:
            size_bytes = int.from_bytes(head[8:16], "big")
        elif size_bytes == 0:
            size_bytes = end - position
        # Some writers leave a few stray bytes after the last box.
        if len(head) < 8 or size_bytes < 8:
            break
        has_index = has_index or kind == b"moov"
        position += size_bytes
        if position > end:
            return True
    return not has_index


def _riff_cut_off(file: BinaryIO) -> bool:
    """Compare the length in the RIFF header with the file's; recorders that cannot seek leave it unknown."""
    end = file.seek(0, os.SEEK_END)
    file.seek(4)
    declared_bytes = int.from_bytes(file.read(4), "little")
    return declared_bytes not in {0, _UNKNOWN_LENGTH} and declared_bytes + 8 > end + 1
