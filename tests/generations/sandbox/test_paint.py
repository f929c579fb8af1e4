import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generations.sandbox.manners.album import MANNERS
from generations.sandbox.paint import CannotReadPicture, draw_picture, paint
from generations.sandbox.words import read_prompt
from tests.generations.sandbox.conftest import picture_bytes

TEN_PROMPTS = (
    "一只毛茸茸的橘猫在阳光明媚的草地上奔跑",
    "未来城市夜景,霓虹灯倒映在湿润的街道上",
    "desert dunes at dawn",
    "a sailing boat on the sea at sunset",
    "snow mountains in the morning",
    "misty pine forest",
    "portrait of a young woman",
    "abstract marble texture",
    "the sound of a blue idea",
    "quarterly report about nothing in particular",
)


def average_hash(image: Image.Image) -> int:
    """Return a perceptual hash: which of 12 x 12 squares are brighter than their right neighbour."""
    small = np.asarray(image.convert("L").resize((13, 12), Image.Resampling.LANCZOS), int)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def test_ten_prompts_give_ten_pictures_that_look_different() -> None:
    hashes = [average_hash(paint(prompt, seed=0, width=688, height=384)) for prompt in TEN_PROMPTS]

    distances = [(one ^ other).bit_count() for index, one in enumerate(hashes) for other in hashes[index + 1 :]]
    assert min(distances) >= 20


def test_prompt_and_seed_decide_every_pixel() -> None:
    first, again, other = (paint("a fox at night", seed=seed, width=320, height=200) for seed in (1, 1, 2))

    assert first.tobytes() == again.tobytes()
    assert average_hash(first) != average_hash(other)


WORD_FOR = {
    "aurora": "aurora",
    "balloons": "balloons",
    "creature": "cat",
    "dunes": "desert",
    "flow": "marble",
    "flowers": "tulip",
    "forest": "forest",
    "ink": "ink",
    "lanterns": "lantern",
    "neon": "neon",
    "papercut": "papercut",
    "peaks": "mountain",
    "planet": "planet",
    "portrait": "portrait",
    "poster": "poster",
    "sea": "sea",
    "still": "bowl",
    "watercolour": "watercolour",
}


@pytest.mark.parametrize("size", [(64, 64), (396, 168), (96, 768), (768, 96)])
@pytest.mark.parametrize("manner", sorted(MANNERS))
def test_every_manner_fills_every_shape(manner: str, size: tuple[int, int]) -> None:
    assert read_prompt(WORD_FOR[manner], seed=1).manner == manner

    image = paint(WORD_FOR[manner], seed=1, width=size[0], height=size[1])

    assert image.size == size
    assert np.asarray(image.convert("L"), float).std() > 3


@pytest.mark.parametrize(
    ("prompt", "manner"),
    [
        ("水墨山水", "ink"),
        ("海边的日落", "sea"),
        ("雪山", "peaks"),
        ("剪纸风格的花", "papercut"),
        ("太空中的星球", "planet"),
        ("一杯咖啡", "still"),
        ("a bauhaus poster of a cat", "poster"),
        ("watercolor of a sea", "sea"),
    ],
)
def test_words_choose_the_manner_in_both_languages(prompt: str, manner: str) -> None:
    assert read_prompt(prompt, seed=0).manner == manner or (
        manner == "any" and read_prompt(prompt, seed=0).manner != "creature"
    )


@pytest.mark.parametrize(
    ("word", "hour"), [("sunset", "dusk"), ("黎明", "dawn"), ("midnight", "night"), ("sunny", "day")]
)
def test_words_choose_the_hour(word: str, hour: str) -> None:
    assert read_prompt(f"sea {word}", seed=0).mood.light.name == hour


def job_for(tmp_path: Path, **more: Any) -> dict[str, Any]:
    job = {"out": str(tmp_path / "out.png"), "prompt": "sea", "seed": 1, "width": 400, "height": 304, "format": "png"}
    return {**job, "compression": 100, "inputs": [], "mask": "", "inputs_dir": str(tmp_path), **more}


def test_a_4k_picture_is_painted_small_and_enlarged(tmp_path: Path) -> None:
    draw_picture(job_for(tmp_path, width=5504, height=3072, format="jpeg", compression=90))

    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (5504, 3072)


def test_further_inputs_of_an_edit_are_laid_in(tmp_path: Path) -> None:
    for name, tone in (("one", "#808080"), ("two", "#00ff00")):
        (tmp_path / name).write_bytes(picture_bytes((400, 304), tone=tone))
    inputs = [{"role": "edit", "kind": "image", "file": name} for name in ("one", "two")]

    draw_picture(job_for(tmp_path, inputs=inputs))

    pixels = np.asarray(Image.open(tmp_path / "out.png"), int)
    assert ((pixels[..., 1] > 240) & (pixels[..., 0] < 20)).sum() > 1000


def test_what_is_no_picture_is_said_so(tmp_path: Path) -> None:
    content = io.BytesIO(picture_bytes())
    (tmp_path / "cut").write_bytes(content.getvalue()[:200])

    with pytest.raises(CannotReadPicture):
        draw_picture(job_for(tmp_path, inputs=[{"role": "edit", "kind": "image", "file": "cut"}]))
