"""Dunes, alpine peaks, ink mountains and misty forests: ridges behind ridges under one light."""

import numpy as np
from PIL import ImageDraw

from generations.sandbox.brushes import (
    Array,
    blur,
    clouds,
    colour,
    disc,
    drawn_mask,
    glow,
    grid,
    mixed,
    over,
    ramp,
    ridge,
    smooth,
    stars,
)
from generations.sandbox.light import Light
from generations.sandbox.scene import Canvas, Layer, Mood, Painting


def sky(canvas: Canvas, mood: Mood, *, horizon: float, sun: tuple[float, float], radius: float) -> Layer:
    """Return the sky with sun or moon, stars at night and thin clouds by day. Units: heights."""
    width, height, light = canvas.width, canvas.height, mood.light
    x, y = grid(width, height)
    picture = np.broadcast_to(ramp(y / horizon, light.sky), (height, width, 3)).copy()
    at = (canvas.across(sun[0]), sun[1])
    if light.is_dark:
        field = stars(width, height, seed=mood.seed + 3) * smooth(horizon, horizon * 0.3, y)
        picture = picture + field[..., None] * colour("#fdf6e8")
    else:
        veil = clouds(width, height, across=3.2 * canvas.aspect / 1.6, down=13, seed=mood.seed + 4)
        picture = over(picture, colour(mixed(light.sun, light.haze, 0.35)), smooth(0.5, 0.82, veil) * 0.55)
    warmth = glow(x, y, at=at, aspect=canvas.aspect, falloff=4.2)
    picture = picture + warmth[..., None] * colour(light.sun) * np.float32(0.3)
    picture = over(picture, colour(light.sun), disc(x, y, at=at, radius=radius, aspect=canvas.aspect))
    return Layer(np.clip(picture, 0, 1))


def _haze(light: Light, picture: Array, amount: float) -> Array:
    return np.asarray(picture * (1 - amount) + colour(light.haze) * amount, np.float32)


def dunes(canvas: Canvas, mood: Mood) -> Painting:
    """Paint sand in low light, crest behind crest."""
    width, height, light, dice = canvas.width, canvas.height, mood.light, mood.dice()
    x, y = grid(width, height)
    horizon = 0.44 + 0.14 * float(dice.random())
    sand = ("#e9a66b", "#e08a6a", "#efc58b", "#d99a7c")[int(dice.integers(4))]
    lit = mixed(sand, light.sun, 0.3) if not light.is_dark else mixed(light.haze, "#aab2d8", 0.4)
    dark = mixed(mixed(sand, light.shade, 0.8), light.shade, 0.35)
    sun = (0.2 + 0.6 * float(dice.random()), horizon - 0.12 - 0.16 * float(dice.random()))
    layers = [sky(canvas, mood, horizon=horizon + 0.12, sun=sun, radius=0.055 + 0.03 * float(dice.random()))]
    bumps = 0.8 + 0.9 * float(dice.random())
    count = 6
    for index in range(count):
        near = index / (count - 1)
        line = ridge(width, bumps=(bumps + 1.5 * (1 - near)) * canvas.aspect, seed=mood.seed + 7 * index, octaves=3)
        crest = horizon + 0.06 + (0.9 - horizon) * near**1.15 + (0.14 + 0.06 * near) * (line - 0.5) * 2
        depth = y - crest[None, :]
        slope = np.gradient(crest) * width
        light_side = np.clip(0.5 - slope * 0.85, 0, 1)
        # The lit side of a crest runs down the slope at an angle: shadows fall away from the sun.
        lean = (1.1 + 0.5 * (index % 2)) * (1 if sun[0] < 0.5 else -1)
        columns = np.clip(x * width + depth * height * lean, 0, width - 1).astype(np.int32)
        ripples = clouds(width, height, across=22 * canvas.aspect, down=150, seed=mood.seed + 90 + index, octaves=2)
        tone = blur(np.asarray(light_side[columns], np.float32), width / 420)
        tone = np.clip(tone * (1 - np.clip(depth / 0.32, 0, 1) * 0.62) + (ripples - 0.5) * 0.3 * near, 0, 1)
        picture = _haze(light, ramp(tone, [(0, dark), (0.55, mixed(dark, lit, 0.55)), (1, lit)]), (1 - near) * 0.66)
        layers.append(Layer(picture, smooth(-0.0022, 0.0022, depth), depth=0.06 + 0.94 * near**1.4))
    return layers


