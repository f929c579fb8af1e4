"""Carry out a plan for a clip or a sound: cut, scaled, at another pace, in a type that the role takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generations.media import codecs
from generations.media.fitting import BYTES_SHARE, Fit
from generations.media.invalid import corrupt, too_large
from generations.media.types import Source, opened

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

# One clip at a time in a process, however many people bring one: it takes both processors for some seconds.
_one_clip = threading.Lock()
_SOUND_RATE = 44_100
_SOUND_BITS_A_SECOND = 160_000
_BEST_RATE_FACTOR, _WORST_RATE_FACTOR = 19, 31
_STEP = 6


def recode_clip(source: Source, fit: Fit, target: Path) -> None:
    """Write the clip as planned, H.264 with AAC, no heavier than the role takes.

    Raises: MediaInvalid.
    """
    for factor in range(_BEST_RATE_FACTOR, _WORST_RATE_FACTOR + 1, _STEP):
        with _one_clip, opened(source) as file, codecs.open_clip(file, fit.facts.mime) as clip:
            _write_clip(clip, fit, target, factor=factor)
        if target.stat().st_size <= fit.max_bytes * BYTES_SHARE:
            return
    raise too_large(fit.max_bytes)


def recode_sound(source: Source, fit: Fit, target: Path) -> None:
    """Write the sound as planned, as WAV or MP3.

    Raises: MediaInvalid.
    """
    import av

    is_wave = fit.mime == "audio/wav"
    with (
        opened(source) as file,
        codecs.open_clip(file, fit.facts.mime) as sound,
        av.open(str(target), "w", format="wav" if is_wave else "mp3") as out,
    ):
        stream: Any = out.add_stream("pcm_s16le" if is_wave else "libmp3lame", rate=_SOUND_RATE)
        if not is_wave:
            stream.bit_rate = _SOUND_BITS_A_SECOND
        stream.layout = "stereo"
        for frame in _sound_frames(sound, stream, seconds=fit.seconds, sample_format="s16" if is_wave else "s16p"):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    if target.stat().st_size > fit.max_bytes:
        raise too_large(fit.max_bytes)


def _write_clip(clip: InputContainer, fit: Fit, target: Path, *, factor: int) -> None:
    import av

    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        picture = _picture_stream(out, fit, factor=factor)
        sound: Any = out.add_stream("aac", rate=_SOUND_RATE) if clip.streams.audio else None
        if sound:
            sound.layout = "stereo"
            sound.bit_rate = _SOUND_BITS_A_SECOND
        count = 0
        for frame in _pictures(clip, fit):
            out.mux(picture.encode(frame))
            count += 1
        if not count:
            raise corrupt()
        out.mux(picture.encode(None))
        if sound:
            clip.seek(0)
            for frame in _sound_frames(clip, sound, seconds=fit.seconds, sample_format="fltp"):
                out.mux(sound.encode(frame))
            out.mux(sound.encode(None))


def _picture_stream(out: OutputContainer, fit: Fit, *, factor: int) -> Any:
    rate = Fraction(fit.frame_rate or fit.facts.frame_rate or 24).limit_denominator(1001)
    stream: Any = out.add_stream("libx264", rate=rate, options={"crf": str(factor), "preset": "superfast"})
    stream.width, stream.height = _even(fit.width or 0), _even(fit.height or 0)
    stream.pix_fmt = "yuv420p"
    stream.time_base = 1 / rate
    return stream


def _pictures(clip: InputContainer, fit: Fit) -> Iterator[Any]:
    """Yield the frames at the planned pace: one is repeated or left out where the paces differ."""
    rate = Fraction(fit.frame_rate or fit.facts.frame_rate or 24).limit_denominator(1001)
    stream = clip.streams.video[0]
    stream.thread_type = "AUTO"
    shown: Any = None
    number = 0
    for frame in clip.decode(stream):
        at = Fraction(frame.pts * stream.time_base) if frame.pts is not None and stream.time_base else number / rate
        while shown is not None and number / rate < at and not _is_over(number / rate, fit):
            yield _at(shown, number, rate)
            number += 1
        if _is_over(at, fit):
            return
        shown = _drawn(frame, fit)
    if shown is not None and not _is_over(number / rate, fit):
        yield _at(shown, number, rate)


def _is_over(at: Fraction | float, fit: Fit) -> bool:
    return fit.seconds is not None and at >= fit.seconds


def _drawn(frame: Any, fit: Fit) -> Any:
    import av
    from PIL.Image import Resampling

    if not fit.box and not frame.rotation:
        return frame.reformat(width=_even(fit.width or 0), height=_even(fit.height or 0), format="yuv420p")
    image = frame.to_image()
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    if fit.box:
        left, top, width, height = fit.box
        image = image.crop((left, top, left + width, top + height))
    size = (_even(fit.width or image.width), _even(fit.height or image.height))
    if image.size != size:
        image = image.resize(size, Resampling.BICUBIC, reducing_gap=2.0)
    return av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]


def _at(frame: Any, number: int, rate: Fraction) -> Any:
    frame.pts, frame.time_base = number, 1 / rate
    return frame


def _sound_frames(clip: InputContainer, stream: Any, *, seconds: float | None, sample_format: str) -> Iterator[Any]:
    import av

    resampler = av.AudioResampler(format=sample_format, layout="stereo", rate=_SOUND_RATE, frame_size=stream.frame_size)
    most = int(seconds * _SOUND_RATE) if seconds else None
    count = 0
    for frame in clip.decode(clip.streams.audio[0]):
        for part in resampler.resample(frame):
            if most is not None and count >= most:
                return
            part.pts = count
            count += part.samples
            yield part
    for part in resampler.resample(None):
        if most is None or count < most:
            part.pts = count
            count += part.samples
            yield part


def _even(side: int) -> int:
    return max(2, side - side % 2)
