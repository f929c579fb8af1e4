"""Chat by key: `/v1/chat/completions` and `/v1/messages`, passed through byte by byte, and billed.

The request goes on as it was parsed, with every field that the studio does not know. One thing may be added: a stream
of OpenAI's is asked for its usage, and the one chunk that brings it is taken out again if the caller did not ask.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from generations import wiring
from generations.api import auth, repeats
from generations.api.bodies import flag, model_name, read_json
from generations.api.context import ApiCallContext, Handler
from generations.api.cuts import why_cut
from generations.api.errors import ApiError, Kind, from_gateway, missing
from generations.api.families import Family
from generations.api.http import ApiAnswer, ApiStream, StreamBrokenError
from generations.api.turns import excerpt_of, turns_of
from generations.clock import database_now
from generations.gateway.envelopes import error_from_answer
from generations.gateway.errors import GatewayError
from generations.gateway.types import WireRequest, WireResponse
from generations.gateway.writing import JSON_HEADERS
from generations.models import ApiCall, ApiReplay, CatalogModel
from generations.relay.passage import CallWork, Cut, Opening, Passage, question_tokens
from generations.relay.replays import Standing, answer_of, release

# The longest silence of a gateway: reasoning models think for minutes before the first word.
READ_SECONDS = 600.0
# How often a repeated call looks whether the first one has its answer.
JOIN_SECONDS = 0.25
ANTHROPIC_VERSION = "2023-06-01"
# What of the caller's headers concerns the gateway; all others are between the caller and the studio.
_PASSED_ON = ("anthropic-version", "anthropic-beta", "openai-beta")
_PASSED_BACK = ("retry-after", "x-should-retry", "openai-processing-ms")
# An answer about the request itself is the caller's to read as the gateway wrote it.
_OWN_WORDS = frozenset({"refused", "bad_input", "rate"})


@dataclass(frozen=True, slots=True)
class Protocol:
    """What tells the two chat protocols apart."""

    name: str
    path: str
    family: Family


OPENAI = Protocol("openai_chat", "/v1/chat/completions", Family.OPENAI)
ANTHROPIC = Protocol("anthropic_messages", "/v1/messages", Family.ANTHROPIC)


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request of a chat protocol."""

    body: dict[str, Any] = field(repr=False)
    protocol: Protocol
    name: str
    is_stream: bool
    hides_usage: bool
    replay_id: int | None


def chat_handler(protocol: Protocol) -> Handler:
    """Return the handler of one of the two protocols."""

    async def answer(context: ApiCallContext) -> ApiAnswer | ApiStream:
        body = await read_json(context.request)
        name = model_name(body)
        if not isinstance(body.get("messages"), list) or not body["messages"]:
            raise missing("messages")
        is_stream = flag(body, "stream")
        replay_id = None
        if value := repeats.value_of(context.request):
            digest = repeats.digest_of(protocol.path, body)
            found = await _claim(context, value, protocol=protocol, digest=digest, is_stream=is_stream)
            if isinstance(found, ApiAnswer):
                return found
            replay_id = found
        hides_usage = is_stream and protocol is OPENAI and _ask_for_usage(body)
        call = Call(
            body, protocol=protocol, name=name, is_stream=is_stream, hides_usage=hides_usage, replay_id=replay_id
        )
        return await _pass_through(context, call)

    return answer


async def _claim(
    context: ApiCallContext, value: str, *, protocol: Protocol, digest: str, is_stream: bool
) -> int | ApiAnswer:
    """Return the row of a repeatable call that is ours to run, or the answer that the first one got.

    A whole reply under way is waited for; a stream cannot be joined half-way. Raises: ApiError.
    """
    deadline = asyncio.get_running_loop().time() + READ_SECONDS
    while True:
        standing, row = await context.board.in_database(
            lambda: repeats.claim(context.key, value=value, path=protocol.path, body=digest, now=database_now())
        )
        if standing is Standing.MINE:
            return row.pk
        if standing is Standing.DONE:
            return _replayed(row)
        if is_stream or not context.key.keeps_content or asyncio.get_running_loop().time() > deadline:
            raise repeats.still_running()
        await asyncio.sleep(JOIN_SECONDS)


def _replayed(row: ApiReplay) -> ApiAnswer:
    content = answer_of(row)
    if content is None:
        raise repeats.not_kept()
    return ApiAnswer(
        content, status=row.status or 200, content_type=row.content_type, headers={"idempotency-replayed": "true"}
    )