def peaks(canvas: Canvas, mood: Mood) -> Painting:
    """Paint alpine mountains with snow, blue with distance, and dark firs in front."""
    width, height, light, dice = canvas.width, canvas.height, mood.light, mood.dice()
    x, y = grid(width, height)
    sun = (0.18 + 0.64 * float(dice.random()), 0.1 + 0.14 * float(dice.random()))
    layers = [sky(canvas, mood, horizon=0.8, sun=sun, radius=0.045)]
    snow_line = 0.3 if mood.has("snow") else 0.16
    rock, snow = mixed(light.shade, "#5d6b7c", 0.4), mixed("#f3f6fa", light.sun, 0.35)
    if light.is_dark:
        snow = mixed(snow, light.haze, 0.55)
    side = 1.0 if sun[0] < 0.5 else -1.0
    for index in range(4):
        near = index / 3
        crest = _alpine_crest(canvas, mood, index, foot=0.62 + 0.1 * index, tall=0.44 - 0.1 * index)
        depth = y - crest[None, :]
        rough = clouds(width, height, across=7 * canvas.aspect, down=7, seed=mood.seed + 40 + index, octaves=5) - 0.5
        # Spurs run down from the crest, now left, now right: each face keeps the light of the crest above it.
        slope = side * np.gradient(crest) * height * 0.9
        lean = 0.35 + rough * 2.2 - 0.35 * smooth(-0.05, 0.05, -rough) * 2
        columns = np.clip(x * width + depth * height * lean, 0, width - 1).astype(np.int32)
        face = np.clip(0.5 + 0.34 * np.clip(slope, -1.2, 1.2)[columns] + rough * 0.7, 0, 1)
        face = blur(np.asarray(face, np.float32), height / 420)
        picture = ramp(face, [(0, mixed(rock, light.shade, 0.6)), (1, mixed(rock, light.sun, 0.42))])
        cover = smooth(0.06, -0.05, depth - snow_line * (1 - 0.45 * near) - rough * 0.55) * smooth(0.12, 0.4, face)
        shaded = ramp(
            face,
            [(0, mixed(snow, light.shade, 0.5)), (0.45, mixed(snow, light.shade, 0.2)), (0.75, snow), (1, "#ffffff")],
        )
        picture = over(picture, shaded, np.asarray(cover, np.float32))
        fog = (1 - near) * 0.42 + smooth(0.08, 0.45, depth) * 0.6
        picture = over(picture, colour(light.haze), np.asarray(np.clip(fog, 0, 0.85), np.float32))
        layers.append(Layer(picture, smooth(-0.0016, 0.0016, depth), depth=0.08 + 0.2 * index))
    layers.append(_firs(canvas, mood, base=0.92, size=0.2, seed=77, tone=mixed(light.shade, "#0a1618", 0.4), depth=1.0))
    return layers


def _alpine_crest(canvas: Canvas, mood: Mood, index: int, *, foot: float, tall: float) -> Array:
    """Return the height of a crest across the width: a few peaks, broken by noise that is sharp at the top."""
    dice = mood.dice(30 + index)
    x = np.linspace(0, canvas.aspect, canvas.width, dtype=np.float32)
    crest = np.zeros(canvas.width, np.float32)
    for number in range(int(3 + 2.2 * canvas.aspect)):
        at = (number + 0.8 * dice.random()) / (3 + 2.2 * canvas.aspect) * canvas.aspect * 1.1
        left, right = 0.9 + 0.9 * dice.random(), 0.9 + 0.9 * dice.random()
        slope = np.where(x < at, left, right)
        crest = np.maximum(crest, tall * (0.35 + 0.65 * dice.random()) - np.abs(x - at) * slope * 0.9)
    jag = np.abs(ridge(canvas.width, bumps=7 * canvas.aspect, seed=mood.seed + 11 * index, octaves=5) - 0.5)
    return np.asarray(foot - crest - 0.16 * (0.25 - jag) * smooth(0.0, 0.12, crest), np.float32)


