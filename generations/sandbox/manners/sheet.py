"""Work on paper: posters of plain shapes, cut and layered paper, watercolour; and flowing marble and silk."""

import numpy as np
from PIL import ImageDraw

from generations.sandbox.brushes import (
    Array,
    blur,
    clouds,
    colour,
    drawn_picture,
    grid,
    mixed,
    noise,
    over,
    ramp,
    ridge,
    smooth,
    stars,
    warp,
)
from generations.sandbox.palette import choose_palette
from generations.sandbox.scene import Canvas, Flow, Layer, Mood, Painting, merged


def flow(canvas: Canvas, mood: Mood) -> Painting:
    """Paint marble or silk: noise, bent by noise, through a ramp of the palette."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    is_silk = mood.has("silk") or (not mood.has("abstract") and dice.random() < 0.5)
    octaves, bends = (2, 0.5) if is_silk else (5, 0.42)
    scale = (1.6 if is_silk else 2.2) + 1.2 * float(dice.random())
    across, down = scale * canvas.aspect, scale
    first = clouds(width, height, across=across, down=down, seed=mood.seed, octaves=octaves) - 0.5
    second = clouds(width, height, across=across, down=down, seed=mood.seed + 40, octaves=octaves) - 0.5
    field = clouds(width, height, across=across * 0.8, down=down * 0.8, seed=mood.seed + 80, octaves=octaves + 1)
    reach = np.float32(max(width, height) * bends)
    field = warp(field, first * reach, second * reach)
    field = warp(field, second * reach * np.float32(0.35), first * reach * np.float32(0.35))
    field = blur((field - field.min()) / (field.max() - field.min()), 1.0 if is_silk else 0.6)
    down_slope, along_slope = np.gradient(blur(field, height / 360))
    shade = 0.72 + 0.5 * np.clip(0.5 - (down_slope + along_slope) * height / 26, 0, 1)
    palette = list(choose_palette(mood))
    places = (0.0, 0.3, 0.5, 0.68, 1.0)
    if not is_silk:
        palette = [palette[0], palette[1], palette[2], palette[4], palette[3]]
    return Flow(np.asarray(field, np.float32), list(zip(places, palette, strict=True)), np.asarray(shade, np.float32))


def poster(canvas: Canvas, mood: Mood) -> Painting:
    """Paint a poster of plain shapes: one of three compositions, no lettering."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    palette = choose_palette(mood)
    grain = clouds(width, height, across=70 * canvas.aspect, down=70, seed=3, octaves=2)
    ground = np.broadcast_to(colour(palette[4]), (height, width, 3)) * (0.95 + 0.09 * grain)[..., None]
    layers = [Layer(np.asarray(np.clip(ground, 0, 1), np.float32))]
    shapes = (_tiles, _orbit, _horizon)[int(dice.integers(3))]
    for index in range(4):

        def draw(pen: ImageDraw.ImageDraw, wide: int, high: int, sheet: int = index) -> None:
            shapes(pen, (wide * canvas.view, high), sheet, palette, mood.dice(300))

        picture, alpha = drawn_picture(width, height, draw)
        picture = picture * (0.94 + 0.1 * grain)[..., None]
        sway = (0.012 * index, 0.01 * index, 7.0 + index, index / 4)
        layers.append(Layer(np.asarray(np.clip(picture, 0, 1), np.float32), alpha, sway=sway))
    return layers


def _tiles(
    pen: ImageDraw.ImageDraw, size: tuple[float, float], sheet: int, palette: tuple[str, ...], dice: np.random.Generator
) -> None:
    columns = max(3, round(size[0] / size[1] * 5)) if size[0] > size[1] else 4
    side = size[0] * 0.88 / columns
    rows = int(size[1] * 0.9 / side)
    left, top = (size[0] - side * columns) / 2, (size[1] - side * rows) / 2
    for row in range(rows):
        for column in range(columns):
            kind, tone, turn, owner = (int(dice.integers(n)) for n in (6, 4, 4, 4))
            if owner != sheet:
                continue
            corner = (left + column * side, top + row * side)
            other = palette[(tone + 1 + turn % 2) % 4]
            _tile(pen, corner, side, kind=kind, turn=turn, tones=(palette[tone], other, palette[4]))


