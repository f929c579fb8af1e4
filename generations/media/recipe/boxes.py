"""Boxes of MP4 and QuickTime files, as far as metadata needs them.

Source: ISO/IEC 14496-12, section 4.2, and
https://developer.apple.com/documentation/quicktime-file-format/metadata_atoms_and_types
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_BOXES = 10_000
TEXT = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A box: where it begins, where its content does, and where it ends. Units: bytes."""

    kind: bytes
    start: int
    content: int
    end: int


def top_boxes(file: BinaryIO) -> Iterator[Box]:
    """Yield the boxes of the top level, by their heads alone; ends where one reaches beyond the file."""
    position, end = 0, file.seek(0, os.SEEK_END)
    for _count in range(MOST_BOXES):
        file.seek(position)
        head = file.read(16)
        box = _box(head, position, end)
        if box is None:
            return
        yield box
        position = box.end


def inner_boxes(content: bytes | bytearray, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes within a stretch of bytes in memory."""
    position = start
    for _count in range(MOST_BOXES):
        box = _box(bytes(content[position : min(position + 16, end)]), position, end)
        if box is None:
            return
        yield box
        position = box.end


def child(content: bytes | bytearray, parent: Box, kind: bytes) -> Box | None:
    """Return the first box of a kind within another."""
    return next((box for box in inner_boxes(content, parent.content, parent.end) if box.kind == kind), None)


def meta_children(content: bytes | bytearray, meta: Box) -> dict[bytes, Box]:
    """Return what a metadata box holds; MP4 puts four bytes before it, QuickTime does not."""
    is_plain = bytes(content[meta.content + 4 : meta.content + 8]) == b"hdlr"
    start = meta.content if is_plain else meta.content + 4
    return {box.kind: box for box in inner_boxes(content, start, meta.end)}


def make(kind: bytes, content: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I", len(content) + 8) + kind + content


def text_data(text: str) -> bytes:
    """Return a value of an item: UTF-8 in the language of nobody."""
    return make(b"data", struct.pack(">II", TEXT, 0) + text.encode())


def _box(head: bytes, position: int, end: int) -> Box | None:
    if len(head) < 8:
        return None
    size, header = int.from_bytes(head[:4], "big"), 8
    if size == 1 and len(head) == 16:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        size = end - position
    if size < header or position + size > end:
        return None
    return Box(kind=head[4:8], start=position, content=position + header, end=position + size)
