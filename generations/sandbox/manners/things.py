"""A vessel on a table, and a portrait."""

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
    over,
    ramp,
    ridge,
    smooth,
)
from generations.sandbox.palette import choose_palette
from generations.sandbox.scene import Canvas, Layer, Mood, Painting

# Half-width of a turned vessel from its lip (0) to its foot (1), in its own heights.
_PROFILES: dict[str, tuple[float, tuple[float, ...]]] = {
    "bowl": (0.34, (1.0, 0.99, 0.965, 0.92, 0.85, 0.74, 0.58, 0.42, 0.4)),
    "vase": (0.56, (0.24, 0.2, 0.2, 0.3, 0.44, 0.5, 0.5, 0.45, 0.36, 0.27, 0.24)),
    "cup": (0.4, (0.55, 0.54, 0.53, 0.52, 0.51, 0.5, 0.48, 0.44, 0.36)),
    "jar": (0.46, (0.3, 0.27, 0.34, 0.5, 0.58, 0.6, 0.58, 0.52, 0.42, 0.34)),
}
_GLAZES = (
    ("#2f7f86", "#8fc7bd"),
    ("#9a3b2e", "#e3a07c"),
    ("#2f4a86", "#a9c0e6"),
    ("#5c6b3a", "#c9cf98"),
    ("#6a4a7a", "#d3b5dd"),
    ("#c98a2b", "#f6dd9c"),
)