def _tile(
    pen: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    side: float,
    *,
    kind: int,
    turn: int,
    tones: tuple[str, str, str],
) -> None:
    """Draw one tile: a quarter disc, rings, a triangle, bars, a half disc, or nothing."""
    x, y = corner
    if kind == 5:
        return
    pen.rectangle([x, y, x + side, y + side], fill=tones[0])
    if kind == 0:
        left, top = x - side * (turn in (0, 3)), y - side * (turn in (0, 1))
        start = (0, 90, 180, 270)[turn]
        pen.pieslice([left, top, left + 2 * side, top + 2 * side], start, start + 90, fill=tones[1])
    elif kind == 1:
        for reach, tone in ((0.12, tones[1]), (0.36, tones[2])):
            pen.ellipse([x + side * reach, y + side * reach, x + side * (1 - reach), y + side * (1 - reach)], fill=tone)
    elif kind == 2:
        pen.polygon([(x, y + side), (x + side, y + side), (x + side * (turn % 2), y)], fill=tones[1])
    elif kind == 3:
        for bar in range(0, 5, 2):
            pen.rectangle([x, y + side * bar / 5, x + side, y + side * (bar + 1) / 5], fill=tones[1])
    else:
        pen.pieslice([x, y, x + side, y + side], 90 * turn, 90 * turn + 180, fill=tones[1])


def _orbit(
    pen: ImageDraw.ImageDraw, size: tuple[float, float], sheet: int, palette: tuple[str, ...], dice: np.random.Generator
) -> None:
    u = min(size) / 12
    cx, cy = size[0] * (0.42 + 0.16 * dice.random()), size[1] * (0.4 + 0.12 * dice.random())
    first, second = palette[1], palette[0]

    def circle(x: float, y: float, radius: float, tone: str) -> None:
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tone)

    if sheet == 0:
        circle(cx + u * 1.6, cy - u * 0.6, u * 4.2, first)
    elif sheet == 1:
        pen.pieslice([cx - u * 5, cy - u * 1.4, cx + u * 2, cy + u * 5.6], 90, 270, fill=second)
        pen.rectangle([cx - u * 1.5, cy - u * 1.4, cx + u * 0.2, cy + u * 5.6], fill=second)
        pen.polygon(
            [(cx - u * 5, cy + u * 6.6), (cx - u * 2, cy + u * 6.6), (cx - u * 3.5, cy + u * 4.1)], fill=palette[2]
        )
    elif sheet == 2:
        pen.pieslice([cx - u * 1.3, cy + u * 0.1, cx + u * 5, cy + u * 6.4], 270, 450, fill=palette[3])
        for bar in range(7):
            y = cy + u * (1.1 + 0.62 * bar)
            pen.rectangle([cx + u * 1.9, y, cx + u * 5, y + u * 0.2], fill=palette[4])
    else:
        circle(cx - u * 0.1, cy - u * 1.3, u, palette[4])
        circle(cx - u * 0.1, cy - u * 1.3, u * 0.45, second)
        for number in range(3):
            x = size[0] * (0.12 + 0.28 * number)
            pen.rectangle([x, size[1] * 0.93, x + size[0] * (0.1 + 0.14 * dice.random()), size[1] * 0.942], fill=second)


