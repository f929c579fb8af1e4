"""A city at night: signs, windows, and both again in the wet street."""

import numpy as np
from PIL import ImageDraw

from generations.sandbox.brushes import (
    Array,
    blur,
    clouds,
    colour,
    disc,
    drawn_picture,
    glow,
    grid,
    mixed,
    noise,
    over,
    ramp,
    smooth,
    warp,
)
from generations.sandbox.scene import Canvas, Layer, Mood, Painting

_SIGNS = ((255, 45, 140), (40, 225, 255), (255, 170, 40), (150, 90, 255), (70, 255, 170))
_WINDOWS = ((255, 206, 120), (255, 220, 160), (120, 220, 255), (255, 130, 190))


def neon(canvas: Canvas, mood: Mood) -> Painting:
    """Paint a city at night with signs, windows and their reflection on a wet street."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    x, y = grid(width, height)
    horizon = 0.56 + 0.08 * float(dice.random())
    glare = mood.tint or ("#ff5a9a", "#37b7ff", "#b05aff", "#ff8a3a")[int(dice.integers(4))]
    zenith, low = mixed("#0a0a1e", glare, 0.06), mixed("#2a1650", glare, 0.45)
    picture = np.broadcast_to(
        ramp(y / horizon, [(0, zenith), (0.6, mixed(zenith, low, 0.4)), (1, low)]), (height, width, 3)
    )
    street = ramp((y - horizon) / (1 - horizon), [(0, mixed(low, "#0a0a1c", 0.55)), (1, "#06060f")])
    ground = (
        np.broadcast_to(street, (height, width, 3))
        + (noise(width, height, across=4, down=40, seed=mood.seed) * 0.03)[..., None]
    )
    base = np.where((y > horizon)[..., None], ground, picture)
    at = (canvas.across(0.35 + 0.3 * float(dice.random())), horizon)
    base = base + glow(x, y, at=at, aspect=canvas.aspect * 0.6, falloff=3.0)[..., None] * colour(glare) * np.float32(
        0.6
    )
    if dice.random() < 0.5:
        moon = disc(
            x, y, at=(canvas.across(0.15 + 0.7 * float(dice.random())), 0.16), radius=0.05, aspect=canvas.aspect
        )
        base = over(np.asarray(base, np.float32), colour("#f7eef4"), moon)
    layers = [Layer(np.asarray(np.clip(base, 0, 1), np.float32))]
    layers += [_street_side(canvas, mood, row, horizon, glare) for row in range(4)]
    if mood.has("rain"):
        layers.append(_rain(canvas, mood))
    return layers


def _street_side(canvas: Canvas, mood: Mood, row: int, horizon: float, glare: str) -> Layer:
    """Return one row of buildings, its glow, and both mirrored in the street."""
    width, height = canvas.width, canvas.height
    body = mixed(("#4a2f6e", "#2f2054", "#1a1436", "#0b0a1c")[row], glare, 0.16 - 0.04 * row)

    def draw(pen: ImageDraw.ImageDraw, wide: int, high: int) -> None:
        dice, foot, x = mood.dice(200 + row), int(high * horizon), -high // 20
        while x < wide:
            across = int(high * (0.045 + 0.07 * dice.random()) * (1 + 0.35 * row))
            # The street opens in the middle: near buildings stand at the sides only.
            middle = abs(((x + across / 2) / wide / canvas.view) % 1 - 0.5) * 2
            if not ((row == 3 and middle < 0.5) or (row == 2 and middle < 0.2)):
                tall = int(high * (0.14 + 0.04 * row + (0.1 + 0.06 * row) * middle + 0.24 * dice.random() ** 2))
                _building(pen, dice, (x, foot - tall, x + across, foot), row=row, body=body)
            x += across + (int(dice.integers(0, high // 18)) if row else 0)

    picture, alpha = drawn_picture(width, height, draw)
    lights = np.clip(picture.max(-1) - 0.38, 0, 1)[..., None] * picture * alpha[..., None]
    halo = blur(lights, height / 110) * 1.8 + blur(lights, height / 26) * 3.2
    strength = np.clip(halo.max(-1) * 1.5, 0, 1) * (1 - alpha)
    picture = np.where(
        alpha[..., None] > 0.02,
        picture + halo * 0.9,
        np.clip(halo / np.maximum(halo.max(-1, keepdims=True), 0.05), 0, 1),
    )
    alpha = np.clip(alpha + strength * 0.8, 0, 1)
    return _mirrored(
        canvas, mood, np.asarray(np.clip(picture, 0, 1), np.float32), alpha, horizon, depth=0.06 + 0.3 * row
    )


def _building(
    pen: ImageDraw.ImageDraw, dice: np.random.Generator, box: tuple[int, int, int, int], *, row: int, body: str
) -> None:
    left, top, right, foot = box
    pen.rectangle(box, fill=body)
    if dice.random() < 0.35:
        middle = (left + right) // 2
        pen.line([(middle, top - (foot - top) // 6), (middle, top)], fill=body, width=3)
    step, size = 10 + 6 * row, 4 + 2 * row
    lit, tint = 0.1 + 0.25 * dice.random(), _WINDOWS[int(dice.integers(4))]
    for y in range(top + step, foot - step, step):
        for x in range(left + step, right - step, step):
            if dice.random() < lit:
                dim = 0.4 + 0.6 * dice.random()
                tone = tint if dice.random() < 0.4 else _WINDOWS[0]
                pen.rectangle([x, y, x + size, y + size + 2], fill=tuple(int(part * dim) for part in tone))
    if row == 0:
        return
    for _ in range(int(dice.integers(0, 3))):
        _sign(pen, dice, (left, top, right, foot), row=row)
    if dice.random() < 0.3:
        pen.line([(left, top), (right, top)], fill=_SIGNS[int(dice.integers(len(_SIGNS)))], width=2 + row)


def _sign(pen: ImageDraw.ImageDraw, dice: np.random.Generator, box: tuple[int, int, int, int], *, row: int) -> None:
    """Draw one neon sign, upright or lying, on a building's front."""
    left, top, right, foot = box
    tone = _SIGNS[int(dice.integers(len(_SIGNS)))]
    wide, high = right - left, foot - top
    is_upright = dice.random() < 0.65
    across = int(wide * (0.22 if is_upright else 0.6))
    down = int(high * (0.3 + 0.25 * dice.random())) if is_upright else int(wide * 0.28)
    x, y = (
        left + int(wide * (0.1 + (0.5 if is_upright else 0.15) * dice.random())),
        top + int(high * (0.08 + 0.35 * dice.random())),
    )
    pen.rounded_rectangle(
        [x, y, x + across, y + down], 6, outline=tone, width=2 + row, fill=tuple(part // 5 for part in tone)
    )
    gap = 12 + 3 * row
    for bar in range(y + gap, y + down - gap // 2, gap):
        length = 0.3 + 0.7 * dice.random()
        pen.line([(x + 7, bar), (x + 7 + (across - 14) * length, bar)], fill=tone, width=3 + row)


def _mirrored(canvas: Canvas, mood: Mood, picture: Array, alpha: Array, horizon: float, *, depth: float) -> Layer:
    """Return the layer with everything above the horizon mirrored below it, drawn out and rippled."""
    width, height = canvas.width, canvas.height
    foot = int(height * horizon)
    below = height - foot
    rows = np.clip(foot - 1 - (np.arange(below) * 0.9).astype(np.int32), 0, foot - 1)
    ripple = (
        (clouds(width, below, across=10 * canvas.aspect, down=60, seed=mood.seed + 5, octaves=3) - 0.5) * height / 16
    )
    ripple = ripple * np.linspace(0.2, 1, below, dtype=np.float32)[:, None]
    still = np.zeros((1, 1), np.float32)
    mirror, cover = warp(picture[rows], ripple, still), warp(alpha[rows], ripple, still)
    mirror, cover = _drawn_out(mirror), _drawn_out(cover)
    fade = np.linspace(0.85, 0.3, below, dtype=np.float32)[:, None]
    puddles = 0.55 + 0.6 * clouds(width, below, across=5, down=26, seed=mood.seed + 21, octaves=3)
    picture[foot:], alpha[foot:] = mirror, cover * np.clip(fade * puddles, 0, 1)
    return Layer(picture, alpha, depth=depth)


def _drawn_out(field: Array) -> Array:
    """Return the field smeared downwards, as wet ground does."""
    total = field.copy()
    for distance in (3, 6, 10, 15, 21):
        total[distance:] += field[:-distance]
        total[:distance] += field[:distance]
    return np.asarray(total / 6, np.float32)


def _rain(canvas: Canvas, mood: Mood) -> Layer:
    field = noise(canvas.width, canvas.height, across=canvas.width / 3, down=canvas.height / 60, seed=mood.seed + 61)
    picture = np.broadcast_to(colour("#cfe0ff"), (canvas.height, canvas.width, 3))
    return Layer(np.asarray(picture), smooth(0.86, 1.0, field) * 0.22, depth=0.2, sway=(0.0, 0.5, 0.7, 0.0))
