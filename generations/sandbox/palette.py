"""Curated sets of colours for the manners that do not paint an hour of the day; each from dark to light."""

import numpy as np

from generations.sandbox.brushes import colour
from generations.sandbox.scene import Mood

PALETTES: tuple[tuple[str, ...], ...] = (
    ("#06223a", "#0f5c7a", "#4fb3b0", "#d9803f", "#f4e8c8"),
    ("#1b0f33", "#5a2a82", "#e0709a", "#ffc9a3", "#fff3e0"),
    ("#34112b", "#b23a48", "#e0684f", "#f39c6b", "#fbe3c8"),
    ("#17324d", "#d9482b", "#6f9a8d", "#e7ab3a", "#efe6d2"),
    ("#0d2b28", "#1f6f5c", "#7fb069", "#e6d28a", "#f8f4e3"),
    ("#1d1a3d", "#3f3d9e", "#5f8de0", "#b9d3f2", "#f6f3fb"),
    ("#2b1d14", "#7a4a2b", "#c98a4b", "#e9c98f", "#faf1de"),
    ("#20202b", "#8f2d56", "#d81159", "#ffbc42", "#f7efe2"),
    ("#0b2027", "#40798c", "#70a9a1", "#cfd7c7", "#f6f1d1"),
    ("#241023", "#6b0f1a", "#b91372", "#f79d84", "#fde8e0"),
    ("#10312b", "#2a7f62", "#c3a29e", "#e8b4bc", "#fdf0ed"),
    ("#22223b", "#4a4e69", "#9a8c98", "#c9ada7", "#f2e9e4"),
)


def choose_palette(mood: Mood) -> tuple[str, ...]:
    """Return the prompt's palette: one of all, or of those nearest to its tint."""
    dice = mood.dice(99)
    if not mood.tint:
        return PALETTES[int(dice.integers(len(PALETTES)))]
    wanted = colour(mood.tint)
    distance = [min(float(np.abs(colour(code) - wanted).sum()) for code in palette[1:4]) for palette in PALETTES]
    near = np.argsort(distance)[:2]
    return PALETTES[int(near[int(dice.integers(len(near)))])]
