from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils import translation

from generations.media.invalid import MediaInvalid
from generations.media.uploads import check_upload
from generations.models import ModelInput
from tests.generations.media import samples


def limits(**more: Any) -> ModelInput:
    values = {
        "role": "reference_image",
        "mimes": "image/png,image/jpeg",
        "min_side": 300,
        "max_side": 6000,
        "min_ratio": Decimal("0.4"),
        "max_ratio": Decimal("2.5"),
        **more,
    }
    return ModelInput(**values)


def clip_limits(**more: Any) -> ModelInput:
    return limits(
        media="video", mimes="video/mp4", min_side=100, min_seconds=Decimal(1), max_seconds=Decimal(3), **more
    )


def upload(content: bytes, name: str = "file.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_what_fits_is_told_and_can_be_read_again() -> None:
    given = upload(samples.picture())

    facts = check_upload(given, limits())

    assert (facts.width, facts.height) == (640, 400)
    assert given.read() == samples.picture()


def test_a_file_spooled_to_disk_is_read_from_there() -> None:
    given = TemporaryUploadedFile("clip.mp4", "video/mp4", len(samples.clip()), None)
    given.write(samples.clip())
    given.flush()

    assert check_upload(given, clip_limits()).duration_ms == 2000


@pytest.mark.parametrize(
    ("content", "more", "reason", "words"),
    [
        (b"", {}, "empty", "empty"),
        (b"I am a text." * 9, {}, "unknown_type", "not a picture"),
        (
            samples.picture("WEBP"),
            {},
            "wrong_type",
            "WebP files are not taken here. Choose one of these types: PNG, JPEG.",
        ),
        (samples.picture(), {"max_bytes": 1000}, "too_large", "1000"),
        (samples.picture(width=290), {}, "side_too_short", "at least 300 pixels; this file has 290 × 400"),
        (samples.picture(), {"max_side": 600}, "side_too_long", "at most 600 pixels; this file has 640 × 400"),
        (samples.picture(width=900, height=310), {}, "too_wide", "2.5"),
        (samples.picture(width=310, height=900), {}, "too_narrow", "0.4"),
        (samples.picture()[:9000], {}, "truncated", "cut off"),
        (samples.png_declaring(50_000, 50_000), {}, "too_many_pixels", "100 million"),
    ],
)
def test_each_violation_has_its_sentence(content: bytes, more: dict[str, Any], reason: str, words: str) -> None:
    with pytest.raises(MediaInvalid) as caught, translation.override("en"):
        check_upload(upload(content), limits(**more))

    assert caught.value.reason == reason
    with translation.override("en"):
        assert words in str(caught.value.sentence).replace("\xa0", " ")


@pytest.mark.parametrize(("frames", "reason"), [(12, "too_short"), (96, "too_long")])
def test_a_clip_of_the_wrong_length_is_refused(frames: int, reason: str) -> None:
    with pytest.raises(MediaInvalid) as caught:
        check_upload(upload(samples.clip(frames=frames), "clip.mp4"), clip_limits())

    assert caught.value.reason == reason


def test_a_type_is_refused_before_the_file_is_decoded() -> None:
    bomb = samples.png_declaring(50_000, 50_000)

    with pytest.raises(MediaInvalid) as caught:
        check_upload(upload(bomb), limits(mimes="image/webp"))

    assert caught.value.reason == "wrong_type"
