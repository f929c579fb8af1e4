"""Northern lights, floating lanterns and planets: manners that live on darkness."""

import numpy as np

from generations.sandbox.brushes import (
    Array,
    blur,
    clouds,
    colour,
    disc,
    grid,
    mixed,
    over,
    ramp,
    ridge,
    smooth,
    stars,
)
from generations.sandbox.scene import Canvas, Layer, Mood, Painting


def aurora(canvas: Canvas, mood: Mood) -> Painting:
    """Paint curtains of northern light over dark hills and a still lake."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    _x, y = grid(width, height)
    picture = np.broadcast_to(
        ramp(y, [(0, "#060a1c"), (0.5, "#0b1a33"), (0.8, "#12384a"), (1, "#1c4a52")]), (height, width, 3)
    )
    field = stars(width, height, seed=mood.seed + 3, share=0.0009) * (1 - y)
    layers = [Layer(np.asarray(np.clip(picture + field[..., None], 0, 1), np.float32))]
    sets = (
        (("#4dffb0", "#1aa7a0"), ("#7bffd0", "#3b6cff"), ("#c08bff", "#ff6fb5")),
        (("#8affd2", "#2f7bff"), ("#5ad0ff", "#7a4cff"), ("#ff8ad0", "#8a3cff")),
        (("#b8ff7a", "#12a37a"), ("#4dffb0", "#2a86ff"), ("#ffe08a", "#ff6a8a")),
    )
    for index, (low, high) in enumerate(sets[int(dice.integers(3))]):
        seed = mood.seed + 11 + 18 * index
        base = 0.6 - 0.1 * index + 0.26 * (ridge(width, bumps=1.3 * canvas.aspect, seed=seed, octaves=3) - 0.5) * 2
        rays = 0.3 + 0.9 * ridge(width, bumps=34 * canvas.aspect, seed=seed + 5, octaves=2) ** 1.6
        reach = 0.32 + 0.22 * ridge(width, bumps=3 * canvas.aspect, seed=seed + 9)
        up = base[None, :] - y
        light = (
            np.where(up > 0, np.exp(-np.clip(up, 0, 9) / reach[None, :] * 2.5), np.exp(np.clip(up, -9, 0) * 36))
            * rays[None, :]
        )
        tone = over(np.broadcast_to(colour(low), (height, width, 3)), colour(high), np.clip(up * 2.3, 0, 1))
        alpha = blur(np.asarray(light, np.float32), 1.6) * (0.95, 0.6, 0.55)[index]
        layers.append(Layer(tone, alpha, depth=0.05 + 0.04 * index, sway=(0.03, 0.012, 6.0 + index, index / 3)))
    line = 0.78 + 0.06 * float(dice.random())
    for index, tone_code in enumerate(("#0b2530", "#071820", "#040c12")):
        crest = (
            line
            + 0.07 * index
            + 0.1
            * (ridge(width, bumps=(2.2 + index) * canvas.aspect, seed=mood.seed + 70 + index, octaves=6) - 0.5)
            * 2
        )
        hill = np.broadcast_to(colour(tone_code), (height, width, 3))
        layers.append(Layer(np.asarray(hill), smooth(-0.002, 0.002, y - crest[None, :]), depth=0.2 + 0.35 * index))
    return layers


def lanterns(canvas: Canvas, mood: Mood) -> Painting:
    """Paint paper lanterns rising into a dark sky."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    _x, y = grid(width, height)
    top, low = (("#0a1230", "#6a2a3a"), ("#120a2a", "#7a3050"), ("#06182a", "#4a3a4a"))[int(dice.integers(3))]
    picture = np.broadcast_to(ramp(y, [(0, top), (0.55, mixed(top, low, 0.4)), (1, low)]), (height, width, 3))
    field = stars(width, height, seed=mood.seed + 3, share=0.0004) * smooth(0.7, 0.1, y)
    layers = [Layer(np.asarray(np.clip(picture + field[..., None] * 0.7, 0, 1), np.float32))]
    count = int(16 * max(1.0, canvas.aspect)) + 10
    for plane in range(4):
        near = plane / 3
        paper, cover = (
            np.zeros((height, width, 3), np.float32) + colour("#ff8a3a"),
            np.zeros((height, width), np.float32),
        )
        for _ in range(max(3, int(count * (1 - 0.62 * near) / 2.4))):
            size = 0.011 + 0.075 * near**1.5 * (0.75 + 0.5 * dice.random()) + 0.006 * dice.random()
            _lantern(
                paper, cover, canvas, at=(dice.random(), dice.random()), size=size, soft=0.06 + 0.35 * abs(near - 0.66)
            )
        layers.append(
            Layer(paper, cover, depth=0.05 + 0.2 * near, sway=(0.008, 0.03 + 0.05 * near, 5 + 2 * near, near))
        )
    return layers


