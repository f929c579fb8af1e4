"""Media requests hold exactly the documented fields; pictures come back whatever their position."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from generations.gateway.adapters import MEDIA_ADAPTERS
from generations.gateway.errors import BadInput, GatewayError, ProtocolError
from generations.gateway.gemini import GEMINI_IMAGES
from generations.gateway.openai_images import OPENAI_IMAGES
from generations.gateway.seedance import SEEDANCE
from generations.gateway.types import InputFile, MediaOrder, Output, TaskState
from tests.generations.gateway.answers import PNG, answer, result

URL = "https://files.test/a.png"
PNG_BASE64 = base64.b64encode(PNG).decode()


def picture(role: str, *, url: str | None = None, mime: str = "image/png") -> InputFile:
    return InputFile(role=role, mime=mime, filename="秘密.png", content=None if url else PNG, url=url)


def order(model: str, *inputs: InputFile, **parameters: Any) -> MediaOrder:
    return MediaOrder(model=model, prompt="a cat", parameters=parameters, inputs=inputs)


def test_the_adapters_answer_to_their_names() -> None:
    assert {name: adapter.blocking for name, adapter in MEDIA_ADAPTERS.items()} == {
        "seedance": False,
        "gemini_images": False,
        "openai_images": True,
    }


def test_first_and_last_frame_go_with_their_roles() -> None:
    request = SEEDANCE.build_submit(
        order(
            "doubao-seedance-2-0",
            picture("first_frame", mime="image/PNG"),
            picture("last_frame", url="asset://asset-1"),
            resolution="480p",
            duration=-1,
            generate_audio=False,
            seed=None,
        )
    )

    assert request.path == "/ai/seedance/videos"
    assert request.json == {
        "model": "doubao-seedance-2-0",
        "content": [
            {"type": "text", "text": "a cat"},
            {
                "type": "image_url",
                "image_url": {"url": f"data:image/png;base64,{PNG_BASE64}"},
                "role": "first_frame",
            },
            {"type": "image_url", "image_url": {"url": "asset://asset-1"}, "role": "last_frame"},
        ],
        "resolution": "480p",
        "duration": -1,
        "generate_audio": False,
    }


def test_references_are_videos_and_sounds_too() -> None:
    request = SEEDANCE.build_submit(
        MediaOrder(
            model="doubao-seedance-2-0",
            prompt="  ",
            inputs=(
                picture("reference_image", url=URL),
                InputFile(role="reference_video", mime="video/mp4", filename="a.mp4", url="https://files.test/a.mp4"),
                InputFile(role="reference_audio", mime="audio/mp3", filename="a.mp3", content=b"ID3"),
            ),
        )
    )

    assert request.json == {
        "model": "doubao-seedance-2-0",
        "content": [
            {"type": "image_url", "image_url": {"url": URL}, "role": "reference_image"},
            {"type": "video_url", "video_url": {"url": "https://files.test/a.mp4"}, "role": "reference_video"},
            {"type": "audio_url", "audio_url": {"url": "data:audio/mpeg;base64,SUQz"}, "role": "reference_audio"},
        ],
    }


def test_an_older_video_model_takes_its_own_fields() -> None:
    request = SEEDANCE.build_submit(order("doubao-seedance-1-0-pro-250528", camera_fixed=True))

    assert isinstance(request.json, dict)
    assert request.json["camera_fixed"] is True


@pytest.mark.parametrize(
    ("protocol", "wrong"),
    [
        ("seedance", order("doubao-seedance-2-0", camera_fixed=True)),
        ("seedance", order("doubao-seedance-2-0", callback_url="https://x")),
        ("seedance", order("doubao-seedance-2-0", picture("mask"))),
        (
            "seedance",
            order("m", InputFile(role="reference_video", mime="video/mp4", filename="a.mp4", content=b"x")),
        ),
        ("gemini_images", order("nano-banana-2", size="1024x1024")),
        ("gemini_images", order("nano-banana-2", picture("mask"))),
        ("openai_images", order("gpt-image-2", response_format="url")),
        ("openai_images", order("gpt-image-2", style="vivid")),
        ("openai_images", order("gpt-image-2", input_fidelity="high")),
        ("openai_images", order("gpt-image-2", picture("first_frame"))),
        ("openai_images", order("gpt-image-2", picture("mask"))),
        ("openai_images", order("gpt-image-2", picture("edit_image"), picture("mask"), picture("mask"))),
        ("openai_images", order("gpt-image-2", picture("edit_image", url=URL))),
        ("openai_images", order("gpt-image-2", picture("edit_image", mime="image/gif"))),
    ],
)
def test_what_a_protocol_cannot_say_is_refused_before_it_leaves(protocol: str, wrong: MediaOrder) -> None:
    with pytest.raises(BadInput) as caught:
        MEDIA_ADAPTERS[protocol].build_submit(wrong)

    assert caught.value.surely_not_accepted


@pytest.mark.parametrize(("protocol", "name"), [("seedance", "task_id"), ("gemini_images", "code")])
def test_a_poll_names_the_task_as_its_family_does(protocol: str, name: str) -> None:
    request = MEDIA_ADAPTERS[protocol].build_poll("a/b&c")

    assert (request.method, request.query) == ("GET", ((name, "a/b&c"),))


def test_pictures_make_an_edit() -> None:
    request = GEMINI_IMAGES.build_submit(
        order(
            "nano-banana-pro",
            picture("edit_image"),
            picture("reference_image", url=URL),
            aspect_ratio="1:1",
            resolution="2K",
        )
    )

    assert request.json == {
        "prompt": "a cat",
        "action": "edit",
        "model": "nano-banana-pro",
        "aspect_ratio": "1:1",
        "resolution": "2K",
        "image_urls": [f"data:image/png;base64,{PNG_BASE64}", URL],
    }


@pytest.mark.parametrize(
    "body",
    [
        {"imageUrl": URL},
        {"image_url": URL},
        {"imageUrls": [URL]},
        {"image_urls": [URL]},
        {"images": [URL]},
        {"images": [{"url": URL}]},
        {"urls": [URL]},
        {"url": URL},
        {"result": {"images": [{"url": URL}]}},
    ],
)
def test_a_picture_is_found_in_every_position(body: dict[str, Any]) -> None:
    report = GEMINI_IMAGES.read_poll(result({"status": "completed", **body}))

    assert report.state is TaskState.SUCCEEDED
    assert [output.url for output in report.outputs] == [URL]


def test_several_pictures_come_with_their_sizes() -> None:
    images = [{"url": URL, "width": 1376, "height": 768}, {"url": f"{URL}2", "width": "wide", "height": 0}, {}, 7]

    report = GEMINI_IMAGES.read_poll(result({"status": 1, "images": images}))

    assert report.outputs == (
        Output(role="image", url=URL, width=1376, height=768),
        Output(role="image", url=f"{URL}2"),
    )


@pytest.mark.parametrize(
    "body",
    [
        {"b64_json": PNG_BASE64},
        {"data": PNG_BASE64},
        {"data": [{"b64_json": PNG_BASE64}]},
        {"images": [{"data": f"data:image/png;base64,{PNG_BASE64}"}]},
    ],
)
def test_a_picture_may_come_as_text(body: dict[str, Any]) -> None:
    report = GEMINI_IMAGES.read_poll(result({"status": "completed", **body}))

    assert [(output.content, output.mime) for output in report.outputs] == [(PNG, "image/png")]
    assert PNG_BASE64 not in repr(report)


def test_text_that_is_no_picture_is_none() -> None:
    assert GEMINI_IMAGES.read_poll(result({"status": "completed", "data": "aGVsbG8="})).outputs == ()


def test_one_picture_to_edit_is_image_and_several_are_a_list() -> None:
    one = OPENAI_IMAGES.build_submit(order("gpt-image-2", picture("edit_image"), n=2))
    two = OPENAI_IMAGES.build_submit(
        order("gpt-image-2", picture("edit_image"), picture("reference_image", mime="image/jpg"), picture("mask"))
    )

    assert one.path == "/v1/images/edits"
    assert one.json is None
    assert one.form == (("model", "gpt-image-2"), ("prompt", "a cat"), ("n", "2"))
    assert [(part.name, part.filename, part.mime) for part in one.files] == [("image", "image-1.png", "image/png")]
    assert [(part.name, part.filename, part.mime) for part in two.files] == [
        ("image[]", "image-1.png", "image/png"),
        ("image[]", "image-2.jpg", "image/jpeg"),
        ("mask", "mask.png", "image/png"),
    ]


def test_switches_are_written_in_small_letters_in_a_form() -> None:
    request = OPENAI_IMAGES.build_submit(order("gpt-image-2", picture("edit_image"), moderation=True))

    assert ("moderation", "true") in request.form


def test_pictures_answered_at_once_are_decoded() -> None:
    body = {"created": 1, "size": "1024x1536", "data": [{"b64_json": PNG_BASE64}, {"url": URL}, {}, None]}

    delivered = OPENAI_IMAGES.read_submit(answer({**body, "usage": {"total_tokens": 9}}))

    assert delivered.outputs == (
        Output(role="image", content=PNG, mime="image/png", width=1024, height=1536),
        Output(role="image", url=URL, width=1024, height=1536),
    )
    assert delivered.usage == {"total_tokens": 9}


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None}, {"data": [{"b64_json": ""}]}, {"data": "x"}])
def test_a_success_without_a_picture_may_have_been_charged(body: object) -> None:
    with pytest.raises(ProtocolError) as caught:
        OPENAI_IMAGES.read_submit(answer(body))

    assert not caught.value.surely_not_accepted


def test_what_answers_at_once_has_no_tasks() -> None:
    with pytest.raises(GatewayError):
        OPENAI_IMAGES.build_poll("x")
    with pytest.raises(GatewayError):
        OPENAI_IMAGES.read_poll(answer({}))
