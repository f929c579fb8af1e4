"""From a job to a clip: H.264 at 24 frames a second in MP4, with a quiet chord if sound is wanted."""

import pathlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image, ImageOps

from generations.sandbox.brushes import Array
from generations.sandbox.motion import (
    FRAMES_PER_SECOND,
    FlowStage,
    Planes,
    Stage,
    from_image,
    move_flow,
    move_layers,
    move_pictures,
)
from generations.sandbox.paint import CannotReadPicture, compose_painting, edit, load_inputs, painted_size
from generations.sandbox.scene import Canvas, Flow
from generations.sandbox.sound import SAMPLES_PER_SECOND, compose_pad

# How far the nearest layer moves, as a share of the frame's width, in a clip of ten seconds.
TRAVEL_SHARE = 0.4
MOST_REFERENCES = 4
TINY_PIXELS = 64 * 64
# Above this the quickest preset: fifteen seconds of 1080p must take less than ten on one core.
LARGE_PIXELS = 1_100_000
_COLOUR_BT709, _RANGE_LIMITED = 1, 1


def draw_film(job: dict[str, Any]) -> dict[str, Any]:
    """Draw the job's clip, and its last frame if wanted, into their files.

    Idempotent: yes.
    Raises: CannotReadPicture.
    """
    out = pathlib.Path(job["out"])
    part = out.with_suffix(".part")
    last = _encode(part, _frames(job), job)
    if job["last_frame_out"]:
        path = pathlib.Path(job["last_frame_out"])
        temporary = path.with_suffix(".part")
        _to_image(last).save(temporary, format="png", compress_level=4)
        temporary.replace(path)
    part.replace(out)
    return {"width": job["width"], "height": job["height"]}


def _frames(job: dict[str, Any]) -> Iterator[Planes]:
    size, count = (job["width"], job["height"]), job["seconds"] * FRAMES_PER_SECOND
    given = load_inputs(job, "first_frame", "last_frame")
    if given:
        return move_pictures([_fitted(image, size) for image in given], frames=count)
    references = [*load_inputs(job, "reference_image"), *_clip_stills(job)][:MOST_REFERENCES]
    if references:
        pictures = [from_image(edit({**job, "mask": ""}, [image])) for image in references]
        return move_pictures(pictures, frames=count)
    return _painted_frames(job, size, count)


def _painted_frames(job: dict[str, Any], size: tuple[int, int], count: int) -> Iterator[Planes]:
    seconds = count / FRAMES_PER_SECOND
    # A whole number of pixels a frame for the nearest layer: slow pans in fractions would tremble.
    step = max(1, round(size[0] * TRAVEL_SHARE / (10 * FRAMES_PER_SECOND))) if size[0] > 200 else 0
    travel = step * count + step * count % 2
    canvas = Canvas(*painted_size(size[0] + travel, size[1]), view=size[0] / (size[0] + travel))
    painting = compose_painting(job["prompt"], seed=job["seed"], canvas=canvas)
    if isinstance(painting, Flow):
        return move_flow(FlowStage(painting, size=size), frames=count)
    stage = Stage(painting, size=size, travel=travel, seconds=seconds)
    # A clip that only a load test sees needs no more than four pictures a second.
    return move_layers(stage, frames=count, hold=6 if size[0] * size[1] <= TINY_PIXELS else 1)


def _fitted(image: Image.Image, size: tuple[int, int]) -> Planes:
    return from_image(ImageOps.fit(image, size, Image.Resampling.LANCZOS))


def _clip_stills(job: dict[str, Any]) -> list[Image.Image]:
    """Return the first frame of each reference clip that came along. Raises: CannotReadPicture."""
    stills = []
    for source in job["inputs"]:
        if source["kind"] == "video" and source.get("file"):
            try:
                with av.open(str(pathlib.Path(job["inputs_dir"]) / source["file"])) as container:
                    still = next(container.decode(video=0)).to_ndarray(format="rgb24")
                    stills.append(Image.fromarray(still))
            except (av.FFmpegError, StopIteration, IndexError) as error:
                raise CannotReadPicture(str(error)) from error
    return stills


def _encode(path: pathlib.Path, frames: Iterator[Planes], job: dict[str, Any]) -> Planes:
    """Write the clip; return its last frame."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        is_large = job["width"] * job["height"] > LARGE_PIXELS
        options = {"preset": "ultrafast" if is_large else "superfast", "crf": "22"}
        video = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=options)
        video.width, video.height, video.pix_fmt = job["width"], job["height"], "yuv420p"
        # One thread: the other core belongs to whoever waits for an answer.
        video.codec_context.thread_count = 1
        video.codec_context.color_range = _RANGE_LIMITED
        video.codec_context.colorspace = _COLOUR_BT709
        video.codec_context.color_primaries = _COLOUR_BT709
        video.codec_context.color_trc = _COLOUR_BT709
        audio = _add_sound_track(container) if job["audio"] else None
        if audio is not None:
            for packet in audio.encode(_sound(job)):
                container.mux(packet)
            container.mux(audio.encode(None))
        planes = None
        for number, planes in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(planes.packed(), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    if planes is None:
        raise CannotReadPicture("there is not a single frame")
    return planes


def _add_sound_track(container: av.container.OutputContainer) -> av.audio.stream.AudioStream:
    audio = container.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono", options={"aac_coder": "fast"})
    audio.bit_rate = 96_000
    return audio


def _sound(job: dict[str, Any]) -> av.AudioFrame:
    samples: Array = compose_pad(seed=job["seed"], seconds=job["seconds"])
    frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = SAMPLES_PER_SECOND, Fraction(1, SAMPLES_PER_SECOND), 0
    return frame


def _to_image(planes: Planes) -> Image.Image:
    """Return a frame as RGB, through the same conversion that a player makes."""
    frame = av.VideoFrame.from_ndarray(planes.packed(), format="yuv420p")
    frame.colorspace, frame.color_range = _COLOUR_BT709, _RANGE_LIMITED
    return Image.fromarray(np.asarray(frame.to_ndarray(format="rgb24")))
