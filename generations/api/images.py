"""OpenAI images: `/v1/images/generations` and `/v1/images/edits`, which answer when the pictures are there.

The order is queued as any other; the request waits for its row, without a thread or a connection to the database.
Who calls again with the same words, as SDKs do by themselves, waits for the same row.
Source: https://apidoc.3hei.com/zh/docs/services/image/openai,
https://developers.openai.com/api/reference/resources/images/methods/generate.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from generations.api.bodies import model_name, read_form, read_json
from generations.api.callbacks import NAME as CALLBACK
from generations.api.callbacks import callback_of
from generations.api.context import ApiCallContext
from generations.api.cuts import why_cut
from generations.api.errors import ApiError, Kind, bad_field, missing
from generations.api.http import ApiStream
from generations.api.inputs import WireInput
from generations.api.media import Asked, Placed, end_call, place_order
from generations.api.orders import WireOrder
from generations.api.pictures import Pictures, read_pictures, stream_of
from generations.api.standings import UNCERTAIN_CODE, failure_of, uncertain_sentence
from generations.models import CallStatus, Generation, Status
from generations.relay.lookout import GONE
from generations.relay.passage import Cut
from generations.relay.switchboard import Waiting

PROTOCOL = "openai_images"
GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"
_FORMATS = ("b64_json", "url")
_FILE_ROLES = {"image": "edit_image", "image[]": "edit_image", "mask": "mask"}


async def generate(context: ApiCallContext) -> ApiStream:
    """Answer with pictures made from words. Raises: ApiError."""
    body = await read_json(context.request)
    order, answers = _order(body, inputs=()), _format(body)
    asked = Asked(order=order, protocol=PROTOCOL, path=GENERATIONS, fields=body, is_long=True)
    return await _answer(context, asked, answers=answers)


async def edit(context: ApiCallContext) -> ApiStream:
    """Answer with pictures made from pictures. Raises: ApiError."""
    form = await read_form(context.request)
    inputs = tuple(
        WireInput(role=_FILE_ROLES[name], param=name, upload=file) if name in _FILE_ROLES else _no_such_file(name)
        for name, file in form.files
    )
    if not any(one.role == "edit_image" for one in inputs):
        raise missing("image")
    order, answers = _order(form.fields, inputs=inputs, is_form=True), _format(form.fields)
    asked = Asked(order, protocol=PROTOCOL, path=EDITS, fields=form.fields, files=form.files, is_long=True)
    return await _answer(context, asked, answers=answers)


def _order(fields: Mapping[str, Any], *, inputs: tuple[WireInput, ...], is_form: bool = False) -> WireOrder:
    name = model_name(fields)
    prompt = fields.get("prompt")
    if prompt is None or prompt == "":
        raise missing("prompt")
    if not isinstance(prompt, str):
        raise bad_field("prompt", "must be a text.")
    if fields.get("stream") not in (None, False, "false"):
        raise bad_field("stream", "pictures are answered whole; leave it out.")
    left_out = {"model", "prompt", "stream", "response_format", CALLBACK}
    return WireOrder(
        model=name,
        prompt=prompt,
        parameters={name: value for name, value in fields.items() if name not in left_out},
        inputs=inputs,
        callback_url=callback_of(fields),
        is_form=is_form,
    )


def _format(fields: Mapping[str, Any]) -> str:
    asked = fields.get("response_format") or _FORMATS[0]
    if asked not in _FORMATS:
        raise bad_field("response_format", f"must be {' or '.join(map(repr, _FORMATS))}.")
    return str(asked)


def _no_such_file(name: str) -> WireInput:
    raise bad_field(name[:60], "no such file is taken: send 'image', 'image[]' or 'mask'.")


async def _answer(context: ApiCallContext, asked: Asked, *, answers: str) -> ApiStream:
    placed = await place_order(context, asked)
    board = context.board
    waiting = Waiting(placed.call_id, placed.key_id)
    try:
        with board.waiting_for(waiting):
            async with asyncio.timeout(settings.BLOCKING_SUBMIT_READ_SECONDS):
                status = await board.lookout.wait(placed.generation_id)
            pictures = await board.in_database(lambda: _read(placed, status, context=context, answers=answers))
    except TimeoutError:
        raise _ended(context, placed, _not_in_time()) from None
    except ApiError as error:
        raise _ended(context, placed, error) from None
    except asyncio.CancelledError:
        status = CallStatus.INTERRUPTED if waiting.cut is Cut.SHUTDOWN else CallStatus.STOPPED
        end_call(context, placed, status)
        raise why_cut(waiting.cut) from None
    usage = pictures.usage
    end_call(
        context,
        placed,
        CallStatus.COMPLETED,
        http_status=200,
        input_tokens=usage.get("input_tokens"),
        output_tokens=usage.get("output_tokens"),
    )
    return stream_of(pictures)


def _read(placed: Placed, status: str, *, context: ApiCallContext, answers: str) -> Pictures:
    """Return what has become of an order. Raises: ApiError unless it is pictures."""
    if status == GONE:
        raise ApiError(Kind.CONFLICT, "The generation was deleted.", code="deleted", should_retry=False)
    generation = Generation.objects.select_related("model").get(pk=placed.generation_id)
    if generation.status == Status.UNCERTAIN:
        where = context.request.base_url + reverse("generation_detail", args=[generation.public_id])
        sentence = f"{uncertain_sentence(generation)} See {where}"
        raise ApiError(Kind.UNCERTAIN, sentence, code=UNCERTAIN_CODE, should_retry=False)
    if generation.status == Status.CANCELED:
        raise ApiError(Kind.CONFLICT, "The generation was canceled.", code="canceled", should_retry=False)
    if generation.status == Status.FAILED:
        raise failure_of(generation)
    return read_pictures(generation, key=context.key, base_url=context.request.base_url, as_addresses=answers == "url")


def _not_in_time() -> ApiError:
    sentence = (
        "The pictures are not there yet. They are still being made and will lie in the history. The same request, sent "
        "again as a retry or under the same Idempotency-Key, waits for them."
    )
    return ApiError(Kind.TIMED_OUT, sentence)


def _ended(context: ApiCallContext, placed: Placed, error: ApiError) -> ApiError:
    """Have it written that a call ended in an error, and return that error."""
    reason = "timeout" if error.kind is Kind.TIMED_OUT else "upstream"
    status = error.kind.value.status
    end_call(context, placed, CallStatus.FAILED, http_status=status, failure_reason=reason)
    return error
