"""A meadow: an animal running through it, or the meadow itself in bloom."""

import numpy as np
from PIL import ImageDraw

from generations.sandbox.brushes import (
    Array,
    clouds,
    colour,
    drawn_mask,
    drawn_picture,
    grid,
    mixed,
    over,
    ramp,
    ridge,
    smooth,
)
from generations.sandbox.manners.land import sky
from generations.sandbox.palette import choose_palette
from generations.sandbox.scene import Canvas, Layer, Mood, Painting

_COATS = {
    "dog": ("#c9935a", "#8a5a30", "#fbeedd"),
    "fox": ("#d95b28", "#8f3414", "#fff1e2"),
    "bear": ("#8a6248", "#5c3d2b", "#e9cfae"),
    "rabbit": ("#cfc5bd", "#9d9189", "#ffffff"),
    # Last, because the Chinese word for a panda ends with the one for a cat.
    "cat": ("#e88934", "#be601e", "#ffecd0"),
}
_OTHER_COATS = (("#8b8f98", "#5d626c", "#f0f0ee"), ("#3a3a44", "#22222a", "#f2efe8"), ("#efe3cf", "#c9b596", "#fffaf0"))


def creature(canvas: Canvas, mood: Mood) -> Painting:
    """Paint an animal running through a meadow; its legs take turns in a clip."""
    dice, light = mood.dice(), mood.light
    kind = next((name for name in _COATS if mood.has(name)), "cat")
    coat = _COATS[kind] if mood.has("ginger") or dice.random() < 0.7 else _OTHER_COATS[int(dice.integers(3))]
    sun = (0.12 + 0.76 * float(dice.random()), 0.14 + 0.1 * float(dice.random()))
    layers = [sky(canvas, mood, horizon=0.62, sun=sun, radius=0.06)]
    layers += _hills(canvas, mood, lines=(0.58, 0.66, 0.76))
    place, foot = canvas.across(0.4 + 0.14 * float(dice.random())), 0.84
    x, y = grid(canvas.width, canvas.height)
    shade = np.exp(-(((x - place) * canvas.aspect / 0.34) ** 2 + ((y - foot) / 0.025) ** 2)) * 0.4
    dark = np.broadcast_to(colour(mixed(light.shade, "#1c2b16", 0.5)), (canvas.height, canvas.width, 3))
    layers.append(Layer(np.asarray(dark), np.asarray(shade, np.float32)))
    scale = min(1.0, canvas.aspect * canvas.view / 1.25)
    picture, alpha = drawn_picture(
        canvas.width, canvas.height, lambda pen, w, h: _animal(pen, (place * w, foot * h, h / 100 * scale), kind, coat)
    )
    layers.append(Layer(_lit(picture, light.is_dark, light.haze), alpha, sway=(0.0, 0.008, 0.6, 0.0)))
    grass = mixed(mood.tint or "#4f8f3c", light.shade, 0.55 if light.is_dark else 0.15)
    layers.append(_blades(canvas, mood, tone=grass))
    return layers


def _lit(picture: Array, is_dark: bool, haze: str) -> Array:
    return np.asarray(picture * (0.55 * np.float32(1) + 0.25 * colour(haze)) if is_dark else picture, np.float32)


def _hills(canvas: Canvas, mood: Mood, *, lines: tuple[float, ...]) -> list[Layer]:
    """Return meadows one behind the other, with the bloom of distance."""
    light, layers = mood.light, []
    _x, y = grid(canvas.width, canvas.height)
    green = mixed(mood.tint or "#6aa04a", light.shade, 0.6 if light.is_dark else 0.12)
    for index, line in enumerate(lines):
        near = index / max(1, len(lines) - 1)
        crest = (
            line
            + 0.05
            * (
                ridge(canvas.width, bumps=(0.9 + 0.5 * index) * canvas.aspect, seed=mood.seed + 20 + index, octaves=3)
                - 0.5
            )
            * 2
        )
        tufts = clouds(
            canvas.width,
            canvas.height,
            across=70 * canvas.aspect,
            down=26 + 20 * index,
            seed=mood.seed + 31 + index,
            octaves=2,
        )
        depth = y - crest[None, :]
        tone = np.clip(tufts * 1.2 - 0.25 + (0.22 - depth), 0, 1)
        picture = ramp(
            np.asarray(tone, np.float32),
            [
                (0, mixed(green, light.shade, 0.4)),
                (0.6, green),
                (1, mixed(green, "#f3e9a0" if not light.is_dark else light.haze, 0.5)),
            ],
        )
        picture = over(picture, colour(light.haze), np.full(picture.shape[:2], (1 - near) * 0.5, np.float32))
        layers.append(Layer(picture, smooth(-0.003, 0.003, depth), depth=0.2 + 0.6 * near))
    return layers


