"""Say what a file really is: type, size, length and whether it is whole, all from its bytes."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, BinaryIO

from generations.media import codecs
from generations.media.containers import hides_too_much, is_cut_off
from generations.media.invalid import (
    MediaInvalid,
    corrupt,
    empty,
    too_many_pixels,
    too_much_text,
    truncated,
    unknown_still,
    unknown_type,
    wrong_media,
)
from generations.media.types import FILE_TYPES, SNIFF_BYTES, MediaFacts, Source, is_unread_still, opened, sniff

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["MediaFacts", "MediaInvalid", "probe", "probe_audio", "probe_image", "probe_video", "sniff"]

# EXIF values that lay a picture on its side. Source: CIPA DC-008, tag 0x0112.
_ORIENTATION_TAG = 0x0112
_LYING_ORIENTATIONS = frozenset({5, 6, 7, 8})
# How much of the end is decoded to see that it is there.
_TAIL_SECONDS = 1.0
_TAIL_FRAMES = 72


def probe(source: Source) -> MediaFacts:
    """Return the facts of a picture, clip or sound.

    Raises: MediaInvalid: empty, unknown_type, truncated, corrupt, too_many_pixels.
    """
    mime = sniff_source(source)
    by_media = {"image": probe_image, "video": probe_video, "audio": probe_audio}
    return by_media[FILE_TYPES[mime].media](source)


def sniff_source(source: Source) -> str:
    """Return the MIME type that the file's first bytes speak of.

    Raises: MediaInvalid: empty, unknown_type.
    """
    with opened(source) as file:
        head = file.read(SNIFF_BYTES)
    if not head:
        raise empty()
    mime = sniff(head)
    if mime is None:
        raise unknown_still() if is_unread_still(head) else unknown_type()
    return mime


def probe_image(source: Source) -> MediaFacts:
    """Return the facts of a picture, after decoding all of it.

    Raises: MediaInvalid, as `probe`, and wrong_type for what is no picture.
    """
    mime = _expect(source, "image")
    with opened(source) as file:
        _refuse_cut_off(file, mime)
        if hides_too_much(file, mime):
            raise too_much_text()
        file.seek(0)
        return _picture_facts(file, mime)


def probe_video(source: Source) -> MediaFacts:
    """Return the facts of a clip, after decoding its first frame and its last second.

    A container of sound alone is told as a sound.
    Raises: MediaInvalid, as `probe`, and wrong_type for what is no clip.
    """
    mime = _expect(source, "video")
    with opened(source) as file:
        _refuse_cut_off(file, mime)
        with codecs.open_clip(file, mime) as container:
            if not container.streams.video:
                return _sound_facts(container, "audio/mp4" if mime != "video/webm" else "audio/ogg")
            return _clip_facts(container, mime)


def probe_audio(source: Source) -> MediaFacts:
    """Return the facts of a sound, after reading all of its packets and decoding the first.

    Raises: MediaInvalid, as `probe`, and wrong_type for what is no sound.
    """
    mime = _expect(source, "audio")
    with opened(source) as file:
        _refuse_cut_off(file, mime)
        with codecs.open_clip(file, mime) as container:
            return _sound_facts(container, mime)


def _expect(source: Source, media: str) -> str:
    mime = sniff_source(source)
    if FILE_TYPES[mime].media != media:
        raise wrong_media()
    return mime


def _refuse_cut_off(file: BinaryIO, mime: str) -> None:
    if is_cut_off(file, mime):
        raise truncated()
    file.seek(0, os.SEEK_SET)


def _picture_facts(file: BinaryIO, mime: str) -> MediaFacts:
    with codecs.open_picture(file) as picture:
        width, height = picture.size
        if picture.getexif().get(_ORIENTATION_TAG) in _LYING_ORIENTATIONS:
            width, height = height, width
        if mime == "image/jpeg":
            # Decoded at an eighth: reads every byte, and takes a sixty-fourth of the memory.
            picture.draft("RGB", (1, 1))
        picture.load()
    return MediaFacts(media="image", mime=mime, width=width, height=height)


def _clip_facts(container: InputContainer, mime: str) -> MediaFacts:
    stream = container.streams.video[0]
    if stream.codec_context.width * stream.codec_context.height > codecs.MAX_CLIP_PIXELS:
        raise too_many_pixels(codecs.MAX_CLIP_PIXELS)
    first = next(container.decode(stream), None)
    if first is None:
        raise corrupt()
    seconds = _clip_seconds(container, stream)
    if seconds <= 0:
        raise corrupt()
    _decode_tail(container, stream, seconds=seconds)
    width, height = (first.height, first.width) if _lies_on_its_side(first) else (first.width, first.height)
    return MediaFacts(
        media="video",
        mime=mime,
        width=width,
        height=height,
        duration_ms=round(seconds * 1000),
        frame_rate=round(float(stream.average_rate), 3) if stream.average_rate else None,
        has_sound=bool(container.streams.audio),
    )


def _clip_seconds(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # FFmpeg counts a container's length in millionths of a second.
    return (container.duration or 0) / 1_000_000


def _decode_tail(container: InputContainer, stream: VideoStream, *, seconds: float) -> None:
    if stream.time_base is None:
        return
    container.seek(max(0, int((seconds - _TAIL_SECONDS) / stream.time_base)), stream=stream)
    frames = sum(1 for _frame in itertools.islice(container.decode(stream), _TAIL_FRAMES))
    if not frames:
        raise truncated()


def _lies_on_its_side(frame: VideoFrame) -> bool:
    return abs(frame.rotation) % 180 == 90


def _sound_facts(container: InputContainer, mime: str) -> MediaFacts:
    if not container.streams.audio:
        raise corrupt()
    stream = container.streams.audio[0]
    if next(container.decode(stream), None) is None:
        raise corrupt()
    seconds = 0.0
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            seconds = max(seconds, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    # A sound of one packet was read whole by the decoder before.
    seconds = seconds or (container.duration or 0) / 1_000_000
    if seconds <= 0:
        raise corrupt()
    return MediaFacts(media="audio", mime=mime, duration_ms=round(seconds * 1000), has_sound=True)