def _firs(canvas: Canvas, mood: Mood, *, base: float, size: float, seed: int, tone: str, depth: float) -> Layer:
    """Return one row of firs on uneven ground."""
    dice = np.random.default_rng([mood.seed, seed])
    line = ridge(canvas.width * 2, bumps=2.5 * canvas.aspect, seed=mood.seed + seed, octaves=4)

    def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
        ground = [(x, height * (base - (line[min(x, width - 1)] - 0.5) * 0.16)) for x in range(0, width + 8, 8)]
        pen.polygon([*ground, (width, height), (0, height)], fill=255)
        count = int(canvas.aspect * 5.5 / size)
        for place in np.sort(dice.random(count)):
            foot = height * (base - (line[int(place * (width - 1))] - 0.5) * 0.16)
            _fir(pen, place * width, foot + height * 0.02, height * size * (0.55 + 0.75 * dice.random()), dice)

    mask = drawn_mask(canvas.width, canvas.height, draw)
    picture = np.broadcast_to(colour(tone), (canvas.height, canvas.width, 3))
    return Layer(np.asarray(picture), mask, depth=depth)


def _fir(pen: ImageDraw.ImageDraw, x: float, y: float, size: float, dice: np.random.Generator) -> None:
    pen.rectangle([x - size * 0.016, y - size * 0.1, x + size * 0.016, y + size * 0.1], fill=255)
    for tier in range(9):
        share = tier / 9
        half = size * (0.035 + 0.2 * share) * (0.9 + 0.3 * dice.random())
        top = y - size * (1 - share)
        pen.polygon(
            [(x, top - size * 0.1), (x - half, top + size * 0.11), (x - half * 0.4, top + size * 0.07),
             (x + half * 0.4, top + size * 0.07), (x + half, top + size * 0.11)],
            fill=255,
        )  # fmt: skip


def forest(canvas: Canvas, mood: Mood) -> Painting:
    """Paint rows of firs that sink into mist."""
    width, height, light, dice = canvas.width, canvas.height, mood.light, mood.dice()
    x, y = grid(width, height)
    sun = (canvas.across(0.2 + 0.6 * float(dice.random())), 0.16 + 0.14 * float(dice.random()))
    pale = mixed(light.haze, "#f3f6ee", 0.15 if light.is_dark else 0.5)
    ground = mixed(light.shade, mood.tint or "#12382f", 0.6)
    picture = np.broadcast_to(
        ramp(y, [(0, mixed(light.sky[1][1], pale, 0.3)), (0.6, pale), (1, pale)]), (height, width, 3)
    )
    picture = picture + glow(x, y, at=sun, aspect=canvas.aspect, falloff=3.2)[..., None] * colour(
        light.sun
    ) * np.float32(0.4)
    if light.is_dark:
        picture = over(picture, colour(light.sun), disc(x, y, at=sun, radius=0.05, aspect=canvas.aspect))
    layers = [Layer(np.asarray(np.clip(picture, 0, 1), np.float32))]
    for index in range(5):
        near = index / 4
        base = 0.44 + 0.52 * near**1.1
        tone = mixed(pale, ground, 0.16 + 0.84 * near**0.9)
        row = _firs(
            canvas, mood, base=base, size=0.17 + 0.34 * near, seed=20 + index, tone=tone, depth=0.08 + 0.92 * near**1.5
        )
        mist = clouds(width, height, across=2 * canvas.aspect, down=5, seed=mood.seed + 60 + index, octaves=4)
        fog = np.clip(smooth(base - 0.1, base + 0.16, y) * (1 - near) * (0.5 + 0.9 * mist), 0, 0.95)
        layers.append(Layer(over(row.picture, colour(pale), np.asarray(fog, np.float32)), row.alpha, depth=row.depth))
    return layers


