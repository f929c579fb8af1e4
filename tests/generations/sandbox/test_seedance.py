import io
import itertools
import time
from collections.abc import Callable
from typing import Any

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from tests.generations.sandbox.conftest import (
    MEDIA_KEY,
    data_uri,
    file_url,
    image_item,
    picture_bytes,
    poll,
    submit_video,
    video_body,
    wait_for_result,
)


def frames_of(content: bytes) -> tuple[list[np.ndarray[Any, Any]], av.container.InputContainer]:
    container = av.open(io.BytesIO(content))
    return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], container


def test_a_clip_is_h264_of_the_asked_size_and_length_with_motion_and_sound(http: httpx.Client) -> None:
    task = submit_video(http, "neon city at night", duration=4, ratio="4:3")

    result = wait_for_result(http, task)
    frames, container = frames_of(http.get(file_url(result)).content)

    video, audio = container.streams.video[0], container.streams.audio[0]
    assert (video.codec_context.name, video.codec_context.pix_fmt, video.average_rate) == ("h264", "yuv420p", 24)
    assert frames[0].shape == (560, 752, 3)
    assert len(frames) == 96
    assert audio.codec_context.name == "aac"
    assert audio.duration is not None
    assert audio.time_base is not None
    assert abs(float(audio.duration * audio.time_base) - 4) < 0.1
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 2
    steps = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(frames)]
    assert max(steps) < 20


def test_the_result_tells_what_was_really_made(http: httpx.Client) -> None:
    task = submit_video(http, "竖屏 a lantern", duration=-1, ratio="adaptive", seed=7, return_last_frame=True)

    result = wait_for_result(http, task)

    assert result["ratio"] == "9:16"
    assert 4 <= result["duration"] <= 8
    assert (result["seed"], result["framespersecond"], result["generate_audio"]) == (7, 24, True)
    expected = 496 * 864 * (24 * result["duration"] + 1) // 1024
    assert result["usage"] == {"completion_tokens": expected, "total_tokens": expected}
    last = Image.open(io.BytesIO(http.get(result["content"]["last_frame_url"]).content))
    assert (last.format, last.size) == ("PNG", (496, 864))


def test_without_sound_there_is_no_audio_stream(http: httpx.Client) -> None:
    result = wait_for_result(http, submit_video(http, "forest [sandbox tiny]", generate_audio=False))

    frames, container = frames_of(http.get(file_url(result)).content)

    assert not container.streams.audio
    assert frames[0].shape == (64, 64, 3)


def test_the_first_frame_is_the_given_picture(http: httpx.Client) -> None:
    given = picture_bytes((864, 496))
    content = [{"type": "text", "text": "move"}, image_item(data_uri(given), "first_frame")]

    result = wait_for_result(http, submit_video(http, content=content, ratio="adaptive", generate_audio=False))

    assert result["ratio"] == "16:9"
    frames, _ = frames_of(http.get(file_url(result)).content)
    expected = np.asarray(Image.open(io.BytesIO(given)))
    assert np.abs(frames[0].astype(int) - expected).mean() < 6
    assert np.abs(frames[-1].astype(int) - expected).mean() > 6


def test_first_and_last_frame_stand_at_the_two_ends(http: httpx.Client) -> None:
    ends = [picture_bytes((864, 496), tone=tone) for tone in ("#c8452e", "#2e5ac8")]
    content = [image_item(data_uri(end), role) for end, role in zip(ends, ("first_frame", "last_frame"), strict=True)]

    frames, _ = frames_of(http.get(file_url(wait_for_result(http, submit_video(http, content=content)))).content)

    for frame, end in ((frames[0], ends[0]), (frames[-1], ends[1])):
        assert np.abs(frame.astype(int) - np.asarray(Image.open(io.BytesIO(end)))).mean() < 6


def test_a_reference_picture_shows_in_the_clip(http: httpx.Client) -> None:
    content = [{"type": "text", "text": "night"}, image_item(data_uri(picture_bytes((864, 496))), "reference_image")]

    frames, _ = frames_of(http.get(file_url(wait_for_result(http, submit_video(http, content=content)))).content)

    inside, outside = frames[0][100:160, 150:300].mean(), frames[0][300:360, 450:600].mean()
    assert inside > outside + 25


