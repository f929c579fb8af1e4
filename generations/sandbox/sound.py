"""A quiet chord that moves slowly: the sound of a clip."""

import numpy as np

from generations.sandbox.brushes import Array

SAMPLES_PER_SECOND = 44_100
_CHORDS = ((0, 3, 7, 10), (0, 4, 7, 11), (0, 5, 7, 12), (0, 2, 7, 9))
_STEPS = (0, -4, -7, 3, 5, -2)


def compose_pad(*, seed: int, seconds: float) -> Array:
    """Return mono samples from -1 to 1, faded in and out. Deterministic by seed."""
    dice = np.random.default_rng([seed, 7])
    count = int(SAMPLES_PER_SECOND * seconds)
    time = np.arange(count, dtype=np.float32) / SAMPLES_PER_SECOND
    root = 110.0 * 2 ** (int(dice.integers(-3, 5)) / 12)
    chord = _CHORDS[int(dice.integers(len(_CHORDS)))]
    total = np.zeros(count, np.float32)
    span = 4.0
    for bar in range(int(seconds / span) + 2):
        shift = 0 if bar == 0 else int(dice.choice(_STEPS))
        swell = np.clip(1 - np.abs(time - (bar + 0.35) * span) / span, 0, 1) ** 2
        start, end = np.searchsorted(time, [(bar - 0.7) * span, (bar + 1.4) * span])
        part = slice(int(start), int(end))
        for voice, note in enumerate(chord):
            pitch = root * 2 ** ((note + shift) / 12) * (1 + 0.0015 * (dice.random() - 0.5))
            phase = 2 * np.pi * (pitch * time[part] % 1).astype(np.float32)
            tone = np.sin(phase) + 0.28 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)
            tremble = 1 + 0.18 * np.sin(2 * np.pi * (0.13 + 0.05 * voice) * time[part])
            total[part] += (tone * tremble * swell[part] / (1.4 + voice)).astype(np.float32)
    air = np.convolve(dice.normal(0, 1, count).astype(np.float32), np.full(48, 1 / 48, np.float32), mode="same")
    total = total * 0.07 + air * 0.012
    edge = np.clip(np.minimum(time / 0.6, (seconds - time) / 0.9), 0, 1)
    return np.asarray(total * edge, np.float32)
