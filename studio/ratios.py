"""The shapes that the timeline knows; `timeline.css` reserves space for exactly these."""

import math
from functools import lru_cache

# Width by height. The four extremes are cropped in rows and shown whole on their own page.
RATIOS = {
    "8:1": 8.0,
    "4:1": 4.0,
    "21:9": 21 / 9,
    "16:9": 16 / 9,
    "3:2": 1.5,
    "4:3": 4 / 3,
    "5:4": 1.25,
    "1:1": 1.0,
    "4:5": 0.8,
    "3:4": 0.75,
    "2:3": 2 / 3,
    "9:16": 9 / 16,
    "1:4": 0.25,
    "1:8": 0.125,
}


# Items of a team have a few dozen sizes.
@lru_cache(maxsize=1_000)
def nearest_ratio(width: int | None, height: int | None, ratio: str = "") -> str:
    """Return the ratio that a card reserves: the real size if known, else the chosen ratio, else a square.

    Units: pixels.
    """
    if not width or not height:
        return ratio if ratio in RATIOS else "1:1"
    # Twice as wide and half as wide are equally far away, so distances are compared as logarithms.
    shape = math.log(width / height)
    return min(RATIOS, key=lambda name: abs(math.log(RATIOS[name]) - shape))
