"""Noise, colour ramps, soft edges and anti-aliased shapes: what every manner of painting is made of.

Pictures are float32 arrays of shape (height, width, 3) from 0 to 1; fields have shape (height, width).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Array = npt.NDArray[np.floating[Any]]
Stops = Sequence[tuple[float, str]]


def colour(code: str) -> Array:
    """Return ``#rrggbb`` as three numbers."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def code_of(rgb: Array) -> str:
    """Return three numbers as ``#rrggbb``."""
    return "#" + "".join(f"{round(float(np.clip(part, 0, 1)) * 255):02x}" for part in rgb)


def mixed(first: str, second: str, share: float) -> str:
    """Return the colour between two, ``share`` of the way to the second."""
    return code_of(colour(first) * (1 - share) + colour(second) * share)


def ramp(field: Array, stops: Stops) -> Array:
    """Return the picture of a field through a colour ramp; blended in linear light, where mixtures stay clear."""
    places = [place for place, _ in stops]
    linear = np.array([colour(code) ** 2.2 for _, code in stops])
    steps = np.linspace(0, 1, 1024)
    table = np.stack([np.interp(steps, places, linear[:, i]) for i in range(3)], -1) ** (1 / 2.2)
    return np.asarray(table.astype(np.float32)[(np.clip(field, 0, 1) * 1023).astype(np.int16)])


def smooth(low: float, high: float, field: Array) -> Array:
    """Return a soft step from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def grid(width: int, height: int) -> tuple[Array, Array]:
    """Return x and y from 0 to 1 for every pixel; they broadcast, so they cost nothing."""
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return x, y


def noise(width: int, height: int, *, across: float, down: float, seed: int) -> Array:
    """Return smooth noise with so many bumps across and down, from 0 to 1."""
    columns, rows = int(np.ceil(across)) + 3, int(np.ceil(down)) + 3
    lattice = np.random.default_rng(seed).random((rows, columns), dtype=np.float32)
    box = (1.0, 1.0, 1.0 + max(across, 0.01), 1.0 + max(down, 0.01))
    image = Image.fromarray(lattice).resize((width, height), Image.Resampling.BICUBIC, box=box)
    return np.asarray(np.clip(np.asarray(image), 0, 1), np.float32)


def clouds(width: int, height: int, *, across: float, down: float, seed: int, octaves: int = 5) -> Array:
    """Return fractal noise, from 0 to 1."""
    total, weight, strength = np.zeros((height, width), np.float32), 0.0, 0.5
    for octave in range(octaves):
        scale = 2**octave
        total += strength * noise(width, height, across=across * scale, down=down * scale, seed=seed + 13 * octave)
        weight += strength
        strength /= 2
    return np.asarray(total / np.float32(weight))


def ridge(width: int, *, bumps: float, seed: int, octaves: int = 5) -> Array:
    """Return a one-dimensional fractal line, from 0 to 1."""
    return np.asarray(clouds(width, 2, across=bumps, down=1, seed=seed, octaves=octaves)[0])


def blur(field: Array, radius: float) -> Array:
    """Return a field or picture, blurred. Units: pixels."""
    if radius < 0.3:
        return field
    image = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def warp(picture: Array, dx: Array, dy: Array) -> Array:
    """Return the picture with every pixel taken from a place (dx, dy) pixels away."""
    height, width = picture.shape[:2]
    columns = np.clip(np.arange(width, dtype=np.float32)[None, :] + dx, 0, width - 1).astype(np.int32)
    rows = np.clip(np.arange(height, dtype=np.float32)[:, None] + dy, 0, height - 1).astype(np.int32)
    return np.asarray(picture[rows, columns])


def over(below: Array, above: Array, alpha: Array) -> Array:
    """Return one picture (or plain colour) laid over another with a coverage field."""
    cover = np.clip(alpha, 0, 1)[..., None]
    return np.asarray(below * (1 - cover) + above * cover, np.float32)


def glow(x: Array, y: Array, *, at: tuple[float, float], aspect: float, falloff: float) -> Array:
    """Return light around a point; ``aspect`` is width/height."""
    distance = np.hypot((x - at[0]) * aspect, y - at[1])
    return np.asarray(np.exp(-distance * falloff), np.float32)


def disc(x: Array, y: Array, *, at: tuple[float, float], radius: float, aspect: float) -> Array:
    """Return a soft-edged disc. Units: radius in heights."""
    distance = np.hypot((x - at[0]) * aspect, y - at[1])
    return smooth(radius * 1.03, radius * 0.97, np.asarray(distance, np.float32))


def stars(width: int, height: int, *, seed: int, share: float = 0.0006) -> Array:
    """Return a field of stars of different brightness."""
    rng = np.random.default_rng(seed)
    field = np.zeros((height, width), np.float32)
    count = max(8, int(width * height * share))
    rows, columns = rng.integers(0, height, count), rng.integers(0, width, count)
    field[rows, columns] = rng.random(count, dtype=np.float32) ** 2 * 0.8 + 0.2
    return np.asarray(np.clip(blur(field, 0.55) * 1.7 + blur(field, 1.6) * 1.5, 0, 1), np.float32)


def drawn_mask(width: int, height: int, draw: Callable[[ImageDraw.ImageDraw, int, int], None]) -> Array:
    """Return coverage drawn with shapes at twice the size, so that edges are soft."""
    image = Image.new("L", (width * 2, height * 2), 0)
    draw(ImageDraw.Draw(image), width * 2, height * 2)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32) / 255


def drawn_picture(
    width: int, height: int, draw: Callable[[ImageDraw.ImageDraw, int, int], None]
) -> tuple[Array, Array]:
    """Return colours and coverage drawn with shapes at twice the size."""
    image = Image.new("RGBA", (width * 2, height * 2), (0, 0, 0, 0))
    draw(ImageDraw.Draw(image), width * 2, height * 2)
    # Premultiplied while shrinking, or edges would take on the black of the empty ground.
    small = np.asarray(image.convert("RGBa").resize((width, height), Image.Resampling.BOX), np.float32) / 255
    alpha = small[..., 3]
    return np.asarray(small[..., :3] / np.maximum(alpha, 1 / 255)[..., None]), alpha
