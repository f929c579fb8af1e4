"""Format and pixel size of a picture from its first bytes, without an imaging library.

The server process never loads one: that keeps it small while it idles. The drawing processes decode in earnest.
"""

import dataclasses
import struct


@dataclasses.dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says. Units: pixels."""

    format: str
    width: int
    height: int
    has_alpha: bool = False


def read_image_facts(content: bytes) -> ImageFacts | None:
    """Return the facts of a png, jpeg, webp, gif, bmp or tiff file, or None for anything else."""
    try:
        for magic, reader in _READERS:
            if content.startswith(magic):
                return reader(content)
    except (struct.error, IndexError, ValueError):
        return None
    return None


def _read_png(content: bytes) -> ImageFacts | None:
    if content[12:16] != b"IHDR":
        return None
    width, height, _, colour = struct.unpack(">IIBB", content[16:26])
    return ImageFacts("png", width, height, colour in (4, 6) or b"tRNS" in content[:4096])


def _read_jpeg(content: bytes) -> ImageFacts | None:
    position = 2
    while position < len(content):
        while content[position] == 0xFF:
            position += 1
        marker = content[position]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 4 : position + 8])
            return ImageFacts("jpeg", width, height)
        if marker in (0xD9, 0xDA):
            return None
        (length,) = struct.unpack(">H", content[position + 1 : position + 3])
        position += 1 + length
        if content[position] != 0xFF:
            return None
    return None


def _read_webp(content: bytes) -> ImageFacts | None:
    kind = content[12:16]
    if content[8:12] != b"WEBP":
        return None
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return ImageFacts("webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return ImageFacts("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1))
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        height = int.from_bytes(content[27:30], "little") + 1
        return ImageFacts("webp", width, height, bool(content[20] & 0x10))
    return None


def _read_gif(content: bytes) -> ImageFacts | None:
    width, height = struct.unpack("<HH", content[6:10])
    return ImageFacts("gif", width, height)


def _read_bmp(content: bytes) -> ImageFacts | None:
    width, height = struct.unpack("<ii", content[18:26])
    return ImageFacts("bmp", width, abs(height))


def _read_tiff(content: bytes) -> ImageFacts | None:
    order = "<" if content[:2] == b"II" else ">"
    (start,) = struct.unpack(order + "I", content[4:8])
    (count,) = struct.unpack(order + "H", content[start : start + 2])
    sides: dict[int, int] = {}
    for entry in range(start + 2, start + 2 + count * 12, 12):
        tag, kind = struct.unpack(order + "HH", content[entry : entry + 4])
        if tag in (256, 257):
            width = "H" if kind == 3 else "I"
            sides[tag] = struct.unpack(order + width, content[entry + 8 : entry + (10 if kind == 3 else 12)])[0]
    return ImageFacts("tiff", sides[256], sides[257]) if len(sides) == 2 else None


_READERS = (
    (b"\x89PNG\r\n\x1a\n", _read_png),
    (b"\xff\xd8\xff", _read_jpeg),
    (b"RIFF", _read_webp),
    (b"GIF8", _read_gif),
    (b"BM", _read_bmp),
    (b"II*\x00", _read_tiff),
    (b"MM\x00*", _read_tiff),
)
