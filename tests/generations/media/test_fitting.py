"""Files made ready for a model: what is planned, said and done, and what no plan can mend."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from accounts.models import User
from generations.media import fitted, store
from generations.media.fitting import plan_fit
from generations.media.invalid import MediaInvalid
from generations.media.probe import probe
from generations.media.types import MediaFacts
from generations.models import Asset, GenerationInput, ModelInput
from tests.factories import make_generation
from tests.generations.media import samples
from tests.generations.media.conftest import Disk

MEGABYTE = 1024 * 1024


def limits(**more: Any) -> ModelInput:
    values = {
        "role": "reference_image",
        "mimes": "image/png,image/jpeg,image/webp",
        "min_side": 300,
        "max_side": 6000,
        "min_ratio": Decimal("0.4"),
        "max_ratio": Decimal("2.5"),
        **more,
    }
    return ModelInput(**values)


def clip_limits(**more: Any) -> ModelInput:
    values = {
        "media": "video",
        "mimes": "video/mp4",
        "min_side": 100,
        "min_seconds": Decimal(1),
        "max_seconds": Decimal(3),
        **more,
    }
    return limits(**values)


def picture_facts(width: int, height: int, mime: str = "image/png") -> MediaFacts:
    return MediaFacts(media="image", mime=mime, width=width, height=height)


def clip_facts(**more: Any) -> MediaFacts:
    values = {"media": "video", "mime": "video/mp4", "width": 1280, "height": 720, "duration_ms": 2500, **more}
    return MediaFacts(**{"frame_rate": 30.0, **values})


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("facts", "more", "size", "notes"),
    [
        (picture_facts(640, 480), {}, (640, 480), []),
        (
            picture_facts(8000, 6000),
            {},
            (6000, 4500),
            ["Scaled from 8000 × 6000 to 6000 × 4500.", "Converted from PNG to JPEG."],
        ),
        (picture_facts(8000, 6000, "image/jpeg"), {}, (6000, 4500), ["Scaled from 8000 × 6000 to 6000 × 4500."]),
        (picture_facts(200, 200), {}, (300, 300), ["Enlarged from 200 × 200 to 300 × 300."]),
        (picture_facts(640, 480, "image/gif"), {}, (640, 480), ["Converted from GIF to PNG."]),
        (picture_facts(640, 480), {"max_bytes": 500}, (640, 480), ["Saved again with less than 500\xa0bytes."]),
        (clip_facts(width=3840, height=2160), {"max_pixels": 2_086_876}, (1926, 1082), None),
        (clip_facts(frame_rate=15.0), {"min_frame_rate": 24, "max_frame_rate": 60}, (1280, 720), None),
        (clip_facts(frame_rate=23.976), {"min_frame_rate": 24, "max_frame_rate": 60}, (1280, 720), []),
    ],
)
def test_a_plan_says_what_it_does(
    facts: MediaFacts, more: dict[str, Any], size: tuple[int, int], notes: list[str] | None
) -> None:
    role = clip_limits(**more) if facts.media == "video" else limits(**more)

    fit = plan_fit(facts, size_bytes=1000, limits=role)

    assert (fit.width, fit.height) == size
    assert fit.is_needed is (notes != [])
    assert notes is None or fit.notes == notes


@pytest.mark.parametrize(
    ("facts", "more", "reason"),
    [
        (picture_facts(3000, 1000), {}, "too_wide"),
        (picture_facts(1000, 3000), {}, "too_narrow"),
        (picture_facts(60, 60), {}, "side_too_short"),
        (picture_facts(16_000, 200), {"max_ratio": Decimal(100)}, "too_thin"),
        (clip_facts(duration_ms=800), {}, "too_short"),
        (clip_facts(duration_ms=9000), {}, "too_long"),
        (MediaFacts(media="audio", mime="audio/wav", duration_ms=2000), {}, "wrong_type"),
    ],
)
def test_what_no_plan_mends_is_refused(facts: MediaFacts, more: dict[str, Any], reason: str) -> None:
    role = clip_limits(**more) if facts.media == "video" else limits(**more)

    with pytest.raises(MediaInvalid) as caught:
        plan_fit(facts, size_bytes=1000, limits=role)

    assert caught.value.reason == reason
    assert str(caught.value.sentence)


def test_sides_and_ends_are_cut_only_when_asked_for() -> None:
    wide = plan_fit(picture_facts(3000, 1000), size_bytes=1000, limits=limits(), may_cut=True)
    narrow = plan_fit(picture_facts(1000, 3000), size_bytes=1000, limits=limits(), may_cut=True)
    long = plan_fit(clip_facts(duration_ms=9000), size_bytes=1000, limits=clip_limits(), may_cut=True)

    assert (wide.width, wide.height) == (2499, 1000)
    assert (narrow.width, narrow.height) == (1000, 2499)
    assert long.notes == ["Only the first 3 s are used."]


def stored(owner: User, content: bytes, now: datetime.datetime, name: str = "beach.png") -> Asset:
    media = {"image", "video", "audio"}
    return store.store_upload(SimpleUploadedFile(name, content), owner=owner, now=now, expected_media=media)


def fit_to(asset: Asset, role: ModelInput, now: datetime.datetime, **more: bool) -> Asset:
    facts = MediaFacts(
        media=asset.media,
        mime=asset.mime,
        width=asset.width,
        height=asset.height,
        duration_ms=asset.duration_ms,
        frame_rate=asset.frame_rate,
    )
    fit = plan_fit(facts, size_bytes=asset.size_bytes, limits=role, **more)
    return fitted.fitted_asset(asset, fit, owner=asset.owner, now=now)


def test_a_picture_that_fits_is_used_as_it_is(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.picture(), now)

    assert fit_to(asset, limits(), now) == asset


def test_a_large_picture_gets_a_smaller_copy_once(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.picture(width=1000, height=800), now)

    copy = fit_to(asset, limits(max_side=500), now)

    assert (copy.width, copy.height, copy.mime) == (500, 400, "image/png")
    assert (copy.taken_from, copy.origin, copy.original_name) == (asset, "fitted", "beach.png")
    assert fit_to(asset, limits(max_side=500), now) == copy
    assert not disk.unfinished


def test_a_picture_on_its_side_is_turned_and_keeps_no_secrets(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.picture("JPEG", width=900, height=600, orientation=6), now)

    copy = fit_to(asset, limits(max_side=450), now)

    with default_storage.open(copy.path) as file:
        content = file.read()
    assert (copy.width, copy.height) == (300, 450)
    assert b"private person" not in content


@pytest.mark.parametrize(("kind", "mode"), [("GIF", "P"), ("BMP", "RGB"), ("TIFF", "RGB"), ("WEBP", "RGBA")])
def test_types_that_a_model_does_not_take_are_converted(
    alice: User, disk: Disk, now: datetime.datetime, kind: str, mode: str
) -> None:
    asset = stored(alice, samples.picture(kind, mode=mode), now, f"x.{kind.lower()}")

    copy = fit_to(asset, limits(mimes="image/png"), now)

    assert (copy.mime, copy.width, copy.height) == ("image/png", 640, 400)


def test_a_heavy_picture_is_saved_again(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.picture(width=1200, height=900), now)
    most = 300_000
    assert asset.size_bytes > most

    assert fit_to(asset, limits(max_bytes=most), now).size_bytes <= most


def test_a_wide_picture_is_cut_in_its_middle(alice: User, disk: Disk, now: datetime.datetime) -> None:
    image = Image.new("RGB", (1200, 400), "red")
    image.paste("blue", (200, 0, 1000, 400))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    asset = stored(alice, buffer.getvalue(), now)

    copy = fit_to(asset, limits(), now, may_cut=True)

    with default_storage.open(copy.path) as file, Image.open(file) as cut:
        assert cut.size == (999, 400)
        assert cut.getpixel((0, 0)) == (255, 0, 0)
        assert cut.getpixel((500, 0)) == (0, 0, 255)


def test_a_clip_is_scaled_cut_and_paced(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.clip(frames=96), now, "clip.mp4")
    role = clip_limits(max_side=200, max_seconds=Decimal(2), min_frame_rate=30, max_frame_rate=60)

    copy = fit_to(asset, role, now, may_cut=True)

    assert (copy.width, copy.height, copy.mime) == (200, 112, "video/mp4")
    assert copy.duration_ms == pytest.approx(2000, abs=60)
    assert copy.frame_rate == pytest.approx(30, abs=0.1)
    assert copy.has_sound


def test_a_clip_of_another_type_is_converted(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.clip("mov", has_sound=False), now, "clip.mov")

    copy = fit_to(asset, clip_limits(), now)

    assert (copy.mime, copy.has_sound) == ("video/mp4", False)
    assert copy.duration_ms == pytest.approx(2000, abs=60)


@pytest.mark.parametrize("mime", ["audio/wav", "audio/mpeg"])
def test_a_sound_is_converted_and_cut(alice: User, disk: Disk, now: datetime.datetime, mime: str) -> None:
    asset = stored(alice, samples.wave(seconds=5), now, "sound.wav")
    role = limits(role="reference_audio", media="audio", mimes=mime, min_seconds=Decimal(2), max_seconds=Decimal(3))

    copy = fit_to(asset, role, now, may_cut=True)

    assert copy.mime == mime
    assert copy.duration_ms == pytest.approx(3000, abs=80)


def test_a_mask_needs_a_clear_part(alice: User, disk: Disk, now: datetime.datetime) -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(clear, "PNG")

    assert fitted.can_be_mask(stored(alice, clear.getvalue(), now))
    assert not fitted.can_be_mask(stored(alice, samples.picture(mode="RGBA"), now))
    assert not fitted.can_be_mask(stored(alice, samples.picture(), now))


def test_a_telephones_picture_is_refused_in_words() -> None:
    with pytest.raises(MediaInvalid) as caught:
        probe(io.BytesIO(b"\x00\x00\x00\x18ftypheic" + bytes(64)))

    assert "HEIC" in str(caught.value.sentence)


def test_copies_that_nobody_used_are_swept_after_a_while(alice: User, disk: Disk, now: datetime.datetime) -> None:
    asset = stored(alice, samples.picture(), now)
    used, unused = fit_to(asset, limits(max_side=500), now), fit_to(asset, limits(max_side=600), now)
    GenerationInput.objects.create(generation=make_generation(alice), asset=used, role="first_frame")
    later = now + fitted.UNUSED_KEPT + datetime.timedelta(days=1)

    assert fitted.sweep_unused(now=now, is_dry=False) == 0
    assert fitted.sweep_unused(now=later, is_dry=True) == 1
    assert fitted.sweep_unused(now=later, is_dry=False) == 1

    assert set(Asset.objects.all()) == {asset, used}
    assert not default_storage.exists(unused.path)
