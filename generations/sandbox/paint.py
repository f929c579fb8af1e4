"""From a job to a picture file: read the prompt, paint in its manner, show the inputs, encode."""

import pathlib
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from generations.sandbox.brushes import Array, clouds, colour, grid, over, ramp
from generations.sandbox.manners.album import MANNERS
from generations.sandbox.scene import Canvas, Flow, Layer, Mood, Painting, flatten
from generations.sandbox.words import Reading, read_prompt

# Painted at this size at most and enlarged: a 4K picture in seconds, in bounded memory.
MOST_PAINTED_PIXELS = 1_150_000
LARGEST_INPUT_PIXELS = 60_000_000
GRAIN = 2.2

Image.MAX_IMAGE_PIXELS = LARGEST_INPUT_PIXELS


class CannotReadPicture(Exception):
    """An input is not a picture that can be decoded."""


def painted_size(width: int, height: int) -> tuple[int, int]:
    """Return the size to paint at for a result of this size. Units: pixels."""
    scale = min(1.0, (MOST_PAINTED_PIXELS / (width * height)) ** 0.5)
    return max(16, round(width * scale)), max(16, round(height * scale))


def compose_painting(prompt: str, *, seed: int, canvas: Canvas) -> Painting:
    """Return the layers of a prompt's painting; the same prompt and seed always give the same."""
    reading = read_prompt(prompt, seed=seed)
    painting = MANNERS[reading.manner](canvas, reading.mood)
    return _in_style(painting, reading) if reading.style else painting


def paint(prompt: str, *, seed: int, width: int, height: int) -> Image.Image:
    """Return the picture of a prompt in exactly this size."""
    canvas = Canvas(*painted_size(width, height))
    picture = flatten(compose_painting(prompt, seed=seed, canvas=canvas))
    return _enlarge(to_image(picture), (width, height), seed=seed)


def to_image(picture: Array) -> Image.Image:
    """Return the array as an image, dithered against banding."""
    height, width = picture.shape[:2]
    noise = np.random.default_rng(1).normal(0, GRAIN, (height, width)).astype(np.float32)
    return Image.fromarray(np.clip(picture * 255 + noise[..., None], 0, 255).astype(np.uint8))


def _enlarge(image: Image.Image, size: tuple[int, int], *, seed: int) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _in_style(painting: Painting, reading: Reading) -> Painting:
    """Return the painting in the colours and on the ground of another style, layer by layer."""
    if isinstance(painting, Flow):
        return painting
    return [
        Layer(_restyle(layer.picture, reading.style, reading.mood), layer.alpha, layer.depth, layer.sway)
        for layer in painting
    ]


def _restyle(picture: Array, style: str, mood: Mood) -> Array:
    height, width = picture.shape[:2]
    grey = picture @ np.array([0.3, 0.59, 0.11], np.float32)
    tooth = clouds(width, height, across=70 * width / height, down=70, seed=4, octaves=3) - 0.5
    if style == "ink":
        return np.clip(
            ramp(grey ** np.float32(0.85), [(0, "#1d2226"), (0.6, "#8f9690"), (1, "#f1ebde")])
            + tooth[..., None] * 0.08,
            0,
            1,
        )
    pool = clouds(width, height, across=5 * width / height, down=5, seed=mood.seed, octaves=5) - 0.5
    pale = picture * 0.72 + 0.28 + pool[..., None] * 0.26 + tooth[..., None] * 0.12
    return np.asarray(np.clip(pale, 0, 1), np.float32)


def load_inputs(job: dict[str, Any], *roles: str) -> list[Image.Image]:
    """Return the input pictures that came along (of these roles), upright, in RGB. Raises: CannotReadPicture."""
    images = []
    for source in job["inputs"]:
        if source["kind"] == "image" and source.get("file") and (not roles or source["role"] in roles):
            images.append(_open(pathlib.Path(job["inputs_dir"]) / source["file"]).convert("RGB"))
    return images


def _open(path: pathlib.Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            image.load()
            return ImageOps.exif_transpose(image)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as error:
        raise CannotReadPicture(str(error)) from error


def draw_picture(job: dict[str, Any]) -> dict[str, Any]:
    """Draw the job's picture into its file. Idempotent: yes. Raises: CannotReadPicture."""
    size = (job["width"], job["height"])
    inputs = load_inputs(job)
    image = edit(job, inputs) if inputs else paint(job["prompt"], seed=job["seed"], width=size[0], height=size[1])
    out = pathlib.Path(job["out"])
    part = out.with_suffix(".part")
    if job["format"] == "png":
        image.save(part, format="png", compress_level=4)
    else:
        image.save(part, format=job["format"], quality=max(1, job["compression"]))
    part.replace(out)
    return {"width": image.width, "height": image.height}


def edit(job: dict[str, Any], inputs: list[Image.Image]) -> Image.Image:
    """Return the first input relit in the prompt's colours, the others laid in; a mask keeps the rest as it was."""
    width, height = job["width"], job["height"]
    base = ImageOps.fit(inputs[0], (width, height), Image.Resampling.LANCZOS)
    small = painted_size(width, height)
    subject = np.asarray(base.resize(small, Image.Resampling.LANCZOS), np.float32) / 255
    reading = read_prompt(job["prompt"], seed=job["seed"])
    painting = flatten(compose_painting(job["prompt"], seed=job["seed"], canvas=Canvas(*small)))
    relit = _relight(subject, painting, reading)
    for index, extra in enumerate(inputs[1:5]):
        relit = _lay_in(relit, extra, index)
    result = _enlarge(to_image(relit), (width, height), seed=job["seed"])
    if job.get("mask"):
        mask = _open(pathlib.Path(job["inputs_dir"]) / job["mask"]).convert("RGBA").getchannel("A")
        # Opaque means "keep": the edit shows only where the mask is transparent.
        result.paste(base, (0, 0), ImageOps.fit(mask, (width, height), Image.Resampling.NEAREST))
    return result


def _relight(subject: Array, painting: Array, reading: Reading) -> Array:
    """Return the subject with its colours drawn towards the painting's, which also frames it."""
    height, width = subject.shape[:2]
    x, y = grid(width, height)
    grey = (subject @ np.array([0.3, 0.59, 0.11], np.float32))[..., None]
    light = reading.mood.light
    toned = ramp(grey[..., 0], [(0, light.shade), (0.55, light.haze), (1, light.sun)])
    picture = subject * 0.5 + toned * 0.28 + painting * grey * 0.4
    frame = np.clip(np.maximum(np.abs(x - 0.5), np.abs(y - 0.5)) * 2 - 0.72, 0, 1) * 2.4
    return np.clip(
        over(np.asarray(picture, np.float32), painting, np.asarray(np.clip(frame, 0, 0.85), np.float32)), 0, 1
    )


def _lay_in(picture: Array, extra: Image.Image, index: int) -> Array:
    """Return the picture with another input as a small print in a corner."""
    height, width = picture.shape[:2]
    side = int(min(width, height) * 0.24)
    print_ = np.asarray(ImageOps.fit(extra, (side, side), Image.Resampling.LANCZOS), np.float32) / 255
    edge = max(2, side // 28)
    top = (height - side - 4 * edge) if index % 2 == 0 else 4 * edge
    left = (width - side - 4 * edge) if index < 2 else 4 * edge
    result = picture.copy()
    result[top - edge : top + side + edge, left - edge : left + side + edge] = colour("#fbf8f1")
    result[top : top + side, left : left + side] = print_
    return result
