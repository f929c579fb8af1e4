from __future__ import annotations

import io
from pathlib import Path

import pytest

from generations.media.invalid import MediaInvalid
from generations.media.probe import probe, sniff
from tests.generations.media import samples


def reason_for(content: bytes) -> str:
    with pytest.raises(MediaInvalid) as caught:
        probe(io.BytesIO(content))
    assert str(caught.value.sentence)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_pictures_type_and_size_are_read_from_its_bytes(kind: str) -> None:
    facts = probe(io.BytesIO(samples.picture(kind)))

    assert (facts.media, facts.mime) == ("image", f"image/{kind.lower()}")
    assert (facts.width, facts.height, facts.duration_ms) == (640, 400, None)


def test_a_file_on_disk_reads_like_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "any name.txt"
    path.write_bytes(samples.picture("JPEG"))

    assert probe(path) == probe(io.BytesIO(samples.picture("JPEG")))


def test_a_picture_lying_on_its_side_is_measured_as_it_is_seen() -> None:
    facts = probe(io.BytesIO(samples.picture("JPEG", orientation=6)))

    assert (facts.width, facts.height) == (400, 640)


@pytest.mark.parametrize("is_streamable", [True, False])
def test_a_clips_size_length_rate_and_sound_are_read(is_streamable: bool) -> None:
    facts = probe(io.BytesIO(samples.clip(is_streamable=is_streamable)))

    assert (facts.media, facts.mime) == ("video", "video/mp4")
    assert (facts.width, facts.height) == (320, 180)
    assert (facts.duration_ms, facts.frame_rate, facts.has_sound) == (2000, 24.0, True)


def test_a_silent_quicktime_clip_is_told_as_such() -> None:
    facts = probe(io.BytesIO(samples.clip("mov", has_sound=False)))

    assert (facts.mime, facts.has_sound) == ("video/quicktime", False)


def test_a_sound_has_a_length_and_no_size() -> None:
    facts = probe(io.BytesIO(samples.wave(seconds=2.5)))

    assert (facts.media, facts.mime, facts.duration_ms) == ("audio", "audio/wav", 2500)
    assert (facts.width, facts.height) == (None, None)


def test_an_empty_file_is_told_as_empty() -> None:
    assert reason_for(b"") == "empty"


@pytest.mark.parametrize(
    "content", [b"Dear model, please", b"<!doctype html><title>Error</title>", b"BM, said the text", b"%PDF-1.7"]
)
def test_a_text_named_like_a_picture_is_no_picture(content: bytes) -> None:
    assert reason_for(content * 20) == "unknown_type"


@pytest.mark.parametrize("size", [(50_000, 50_000), (15_000, 10_000)])
def test_declared_pixels_beyond_the_limit_are_refused_from_the_header(size: tuple[int, int]) -> None:
    # Had the decoder begun, it would have found a file without most of its pixels.
    assert reason_for(samples.png_declaring(*size)) == "too_many_pixels"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_picture_without_its_end_is_cut_off(kind: str, share: float) -> None:
    content = samples.picture(kind)

    assert reason_for(content[: int(len(content) * share)]) == "truncated"


@pytest.mark.parametrize("is_streamable", [True, False])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_clip_without_its_end_is_cut_off(is_streamable: bool, share: float) -> None:
    content = samples.clip(is_streamable=is_streamable)

    assert reason_for(content[: int(len(content) * share)]) == "truncated"


def test_a_sound_without_its_end_is_cut_off() -> None:
    assert reason_for(samples.wave()[:10_000]) == "truncated"


def test_a_webp_with_a_broken_heart_is_corrupt() -> None:
    content = bytearray(samples.picture("WEBP"))
    content[20:60] = bytes(40)

    assert reason_for(bytes(content)) == "corrupt"


def test_a_png_with_changed_bytes_is_corrupt() -> None:
    content = bytearray(samples.picture("PNG"))
    content[200:400] = b"\x55" * 200

    assert reason_for(bytes(content)) == "corrupt"


def test_a_clip_whose_index_leads_nowhere_is_corrupt() -> None:
    content = samples.clip(has_sound=False)
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4

    assert reason_for(content[:start] + b"\xff" * (end - start) + content[end:]) in {"corrupt", "truncated"}


def test_a_playlist_in_a_clips_clothes_opens_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(samples.clip())
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n".encode()

    assert reason_for(playlist) == "unknown_type"
    assert reason_for(b"\x00\x00\x00\x08ftyp" + playlist) == "truncated"


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"ID3\x04" + bytes(20), "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(20), "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(20), "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(20), "video/mp4"),
        (b"\x00\x00\x00\x20ftypheic" + bytes(20), None),
        (b"\xff\xfeh\x00i\x00", None),
        (b"\xff\xf1\x50\x80" + bytes(20), None),
        (b"RIFF\x00\x00\x00\x00AVI LIST", None),
        (b"", None),
    ],
)
def test_first_bytes_tell_the_type(head: bytes, mime: str | None) -> None:
    assert sniff(head) == mime
