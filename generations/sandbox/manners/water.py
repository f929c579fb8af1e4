"""The open sea with sun or moon on it, an island, a boat; and balloons over hills."""

import numpy as np
from PIL import ImageDraw

from generations.sandbox.brushes import (
    clouds,
    colour,
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


def sea(canvas: Canvas, mood: Mood) -> Painting:
    """Paint the sea to the horizon, the light's path on it, and clouds above."""
    width, height, light, dice = canvas.width, canvas.height, mood.light, mood.dice()
    x, y = grid(width, height)
    horizon = 0.42 + 0.18 * float(dice.random())
    sun = (0.2 + 0.6 * float(dice.random()), horizon - 0.05 - 0.2 * float(dice.random()))
    radius = 0.04 + 0.05 * float(dice.random())
    layers = [sky(canvas, mood, horizon=horizon, sun=sun, radius=radius), _cloud_bank(canvas, mood, horizon)]
    if dice.random() < 0.6:
        layers.append(_island(canvas, mood, horizon))
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    shore = light.sky[-1][1]
    deep = mixed(light.shade, mood.tint or ("#0f4a6b" if not light.is_dark else "#0a1c38"), 0.55)
    body = ramp(
        depth,
        [
            (0, mixed(shore, deep, 0.12)),
            (0.12, mixed(shore, deep, 0.5)),
            (0.5, deep),
            (1, mixed(deep, "#020814", 0.45)),
        ],
    )
    # Waves are one flat texture seen at a grazing angle: rows crowd together towards the horizon.
    texture = clouds(1024, 1024, across=90, down=240, seed=mood.seed + 20, octaves=3)
    far = 1 / (depth + 0.045)
    rows = (far * 64 + 700).astype(np.int32) % 1024
    columns = (((x / canvas.view - 0.5) * far * 210) + 512).astype(np.int32) % 1024
    waves = np.asarray(texture[np.broadcast_to(rows, (height, width)), columns])
    picture = np.broadcast_to(body, (height, width, 3)) + ((waves - 0.5) * (0.08 + 0.34 * depth))[..., None] * colour(
        mixed(shore, "#ffffff", 0.3)
    )
    crest = smooth(0.63, 0.74, waves) * smooth(0.04, 0.4, depth) * 0.35
    picture = over(np.asarray(picture, np.float32), colour(mixed(light.haze, "#ffffff", 0.5)), crest)
    edge = smooth(-0.001, 0.001, y - horizon)
    for index, top in enumerate((0.0, 0.1, 0.32)):
        band = smooth(top - 0.04, top + 0.04, depth) if index else edge
        alpha = np.broadcast_to(band * edge, (height, width))
        layers.append(
            Layer(
                np.clip(picture, 0, 1),
                np.asarray(alpha),
                depth=(0.1, 0.35, 0.8)[index],
                sway=(0.0, 0.004, 4.0, index / 3),
            )
        )
    path = np.exp(-(((x - canvas.across(sun[0])) / canvas.view / (0.035 + 0.2 * depth)) ** 2))
    glitter = np.asarray(smooth(0.52, 0.7, waves) * path * smooth(0.0, 0.02, depth) * (1 - depth * 0.35), np.float32)
    shine = np.broadcast_to(colour(mixed(light.sun, "#ffffff", 0.3)), (height, width, 3))
    layers.append(Layer(np.asarray(shine), glitter * 0.9, sway=(0.01, 0.006, 2.5, 0.0)))
    if mood.has("sea") and dice.random() < 0.75:
        layers.append(_boat(canvas, mood, horizon))
    return layers


def _cloud_bank(canvas: Canvas, mood: Mood, horizon: float) -> Layer:
    _x, y = grid(canvas.width, canvas.height)
    light = mood.light
    puff = clouds(canvas.width, canvas.height, across=3.5 * canvas.aspect, down=9, seed=mood.seed + 9, octaves=6)
    body = smooth(0.5, 0.72, puff) * smooth(horizon + 0.02, horizon - 0.2, y) * smooth(-0.1, 0.25, y)
    lit = ramp(
        np.clip((puff - 0.5) * 3, 0, 1),
        [(0, mixed(light.haze, light.shade, 0.25)), (1, mixed(light.sun, light.haze, 0.2))],
    )
    return Layer(lit, np.asarray(body * (0.35 if light.is_dark else 0.7), np.float32), depth=0.12)


def _island(canvas: Canvas, mood: Mood, horizon: float) -> Layer:
    x, y = grid(canvas.width, canvas.height)
    dice = mood.dice(8)
    line = ridge(canvas.width, bumps=4 * canvas.aspect, seed=mood.seed + 31, octaves=6)
    centre, half = canvas.across(0.1 + 0.8 * dice.random()), (0.12 + 0.2 * dice.random()) * canvas.view
    hump = np.clip(1 - ((x[0] - centre) / half) ** 2, 0, 1)
    crest = horizon - hump * (0.03 + 0.16 * line)
    mask = smooth(-0.0016, 0.0016, y - crest[None, :]) * smooth(horizon + 0.003, horizon - 0.001, y)
    tone = mixed(mood.light.shade, mood.light.haze, 0.42)
    picture = np.broadcast_to(colour(tone), (canvas.height, canvas.width, 3))
    return Layer(np.asarray(picture), np.asarray(mask, np.float32), depth=0.1)


def _boat(canvas: Canvas, mood: Mood, horizon: float) -> Layer:
    dice = mood.dice(12)
    place, size = canvas.across(0.2 + 0.6 * dice.random()), 0.09 + 0.07 * dice.random()
    hull, sail = mixed(mood.light.shade, "#3a1d14", 0.3), mixed("#fdf7ea", mood.light.haze, 0.3)

    def draw(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
        u, x, y = height * size, place * width, height * (horizon + 0.06)
        pen.polygon(
            [(x - u * 0.06, y - u * 1.5), (x - u * 0.06, y - u * 0.12), (x + u * 0.62, y - u * 0.16)], fill=sail
        )
        pen.polygon(
            [(x - u * 0.12, y - u * 1.25), (x - u * 0.12, y - u * 0.12), (x - u * 0.58, y - u * 0.16)],
            fill=mixed(sail, hull, 0.25),
        )
        pen.line([(x - u * 0.09, y - u * 1.55), (x - u * 0.09, y)], fill=hull, width=max(2, int(u * 0.035)))
        pen.polygon(
            [
                (x - u * 0.7, y - u * 0.08),
                (x + u * 0.78, y - u * 0.1),
                (x + u * 0.5, y + u * 0.16),
                (x - u * 0.5, y + u * 0.16),
            ],
            fill=hull,
        )
        pen.ellipse([x - u * 0.75, y + u * 0.12, x + u * 0.75, y + u * 0.2], fill=(10, 20, 40, 70))

    picture, alpha = drawn_picture(canvas.width, canvas.height, draw)
    return Layer(picture, alpha, depth=0.22, sway=(0.004, 0.008, 3.0, 0.2))


def balloons(canvas: Canvas, mood: Mood) -> Painting:
    """Paint hot-air balloons over soft hills."""
    width, height, light, dice = canvas.width, canvas.height, mood.light, mood.dice()
    _x, y = grid(width, height)
    sun = (0.15 + 0.7 * float(dice.random()), 0.5 + 0.12 * float(dice.random()))
    layers = [sky(canvas, mood, horizon=0.85, sun=sun, radius=0.06), _cloud_bank(canvas, mood, 0.8)]
    ground = mixed(mood.tint or ("#6d8f5a", "#8a6a4f", "#4f7f78")[int(dice.integers(3))], light.shade, 0.35)
    hills = []
    for index in range(4):
        near = index / 3
        line = ridge(width, bumps=(1.2 + 0.6 * index) * canvas.aspect, seed=mood.seed + 13 * index, octaves=4)
        crest = 0.68 + 0.09 * index - 0.12 * (line - 0.5) * 2
        tone = clouds(width, height, across=8, down=16, seed=mood.seed + 70 + index, octaves=3)
        picture = ramp(tone, [(0, mixed(ground, light.shade, 0.5)), (1, mixed(ground, light.sun, 0.35))])
        picture = over(picture, colour(light.haze), np.full((height, width), (1 - near) * 0.72, np.float32))
        hills.append(Layer(picture, smooth(-0.002, 0.002, y - crest[None, :]), depth=0.15 + 0.85 * near**1.3))
    sizes = np.sort(0.05 + 0.2 * dice.random(8) ** 1.8)
    fleet = [_balloon(canvas, mood, index, float(size)) for index, size in enumerate(sizes)]
    return [*layers, hills[0], *fleet[:4], hills[1], *fleet[4:], *hills[2:]]


def _balloon(canvas: Canvas, mood: Mood, index: int, size: float) -> Layer:
    dice, palette = mood.dice(100 + index), choose_palette(mood)
    x, y = grid(canvas.width, canvas.height)
    centre = (
        canvas.across((index * 0.377 + 0.2 * dice.random() + mood.seed % 97 / 97) % 1),
        0.14 + 0.42 * dice.random(),
    )
    u = (x - centre[0]) * canvas.aspect / size
    v = (y - centre[1]) / size
    pinch = np.clip(1 - np.clip(v, 0, 2) ** 2 * 0.42, 0.12, 1)
    across = u / pinch
    body = smooth(1.02, 0.98, np.asarray(np.sqrt(across**2 + np.clip(v / 1.25, -2, 2) ** 2), np.float32))
    angle = np.arcsin(np.clip(across / np.sqrt(np.clip(1 - (v / 1.3) ** 2, 0.05, 1)), -1, 1))
    stripe = (np.floor(angle / np.pi * 9 + 40) % 2).astype(np.float32)
    first, second = palette[1 + index % 3], palette[4] if index % 2 else palette[3]
    picture = (
        np.where(stripe[..., None] > 0, colour(first), colour(second))
        * (0.62 + 0.5 * np.clip(0.6 - 0.45 * u - 0.2 * v, 0, 1))[..., None]
    )
    haze = 0.5 * (1 - size / 0.25)
    picture = picture * (1 - haze) + colour(mood.light.haze) * haze
    basket = (np.abs(u) < 0.13) & (np.abs(v - 1.62) < 0.11)
    ropes = (np.abs(np.abs(u) - 0.13 - (1.5 - v) * 0.25) < 0.014) & (v > 1.15) & (v < 1.55)
    alpha = np.maximum(body, np.asarray(basket | ropes, np.float32))
    picture = np.where((basket | ropes)[..., None], colour(mixed("#3a2a1e", mood.light.haze, haze)), picture)
    period = 5 + 4 * float(dice.random())
    return Layer(
        np.asarray(np.clip(picture, 0, 1), np.float32),
        alpha,
        depth=0.05 + size,
        sway=(0.01, 0.02 + size * 0.1, period, float(dice.random())),
    )
