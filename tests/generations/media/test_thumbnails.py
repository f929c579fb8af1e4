from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from generations.media.probe import probe
from generations.media.thumbnails import Thumbnails, make_thumbnails
from tests.generations.media import samples


def thumbnails_of(content: bytes) -> Thumbnails:
    found = make_thumbnails(io.BytesIO(content), probe(io.BytesIO(content)))
    assert found is not None
    return found


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    assert image.format == "WEBP"
    return image


def test_a_large_picture_gets_two_sizes_of_its_own_shape() -> None:
    found = thumbnails_of(samples.picture("JPEG", width=2000, height=1000))

    assert opened(found.large).size == (1280, 640)
    assert opened(found.small).size == (480, 240)
    assert found.poster is None


def test_a_small_picture_is_not_blown_up() -> None:
    found = thumbnails_of(samples.picture("PNG", width=200, height=100))

    assert opened(found.large).size == opened(found.small).size == (200, 100)


def test_a_banner_keeps_at_least_one_pixel() -> None:
    assert opened(thumbnails_of(samples.picture("PNG", width=4000, height=3)).small).size == (480, 1)


def test_the_preview_fits_into_a_page() -> None:
    found = thumbnails_of(samples.picture("PNG", width=1200, height=900, mode="RGBA"))

    head, _comma, content = found.preview.partition(",")
    assert head == "data:image/webp;base64"
    assert len(found.preview) <= 600
    assert max(opened(base64.b64decode(content)).size) == 24


def test_a_turned_picture_stands_upright_and_tells_nothing_about_its_camera() -> None:
    large = opened(thumbnails_of(samples.picture("JPEG", orientation=6)).large)

    assert large.size == (400, 640)
    assert not large.getexif()


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "RGBA"])
def test_every_kind_of_pixel_becomes_a_thumbnail(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new("L", (600, 300), 200).convert(mode).save(buffer, "PNG")

    assert opened(thumbnails_of(buffer.getvalue()).small).size == (480, 240)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (60, 30), 40_000).save(buffer, "PNG")

    assert opened(thumbnails_of(buffer.getvalue()).large).convert("L").getpixel((5, 5)) == pytest.approx(156, abs=2)


def test_transparency_survives() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (60, 30), (255, 0, 0, 0)).save(buffer, "PNG")

    assert opened(thumbnails_of(buffer.getvalue()).small).convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_poster_is_the_first_frame_that_is_not_black() -> None:
    found = thumbnails_of(samples.clip(black_frames=20))

    assert found.poster is not None
    red, _green, blue = opened(found.poster).convert("RGB").getpixel((10, 10))
    assert red == pytest.approx(110, abs=8)
    assert blue == pytest.approx(180, abs=8)
    assert opened(found.small).size == (320, 180)


def test_a_wholly_black_clip_has_a_black_poster() -> None:
    found = thumbnails_of(samples.clip(black_frames=48))

    assert found.poster is not None
    assert max(opened(found.poster).convert("RGB").getpixel((10, 10))) < 8


def test_a_sound_has_no_thumbnails() -> None:
    assert make_thumbnails(io.BytesIO(samples.wave()), probe(io.BytesIO(samples.wave()))) is None