def _horizon(
    pen: ImageDraw.ImageDraw, size: tuple[float, float], sheet: int, palette: tuple[str, ...], dice: np.random.Generator
) -> None:
    wide, high = size
    u, cx, line = min(size), wide * (0.3 + 0.4 * dice.random()), high * (0.58 + 0.1 * dice.random())
    slopes = [0.25 + 0.5 * dice.random() for _ in range(4)]
    if sheet == 0:
        for ring in range(6):
            radius = u * (0.46 - 0.065 * ring)
            pen.ellipse(
                [cx - radius, line - u * 0.2 - radius, cx + radius, line - u * 0.2 + radius],
                fill=palette[(3, 1, 3, 1, 4, 3)[ring]],
            )
    elif sheet == 1:
        pen.polygon(
            [(0, line), (wide * slopes[0], line - high * 0.22), (wide * (slopes[0] + 0.4), line + 2), (0, line + 2)],
            fill=palette[2],
        )
        pen.polygon(
            [(wide * 0.35, line + 2), (wide * (0.5 + slopes[1] * 0.6), line - high * 0.3), (wide * 1.3, line + 2)],
            fill=palette[1],
        )
    elif sheet == 2:
        pen.rectangle([-2, line, wide * 1.5, high], fill=palette[0])
        for bar in range(9):
            y = line + (high - line) * (bar / 9) ** 1.4 + high * 0.012
            half = wide * (0.07 + 0.03 * bar) * (0.7 + 0.6 * dice.random())
            pen.rectangle([cx - half, y, cx + half, y + high * (0.004 + 0.0016 * bar)], fill=palette[3])
    else:
        mast, foot = wide * (0.2 + 0.6 * slopes[2]), line + high * 0.05
        pen.polygon(
            [(mast, foot - u * 0.2), (mast, foot - u * 0.02), (mast + u * 0.1, foot - u * 0.02)], fill=palette[4]
        )
        pen.polygon(
            [
                (mast - u * 0.1, foot),
                (mast + u * 0.13, foot),
                (mast + u * 0.08, foot + u * 0.035),
                (mast - u * 0.06, foot + u * 0.035),
            ],
            fill=palette[4],
        )


def papercut(canvas: Canvas, mood: Mood) -> Painting:
    """Paint layers of cut paper with their shadows: a deep flower, or a valley."""
    palette = choose_palette(mood)
    tones = [
        mixed(palette[4], "#ffffff", 0.1),
        palette[4],
        palette[3],
        mixed(palette[3], palette[2], 0.5),
        palette[2],
        palette[1],
        palette[0],
    ]
    x, y = grid(canvas.width, canvas.height)
    dice = mood.dice()
    fibre = (clouds(canvas.width, canvas.height, across=60 * canvas.aspect, down=60, seed=3, octaves=2) - 0.5) * 0.06
    layers = [Layer(np.clip(np.broadcast_to(colour(tones[0]), (*fibre.shape, 3)) + fibre[..., None], 0, 1))]
    is_valley = mood.has("peaks", "forest", "sea", "desert", "meadow", "city") or (
        not mood.has("flower") and dice.random() < 0.4
    )
    petals, twist = int(dice.integers(4, 8)), float(dice.random())
    for index, tone in enumerate(tones[1:]):
        if is_valley:
            line = ridge(
                canvas.width, bumps=(1.1 + 0.35 * index) * canvas.aspect, seed=mood.seed + 9 * index, octaves=3
            )
            inside = y - (0.24 + 0.125 * index - 0.3 * (line - 0.5))[None, :]
        else:
            u, v = (x - canvas.across(0.5)) * canvas.aspect, y - 0.5
            angle = np.arctan2(v, u)
            wobble = (
                noise(canvas.width, canvas.height, across=3 * canvas.aspect, down=3, seed=mood.seed + 9 * index) - 0.5
            )
            edge = (
                0.49
                - 0.07 * index
                + 0.055 * np.sin(angle * (petals + index % 3) + index * 1.3 + twist * 6)
                + wobble * 0.08
            )
            inside = edge - np.hypot(u, v)
        inside = np.asarray(inside, np.float32)
        # A bright cut edge, then the shadow that this sheet throws on the one below.
        sheet = (
            colour(tone)
            * (1 + 0.16 * np.exp(-np.clip(inside, 0, 1) * 160) - 0.06 * np.exp(-np.clip(inside - 0.01, 0, 1) * 24))[
                ..., None
            ]
            + fibre[..., None]
        )
        body = smooth(-0.0022, 0.0022, inside)
        shadow = np.exp(-np.clip(-inside, 0, 1) * 42) * 0.38
        picture = np.where(body[..., None] > 0.5, sheet, colour(tones[-1]) * np.float32(0.4))
        sway = (0.01 + 0.004 * index, 0.012, 6.0 + 0.7 * index, index / 6)
        depth = 0.12 * index if is_valley else 0.0
        layers.append(
            Layer(np.asarray(np.clip(picture, 0, 1), np.float32), np.maximum(body, shadow), depth=depth, sway=sway)
        )
    return layers


