"""A client for the running sandbox, and pictures to send to it."""

import base64
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

MEDIA_KEY = {"AIKey": "test-key"}
BEARER = {"Authorization": "Bearer test-key"}
Body = dict[str, Any]


@pytest.fixture(scope="session")
def http(sandbox: str) -> Iterator[httpx.Client]:
    """A client whose addresses are relative to the sandbox."""
    with httpx.Client(base_url=sandbox, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def switch(http: httpx.Client) -> Iterator[Callable[..., None]]:
    """Change switches for one test."""
    before = http.get("/sandbox/control").json()

    def change(**wanted: object) -> None:
        http.post("/sandbox/control", json=wanted).raise_for_status()

    yield change
    http.post("/sandbox/control", json=before).raise_for_status()


def video_body(prompt: str = "a quiet sea", **more: object) -> Body:
    """Return a small valid Seedance request."""
    content = [{"type": "text", "text": prompt}]
    return {
        "model": "doubao-seedance-2-0",
        "content": content,
        "resolution": "480p",
        "ratio": "16:9",
        "duration": 4,
        **more,
    }


def picture_body(prompt: str = "a quiet sea", **more: object) -> Body:
    """Return a small valid Gemini request."""
    return {"prompt": prompt, "action": "generate", "model": "nano-banana-fast", "aspect_ratio": "1:1", **more}


def submit_video(http: httpx.Client, prompt: str = "a quiet sea", **more: object) -> str:
    """Submit a clip; return its id."""
    answer = http.post("/ai/seedance/videos", json=video_body(prompt, **more), headers=MEDIA_KEY).json()
    assert answer["code"] == 0, answer
    task_id: str = answer["result"]["task_id"]
    return task_id


def submit_picture(http: httpx.Client, prompt: str = "a quiet sea", **more: object) -> str:
    """Submit a picture; return its id."""
    answer = http.post("/ai/gemini/image/generate", json=picture_body(prompt, **more), headers=MEDIA_KEY).json()
    assert answer["code"] == 0, answer
    code: str = answer["result"]["taskCode"]
    return code


def poll(http: httpx.Client, task: str) -> Body:
    """Ask once for a result, of whichever family the id is; return the whole envelope."""
    if task.startswith("cgt-"):
        found = http.get("/ai/seedance/result", params={"task_id": task}, headers=MEDIA_KEY)
    else:
        found = http.get("/ai/gemini/result", params={"code": task}, headers=MEDIA_KEY)
    envelope: Body = found.json()
    return envelope


def wait_for_result(http: httpx.Client, task: str) -> Body:
    """Ask until the task has ended; return its result."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        result: Body = poll(http, task)["result"]
        if result["status"] not in ("queued", "running", "processing", 0):
            return result
        time.sleep(0.05)
    raise TimeoutError(task)


def file_url(result: Body) -> str:
    """Return the address of the finished file."""
    url: str = result["content"]["video_url"] if "content" in result else result["images"][0]["url"]
    return url


def picture_bytes(size: tuple[int, int] = (640, 480), *, tone: str = "#c8452e", mode: str = "RGB") -> bytes:
    """Return a plain PNG with a bright square in its upper left, so that it can be recognised."""
    image = Image.new(mode, size, tone)
    image.paste(Image.new(mode, (size[0] // 3, size[1] // 3), "#ffffff"), (size[0] // 10, size[1] // 10))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """Return the bytes as a data address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def image_item(url: str, role: str | None = None) -> Body:
    """Return a picture as an item of ``content[]``."""
    item: Body = {"type": "image_url", "image_url": {"url": url}}
    return item if role is None else {**item, "role": role}
