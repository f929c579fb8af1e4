"""Files from outside whose metadata mean harm: bounded work, a clear no, nothing believed."""

from __future__ import annotations

import io
import json
import resource
import struct
import tracemalloc
import zlib
from typing import Any

import pytest

from generations.media.recipe import boxes, mp4
from generations.media.recipe.inscribing import find_recipe
from generations.media.recipe.words import FORMAT, RecipeUnreadableError, read_recipe
from tests.generations.media import samples

MEGABYTE = 1024 * 1024
PICTURE = samples.picture("PNG")
HEADER = PICTURE[:33]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(*chunks: bytes) -> io.BytesIO:
    return io.BytesIO(HEADER + b"".join(chunks) + PICTURE[33:])


def recipe(**more: Any) -> str:
    return json.dumps({"format": FORMAT, "model": "m", "kind": "image", "prompt": "p", **more})


def peak_of(file: io.BytesIO) -> int:
    """Return how many bytes reading took at most, whether it ended well or not."""
    tracemalloc.start()
    try:
        with pytest.raises(RecipeUnreadableError):
            find_recipe(file)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_text_of_a_hundred_megabytes_is_not_read() -> None:
    bomb = png_with(chunk(b"iTXt", b"studio-recipe\0\0\0\0\0" + b"{" * (100 * MEGABYTE)))

    assert peak_of(bomb) < MEGABYTE


@pytest.mark.parametrize(
    "head", [b"studio-recipe\0\1\0\0\0", b"studio-recipe\0\0"], ids=["international", "compressed"]
)
def test_a_text_that_unpacks_to_gigabytes_is_given_up(head: bytes) -> None:
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(bytes(MEGABYTE)) for _ in range(180)) + packing.flush()
    kind = b"zTXt" if head.endswith(b"e\0\0") else b"iTXt"

    assert peak_of(png_with(chunk(kind, head + packed))) < 2 * MEGABYTE


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 40_000,
        "{",
        "[]",
        "null",
        '{"format": "another/1"}',
        recipe() + "x",
        recipe(prompt="x" * 300_000),
        '{"format": "' + FORMAT + '", "parameters": {"seed": NaN}}',
        '{"format": "' + FORMAT + '", "parameters": {"seed": ' + "9" * 5_000 + "}}",
    ],
    ids=["lists", "objects", "cut", "list", "null", "format", "rest", "long", "nan", "digits"],
)
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeUnreadableError):
        read_recipe(text)


def test_of_what_a_recipe_claims_only_plain_values_are_kept() -> None:
    found = read_recipe(
        recipe(
            model={"evil": 1},
            prompt="a\x00b\ud800c",
            parameters={"a": [1], "b": {"c": 1}, "d": "x" * 600, "e" * 90: 1, "ok": 1, "yes": True, "none": None},
            inputs=[3, {"role": 7, "asset": "../../etc"}, {"role": "mask", "asset": "x" * 9_000}],
            generation="1 OR 1=1",
        )
    )

    assert (found.model, found.prompt, found.generation_id) == ("", "abc", None)
    assert found.parameters == {"ok": 1, "yes": True}
    assert [(one.role, one.asset_id) for one in found.inputs] == [("", None), ("mask", None)]


def test_ten_thousand_settings_are_cut_down() -> None:
    found = read_recipe(recipe(parameters={f"p{number}": 1 for number in range(10_000)}))

    assert len(found.parameters) == 100


def test_entities_of_xml_are_never_resolved() -> None:
    packet = (
        '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f"<studio:recipe>{recipe(prompt='&b;&f;')}</studio:recipe>"
    )
    found = find_recipe(png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())))

    assert found is not None
    assert found.prompt == "&b;&f;"


def test_boxes_within_boxes_without_end_are_not_followed() -> None:
    content = b""
    for _level in range(100_000):
        content = (
            struct.pack(">I", len(content) + 8 & 0xFFFFFFFF) + b"udta"
            if len(content) > MEGABYTE
            else (boxes.make(b"udta", content))
        )
    file = io.BytesIO(boxes.make(b"ftyp", b"isom" + bytes(4)) + boxes.make(b"moov", content))

    assert mp4.read(file) == ""


def test_a_box_that_claims_more_than_there_is_ends_the_walk() -> None:
    for size in (0, 1, 7, 0xFFFFFFFF):
        file = io.BytesIO(boxes.make(b"ftyp", b"isom" + bytes(4)) + struct.pack(">I", size) + b"moov" + bytes(8))
        assert find_recipe(file) is None


def test_an_index_of_a_gigabyte_is_not_read() -> None:
    class Large(io.BytesIO):
        """Says that it has a gigabyte, and would notice if somebody wanted it."""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 2**30 if whence == 2 else super().seek(offset)

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 <= size <= 64
            return super().read(size)

    head = boxes.make(b"ftyp", b"isom" + bytes(4))
    file = Large(head + struct.pack(">I", 2**30 - len(head)) + b"moov")

    assert mp4.read(file) == ""


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_files_cut_off_anywhere_carry_no_recipe_and_harm_nobody(kind: str) -> None:
    content = samples.picture(kind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for end in (0, 1, 8, 12, 20, 33, 40, len(content) // 2, len(content) - 1):
        assert find_recipe(io.BytesIO(content[:end])) is None

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