def watercolour(canvas: Canvas, mood: Mood) -> Painting:
    """Paint wet blots on rough paper, with dark rims, bleeding and splashes."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    tooth = clouds(width, height, across=110 * canvas.aspect, down=110, seed=4, octaves=2)
    sheet = colour("#f8f4ea") * (0.97 + 0.06 * tooth)[..., None]
    palette = choose_palette(mood)
    inks = [
        mixed(code, "#ffffff", 0.12)
        for code in (*palette[1:4], *choose_palette(Mood(mood.seed + 5, mood.light, mood.words, mood.tint))[1:4])
    ]
    layers = [Layer(np.asarray(np.clip(sheet, 0, 1), np.float32))]
    blots = []
    golden, start = 2.39996, float(dice.random()) * 6
    for index in range(8):
        ink, angle = inks[index % len(inks)], start + index * golden
        reach = 0.08 + 0.36 * (index / 8) ** 0.5
        at = (canvas.across(0.5 + reach * np.cos(angle)), 0.5 + reach * np.sin(angle))
        blots.append(_blot(canvas, mood, index, ink, at=at, size=0.15 + 0.2 * float(dice.random()), tooth=tooth))
    layers += [merged(blots[first : first + 4]) for first in range(0, len(blots), 4)]
    drops = stars(width, height, seed=mood.seed + 6, share=0.00012)
    splash = smooth(0.25, 0.6, blur(np.clip(drops * 3, 0, 1), height / 260) * 3)
    ink_sheet = ramp(
        noise(width, height, across=5, down=4, seed=mood.seed + 8), [(0, inks[0]), (0.5, inks[2]), (1, inks[4])]
    )
    layers.append(Layer(ink_sheet, splash * 0.55, sway=(0.004, 0.004, 8, 0.5)))
    return layers


def _blot(
    canvas: Canvas, mood: Mood, index: int, ink: str, *, at: tuple[float, float], size: float, tooth: Array
) -> Layer:
    x, y = grid(canvas.width, canvas.height)
    seed = mood.seed + 17 * index
    coarse = clouds(canvas.width, canvas.height, across=4 * canvas.aspect, down=4, seed=seed, octaves=6) - 0.5
    fine = clouds(canvas.width, canvas.height, across=15 * canvas.aspect, down=15, seed=seed + 5, octaves=3) - 0.5
    distance = np.hypot((x - at[0]) * canvas.aspect, y - at[1]) / size + coarse * 1.3 + fine * 0.2
    inside = smooth(1.02, 0.93, np.asarray(distance, np.float32))
    pool = 0.26 + 0.55 * clouds(
        canvas.width, canvas.height, across=3 * canvas.aspect, down=3, seed=seed + 31, octaves=4
    )
    rim = np.exp(-(((distance - 0.95) / 0.05) ** 2)) * 0.4
    alpha = np.clip((inside * pool + rim * inside * 1.1) * (0.8 + 0.4 * (tooth - 0.5)), 0, 0.88)
    deep = over(
        np.broadcast_to(colour(ink), (canvas.height, canvas.width, 3)),
        colour(mixed(ink, "#1c2030", 0.45)),
        np.asarray(rim + 0.25 * (1 - pool), np.float32),
    )
    sway = (0.01, 0.01, 8.0 + index % 3, index / 8)
    return Layer(deep, np.asarray(alpha, np.float32), sway=sway)
