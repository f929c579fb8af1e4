"""What tests of media calls share: orders as the protocols write them, and how they are followed to their end."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from django.utils import timezone

from generations.gateway.types import Endpoint, TaskReport, WireRequest, WireResponse
from generations.lifecycle.submit import claim_submit, submit
from generations.lifecycle.transitions import changes
from generations.models import Generation
from tests.generations.api.caller import Answer, Caller, run

VIDEOS, VIDEO_RESULT = "/ai/seedance/videos", "/ai/seedance/result?task_id="
IMAGES, IMAGE_RESULT = "/ai/gemini/image/generate", "/ai/gemini/result?code="
PICTURES, EDITS = "/v1/images/generations", "/v1/images/edits"


def clip(prompt: str = "A lighthouse [sandbox tiny]", *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A body of Seedance's."""
    content = [{"type": "text", "text": prompt}, *items] if prompt else [*items]
    settings = {"resolution": "480p", "ratio": "16:9", "duration": 4}
    return {"model": "doubao-seedance-2-0-fast", "content": content, **settings, **more}


def banana(prompt: str = "A bowl [sandbox tiny]", **more: Any) -> dict[str, Any]:
    """A body of Gemini's."""
    return {"prompt": prompt, "action": "generate", "model": "nano-banana-fast", "aspect_ratio": "16:9", **more}


def poster(prompt: str = "A poster [sandbox tiny]", **more: Any) -> dict[str, Any]:
    """A body of OpenAI's."""
    return {"model": "gpt-image-2", "prompt": prompt, **more}


def item(kind: str, url: object, role: str | None = None) -> dict[str, Any]:
    """A file in a body of Seedance's."""
    return {"type": kind, kind: {"url": url}, **({"role": role} if role else {})}


def report_of(answer: Answer, adapter: Any) -> TaskReport:
    """Read a result as the studio reads that of its own gateway."""
    response = WireResponse(status=answer.status, headers=answer.headers, body=answer.body)
    report: TaskReport = adapter.read_poll(response)
    return report


async def followed(caller: Caller, path: str, **options: Any) -> tuple[Answer, list[str]]:
    """Ask for a result until it is there; return it, and all words that were said on the way."""
    words: list[str] = []
    while True:
        answer = await caller.acall("GET", path, **options)
        words.append(answer.json()["result"]["status"])
        if words[-1] not in {"queued", "running"}:
            return answer, words
        await asyncio.sleep(0.1)


def sent_on(generation: Generation) -> WireRequest:
    """Return the request that the gateway would get for a queued generation."""
    seen: list[WireRequest] = []

    async def keep(request: WireRequest, _endpoint: Endpoint) -> WireResponse:
        seen.append(request)
        return WireResponse(status=200, headers={}, body=b'{"code": 0, "info": "", "result": {"task_id": "t"}}')

    row = Generation.objects.select_related("model").get(pk=generation.pk)
    with changes() as batch:
        work = claim_submit(row, now=timezone.now(), lease_seconds=60, shift_token=uuid.uuid4(), batch=batch)
    assert work is not None
    claimed = work
    run(lambda: submit(claimed, send=keep))
    return seen[0]
