import itertools
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from generations.sandbox.film import draw_film
from generations.sandbox.sound import SAMPLES_PER_SECOND, compose_pad


def make(tmp_path: Path, prompt: str, **more: Any) -> list[np.ndarray[Any, Any]]:
    job = {
        "out": str(tmp_path / "a.mp4"),
        "last_frame_out": "",
        "prompt": prompt,
        "seed": 4,
        "width": 432,
        "height": 248,
    }
    draw_film({**job, "seconds": 4, "audio": False, "inputs": [], "inputs_dir": str(tmp_path), **more})
    with av.open(str(tmp_path / "a.mp4")) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


MOVING = (
    "desert,neon,marble,sea,aurora,lantern,saturn,cat,tulip,portrait,poster,bowl,ink,watercolour,papercut flower,"
    "balloons,forest,snow mountain"
)


@pytest.mark.parametrize("prompt", MOVING.split(","))
def test_every_manner_moves_and_never_jumps(tmp_path: Path, prompt: str) -> None:
    frames = make(tmp_path, prompt)

    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(frames)]
    assert len(frames) == 96
    assert float(np.abs(frames[0].astype(int) - frames[48]).mean()) > 0.6
    assert max(steps) < 15


def test_no_frame_shows_an_edge_where_a_layer_ends(tmp_path: Path) -> None:
    frames = make(tmp_path, "cat in the meadow")

    for frame in frames:
        assert np.abs(frame[-1].astype(int) - frame[-3]).mean() < 40


def test_a_reference_clip_shows_in_the_new_one(tmp_path: Path) -> None:
    make(tmp_path, "neon city")
    (tmp_path / "a.mp4").rename(tmp_path / "before")
    source = {"role": "reference_video", "kind": "video", "file": "before"}

    frames = make(tmp_path, "night", inputs=[source])

    assert len(frames) == 96


def test_the_chord_is_quiet_whole_and_decided_by_its_seed() -> None:
    first, again, other = (compose_pad(seed=seed, seconds=4) for seed in (1, 1, 2))

    assert first.shape == (4 * SAMPLES_PER_SECOND,)
    assert 0.02 < float(np.abs(first).max()) < 0.7
    assert (first == again).all()
    assert (first != other).any()
