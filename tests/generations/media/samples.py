"""Small files of every kind, drawn on the spot, and the ways in which they get damaged."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path

import av
from PIL import Image


@lru_cache
def picture(
    kind: str = "PNG", *, width: int = 640, height: int = 400, mode: str = "RGB", orientation: int = 1
) -> bytes:
    """A grainy picture, so that its bytes are many and each of them matters."""
    image = Image.effect_noise((width, height), 60).convert(mode)
    buffer = io.BytesIO()
    more = {}
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif[0x010F] = "Camera of a private person"
        more["exif"] = exif
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def png_declaring(width: int, height: int) -> bytes:
    """A PNG whose header promises a size that its few bytes do not hold."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(bytes(99))) + part(b"IEND", b"")


@lru_cache
def clip(
    kind: str = "mp4",
    *,
    width: int = 320,
    height: int = 180,
    frames: int = 48,
    black_frames: int = 0,
    has_sound: bool = True,
    is_streamable: bool = False,
) -> bytes:
    """A clip at 24 frames a second; each frame is of one colour, the first ones black if asked for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"clip.{kind}"
        options = {"movflags": "faststart"} if is_streamable else {}
        with av.open(str(path), "w", format=kind, options=options) as container:
            film = container.add_stream("libx264", rate=24)
            film.width, film.height, film.pix_fmt = width, height, "yuv420p"
            sound = container.add_stream("aac", rate=48_000, layout="mono") if has_sound else None
            for place in range(frames):
                colour = (0, 0, 0) if place < black_frames else (90 + place, 60, 200 - place)
                container.mux(film.encode(av.VideoFrame.from_image(Image.new("RGB", (width, height), colour))))
            container.mux(film.encode())
            if sound is not None:
                for place in range(frames * 2):
                    hush = av.AudioFrame(format="fltp", layout="mono", samples=1000)
                    hush.rate, hush.pts = 48_000, place * 1000
                    hush.planes[0].update(bytes(hush.planes[0].buffer_size))
                    container.mux(sound.encode(hush))
                container.mux(sound.encode())
        return path.read_bytes()


@lru_cache
def wave(*, seconds: float = 3.0) -> bytes:
    """Silence in WAV, 8,000 samples a second."""
    content = bytes(int(seconds * 8000) * 2)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16_000, 2, 16)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body
