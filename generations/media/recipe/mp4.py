"""Recipes in MP4 and QuickTime clips: named texts in the index (`moov`), the film itself untouched.

The index grows, so that what stands behind it moves: its tables of offsets are moved along. Written by name
(`keys`), as FFmpeg does with `use_metadata_tags`; into a list in the older style, as items with names of their own.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from generations.media.recipe import boxes
from generations.media.recipe.boxes import Box
from generations.media.recipe.label import FIELD
from generations.media.recipe.splicing import Part, Stretch, UnsupportedFileError
from generations.media.recipe.words import MOST_BYTES, Inscription, RecipeUnreadableError

RECIPE_KEY = "studio-recipe"
# The index of an hour of film has about four megabytes.
MOST_INDEX_BYTES = 64 * 1024 * 1024
MOST_KEYS = 1_000
_HANDLER = b"\0" * 8 + b"mdta" + b"\0" * 13
_MEAN = "com.apple.iTunes"
# What holds absolute offsets that are not moved here; clips of generators have none of it.
_IMMOVABLE = frozenset({b"moof", b"mfra", b"sidx", b"uuid"})
_TABLES = {b"stco": (">I", 4, 0xFFFFFFFF), b"co64": (">Q", 8, 0xFFFFFFFFFFFFFFFF)}


def written(file: BinaryIO, inscription: Inscription) -> list[Part]:
    """Return the parts of the clip, its index with label, description and recipe.

    Raises: UnsupportedFileError.
    """
    end = file.seek(0, os.SEEK_END)
    tops = list(boxes.top_boxes(file))
    index = next((box for box in tops if box.kind == b"moov"), None)
    if index is None or index.end - index.start > MOST_INDEX_BYTES or any(box.kind in _IMMOVABLE for box in tops):
        raise UnsupportedFileError("its index cannot be extended")
    file.seek(index.content)
    content = bytearray(file.read(index.end - index.content))
    fresh = _with_texts(content, inscription)
    head = struct.pack(">I", len(fresh) + 8) + b"moov"
    growth = len(head) + len(fresh) - (index.end - index.start)
    _move_offsets(fresh, growth=growth, behind=index.start)
    return [Stretch(0, index.start), head + bytes(fresh), Stretch(index.end, end - index.end)]


def read(file: BinaryIO) -> str:
    """Return the text of the recipe, or nothing.

    Raises: RecipeUnreadableError for one that is longer than any of ours.
    """
    index = next((box for box in boxes.top_boxes(file) if box.kind == b"moov"), None)
    if index is None or index.end - index.content > MOST_INDEX_BYTES:
        return ""
    file.seek(index.content)
    content = file.read(index.end - index.content)
    meta = _meta(content, _whole(content))
    for name, value in _texts(content, meta) if meta else ():
        if name == RECIPE_KEY.encode():
            if value.end - value.content > MOST_BYTES + 8:
                raise RecipeUnreadableError
            return content[value.content + 8 : value.end].decode("utf-8", "replace")
    return ""


def _with_texts(content: bytearray, inscription: Inscription) -> bytearray:
    """Return the content of the index with our texts in its user data."""
    whole = _whole(content)
    user_data = boxes.child(content, whole, b"udta")
    meta = boxes.child(content, user_data, b"meta") if user_data else None
    known = {name for name, _value in _texts(content, meta)} if meta else set()
    texts = {RECIPE_KEY: inscription.recipe}
    if FIELD.encode() not in known:
        texts[FIELD] = inscription.label
    if b"description" not in known and inscription.description:
        texts["description"] = inscription.description
    if meta is None:
        made = boxes.make(b"meta", bytes(4) + boxes.make(b"hdlr", _HANDLER) + _by_name(texts, 0))
    else:
        made = _joined(content, meta, texts)
    inner = bytes(content[user_data.content : user_data.end]) if user_data else b""
    if user_data and meta:
        inner = bytes(content[user_data.content : meta.start]) + bytes(content[meta.end : user_data.end])
    before = bytes(content[: user_data.start]) if user_data else bytes(content)
    after = bytes(content[user_data.end :]) if user_data else b""
    return bytearray(before + boxes.make(b"udta", _open_ended(inner) + made) + after)


def _open_ended(inner: bytes) -> bytes:
    """Return user data without the zeros that may end it in QuickTime files: nobody looks behind them."""
    end = max((box.end for box in boxes.inner_boxes(inner, 0, len(inner))), default=0)
    return inner if any(inner[end:]) else inner[:end]


def _joined(content: bytearray, meta: Box, texts: dict[str, str]) -> bytes:
    """Return the metadata box with our texts behind those that are there."""
    inside = boxes.meta_children(content, meta)
    keys, items = inside.get(b"keys"), inside.get(b"ilst")
    first = min((box.start for box in inside.values()), default=meta.end)
    head = bytes(content[meta.content : first])
    kept = b"".join(
        bytes(content[box.start : box.end]) for kind, box in inside.items() if kind not in {b"keys", b"ilst"}
    )
    old_items = bytes(content[items.content : items.end]) if items else b""
    if keys is None:
        return boxes.make(b"meta", head + kept + boxes.make(b"ilst", old_items + _by_mean(texts)))
    count = int.from_bytes(content[keys.content + 4 : keys.content + 8], "big")
    old_keys = bytes(content[keys.content + 8 : keys.end])
    return boxes.make(b"meta", head + kept + _by_name(texts, count, old_keys=old_keys, old_items=old_items))


def _by_name(texts: dict[str, str], count: int, *, old_keys: bytes = b"", old_items: bytes = b"") -> bytes:
    """Return the table of names and the list of values, in the style that has both."""
    names = b"".join(boxes.make(b"mdta", name.encode()) for name in texts)
    keys = boxes.make(b"keys", struct.pack(">II", 0, count + len(texts)) + old_keys + names)
    items = b"".join(
        boxes.make(struct.pack(">I", count + place), boxes.text_data(text))
        for place, text in enumerate(texts.values(), start=1)
    )
    return keys + boxes.make(b"ilst", old_items + items)


def _by_mean(texts: dict[str, str]) -> bytes:
    """Return items that carry their names themselves, in the older style."""
    return b"".join(
        boxes.make(
            b"----",
            boxes.make(b"mean", bytes(4) + _MEAN.encode())
            + boxes.make(b"name", bytes(4) + name.encode())
            + boxes.text_data(text),
        )
        for name, text in texts.items()
    )


def _move_offsets(content: bytearray, *, growth: int, behind: int) -> None:
    """Add the growth to every offset of a piece of film that stands behind the index.

    Raises: UnsupportedFileError for one that would no longer fit into its table.
    """
    if any(_tables(content, kind=b"saio")):
        raise UnsupportedFileError("it has offsets of another kind")
    for kind, (form, width, most) in _TABLES.items():
        for table in _tables(content, kind=kind):
            count = int.from_bytes(content[table.content + 4 : table.content + 8], "big")
            start = table.content + 8
            if start + count * width > table.end:
                raise UnsupportedFileError("a table is cut off")
            for position in range(start, start + count * width, width):
                (offset,) = struct.unpack_from(form, content, position)
                moved = offset + growth if offset > behind else offset
                if moved > most:
                    raise UnsupportedFileError("it is too large for its table")
                struct.pack_into(form, content, position, moved)


def _tables(content: bytearray, *, kind: bytes) -> Iterator[Box]:
    for track in boxes.inner_boxes(content, 0, len(content)):
        found: Box | None = track if track.kind == b"trak" else None
        for name in (b"mdia", b"minf", b"stbl"):
            found = boxes.child(content, found, name) if found else None
        for table in boxes.inner_boxes(content, found.content, found.end) if found else ():
            if table.kind == kind:
                yield table


def _meta(content: bytes, whole: Box) -> Box | None:
    user_data = boxes.child(content, whole, b"udta")
    return (boxes.child(content, user_data, b"meta") if user_data else None) or boxes.child(content, whole, b"meta")


def _texts(content: bytes | bytearray, meta: Box) -> Iterator[tuple[bytes, Box]]:
    """Yield the names and the values (`data` boxes) of the texts, in either style."""
    inside = boxes.meta_children(content, meta)
    keys, items = inside.get(b"keys"), inside.get(b"ilst")
    if items is None:
        return
    names = (
        [bytes(content[box.content : box.end]) for box in boxes.inner_boxes(content, keys.content + 8, keys.end)][
            :MOST_KEYS
        ]
        if keys
        else []
    )
    for item in boxes.inner_boxes(content, items.content, items.end):
        value = boxes.child(content, item, b"data")
        number = int.from_bytes(item.kind, "big")
        name = boxes.child(content, item, b"name") if item.kind == b"----" else None
        if value is None:
            continue
        if name is not None:
            yield bytes(content[name.content + 4 : name.end]), value
        elif 1 <= number <= len(names):
            yield names[number - 1], value


def _whole(content: bytes | bytearray) -> Box:
    return Box(kind=b"moov", start=0, content=0, end=len(content))