def _lantern(paper: Array, cover: Array, canvas: Canvas, *, at: tuple[float, float], size: float, soft: float) -> None:
    """Add one lantern to a sheet, touching only the pixels around it."""
    height, width = cover.shape
    reach = size * 5
    rows = slice(max(0, int((at[1] - reach) * height)), min(height, int((at[1] + reach) * height) + 1))
    half = reach / canvas.aspect
    columns = slice(max(0, int((at[0] - half) * width)), min(width, int((at[0] + half) * width) + 1))
    x = np.linspace(0, 1, width, dtype=np.float32)[None, columns]
    y = np.linspace(0, 1, height, dtype=np.float32)[rows, None]
    v = (y - at[1]) / size
    # Wider at the shoulders than at the open foot.
    u = (x - at[0]) * canvas.aspect / size / (1 - 0.14 * np.clip(v, -1.2, 1.2))
    distance = np.asarray((np.abs(u) ** 2.8 + np.abs(v / 1.25) ** 3.2) ** (1 / 2.8), np.float32)
    body = smooth(1 + soft, 1 - soft, distance)
    tone = ramp(
        np.clip(0.42 + 0.42 * v - 0.18 * np.abs(u), 0, 1),
        [(0, "#c9401c"), (0.5, "#ff8a35"), (0.85, "#ffd684"), (1, "#fff3c4")],
    )
    halo = np.exp(-np.clip(distance - 0.85, 0, 9) * 1.35) * 0.3
    alpha = np.maximum(body, halo)
    inside = (body > halo)[..., None]
    paper[rows, columns] = np.where(inside & (alpha > cover[rows, columns])[..., None], tone, paper[rows, columns])
    cover[rows, columns] = np.maximum(cover[rows, columns], alpha)


def planet(canvas: Canvas, mood: Mood) -> Painting:
    """Paint a banded planet with a ring and a moon in front of a nebula."""
    width, height, dice = canvas.width, canvas.height, mood.dice()
    x, y = grid(width, height)
    tone = mood.tint or ("#7a3cff", "#2f7bff", "#e0559a", "#1fa39a", "#e08a3a")[int(dice.integers(5))]
    veil = clouds(width, height, across=2.2 * canvas.aspect, down=2.2, seed=mood.seed + 6, octaves=6)
    picture = ramp(
        veil * 0.6 + y * 0.4,
        [
            (0, "#05060f"),
            (0.45, mixed("#0d0a1f", tone, 0.16)),
            (0.75, mixed("#1c1030", tone, 0.5)),
            (1, mixed(tone, "#ffb3c0", 0.35)),
        ],
    )
    picture = picture + (stars(width, height, seed=mood.seed + 3, share=0.0011) * 0.95)[..., None]
    layers = [Layer(np.asarray(np.clip(picture, 0, 1), np.float32), depth=0.25)]
    radius = (0.2 + 0.12 * float(dice.random())) * min(1.0, canvas.aspect * canvas.view / 0.9)
    at = (canvas.across(0.36 + 0.28 * float(dice.random())), 0.42 + 0.14 * float(dice.random()))
    u, v = (x - at[0]) * canvas.aspect / radius, (y - at[1]) / radius
    tilt = -0.6 + 1.2 * float(dice.random())
    along, across = u * np.cos(tilt) + v * np.sin(tilt), -u * np.sin(tilt) + v * np.cos(tilt)
    layers += [_globe(mood, u, v, along, across, tone, veil)]
    if mood.has("ringed") or dice.random() < 0.7:
        ring_radius = np.hypot(along, across / 0.22)
        grooves = 0.55 + 0.45 * np.sin(ring_radius * 46) * np.sin(ring_radius * 17)
        ring = smooth(1.32, 1.4, ring_radius) * smooth(2.15, 2.0, ring_radius) * grooves
        front = (across > 0) | (np.hypot(u, v) > 1)
        shadow = 1 - 0.7 * ((np.abs(across + 0.5 * along) < 0.5) & (along > 0.6) & (across < 0))
        sheet = np.broadcast_to(colour(mixed("#ffe3c0", tone, 0.25)), (height, width, 3)) * shadow[..., None]
        layers.append(
            Layer(np.asarray(sheet, np.float32), np.asarray(ring * front * 0.8, np.float32), sway=(0.002, 0.004, 9, 0))
        )
    moon = disc(x, y, at=(canvas.across(0.12 + 0.7 * float(dice.random())), 0.16), radius=0.03, aspect=canvas.aspect)
    layers.append(
        Layer(
            np.asarray(np.broadcast_to(colour("#e9e4ee"), (height, width, 3))),
            moon * 0.95,
            depth=0.1,
            sway=(0.05, 0.02, 14, 0),
        )
    )
    return layers


def _globe(mood: Mood, u: Array, v: Array, along: Array, across: Array, tone: str, veil: Array) -> Layer:
    height, width = veil.shape
    squared = u * u + v * v
    front = np.sqrt(np.clip(1 - squared, 0, 1))
    bands = ridge(1024, bumps=9, seed=mood.seed + 15, octaves=5)
    swirl = clouds(width, height, across=9, down=9, seed=mood.seed + 18, octaves=4)
    latitude = np.arcsin(np.clip(across, -1, 1)) / np.pi + 0.5 + (swirl - 0.5) * 0.05 + along * 0.004
    field = bands[np.clip(latitude * 1023, 0, 1023).astype(np.int32)]
    stops = [
        (0.2, mixed("#3a1f4a", tone, 0.3)),
        (0.42, mixed("#e0795a", tone, 0.35)),
        (0.54, "#ffe0b0"),
        (0.68, mixed("#d0576b", tone, 0.5)),
        (0.9, mixed("#2b1a4b", tone, 0.3)),
    ]
    light = np.clip(-0.55 * u - 0.45 * v + 0.7 * front, 0, 1)
    distance = np.sqrt(squared)
    rim = np.exp(-np.abs(distance - 1) * 16) * np.clip(-0.6 * u - 0.5 * v + 0.5, 0, 1)
    picture = ramp(field, stops) * (0.04 + 1.08 * light)[..., None] + rim[..., None] * colour(
        mixed(tone, "#ffffff", 0.55)
    ) * np.float32(0.5)
    body = smooth(1.006, 0.99, np.asarray(distance, np.float32))
    return Layer(
        np.asarray(np.clip(picture, 0, 1), np.float32),
        np.clip(np.maximum(body, rim * 0.6), 0, 1),
        sway=(0.002, 0.004, 9, 0),
    )
