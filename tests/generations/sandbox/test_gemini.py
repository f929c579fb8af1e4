import io

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.generations.sandbox.conftest import (
    MEDIA_KEY,
    data_uri,
    file_url,
    picture_body,
    picture_bytes,
    poll,
    submit_picture,
    wait_for_result,
)


def picture_of(http: httpx.Client, code: str) -> Image.Image:
    return Image.open(io.BytesIO(http.get(file_url(wait_for_result(http, code))).content))


@pytest.mark.parametrize(
    ("more", "size", "format_"),
    [
        ({"aspect_ratio": "16:9"}, (1376, 768), "PNG"),
        ({"model": "nano-banana-pro", "aspect_ratio": "1:1", "resolution": "2K"}, (2048, 2048), "JPEG"),
        ({"model": "nano-banana-2", "aspect_ratio": "1:8"}, (384, 3072), "PNG"),
    ],
)
def test_a_picture_has_exactly_the_size_of_the_real_model(
    http: httpx.Client, more: dict[str, str], size: tuple[int, int], format_: str
) -> None:
    code = submit_picture(http, "misty forest", **more)

    result = wait_for_result(http, code)
    image = Image.open(io.BytesIO(http.get(file_url(result)).content))

    assert (image.size, image.format) == (size, format_)
    assert (result["images"][0]["width"], result["images"][0]["height"]) == size


def test_the_same_prompt_gives_the_same_picture_with_or_without_directives(http: httpx.Client) -> None:
    first, second = (submit_picture(http, prompt) for prompt in ("silk", "silk [sandbox polls=1]"))

    assert picture_of(http, first).tobytes() == picture_of(http, second).tobytes()


def test_an_edit_shows_its_input(http: httpx.Client) -> None:
    code = submit_picture(http, "at night", action="edit", image_urls=[data_uri(picture_bytes((1024, 1024)))])

    pixels = np.asarray(picture_of(http, code).convert("L"), int)

    assert pixels[200:400, 200:400].mean() > pixels[500:800, 500:800].mean() + 25


def test_an_edit_can_take_a_result_of_before_by_its_address(http: httpx.Client) -> None:
    before = file_url(wait_for_result(http, submit_picture(http, "a red poster")))

    result = wait_for_result(http, submit_picture(http, "at dusk", action="edit", image_urls=[before]))

    assert result["status"] == "completed"


def test_data_addresses_can_be_switched_off(http: httpx.Client, switch: object) -> None:
    assert callable(switch)
    switch(data_uris_for_gemini=False)
    body = picture_body(action="edit", image_urls=[data_uri(picture_bytes())])

    answer = http.post("/ai/gemini/image/generate", json=body, headers=MEDIA_KEY).json()

    assert answer["code"] == 400


def test_the_other_dialect_has_its_own_field(http: httpx.Client) -> None:
    result = wait_for_result(http, submit_picture(http, "a [sandbox dialect=bigmore tiny]"))

    assert result["status"] == 1
    assert Image.open(io.BytesIO(http.get(result["imageUrl"]).content)).size == (64, 64)


def test_failures_are_told_in_both_dialects(http: httpx.Client) -> None:
    ark = wait_for_result(http, submit_picture(http, "a [sandbox fail=moderation]"))
    other = poll(http, submit_picture(http, "a [sandbox fail=moderation dialect=bigmore]"))

    assert (ark["status"], ark["error"]["code"]) == ("failed", "OutputImageSensitiveContentDetected")
    assert other["code"] == 1


def test_the_query_parameter_is_called_code(http: httpx.Client) -> None:
    answer = http.get("/ai/gemini/result", params={"taskCode": "x", "accountPass": "y"}, headers=MEDIA_KEY).json()

    assert answer["code"] == 400