def _blades(canvas: Canvas, mood: Mood, *, tone: str) -> Layer:
    dice = mood.dice(7)

    def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
        for _ in range(int(620 * canvas.aspect)):
            x, y = dice.random() * width, height * (0.87 + 0.2 * dice.random())
            length = height * (0.03 + 0.09 * dice.random())
            pen.line(
                [(x, y), (x + (dice.random() - 0.5) * length * 0.7, y - length)], fill=255, width=max(2, height // 400)
            )

    mask = drawn_mask(canvas.width, canvas.height, draw)
    picture = np.broadcast_to(colour(tone), (canvas.height, canvas.width, 3))
    return Layer(np.asarray(picture), mask * 0.85, depth=1.0)


def _animal(pen: ImageDraw.ImageDraw, at: tuple[float, float, float], kind: str, coat: tuple[str, str, str]) -> None:
    cx, by, u = at
    fur, dark, pale = coat
    if kind == "rabbit":
        pen.ellipse([cx - 30 * u, by - 30 * u, cx - 20 * u, by - 20 * u], fill=pale)
    elif kind == "bear":
        pen.ellipse([cx - 29 * u, by - 26 * u, cx - 22 * u, by - 19 * u], fill=dark)
    else:
        thick = 8.5 if kind == "fox" else 5
        tail = [
            (cx - 22 * u, by - 24 * u),
            (cx - 34 * u, by - 38 * u),
            (cx - 38 * u, by - 52 * u),
            (cx - 33 * u, by - 60 * u),
        ]
        pen.line(tail, fill=fur, width=int(thick * u), joint="curve")
        tip = thick / 2
        pen.ellipse(
            [tail[-1][0] - tip * u, tail[-1][1] - tip * u, tail[-1][0] + tip * u, tail[-1][1] + tip * u], fill=pale
        )
    for left, lean, tone in ((-18, -12, fur), (-12, 4, dark), (14, 10, dark), (20, -6, fur)):
        pen.line(
            [(cx + left * u, by - 16 * u), (cx + (left + lean * 0.8) * u, by - 2 * u)], fill=tone, width=int(5.5 * u)
        )
        pen.ellipse(
            [cx + (left + lean * 0.8 - 2.6) * u, by - 4.6 * u, cx + (left + lean * 0.8 + 3.6) * u, by - 0.2 * u],
            fill=tone,
        )
    pen.ellipse([cx - 27 * u, by - 33 * u, cx + 24 * u, by - 8 * u], fill=fur)
    pen.ellipse([cx - 18 * u, by - 18 * u, cx + 20 * u, by - 8 * u], fill=pale)
    if kind == "cat":
        for stripe in range(4):
            pen.line(
                [
                    (cx - (16 - 9 * stripe) * u, by - 31.5 * u + abs(stripe - 1.5) * u),
                    (cx - (14 - 9 * stripe) * u, by - 24 * u),
                ],
                fill=dark,
                width=int(2.2 * u),
            )
    _head(pen, (cx + 27 * u, by - 36 * u, u), kind, coat)


def _head(pen: ImageDraw.ImageDraw, at: tuple[float, float, float], kind: str, coat: tuple[str, str, str]) -> None:
    x, y, u = at
    fur, dark, pale = coat
    for side in (-1, 1):
        if kind == "rabbit":
            pen.ellipse([x + side * 6 * u - 3.4 * u, y - 34 * u, x + side * 6 * u + 3.4 * u, y - 6 * u], fill=fur)
            pen.ellipse(
                [x + side * 6 * u - 1.6 * u, y - 31 * u, x + side * 6 * u + 1.6 * u, y - 10 * u], fill="#f0b5b0"
            )
        elif kind == "bear":
            pen.ellipse([x + side * 9 * u - 4.5 * u, y - 15 * u, x + side * 9 * u + 4.5 * u, y - 6 * u], fill=dark)
        elif kind == "dog":
            pen.polygon(
                [
                    (x + side * 8 * u, y - 11 * u),
                    (x + side * 15 * u, y - 6 * u),
                    (x + side * 14 * u, y + 7 * u),
                    (x + side * 9 * u, y + 1 * u),
                ],
                fill=dark,
            )
        else:
            pen.polygon(
                [(x + side * 11.5 * u, y - 5 * u), (x + side * 10 * u, y - 20 * u), (x + side * 1 * u, y - 10 * u)],
                fill=fur,
            )
            pen.polygon(
                [(x + side * 9.5 * u, y - 8 * u), (x + side * 9 * u, y - 16 * u), (x + side * 3.5 * u, y - 10 * u)],
                fill="#ffb4a0" if kind == "cat" else dark,
            )
    pen.ellipse([x - 12.5 * u, y - 12 * u, x + 12.5 * u, y + 10 * u], fill=fur)
    pen.ellipse([x - 7 * u, y - 1 * u, x + 7 * u, y + 8.5 * u], fill=pale)
    for side in (-1, 1):
        pen.ellipse([x + side * 5 * u - 1.7 * u, y - 4.4 * u, x + side * 5 * u + 1.7 * u, y], fill="#281c14")
        pen.ellipse([x + side * 5 * u - 0.9 * u, y - 4 * u, x + side * 5 * u - 0.1 * u, y - 3.1 * u], fill="#ffffff")
    pen.polygon(
        [(x - 1.6 * u, y + 1.2 * u), (x + 1.6 * u, y + 1.2 * u), (x, y + 3 * u)],
        fill="#d66a5a" if kind in ("cat", "rabbit") else "#281c14",
    )
    if kind == "cat":
        for line in (-3, 0, 3):
            pen.line([(x + line * u, y - 11.5 * u), (x + line * 0.8 * u, y - 7.5 * u)], fill=dark, width=int(1.6 * u))


def flowers(canvas: Canvas, mood: Mood) -> Painting:
    """Paint a meadow in bloom, from specks on the hills to petals in front."""
    dice, light = mood.dice(), mood.light
    palette = choose_palette(mood)
    tones = (
        [mood.tint, mixed(mood.tint, "#ffffff", 0.4)] if mood.tint else [palette[3], palette[2], "#f7d6e0", palette[1]]
    )
    sun = (0.15 + 0.7 * float(dice.random()), 0.18 + 0.12 * float(dice.random()))
    layers = [sky(canvas, mood, horizon=0.6, sun=sun, radius=0.06), *_hills(canvas, mood, lines=(0.5, 0.58, 0.68))]
    petals = int(dice.integers(5, 9))
    for row in range(5):
        near = row / 4

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int, row: int = row, near: float = near) -> None:
            rng = mood.dice(500 + row)
            for _ in range(int((150 - 118 * near) * canvas.aspect)):
                size = height * (0.006 + 0.05 * near**1.6) * (0.7 + 0.6 * rng.random())
                x, y = rng.random() * width, height * (0.6 + 0.36 * near + 0.12 * rng.random())
                tone = tones[int(rng.integers(len(tones)))]
                _blossom(
                    pen,
                    (x, y, size),
                    petals,
                    mixed(tone, light.shade, 0.5 if light.is_dark else 0.22 * float(rng.random())),
                    rng,
                )

        picture, alpha = drawn_picture(canvas.width, canvas.height, draw)
        picture = over(picture, colour(light.haze), np.full(alpha.shape, 0.35 * (1 - near), np.float32))
        layers.append(Layer(picture, alpha, depth=0.4 + 0.6 * near, sway=(0.002 + 0.004 * near, 0.0, 3.0, near)))
    return layers


def _blossom(
    pen: ImageDraw.ImageDraw, at: tuple[float, float, float], petals: int, tone: str, dice: np.random.Generator
) -> None:
    x, y, size = at
    if size > 9:
        pen.line(
            [(x, y), (x + (dice.random() - 0.5) * size, y + size * 4)], fill="#3f6d35", width=max(2, int(size * 0.14))
        )
    turn, squash = dice.random() * 6.28, 0.6 + 0.4 * dice.random()
    for petal in range(petals):
        angle = turn + petal * 2 * np.pi / petals
        px, py = x + np.cos(angle) * size * 0.58, y + np.sin(angle) * size * 0.58 * squash
        shade = mixed(tone, "#ffffff" if petal % 2 else "#40102a", 0.12)
        pen.ellipse(
            [px - size * 0.46, py - size * 0.46 * squash, px + size * 0.46, py + size * 0.46 * squash], fill=shade
        )
    pen.ellipse([x - size * 0.3, y - size * 0.3 * squash, x + size * 0.3, y + size * 0.3 * squash], fill="#f3c64a")
