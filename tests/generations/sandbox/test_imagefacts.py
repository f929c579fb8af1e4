import io

import pytest
from PIL import Image

from generations.sandbox.imagefacts import read_image_facts


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp", "gif", "bmp", "tiff"])
def test_format_and_size_are_read_from_the_header(format_: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (321, 457), "#884422").save(buffer, format_)

    facts = read_image_facts(buffer.getvalue())

    assert facts is not None
    assert (facts.format, facts.width, facts.height) == (format_, 321, 457)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}])
def test_transparent_webp_is_read_in_each_of_its_forms(options: dict[str, object]) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (321, 457), "#88442280").save(buffer, "webp", **options)

    facts = read_image_facts(buffer.getvalue())

    assert facts is not None
    assert (facts.width, facts.height, facts.has_alpha) == (321, 457, True)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00", b"RIFF....WEBPxxxx", b"II*\x00\xff\xff"]
)
def test_what_is_cut_short_is_not_a_picture(content: bytes) -> None:
    assert read_image_facts(content) is None