def still(canvas: Canvas, mood: Mood) -> Painting:
    """Paint one glazed vessel on a table, in soft light from the left, with steam."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    x, y = grid(width, height)
    wall = (mood.tint and mixed(mood.tint, "#f0eee8", 0.6)) or ("#cfd3cd", "#e2d3c4", "#c9d3da", "#dccfd6", "#d8d6c2")[
        int(dice.integers(5))
    ]
    edge = 0.6 + 0.06 * float(dice.random())
    stops = [
        (0, mixed(wall, "#8a8d8a", 0.3)),
        (edge, mixed(wall, "#ffffff", 0.35)),
        (edge + 0.012, mixed(wall, "#6b5f55", 0.35)),
        (1, mixed(wall, "#ffffff", 0.1)),
    ]
    room = (
        np.broadcast_to(ramp(y, stops), (height, width, 3))
        * (0.86 + 0.24 * np.exp(-(((x - canvas.across(0.25)) / 0.5) ** 2)))[..., None]
    )
    any_kind = list(_PROFILES)[int(dice.integers(len(_PROFILES)))]
    kind = next((name for name in ("bowl", "cup", "jar") if mood.has(name)), any_kind)
    tall, profile = _PROFILES[kind]
    size = 0.78 * min(1.0, canvas.aspect * canvas.view * 0.95)
    tall, centre = tall * size, canvas.across(0.44 + 0.12 * float(dice.random()))
    top = edge + 0.2 - tall
    half = (
        np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, len(profile)), profile)
        * size
        * 0.38
        / (1.0 if kind == "bowl" else 0.8)
    )
    u, v = (x - centre) * canvas.aspect, (y - top) / tall
    shadow = np.exp(-(((u - 0.05) / (half[-1] * 1.9)) ** 2 + ((v - 1.0) / 0.09) ** 2) * 1.1)
    room = room * (1 - 0.55 * shadow)[..., None]
    layers = [Layer(np.asarray(np.clip(blur(np.asarray(room, np.float32), 2), 0, 1)))]
    layers.append(
        _vessel(
            canvas,
            mood,
            u,
            v,
            half,
            glaze=_GLAZES[int(dice.integers(len(_GLAZES)))],
            lip=0.12 if kind == "bowl" else 0.08,
        )
    )
    layers += [
        _steam(canvas, mood, u, rise=np.clip((top + 0.02 - y) / 0.4, 0, 1), rim=half[0], wisp=n) for n in range(3)
    ]
    return layers


def _steam(canvas: Canvas, mood: Mood, u: Array, *, rise: Array, rim: float, wisp: int) -> Layer:
    """Paint one wisp above a rim; it bends and fades as it rises."""
    bend = (ridge(canvas.height, bumps=3, seed=mood.seed + 60 + wisp, octaves=3) - 0.5)[:, None] * 0.16
    place = (wisp - 1) * rim * 0.5
    steam = (
        np.exp(-(((u - place - bend * rise) / (0.01 + 0.035 * rise)) ** 2))
        * smooth(0, 0.08, rise)
        * smooth(1.0, 0.35, rise)
        * 0.3
    )
    white = np.ones((canvas.height, canvas.width, 3), np.float32)
    return Layer(white, np.asarray(steam, np.float32), sway=(0.015, 0.015, 3 + wisp, wisp / 3))


def _vessel(
    canvas: Canvas, mood: Mood, u: Array, v: Array, half: Array, *, glaze: tuple[str, str], lip: float
) -> Layer:
    width, height = canvas.width, canvas.height
    prof = half[np.clip(v * 255, 0, 255).astype(np.int32)]
    around = np.clip(u / np.maximum(prof, 0.02), -1, 1)
    # The foot is round too: it sags by a little in the middle.
    foot = 1 + 0.035 * np.sqrt(np.clip(1 - around**2, 0, 1))
    body = blur(np.asarray((v >= 0) & (v < foot) & (np.abs(u) < prof), np.float32), 0.8)
    light = np.clip(0.64 - 0.52 * around - 0.16 * v, 0, 1)
    crackle = clouds(width, height, across=9 * canvas.aspect, down=9, seed=mood.seed + 4, octaves=5)
    drip = smooth(
        -0.02,
        0.05,
        v - 0.5 - 0.22 * (ridge(width, bumps=7 * canvas.aspect, seed=mood.seed + 6, octaves=3)[None, :] - 0.4),
    )
    coat = ramp(
        np.clip(light + 0.35 * (crackle - 0.5), 0, 1),
        [(0, mixed(glaze[0], "#0a1014", 0.35)), (0.5, glaze[0]), (1, glaze[1])],
    )
    clay = ramp(np.asarray(light, np.float32), [(0, "#3f2e25"), (1, "#b58d6d")])
    picture = over(coat, clay, np.asarray(drip, np.float32))
    shine = np.exp(-(((around + 0.48) / 0.1) ** 2) - ((v - 0.26) / 0.2) ** 2) * 0.55
    picture = picture + np.asarray(shine, np.float32)[..., None]
    mouth = (u / half[0]) ** 2 + (v / lip) ** 2
    inside = ramp(
        np.clip(0.45 + u / half[0] * 0.4 - v * 2, 0, 1),
        [(0, mixed(glaze[0], "#05080a", 0.55)), (1, mixed(glaze[0], glaze[1], 0.5))],
    )
    hole = blur(np.asarray(mouth < 1, np.float32), 0.8)
    picture = over(picture, inside, hole)
    rim = np.exp(-(((np.sqrt(mouth) - 1) / 0.022) ** 2)) * 0.8
    picture = over(picture, colour(mixed(glaze[1], "#ffffff", 0.5)), np.asarray(rim, np.float32))
    alpha = np.maximum(np.maximum(body, hole), np.asarray(rim, np.float32))
    return Layer(np.asarray(np.clip(picture, 0, 1), np.float32), alpha)


def portrait(canvas: Canvas, mood: Mood) -> Painting:
    """Paint a head and shoulders in flat colours before a round light."""
    dice, palette = mood.dice(), choose_palette(mood)
    x, y = grid(canvas.width, canvas.height)
    at = (canvas.across(0.5), 0.42)
    ground = np.broadcast_to(
        ramp(y, [(0, mixed(palette[4], palette[3], 0.25)), (1, mixed(palette[3], palette[2], 0.4))]),
        (canvas.height, canvas.width, 3),
    )
    ground = ground + glow(x, y, at=at, aspect=canvas.aspect, falloff=3)[..., None] * np.float32(0.12)
    halo = np.broadcast_to(
        colour(mixed(palette[2], palette[3], float(dice.random()))), (canvas.height, canvas.width, 3)
    )
    ring = disc(x, y, at=at, radius=0.33 * min(1.0, canvas.aspect * canvas.view * 1.1), aspect=canvas.aspect)
    layers = [
        Layer(np.asarray(np.clip(ground, 0, 1), np.float32)),
        Layer(np.asarray(halo), ring, sway=(0.01, 0.01, 8, 0)),
    ]
    scale = min(1.0, canvas.aspect * canvas.view / 0.8)
    skin = ("#f2c9a8", "#d99a6c", "#a9683f", "#f6d7be", "#7d4a2e")[int(dice.integers(5))]
    hair = ("#1f1a1c", "#4a2b1d", "#8a4b2a", palette[0], "#c98a3a")[int(dice.integers(5))]
    cut = int(dice.integers(3))
    for sheet in range(3):

        def draw(pen: ImageDraw.ImageDraw, width: int, height: int, sheet: int = sheet) -> None:
            _person(
                pen, (at[0] * width, height, height / 100 * scale), sheet, (skin, hair, palette[1], palette[4]), cut
            )

        picture, alpha = drawn_picture(canvas.width, canvas.height, draw)
        light = 1.06 - 0.22 * smooth(at[0] - 0.1, at[0] + 0.25, x)
        layers.append(
            Layer(
                np.asarray(np.clip(picture * light[..., None], 0, 1), np.float32),
                alpha,
                sway=(0.003, 0.005, 4, 0.05 * sheet),
            )
        )
    return layers


def _person(
    pen: ImageDraw.ImageDraw, at: tuple[float, float, float], sheet: int, tones: tuple[str, str, str, str], cut: int
) -> None:
    x, foot, u = at
    skin, hair, cloth, pale = tones
    y, shade = foot - 58 * u, mixed(skin, "#5a2a20", 0.3)
    if sheet == 0:
        pen.ellipse([x - 20 * u, y - 27 * u, x + 20 * u, y + (26 if cut else 12) * u], fill=hair)
        if cut == 1:
            pen.polygon(
                [(x - 20 * u, y), (x - 24 * u, y + 44 * u), (x + 24 * u, y + 44 * u), (x + 20 * u, y)], fill=hair
            )
        elif cut == 2:
            pen.ellipse([x - 8 * u, y - 37 * u, x + 8 * u, y - 21 * u], fill=hair)
        return
    if sheet == 1:
        pen.polygon(
            [(x - 6.5 * u, y + 10 * u), (x + 6.5 * u, y + 10 * u), (x + 9 * u, y + 34 * u), (x - 9 * u, y + 34 * u)],
            fill=shade,
        )
        pen.ellipse([x - 36 * u, y + 27 * u, x + 36 * u, y + 110 * u], fill=cloth)
        pen.pieslice([x - 11 * u, y + 16 * u, x + 11 * u, y + 38 * u], 0, 180, fill=shade)
        pen.arc([x - 14 * u, y + 16 * u, x + 14 * u, y + 42 * u], 10, 170, fill=pale, width=max(2, int(1.3 * u)))
        return
    pen.ellipse([x - 14.5 * u, y - 20 * u, x + 14.5 * u, y + 20 * u], fill=skin)
    pen.pieslice([x - 16 * u, y - 24 * u, x + 16 * u, y + 8 * u], 182, 358, fill=hair)
    pen.ellipse([x - 6 * u, y - 13 * u, x + 17 * u, y - 3 * u], fill=skin)
    for side in (-1, 1):
        pen.arc(
            [x + side * 6.5 * u - 3.6 * u, y - 4 * u, x + side * 6.5 * u + 3.6 * u, y + 2 * u],
            10,
            170,
            fill="#2a1a18",
            width=max(2, int(0.9 * u)),
        )
        pen.arc(
            [x + side * 6.5 * u - 4.2 * u, y - 8.4 * u, x + side * 6.5 * u + 4.2 * u, y - 3 * u],
            200,
            340,
            fill=hair,
            width=max(2, int(0.9 * u)),
        )
        pen.ellipse(
            [x + side * 8.5 * u - 3 * u, y + 4 * u, x + side * 8.5 * u + 3 * u, y + 8 * u],
            fill=mixed(skin, "#e0605a", 0.28),
        )
        pen.ellipse([x + side * 14.6 * u - 1.1 * u, y + 6 * u, x + side * 14.6 * u + 1.1 * u, y + 9 * u], fill=pale)
    pen.line(
        [(x, y - 1 * u), (x + 1.8 * u, y + 5 * u), (x - 0.5 * u, y + 6 * u)],
        fill=shade,
        width=max(2, int(0.8 * u)),
        joint="curve",
    )
    pen.chord([x - 4 * u, y + 8 * u, x + 4 * u, y + 13.5 * u], 5, 175, fill=mixed(skin, "#b8343a", 0.6))
