"""Recipes in PNG: text chunks right behind the header.

Source: https://www.w3.org/TR/png-3/#11textinfo
"""

from __future__ import annotations

import os
import struct
import zlib
from typing import BinaryIO

from generations.media.containers import PNG_SIGNATURE, png_chunks
from generations.media.recipe import xmp
from generations.media.recipe.label import FIELD
from generations.media.recipe.splicing import Part, Stretch, UnsupportedFileError
from generations.media.recipe.words import MOST_BYTES, Inscription, RecipeUnreadableError

RECIPE_KEYWORD = "studio-recipe"
XMP_KEYWORD = "XML:com.adobe.xmp"
_TEXTS = frozenset({b"iTXt", b"tEXt", b"zTXt"})


def written(file: BinaryIO, inscription: Inscription) -> list[Part]:
    """Return the parts of the picture with texts added; none that is there is changed, but an XMP packet joined.

    Raises: UnsupportedFileError.
    """
    end = file.seek(0, os.SEEK_END)
    texts = [chunk for chunk in png_chunks(file) if chunk[0] in _TEXTS]
    packets = [chunk for chunk in texts if _keyword(file, chunk) == XMP_KEYWORD]
    labelled = any(_keyword(file, chunk) == FIELD for chunk in texts)
    header_end = len(PNG_SIGNATURE) + 12 + 13
    added = [("Description", inscription.description), (RECIPE_KEYWORD, inscription.recipe)]
    if not labelled:
        added.append((FIELD, inscription.label))
    fresh = b"".join(_text_chunk(keyword, text.encode()) for keyword, text in added if text)
    if not packets:
        packet = xmp.packet(inscription, has_recipe=False)
        return [
            Stretch(0, header_end),
            fresh + _text_chunk(XMP_KEYWORD, packet),
            Stretch(header_end, end - header_end),
        ]
    kind, start, length = packets[0]
    earlier = _content(file, kind, start, length)
    joined = _text_chunk(XMP_KEYWORD, xmp.packet(inscription, earlier=earlier, has_recipe=False))
    behind = start + length + 4
    return [
        Stretch(0, header_end),
        fresh,
        Stretch(header_end, start - 8 - header_end),
        joined,
        Stretch(behind, end - behind),
    ]


def read(file: BinaryIO) -> str:
    """Return the text of the recipe, or nothing.

    Raises: RecipeUnreadableError for one that is longer than any of ours.
    """
    for kind, start, length in png_chunks(file):
        if kind not in _TEXTS:
            continue
        keyword = _keyword(file, (kind, start, length))
        if keyword == RECIPE_KEYWORD:
            return _content(file, kind, start, length, most=MOST_BYTES).decode("utf-8", "replace")
        if keyword == XMP_KEYWORD and length <= xmp.MOST_BYTES:
            try:
                found = xmp.find_recipe(_content(file, kind, start, length))
            except RecipeUnreadableError:
                continue
            if found:
                return found
    return ""


def _keyword(file: BinaryIO, chunk: tuple[bytes, int, int]) -> str:
    _kind, start, length = chunk
    file.seek(start)
    return file.read(min(80, length)).split(b"\0", 1)[0].decode("latin-1")


def _content(file: BinaryIO, kind: bytes, start: int, length: int, *, most: int = xmp.MOST_BYTES) -> bytes:
    """Return the text of a chunk, unpacked as far as the limit reaches. Raises: RecipeUnreadableError beyond it."""
    if length > most + 1024:
        raise RecipeUnreadableError
    file.seek(start)
    _keyword_part, _nul, rest = file.read(length).partition(b"\0")
    if kind == b"tEXt":
        return rest.decode("latin-1").encode()
    if kind == b"zTXt":
        return _unpacked(rest[1:], most=most)
    is_packed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.split(b"\0", 2)[-1]
    return _unpacked(text, most=most) if is_packed else text


def _unpacked(content: bytes, *, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(content, most)
    except zlib.error:
        raise RecipeUnreadableError from None
    if unpacking.unconsumed_tail:
        raise RecipeUnreadableError
    return found


def _text_chunk(keyword: str, text: bytes) -> bytes:
    """Return an international text, uncompressed, so that any editor shows it."""
    content = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.replace(b"\0", b"")
    if len(content) > xmp.MOST_BYTES + 1024:
        raise UnsupportedFileError("its texts are too long")
    return struct.pack(">I", len(content)) + b"iTXt" + content + struct.pack(">I", zlib.crc32(b"iTXt" + content))
