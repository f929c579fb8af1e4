import base64
import io
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.generations.sandbox.conftest import BEARER, picture_bytes


def generate(http: httpx.Client, **more: object) -> dict[str, Any]:
    body = {"model": "gpt-image-2", "prompt": "an otter", **more}
    answer: dict[str, Any] = http.post("/v1/images/generations", json=body, headers=BEARER).raise_for_status().json()
    return answer


def picture_in(answer: dict[str, Any], index: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(answer["data"][index]["b64_json"])))


@pytest.mark.parametrize(
    ("more", "size", "format_"),
    [
        ({}, (1024, 1024), "PNG"),
        ({"size": "1536x1024", "output_format": "webp", "output_compression": 60}, (1536, 1024), "WEBP"),
        ({"size": "816x1440", "output_format": "jpeg", "output_compression": 0}, (816, 1440), "JPEG"),
    ],
)
def test_a_picture_comes_back_in_the_asked_size_and_format(
    http: httpx.Client, more: dict[str, object], size: tuple[int, int], format_: str
) -> None:
    answer = generate(http, **more)

    assert (picture_in(answer).size, picture_in(answer).format) == (size, format_)
    assert answer["usage"]["total_tokens"] == answer["usage"]["input_tokens"] + answer["usage"]["output_tokens"]


def test_several_pictures_differ(http: httpx.Client) -> None:
    answer = generate(http, n=2, prompt="planet [sandbox tiny]")

    assert picture_in(answer, 0).tobytes() != picture_in(answer, 1).tobytes()


def test_stronger_compression_makes_a_smaller_file(http: httpx.Client) -> None:
    large, small = (generate(http, output_format="jpeg", output_compression=level) for level in (100, 20))

    assert len(small["data"][0]["b64_json"]) < len(large["data"][0]["b64_json"]) / 2


@pytest.mark.parametrize("name", ["image", "image[]"])
def test_an_edit_keeps_what_the_mask_covers(http: httpx.Client, name: str) -> None:
    source = picture_bytes((1024, 1024))
    mask = Image.new("RGBA", (1024, 1024), "#000000ff")
    mask.paste((0, 0, 0, 0), (512, 0, 1024, 1024))
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    files = [(name, ("a.png", source, "image/png")), ("mask", ("m.png", buffer.getvalue(), "image/png"))]
    form = {"model": "gpt-image-2", "prompt": "as a forest", "n": "1"}

    answer = http.post("/v1/images/edits", data=form, files=files, headers=BEARER).raise_for_status().json()

    edited, given = np.asarray(picture_in(answer).convert("RGB"), int), np.asarray(Image.open(io.BytesIO(source)), int)
    assert (edited[:, :512] == given[:, :512]).all()
    assert np.abs(edited[:, 512:] - given[:, 512:]).mean() > 15


def test_an_automatic_size_follows_the_input(http: httpx.Client) -> None:
    files = {"image": ("a.png", picture_bytes((600, 400)), "image/png")}
    form = {"model": "gpt-image-2", "prompt": "warmer"}

    answer = http.post("/v1/images/edits", data=form, files=files, headers=BEARER).json()

    assert picture_in(answer).size == (1536, 1024)


@pytest.mark.parametrize(
    "files",
    [
        {"other": ("a.png", picture_bytes(), "image/png")},
        {"image": ("a.png", b"not a picture", "image/png")},
        {"image": ("a.png", picture_bytes(), "image/png"), "mask": ("m.png", picture_bytes(), "image/png")},
        {
            "image": ("a.png", picture_bytes(), "image/png"),
            "mask": ("m.png", picture_bytes((64, 64), mode="RGBA"), "image/png"),
        },
    ],
)
def test_a_bad_form_is_refused_in_the_openai_shape(http: httpx.Client, files: dict[str, Any]) -> None:
    form = {"model": "gpt-image-2", "prompt": "warmer"}

    answer = http.post("/v1/images/edits", data=form, files=files, headers=BEARER)

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_moderation_is_a_400_with_a_message(http: httpx.Client) -> None:
    body = {"model": "gpt-image-2", "prompt": "a [sandbox fail=moderation]"}

    answer = http.post("/v1/images/generations", json=body, headers=BEARER)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "moderation_blocked")
