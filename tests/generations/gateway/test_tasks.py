"""Whatever dialect a result is written in, its state, its files and its reasons are found."""

from __future__ import annotations

from typing import Any

import pytest

from generations.gateway.errors import OuterCode, ProtocolError
from generations.gateway.gemini import GEMINI_IMAGES
from generations.gateway.seedance import SEEDANCE
from generations.gateway.tasks import bytes_of, image_mime
from generations.gateway.types import TaskReport, TaskState
from tests.generations.gateway.answers import PNG, answer, result

URL = "https://files.test/clip.mp4"


def seedance(body: object) -> TaskReport:
    return SEEDANCE.read_poll(result(body))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *(
            (word, "queued")
            for word in ("queued", "pending", "submitted", "ready", "assigned", "IN_QUEUE", "not_started")
        ),
        *((word, "queued") for word in (0, "0", "", None)),
        *((word, "running") for word in ("running", "Processing", "in_progress", "In-Progress", "generating")),
        *((word, "succeeded") for word in ("succeeded", "SUCCESS", "completed", "finish", "finished", 1, "1", 1.0)),
        *((word, "failed") for word in ("failed", "fail", "FAILURE", "error")),
        *((word, "cancelled") for word in ("cancelled", "canceled")),
        *((word, "expired") for word in ("expired", "timeout")),
    ],
)
def test_every_known_word_has_a_state(word: object, state: str) -> None:
    report = seedance({"status": word} if word in {"", None} else {"status": word, "content": {"video_url": URL}})

    assert report.state == state
    assert report.unknown_word is None


@pytest.mark.parametrize("word", ["brewing", 7, -1, True, 1.5, {"a": 1}])
def test_an_unknown_word_means_still_running_and_is_told(word: object) -> None:
    report = seedance({"status": word})

    assert report.state is TaskState.RUNNING
    assert report.unknown_word == str(word)


@pytest.mark.parametrize(
    "body",
    [
        {"content": {"video_url": URL}},
        {"video_url": URL},
        {"videoUrl": URL},
        {"result_url": URL},
        {"url": URL},
        {"videos": [{"url": URL}]},
        {"videos": [URL]},
        {"outputs": [URL]},
        {"outputs": [{"video_url": URL}]},
        {"urls": [URL]},
        {"video_url": {"url": URL}},
        {"content": {"video_url": None}, "videoUrl": f" {URL} "},
    ],
)
def test_a_video_is_found_in_every_position(body: dict[str, Any]) -> None:
    report = seedance({"status": "succeeded", **body})

    assert [(output.role, output.url) for output in report.outputs] == [("video", URL)]


@pytest.mark.parametrize("name", ["content.last_frame_url", "last_frame_url", "lastFrameUrl"])
def test_a_last_frame_comes_second(name: str) -> None:
    holder = {"content": {"last_frame_url": "https://f/l.png"}} if "." in name else {name: "https://f/l.png"}

    report = seedance({"status": 1, "videoUrl": URL, **holder})

    assert [output.role for output in report.outputs] == ["video", "last_frame"]


@pytest.mark.parametrize("address", ["", "null", "ftp://x/y", "/files/a.mp4", "javascript:alert(1)", 7, []])
def test_what_is_no_web_address_is_no_result(address: object) -> None:
    report = seedance({"status": "succeeded", "video_url": address})

    assert (report.state, report.outputs) == (TaskState.SUCCEEDED, ())


def test_a_file_of_a_task_without_a_word_is_a_success() -> None:
    assert seedance({"videoUrl": URL}).state is TaskState.SUCCEEDED


def test_a_preview_of_a_running_task_is_not_taken_for_its_result() -> None:
    report = seedance({"status": "running", "url": URL})

    assert (report.state, report.outputs) == (TaskState.RUNNING, ())


