from typing import Any

import pytest

from generations.sandbox.envelopes import Refusal
from generations.sandbox.validate import validate_video
from generations.sandbox.validate_images import validate_gemini_picture, validate_openai_picture
from tests.generations.sandbox.conftest import data_uri, image_item, picture_body, picture_bytes, video_body

URL = "https://example.com/a.png"
TEXT = {"type": "text", "text": "go"}
VIDEO = {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}, "role": "reference_video"}
AUDIO = {"type": "audio_url", "audio_url": {"url": "https://example.com/a.mp3"}, "role": "reference_audio"}
MOVING = {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}, "role": "reference_video"}


def reference(url: str = URL) -> dict[str, Any]:
    return image_item(url, "reference_image")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"duration": 15, "seed": 2**32 - 1},
        {"duration": -1, "ratio": "adaptive", "seed": -1},
        {"resolution": "1080p"},
        {"tools": [{"type": "web_search"}]},
        {"content": [TEXT, image_item(URL)]},
        {"content": [image_item(URL, "first_frame")]},
        {"content": [image_item(URL, "first_frame"), image_item(URL, "last_frame")]},
        {"content": [TEXT, *[reference()] * 9, *[VIDEO] * 3, *[AUDIO] * 3]},
        {"content": [TEXT, image_item(data_uri(picture_bytes()))]},
        {"model": "doubao-seedance-1-5-pro-251215", "duration": 12, "draft": True},
        {"model": "doubao-seedance-1-0-pro-250528", "duration": 2, "frames": 29, "camera_fixed": True},
        {"model": "doubao-seedance-9-9", "duration": 15},
    ],
)
def test_what_the_documentation_allows_is_accepted(more: dict[str, Any]) -> None:
    assert validate_video(video_body(**more)).model.startswith("doubao-seedance")


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"duration": 3}, "duration"),
        ({"duration": 16}, "duration"),
        ({"duration": 5.0}, "duration"),
        ({"duration": True}, "duration"),
        ({"model": "doubao-seedance-1-5-pro-251215", "duration": 13}, "duration"),
        ({"model": "doubao-seedance-1-0-pro-250528", "duration": -1}, "duration"),
        ({"model": "doubao-seedance-2-0-fast", "resolution": "1080p"}, "resolution"),
        ({"resolution": "4K"}, "resolution"),
        ({"ratio": "2:1"}, "ratio"),
        ({"seed": 2**32}, "seed"),
        ({"seed": -2}, "seed"),
        ({"generate_audio": "yes"}, "generate_audio"),
        ({"camera_fixed": True}, "camera_fixed"),
        ({"frames": 29}, "frames"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"execution_expires_after": 60}, "execution_expires_after"),
        ({"draft": True}, "draft"),
        ({"tools": [{"type": "code"}]}, "tools"),
        ({"safety_identifier": "x" * 65}, "safety_identifier"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text", "text": " "}]}, "content"),
        ({"content": [TEXT, {"type": "poem"}]}, "content[1].type"),
        ({"content": [image_item(URL), reference()]}, "content"),
        ({"content": [image_item(URL), image_item(URL)]}, "content"),
        ({"content": [image_item(URL, "first_frame"), image_item(URL)]}, "content"),
        ({"content": [image_item(URL, "last_frame")]}, "content"),
        ({"content": [TEXT, *[reference()] * 10]}, "content"),
        ({"content": [TEXT, *[VIDEO] * 4]}, "content"),
        ({"content": [TEXT, reference(), *[AUDIO] * 4]}, "content"),
        ({"content": [TEXT, AUDIO]}, "content"),
        ({"content": [TEXT, MOVING]}, "content[1].video_url.url"),
        ({"content": [image_item("ftp://example.com/a.png")]}, "content[0].image_url.url"),
        ({"content": [image_item("data:image/PNG;base64,AAAA")]}, "content[0].image_url.url"),
        ({"content": [image_item("data:image/png;base64,!!!!")]}, "content[0].image_url.url"),
        ({"content": [image_item("data:image/png;base64,AAAA")]}, "content[0].image_url.url"),
        ({"content": [image_item(data_uri(picture_bytes((299, 400))))]}, "content[0].image_url.url"),
        ({"content": [image_item(data_uri(picture_bytes((900, 360))))]}, "content[0].image_url.url"),
        ({"content": [image_item(URL, "reference_video")]}, "content[0].role"),
        ({"model": "doubao-seedance-1-5-pro-251215", "content": [TEXT, reference()]}, "content"),
        ({"model": "sora-2"}, "model"),
        ({"model": ""}, "model"),
    ],
)
def test_each_documented_limit_of_a_clip_is_kept(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Refusal) as refused:
        validate_video(video_body(**more))

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({"aspect_ratio": "16:9"}, (1376, 768)),
        ({"aspect_ratio": "16:9", "resolution": "4K"}, (1376, 768)),
        ({"model": "nano-banana-pro", "aspect_ratio": "21:9", "resolution": "2K"}, (3168, 1344)),
        ({"model": "nano-banana-pro", "aspect_ratio": "4:5", "resolution": "4K"}, (3712, 4608)),
        ({"model": "nano-banana-2", "aspect_ratio": "8:1", "resolution": "1K"}, (3072, 384)),
        ({"model": "nano-banana-2", "aspect_ratio": "3:2"}, (1264, 848)),
    ],
)
def test_a_gemini_picture_has_the_size_of_the_table(more: dict[str, Any], size: tuple[int, int]) -> None:
    order = validate_gemini_picture(picture_body(**more), takes_data_uris=True)

    assert (order.width, order.height) == size


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"action": "paint"}, "action"),
        ({"action": "edit"}, "image_urls"),
        ({"aspect_ratio": "1:4"}, "aspect_ratio"),
        ({"model": "nano-banana-pro", "aspect_ratio": "8:1"}, "aspect_ratio"),
        ({"resolution": "2k"}, "resolution"),
        ({"num_images": 2}, "num_images"),
        ({"model": "midjourney"}, "model"),
        ({"image_urls": ["file:///etc/passwd"]}, "image_urls[0]"),
        ({"image_urls": [URL] * 15}, "image_urls"),
    ],
)
def test_each_documented_limit_of_a_gemini_picture_is_kept(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Refusal) as refused:
        validate_gemini_picture(picture_body(**more), takes_data_uris=True)

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"size": "1000x1024"}, "size"),
        ({"size": "3856x2160"}, "size"),
        ({"size": "2048x512"}, "size"),
        ({"size": "512x512"}, "size"),
        ({"size": "large"}, "size"),
        ({"background": "transparent"}, "background"),
        ({"output_format": "gif"}, "output_format"),
        ({"output_compression": 50}, "output_compression"),
        ({"output_compression": 101, "output_format": "webp"}, "output_compression"),
        ({"n": 11}, "n"),
        ({"quality": "hd"}, "quality"),
        ({"response_format": "url"}, "response_format"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"model": "dall-e-3"}, "model"),
    ],
)
def test_each_documented_limit_of_an_openai_picture_is_kept(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Refusal) as refused:
        validate_openai_picture({"model": "gpt-image-2", "prompt": "an otter", **more})

    assert refused.value.param == param