def test_prompt_and_seed_decide_the_clip(http: httpx.Client) -> None:
    prompt = "a fox [sandbox tiny]"

    same, again, other = (
        http.get(file_url(wait_for_result(http, submit_video(http, prompt, seed=seed)))).content for seed in (5, 5, 6)
    )

    assert same == again
    assert same != other


def test_polls_and_seconds_hold_a_task_back(http: httpx.Client) -> None:
    counted = submit_video(http, "a [sandbox polls=3 tiny]")
    timed = submit_video(http, "b [sandbox seconds=600 tiny]")
    deadline = time.monotonic() + 30
    seen = [poll(http, counted)["result"]["status"] for _ in range(2)]
    while poll(http, counted)["result"]["status"] != "succeeded":
        assert time.monotonic() < deadline

    assert "succeeded" not in seen
    assert poll(http, timed)["result"]["status"] in ("queued", "running")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("moderation", "failed", "OutputVideoSensitiveContentDetected"),
        ("input", "failed", "InputTextSensitiveContentDetected"),
        ("upstream", "failed", "InternalServiceError"),
        ("expired", "expired", "TaskExpired"),
    ],
)
def test_a_task_fails_on_demand(http: httpx.Client, kind: str, status: str, code: str) -> None:
    result = wait_for_result(http, submit_video(http, f"a [sandbox fail={kind}]"))

    assert (result["status"], result["error"]["code"]) == (status, code)


def test_success_may_come_without_its_address_at_first_or_forever(http: httpx.Client) -> None:
    once = submit_video(http, "a [sandbox nourl tiny]")
    never = submit_video(http, "b [sandbox nourl=forever tiny]")

    assert wait_for_result(http, once)["content"] == {}
    assert "video_url" in wait_for_result(http, once)["content"]
    assert [wait_for_result(http, never)["content"] for _ in range(3)] == [{}, {}, {}]


def test_a_stuck_task_runs_for_ever(http: httpx.Client) -> None:
    task = submit_video(http, "a [sandbox stuck]")

    assert {poll(http, task)["result"]["status"] for _ in range(4)} == {"running"}


def test_the_other_dialect_speaks_in_numbers(http: httpx.Client, switch: Callable[..., None]) -> None:
    done = submit_video(http, "a [sandbox dialect=bigmore tiny]", return_last_frame=True)
    failed = submit_video(http, "a [sandbox fail=upstream]")
    result = wait_for_result(http, done)
    switch(dialect="bigmore")

    refused = poll(http, failed)

    assert result["status"] == 1
    assert result["videoUrl"].startswith("http://")
    assert result["lastFrameUrl"].endswith(result["lastFrameUrl"].rpartition("?")[2])
    assert refused["code"] == 1
    assert "InternalServiceError" in refused["info"]


@pytest.mark.parametrize(("style", "status"), [("info", 200), ("http400", 400), ("nested", 200)])
def test_a_refusal_is_worded_in_the_style_of_the_switch(
    http: httpx.Client, switch: Callable[..., None], style: str, status: int
) -> None:
    switch(validation=style)

    answer = http.post("/ai/seedance/videos", json=video_body(duration=99), headers=MEDIA_KEY)

    assert (answer.status_code, answer.json()["code"]) == (status, 400)
    assert "InvalidParameter" in answer.json()["info"]
    assert ('"error"' in answer.json()["info"]) == (style == "nested")


def test_an_unknown_task_and_an_unknown_asset_are_said_so(http: httpx.Client) -> None:
    content = [image_item("asset://asset-20260101000000-nobody")]

    refused = http.post("/ai/seedance/videos", json=video_body(content=content), headers=MEDIA_KEY).json()

    assert poll(http, "cgt-20260101000000-nobody")["code"] == 404
    assert refused["code"] == 400
    assert "content[0].image_url.url" in refused["info"]


def test_an_input_that_loopback_cannot_give_fails_the_task(http: httpx.Client, sandbox: str) -> None:
    content = [{"type": "text", "text": "a"}, image_item(f"{sandbox}/v1/nothing.png")]

    result = wait_for_result(http, submit_video(http, content=content))

    assert (result["status"], result["error"]["code"]) == ("failed", "InvalidParameter.DownloadFailed")