@pytest.mark.parametrize("error", [None, "", "null", " NULL ", "none", {}, [], {"code": "null", "message": ""}])
def test_an_empty_error_is_no_error(error: object) -> None:
    report = seedance({"status": "succeeded", "error": error, "video_url": URL})

    assert (report.state, report.error) == (TaskState.SUCCEEDED, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"status": "failed", "error": {"code": "OutputVideoSensitiveContentDetected", "message": "x"}}, "refused"),
        ({"status": "failed", "error": "InternalServiceError"}, "upstream"),
        ({"status": 2, "error": "the input may contain sensitive words"}, "refused"),
        ({"status": "running", "error": "boom"}, "upstream"),
        ({"status": 0, "error": {"code": "InvalidParameter", "message": "x"}}, "bad_input"),
        ({"status": "failed", "errorMessage": "内容违规", "errorCode": 400}, "refused"),
        ({"status": "failed", "errorMessage": "x", "errorCode": 400}, "bad_input"),
        ({"status": "failed", "fail_reason": "x"}, "upstream"),
        ({"status": "failed", "message": "moderation said no"}, "refused"),
        ({"status": "failed"}, "upstream"),
        ({"status": "failed", "error": ["first", "second"]}, "upstream"),
        ({"status": "succeeded", "error": "no file today"}, "upstream"),
    ],
)
def test_a_stated_failure_is_a_failed_task_with_a_reason(body: dict[str, Any], reason: str) -> None:
    report = seedance(body)

    assert report.state is TaskState.FAILED
    assert report.error is not None
    assert report.error.reason == reason
    assert report.outputs == ()


def test_a_success_with_its_file_outlives_a_remark() -> None:
    report = seedance({"status": "succeeded", "error": "slow today", "video_url": URL})

    assert (report.state, report.error) == (TaskState.SUCCEEDED, None)


@pytest.mark.parametrize("body", [{"status": "expired"}, {"status": "timeout", "error": {"code": "X", "message": "y"}}])
def test_an_expired_task_ran_out_of_time(body: dict[str, Any]) -> None:
    report = seedance(body)

    assert report.state is TaskState.EXPIRED
    assert report.error is not None
    assert report.error.reason == "timeout"


def test_a_cancelled_task_needs_no_error() -> None:
    report = seedance({"status": "cancelled"})

    assert (report.state, report.error) == (TaskState.CANCELLED, None)


def test_the_values_really_used_and_the_usage_are_kept() -> None:
    report = seedance(
        {
            "status": "succeeded",
            "video_url": URL,
            "seed": 7,
            "ratio": "16:9",
            "duration": 5,
            "generate_audio": False,
            "service_tier": "",
            "usage": {"total_tokens": 108_900},
        }
    )

    assert report.resolved == {"seed": 7, "ratio": "16:9", "duration": 5, "generate_audio": False}
    assert report.usage == {"total_tokens": 108_900}


def test_an_outer_code_is_raised_and_not_reported() -> None:
    with pytest.raises(OuterCode):
        SEEDANCE.read_poll(answer({"code": 1, "info": "failed", "result": {}}))


def test_nothing_to_say_yet_means_queued() -> None:
    assert SEEDANCE.read_poll(answer({"code": 0, "info": "success", "result": None})).state is TaskState.QUEUED


@pytest.mark.parametrize("name", ["task_id", "taskCode", "taskId", "id", "code"])
def test_a_task_id_is_found_under_every_name(name: str) -> None:
    accepted = SEEDANCE.read_submit(result({name: " abc "}))

    assert accepted.task_id == "abc"


def test_a_task_id_may_be_a_number() -> None:
    assert GEMINI_IMAGES.read_submit(result({"taskCode": 1_234})).task_id == "1234"


@pytest.mark.parametrize("body", [{}, {"task_id": ""}, {"task_id": None}, {"task_id": True}, None])
def test_a_success_without_an_id_leaves_open_whether_it_was_accepted(body: object) -> None:
    with pytest.raises(ProtocolError) as caught:
        SEEDANCE.read_submit(result(body))

    assert not caught.value.surely_not_accepted


@pytest.mark.parametrize("text", [None, 7, "", "not base64!", "abc"])
def test_what_is_no_base64_has_no_bytes(text: object) -> None:
    assert bytes_of(text) is None


def test_bytes_and_their_type_are_told() -> None:
    assert bytes_of("data:image/png;base64,QUJD\n") == b"ABC"
    assert image_mime(PNG) == "image/png"
    assert image_mime(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert image_mime(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert image_mime(b"GIF89a") is None
