"""Streams are read to their end through every kind of dirt, and a cut is never taken for an end."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import httpx
import pytest

from generations.gateway import streams
from generations.gateway.anthropic_messages import ANTHROPIC_MESSAGES
from generations.gateway.client import stream_chat
from generations.gateway.errors import AnswerLost, ConnectionNotMade, GatewayError, ProtocolError, StreamCut
from generations.gateway.openai_chat import OPENAI_CHAT
from generations.gateway.types import ChatEvent, ChatOrder, ChatTurn, Finished, TextDelta, WireRequest
from tests.generations.gateway.answers import ENDPOINT, Pieces, collect, run, streamed, streamed_into, with_client

REQUEST = WireRequest(method="POST", path="/v1/chat/completions", json={}, read_timeout_seconds=5.0)
IMPATIENT = WireRequest(method="POST", path="/v1/chat/completions", json={}, read_timeout_seconds=0.15)
DONE = b"data: [DONE]\n\n"


def chunk(text: str | None = None, *, finish: str | None = None) -> bytes:
    body = {"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def text_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def read(*pieces: bytes | float | Exception, request: WireRequest = REQUEST) -> list[ChatEvent]:
    return streamed(OPENAI_CHAT.reader(), Pieces(*pieces), request=request)


def read_until_trouble(
    *pieces: bytes | float | Exception, request: WireRequest = REQUEST
) -> tuple[list[ChatEvent], GatewayError]:
    said: list[ChatEvent] = []
    body = Pieces(*pieces)
    with pytest.raises(GatewayError) as caught:
        streamed_into(said, OPENAI_CHAT.reader(), body, request=request)
    assert body.is_closed
    return said, caught.value


def answered(response: httpx.Response | Exception) -> GatewayError:
    """Return what is raised when a gateway answers a chat request with this."""

    def handler(_request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    with pytest.raises(GatewayError) as caught:
        run(
            with_client(
                handler,
                lambda http: collect(stream_chat(http, REQUEST, endpoint=ENDPOINT, reader=OPENAI_CHAT.reader())),
            )
        )
    return caught.value


def test_a_stream_is_asked_for_as_one() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=DONE)

    events = run(
        with_client(
            handler, lambda http: collect(stream_chat(http, REQUEST, endpoint=ENDPOINT, reader=OPENAI_CHAT.reader()))
        )
    )

    assert events == [Finished("stop")]
    assert seen[0].headers["accept"] == "text/event-stream"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_characters_cut_between_pieces_are_put_together(size: int) -> None:
    whole = chunk("你好🙂") + chunk("é", finish="stop") + DONE

    events = read(*[whole[start : start + size] for start in range(0, len(whole), size)])

    assert text_of(events) == "你好🙂é"


@pytest.mark.parametrize("newline", [b"\r\n", b"\r"])
def test_other_line_ends_are_line_ends(newline: bytes) -> None:
    whole = (chunk("a") + chunk("b", finish="stop") + DONE).replace(b"\n", newline)

    assert text_of(read(*[whole[start : start + 1] for start in range(len(whole))])) == "ab"


def test_line_separators_inside_a_text_do_not_end_a_line() -> None:
    text = "a\u2028b\u2029c\x85d\x0be"

    assert text_of(read(chunk(text, finish="stop"), DONE)) == text


def test_invalid_bytes_become_replacement_characters() -> None:
    broken = chunk("a?b").replace(b"?", b"\xff\xe4")

    assert text_of(read(broken, chunk(finish="stop"), DONE)) == "a\ufffd\ufffdb"


def test_a_byte_order_mark_is_skipped() -> None:
    assert text_of(read(b"\xef\xbb\xbf" + chunk("first"), chunk(finish="stop"), DONE)) == "first"


def test_a_wrong_charset_in_the_header_changes_nothing() -> None:
    events = streamed(
        OPENAI_CHAT.reader(),
        Pieces(chunk("你", finish="stop"), DONE),
        request=REQUEST,
        headers={"content-type": "text/event-stream; charset=iso-8859-1"},
    )

    assert text_of(events) == "你"


def test_a_line_of_200_000_characters_is_read() -> None:
    long = "字" * 200_000
    whole = chunk(long, finish="stop") + DONE

    assert text_of(read(*[whole[start : start + 4_096] for start in range(0, len(whole), 4_096)])) == long


def test_a_flood_of_pings_and_comments_is_survived() -> None:
    flood = b": keep-alive\n\n" * 5_000 + b"event: ping\ndata: \n\n" * 5_000

    assert text_of(read(flood, chunk("a"), flood, chunk(finish="stop"), flood, DONE)) == "a"


def test_several_data_lines_are_one_event() -> None:
    lines = b'id: 7\nretry: 100\ndata: {"choices": [{"delta":\ndata: {"content": "a"}, "finish_reason": "stop"}]}\n\n'

    assert read(lines, DONE) == [TextDelta("a"), Finished("stop")]


def test_nothing_is_read_after_done() -> None:
    assert read(chunk(finish="stop"), DONE, RuntimeError("read on")) == [Finished("stop")]


def test_an_end_after_the_finish_is_an_end() -> None:
    assert read(chunk("a", finish="length")) == [TextDelta("a"), Finished("length")]


@pytest.mark.parametrize("trouble", [httpx.ReadError("broken"), httpx.RemoteProtocolError("cut"), OSError("odd")])
def test_trouble_after_the_finish_costs_only_the_usage(trouble: Exception) -> None:
    assert read(chunk("a", finish="stop"), trouble) == [TextDelta("a"), Finished("stop")]


def test_silence_after_the_finish_is_not_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FINISH_GRACE_SECONDS", 0.1)

    assert read(chunk("a", finish="stop"), 60.0) == [TextDelta("a"), Finished("stop")]


@pytest.mark.parametrize(
    "end", [(), (b"data: {",), (httpx.ReadError("broken"),), (httpx.ReadTimeout("slow"),), (OSError("odd"),)]
)
def test_a_stream_that_ends_too_early_is_cut(end: tuple[bytes | Exception, ...]) -> None:
    said, trouble = read_until_trouble(chunk("a"), *end)

    assert said == [TextDelta("a")]
    assert type(trouble) is StreamCut


@pytest.mark.parametrize("noise", [(60.0,), (b": still here\n\n", 0.05) * 100, (b"data:\n\n", 0.05) * 100])
def test_a_stream_that_says_nothing_any_more_is_cut(noise: tuple[bytes | float, ...]) -> None:
    said, trouble = read_until_trouble(chunk("a"), *noise, request=IMPATIENT)

    assert said == [TextDelta("a")]
    assert type(trouble) is StreamCut


def test_an_endless_line_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAM_MAX_BYTES", 10_000)

    said, trouble = read_until_trouble(chunk("a"), *[b"data: " + b"x" * 1_000] * 20)

    assert said == [TextDelta("a")]
    assert type(trouble) is ProtocolError


def test_an_error_told_in_the_stream_is_raised_after_what_came_before() -> None:
    said, trouble = read_until_trouble(chunk("a"), b'data: {"error": {"message": "x", "type": "upstream_error"}}\n\n')

    assert said == [TextDelta("a")]
    assert trouble.reason == "upstream"


def test_garbage_in_the_stream_is_a_protocol_error() -> None:
    said, trouble = read_until_trouble(chunk("a"), b"data: {broken\n\n")

    assert said == [TextDelta("a")]
    assert trouble.reason == "protocol"


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(401, json={"error": {"message": "x"}}), "auth"),
        (httpx.Response(403, json={"error": {"message": "x", "code": "insufficient_user_quota"}}), "credit"),
        (httpx.Response(503, json={"error": {"message": "x", "code": "model_not_found"}}), "model_unavailable"),
        (httpx.Response(429, json={"error": {"message": "x"}}, headers={"Retry-After": "2"}), "rate"),
        (httpx.Response(529, json={"type": "error", "error": {"type": "overloaded_error"}}), "upstream"),
        (httpx.Response(500, text="x" * 2_000_000), "upstream"),
        (httpx.Response(200, html="<html>console</html>"), "protocol"),
        (httpx.Response(200, json={"choices": [{"message": {"content": "whole"}}]}), "protocol"),
        (httpx.Response(200, json={"error": {"message": "x", "code": "prompt_blocked"}}), "refused"),
        (httpx.Response(200, content=b"data: [DONE]"), "protocol"),
        (httpx.Response(302, headers={"location": "/login"}), "protocol"),
    ],
)
def test_what_is_no_stream_is_judged_before_the_first_event(response: httpx.Response, reason: str) -> None:
    assert answered(response).reason == reason


def test_no_connection_and_no_answer_are_told_apart_for_streams_too() -> None:
    assert type(answered(httpx.ConnectError("refused"))) is ConnectionNotMade
    assert type(answered(httpx.ReadTimeout("slow"))) is AnswerLost
    assert type(answered(httpx.Response(500, stream=Pieces(b"x", httpx.ReadError("cut"))))) is AnswerLost


def test_a_reader_that_has_enough_closes_the_connection() -> None:
    body = Pieces(chunk("a"), chunk("b"), 60.0)

    async def take_one(http: httpx.AsyncClient) -> ChatEvent:
        events = stream_chat(http, REQUEST, endpoint=ENDPOINT, reader=OPENAI_CHAT.reader())
        async with aclosing(events):
            return await anext(events)

    headers = {"content-type": "text/event-stream"}
    first = run(with_client(lambda _request: httpx.Response(200, headers=headers, stream=body), take_one))

    assert first == TextDelta("a")
    assert body.is_closed


def test_a_cancelled_reader_closes_the_connection() -> None:
    body = Pieces(chunk("a"), 60.0)

    async def be_cancelled(http: httpx.AsyncClient) -> None:
        events = stream_chat(http, REQUEST, endpoint=ENDPOINT, reader=OPENAI_CHAT.reader())
        following = asyncio.create_task(collect(events))
        await asyncio.sleep(0.05)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    headers = {"content-type": "text/event-stream"}
    run(with_client(lambda _request: httpx.Response(200, headers=headers, stream=body), be_cancelled))

    assert body.is_closed


def test_an_anthropic_stream_goes_the_same_way() -> None:
    request = ANTHROPIC_MESSAGES.build(ChatOrder(model="m", turns=(ChatTurn("user", "x"),)))
    pieces = (
        b'event: message_start\ndata: {"type":"message_start","message":{}}\n\n',
        b"event: content_block_delta\n"
        b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}\n\n',
        b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
        b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    )

    events = streamed(ANTHROPIC_MESSAGES.reader(), Pieces(*pieces), request=request)

    assert events == [TextDelta("Hi"), Finished("stop")]
