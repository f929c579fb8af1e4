"""``/v1/images``: pictures that come back in the answer itself.

Source: https://developers.openai.com/api/reference/resources/images/methods/generate.md
"""

import asyncio
import base64
import dataclasses
import pathlib
import secrets
import time
from typing import Any

from generations.sandbox.easel import CannotDraw
from generations.sandbox.envelopes import Refusal, openai_error, openai_refusal
from generations.sandbox.exchange import Reply, Request, json_reply
from generations.sandbox.faults import OPENAI, read_key, refuse_key, refuse_on_demand, spoil_answer, trouble
from generations.sandbox.gemini import picture_job, prompt_seed
from generations.sandbox.imagefacts import read_image_facts
from generations.sandbox.scenarios import Scenario, parse_scenario
from generations.sandbox.validate_images import PictureOrder, validate_openai_edit, validate_openai_picture
from generations.sandbox.workshop import Workshop

BLOCKING_SECONDS = 2.0
_USUAL_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
_OUTPUT_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "auto": 1056}


async def generate(workshop: Workshop, request: Request) -> Reply:
    """Answer ``POST /v1/images/generations``."""
    if problem := refuse_key(read_key(request.headers, family=OPENAI), family=OPENAI, pays=True):
        return problem
    try:
        body = request.json()
    except ValueError:
        return openai_error(400, "The request body is not valid JSON.")
    prompt = str(body.get("prompt", "")) if isinstance(body, dict) else ""
    return await _answer(workshop, request, prompt=prompt, fields=body)


async def edit(workshop: Workshop, request: Request) -> Reply:
    """Answer ``POST /v1/images/edits``, a multipart form."""
    if problem := refuse_key(read_key(request.headers, family=OPENAI), family=OPENAI, pays=True):
        return problem
    try:
        parts = request.parts()
    except ValueError as error:
        return openai_error(400, f"The form could not be read: {error}.")
    prompt = "".join(part.content.decode("utf-8", "replace") for part in parts if part.name == "prompt")
    return await _answer(workshop, request, prompt=prompt, parts=parts)


async def _answer(
    workshop: Workshop, request: Request, *, prompt: str, fields: Any = None, parts: list[Any] | None = None
) -> Reply:
    scenario = parse_scenario(prompt)
    if problem := refuse_on_demand(scenario, family=OPENAI):
        return problem
    try:
        order = validate_openai_picture(fields) if parts is None else _fit(validate_openai_edit(parts), parts)
    except Refusal as refusal:
        if refusal.code == "model_not_found":
            return trouble(OPENAI, 503)
        return openai_refusal(refusal)
    if scenario.fail in ("moderation", "input"):
        message = "Your request was rejected by the safety system."
        return openai_error(400, message, kind="image_generation_user_error", code="moderation_blocked")
    accepted_id = f"img-{secrets.token_hex(12)}"
    workshop.ledger.record(path=request.path, prompt=order.prompt, accepted_id=accepted_id, model=order.model)
    if scenario.fail:
        return trouble(OPENAI, 504 if scenario.fail == "expired" else 500)
    await asyncio.sleep(BLOCKING_SECONDS * workshop.switches.pace if scenario.seconds is None else scenario.seconds)
    while scenario.stuck:
        await asyncio.sleep(60)
    try:
        pictures = await _draw(workshop, order, scenario, name=accepted_id)
    except CannotDraw as failure:
        return openai_error(400, failure.message, code="invalid_image_file")
    if spoiled := await spoil_answer(scenario):
        return spoiled
    return json_reply(_body(order, pictures, empty=bool(scenario.nourl)))


def _fit(order: PictureOrder, parts: list[Any]) -> PictureOrder:
    """Let ``auto`` follow the shape of the first input, among the usual sizes."""
    asked = next((part.content for part in parts if part.name == "size"), b"auto")
    facts = read_image_facts(order.contents[0])
    if asked != b"auto" or facts is None:
        return order
    shape = facts.width / facts.height
    width, height = min(_USUAL_SIZES, key=lambda size: max(size[0] / size[1] / shape, shape / (size[0] / size[1])))
    return dataclasses.replace(order, width=width, height=height)


async def _draw(workshop: Workshop, order: PictureOrder, scenario: Scenario, *, name: str) -> list[str]:
    pictures = []
    for index in range(order.count):
        job = picture_job(
            workshop,
            order,
            name=f"{name}-{index}.{order.format}",
            seed=prompt_seed(order.prompt) + index,
            tiny=scenario.tiny,
        )
        await workshop.easel.draw(job)
        pictures.append(await asyncio.to_thread(_take, pathlib.Path(job["out"])))
    return pictures


def _take(path: pathlib.Path) -> str:
    """Return the file as base64 and erase it: the answer is its only copy, as at the real service."""
    content = base64.b64encode(path.read_bytes()).decode()
    path.unlink()
    return content


def _body(order: PictureOrder, pictures: list[str], *, empty: bool) -> dict[str, Any]:
    text_tokens = max(1, len(order.prompt) // 3)
    image_tokens = 260 * len(order.contents)
    output = _OUTPUT_TOKENS[order.quality] * order.width * order.height // 1_048_576 * order.count
    usage = {
        "input_tokens": text_tokens + image_tokens,
        "output_tokens": output,
        "total_tokens": text_tokens + image_tokens + output,
        "input_tokens_details": {"text_tokens": text_tokens, "image_tokens": image_tokens},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": output},
    }
    return {
        "created": int(time.time()),
        "background": "opaque",
        "output_format": order.format,
        "quality": order.quality if order.quality != "auto" else "medium",
        "size": f"{order.width}x{order.height}",
        "data": [] if empty else [{"b64_json": picture} for picture in pictures],
        "usage": usage,
    }