def _ask_for_usage(body: dict[str, Any]) -> bool:
    """Have a stream tell its usage; return whether only the studio wants it."""
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise ApiError(Kind.BAD_FIELD, "stream_options: must be an object.", param="stream_options")
    if options and options.get("include_usage"):
        return False
    body["stream_options"] = {**(options or {}), "include_usage": True}
    return True


async def _pass_through(context: ApiCallContext, call: Call) -> ApiAnswer | ApiStream:
    turns = turns_of(call.body)
    endpoint = wiring.gateway_endpoint()

    def begin() -> CallWork:
        now = database_now()
        model = auth.allowed_model(context.key, call.name, protocol=call.protocol.name)
        row = _open(context, model, is_stream=call.is_stream, now=now)
        return CallWork(
            call_id=row.pk,
            key_id=context.key.pk,
            model=model,
            request=_request(context, call),
            endpoint=endpoint,
            is_stream=call.is_stream,
            hides_usage=call.hides_usage,
            turns=turns if context.key.keeps_content else None,
            question_tokens=question_tokens([turn["text"] for turn in turns]),
            excerpt=excerpt_of(turns),
            replay_id=call.replay_id,
        )

    try:
        work = await context.board.in_database(begin)
    except ApiError:
        if call.replay_id is not None:
            await context.board.in_database(lambda: release(call.replay_id or 0))
        raise
    passage = context.board.enter(work)
    try:
        opening = await passage.begin()
    except GatewayError as error:
        await context.board.leave(passage)
        raise from_gateway(error) from None
    except asyncio.CancelledError:
        await context.board.leave(passage, cut=Cut.HUNG_UP)
        raise why_cut(passage.cut) from None
    if opening.is_stream:
        return ApiStream(
            _pieces(passage),
            close=lambda: context.board.leave(passage, cut=Cut.HUNG_UP),
            status=opening.status,
            content_type=opening.content_type,
            headers=_headers_back(opening),
        )
    await context.board.leave(passage)
    return _whole(opening, protocol=call.protocol)


def _open(context: ApiCallContext, model: CatalogModel, *, is_stream: bool, now: datetime.datetime) -> ApiCall:
    return auth.open_call_of(context.key, model, client=context.client, now=now, is_stream=is_stream)


def _request(context: ApiCallContext, call: Call) -> WireRequest:
    headers = {name: value for name in _PASSED_ON if (value := context.request.headers.get(name))}
    if call.protocol is ANTHROPIC:
        headers.setdefault("anthropic-version", ANTHROPIC_VERSION)
    return WireRequest(
        method="POST",
        path=call.protocol.path,
        headers=(*JSON_HEADERS, *headers.items(), ("X-Request-ID", context.request.request_id)),
        json=call.body,
        read_timeout_seconds=READ_SECONDS,
    )


async def _pieces(passage: Passage) -> AsyncGenerator[bytes, None]:
    """Yield the stream; whoever sends it has the call recorded."""
    try:
        async with aclosing(passage.pieces()) as pieces:
            async for piece in pieces:
                yield piece
    except GatewayError:
        raise StreamBrokenError from None
    except asyncio.CancelledError:
        raise why_cut(passage.cut) from None


def _headers_back(opening: Opening) -> dict[str, str]:
    return {name: opening.headers[name] for name in _PASSED_BACK if name in opening.headers}


def _whole(opening: Opening, *, protocol: Protocol) -> ApiAnswer:
    """Return an answer that came in one piece: as it is if it is one, else as the error that it means.

    Raises: ApiError.
    """
    body = opening.body or b""
    response = WireResponse(status=opening.status, headers=opening.headers, body=body)
    is_json = "json" in opening.content_type.lower()
    if 200 <= opening.status < 300:
        return ApiAnswer(body, status=opening.status, content_type=opening.content_type, headers=_headers_back(opening))
    error = error_from_answer(response)
    if error.reason in _OWN_WORDS and is_json and _wears_the_envelope(body, protocol):
        headers = _headers_back(opening)
        return ApiAnswer(body, status=opening.status, content_type=opening.content_type, headers=headers)
    raise from_gateway(error)


def _wears_the_envelope(body: bytes, protocol: Protocol) -> bool:
    """Tell whether an error is in the caller's own protocol; relays answer in each other's."""
    head = body[:200].replace(b" ", b"")
    is_anthropic = b'"type":"error"' in head
    return is_anthropic if protocol is ANTHROPIC else not is_anthropic and head.startswith(b'{"error":{')