def ink(canvas: Canvas, mood: Mood) -> Painting:
    """Paint mountains in ink on paper, with a red sun and birds."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    x, y = grid(width, height)
    paper = (("#efe9dc", "#e6dccb"), ("#eef0ee", "#d8dfe0"), ("#f3ecdf", "#e2d3bd"))[int(dice.integers(3))]
    black = mixed(("#20282c", "#1d2b36", "#2a2522")[int(dice.integers(3))], mood.tint or "#20282c", 0.35)
    fibre = clouds(width, height, across=50 * canvas.aspect, down=50, seed=mood.seed + 2, octaves=3)
    sheet = ramp(y, [(0, paper[0]), (1, paper[1])]) + (fibre - 0.5)[..., None] * 0.05
    at = (canvas.across(0.22 + 0.56 * float(dice.random())), 0.16 + 0.12 * float(dice.random()))
    sun = ("#c8452e", "#d2553a", "#b5322a")[int(dice.integers(3))]
    radius = 0.055 + 0.035 * float(dice.random())
    sheet = over(
        np.asarray(sheet, np.float32), colour(sun), disc(x, y, at=at, radius=radius, aspect=canvas.aspect) * 0.9
    )
    layers = [Layer(np.clip(sheet, 0, 1))]
    steep = 1.4 + 1.6 * float(dice.random())
    for index in range(6):
        near = index / 5
        line = ridge(width, bumps=(steep + 1.5 * near) * canvas.aspect, seed=mood.seed + 11 * index, octaves=6)
        crest = 0.4 + 0.5 * near - (0.26 - 0.1 * near) * np.clip(line - 0.12, 0, 1) ** 1.25 * 1.9
        depth = y - crest[None, :]
        wash = 0.72 + 0.55 * (
            clouds(width, height, across=20 * canvas.aspect, down=30, seed=mood.seed + 50 + index, octaves=4) - 0.25
        )
        alpha = (
            smooth(-0.0022, 0.0022, depth)
            * np.exp(-np.clip(depth, 0, 1) * (7.5 - 2.5 * near))
            * (0.22 + 0.72 * near)
            * wash
        )
        tone = np.clip(colour(black) + np.float32(1 - near) * np.array([0.18, 0.23, 0.27], np.float32), 0, 1)
        picture = np.broadcast_to(tone, (height, width, 3))
        layers.append(
            Layer(np.asarray(picture), np.asarray(np.clip(alpha, 0, 1), np.float32), depth=0.08 + 0.9 * near**1.3)
        )
    layers.append(_birds(canvas, mood, tone=black))
    return layers


def _birds(canvas: Canvas, mood: Mood, *, tone: str) -> Layer:
    dice = mood.dice(5)
    centre = (canvas.across(0.3 + 0.4 * dice.random()), 0.12 + 0.14 * dice.random())

    def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
        for _ in range(int(dice.integers(4, 8))):
            x = (centre[0] + (dice.random() - 0.5) * 0.2 * canvas.view) * width
            y = (centre[1] + (dice.random() - 0.5) * 0.1) * height
            size = height * (0.016 + 0.014 * dice.random())
            pen.arc([x - size, y - size * 0.4, x, y + size * 0.4], 200, 340, fill=210, width=max(2, height // 420))
            pen.arc([x, y - size * 0.4, x + size, y + size * 0.4], 200, 340, fill=210, width=max(2, height // 420))

    mask = drawn_mask(canvas.width, canvas.height, draw)
    picture = np.broadcast_to(colour(tone), (canvas.height, canvas.width, 3))
    return Layer(np.asarray(picture), mask, depth=0.3, sway=(0.0, 0.012, 3.0, 0.0))
