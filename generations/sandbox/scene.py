"""A painting as layers, so that the same painting is a still picture and, with the layers moving, a clip."""

import dataclasses
from collections.abc import Callable

import numpy as np

from generations.sandbox.brushes import Array, Stops, over, ramp
from generations.sandbox.light import Light


@dataclasses.dataclass(frozen=True, slots=True)
class Mood:
    """What a manner may know of the prompt: its words, its light, and numbers to draw dice with."""

    seed: int
    light: Light
    words: frozenset[str]
    tint: str = ""

    def dice(self, purpose: int = 0) -> np.random.Generator:
        """Return a generator that depends on the prompt and the purpose only."""
        return np.random.default_rng([self.seed, purpose])

    def has(self, *concepts: str) -> bool:
        """Return whether the prompt speaks of any of these."""
        return any(concept in self.words for concept in concepts)


@dataclasses.dataclass(frozen=True, slots=True)
class Canvas:
    """The size to paint at. ``view`` is the share of the width that a clip's first frame shows (1 for a picture).

    Units: pixels.
    """

    width: int
    height: int
    view: float = 1.0

    @property
    def aspect(self) -> float:
        """Return width/height."""
        return self.width / self.height

    def across(self, share: float) -> float:
        """Return the x of something that stands at this share of the visible width."""
        return share * self.view


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """One sheet of a painting.

    ``depth`` 0 stands still, 1 passes at full speed; ``sway`` is a circular drift in heights with its period in
    seconds and phase in turns.
    """

    picture: Array
    alpha: Array | None = None
    depth: float = 0.0
    sway: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Flow:
    """A painting made of one field and one ramp, which flows when the ramp turns."""

    field: Array
    stops: Stops
    shade: Array

    def still(self, turn: float = 0.0) -> Array:
        """Return the picture with the ramp turned by a share of a round."""
        return np.asarray(np.clip(ramp(mirrored(self.field, turn), self.stops) * self.shade[..., None], 0, 1))


def merged(layers: list[Layer]) -> Layer:
    """Return several sheets as one, moving as the last does: fewer sheets make a cheaper clip."""
    height, width = layers[0].picture.shape[:2]
    tone: Array = np.zeros((height, width, 3), np.float32)
    cover: Array = np.zeros((height, width, 1), np.float32)
    for layer in layers:
        alpha = np.ones_like(cover) if layer.alpha is None else layer.alpha[..., None]
        tone = tone * (1 - alpha) + layer.picture * alpha
        cover = cover + alpha * (1 - cover)
    picture = np.asarray(tone / np.maximum(cover, 1e-3), np.float32)
    return dataclasses.replace(layers[-1], picture=picture, alpha=cover[..., 0])


Painting = list[Layer] | Flow
Manner = Callable[[Canvas, Mood], Painting]


def mirrored(field: Array, turn: float) -> Array:
    """Return the field moved along the ramp and folded back at its ends, so that nothing jumps."""
    return np.asarray(1 - np.abs((field + 2 * turn) % 2 - 1), np.float32)


def flatten(painting: Painting) -> Array:
    """Return the still picture."""
    if isinstance(painting, Flow):
        return painting.still()
    picture: Array = painting[0].picture
    for layer in painting[1:]:
        picture = over(picture, layer.picture, layer.alpha) if layer.alpha is not None else layer.picture
    return np.asarray(np.clip(picture, 0, 1), np.float32)
