"""Both chat protocols are written and read, whole and event by event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generations.gateway.adapters import CHAT_ADAPTERS
from generations.gateway.anthropic_messages import ANTHROPIC_MESSAGES
from generations.gateway.errors import GatewayError, ProtocolError, UpstreamError
from generations.gateway.openai_chat import OPENAI_CHAT
from generations.gateway.types import (
    ChatEvent,
    ChatOrder,
    ChatTurn,
    ChatUsage,
    Finished,
    InputFile,
    ReasoningDelta,
    TextDelta,
    UsageReport,
)
from tests.generations.gateway.answers import answer

PICTURE = InputFile(role="reference_image", mime="image/JPG", filename="a.jpg", content=b"abc")
LINKED = InputFile(role="reference_image", mime="image/png", filename="a.png", url="https://files.test/a.png")


def openai_events(*chunks: object) -> list[ChatEvent]:
    reader = OPENAI_CHAT.reader()
    return [event for chunk in chunks for event in reader.feed("message", _data(chunk))]


def anthropic_events(*payloads: Any) -> list[ChatEvent]:
    reader = ANTHROPIC_MESSAGES.reader()
    return [event for payload in payloads for event in reader.feed(payload.get("type", ""), _data(payload))]


def _data(chunk: object) -> str:
    return chunk if isinstance(chunk, str) else json.dumps(chunk)


def delta(finish_reason: str | None = None, **fields: object) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}], "usage": None}


def test_the_adapters_answer_to_their_names() -> None:
    assert [adapter.protocol for adapter in CHAT_ADAPTERS.values()] == list(CHAT_ADAPTERS)


def test_an_openai_order_with_everything() -> None:
    request = OPENAI_CHAT.build(
        ChatOrder(
            model="gpt-5.1",
            system="be brief",
            turns=(ChatTurn("user", "look", images=(PICTURE, LINKED)), ChatTurn("assistant", "yes")),
            max_output_tokens=100,
            temperature=0.5,
        )
    )

    assert request.json == {
        "model": "gpt-5.1",
        "messages": [
            {"role": "system", "content": "be brief"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,YWJj"}},
                    {"type": "image_url", "image_url": {"url": "https://files.test/a.png"}},
                ],
            },
            {"role": "assistant", "content": "yes"},
        ],
        "max_completion_tokens": 100,
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_an_anthropic_order_with_everything() -> None:
    request = ANTHROPIC_MESSAGES.build(
        ChatOrder(
            model="claude-sonnet-4-6",
            system="be brief",
            turns=(ChatTurn("user", "look", images=(PICTURE, LINKED)),),
            max_output_tokens=100,
            temperature=0.5,
        )
    )

    assert request.json == {
        "model": "claude-sonnet-4-6",
        "max_tokens": 100,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "YWJj"}},
                    {"type": "image", "source": {"type": "url", "url": "https://files.test/a.png"}},
                    {"type": "text", "text": "look"},
                ],
            }
        ],
        "system": "be brief",
        "temperature": 0.5,
        "stream": True,
    }
    assert ("anthropic-version", "2023-06-01") in request.headers


@pytest.mark.parametrize("protocol", list(CHAT_ADAPTERS))
def test_a_turn_of_pictures_alone_has_no_empty_text(protocol: str) -> None:
    request = CHAT_ADAPTERS[protocol].build(ChatOrder(model="m", turns=(ChatTurn("user", " ", images=(PICTURE,)),)))

    assert '"type": "text"' not in json.dumps(request.json)


def test_anthropic_is_always_told_a_limit() -> None:
    request = ANTHROPIC_MESSAGES.build(ChatOrder(model="m", turns=(ChatTurn("user", "x"),), stream=False))

    assert isinstance(request.json, dict)
    assert request.json["max_tokens"] == 4096
    assert "stream" not in request.json


def test_a_whole_openai_reply() -> None:
    body = {
        "choices": [
            {"message": {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}, "finish_reason": "length"}
        ],
        "usage": {
            "prompt_tokens": 9,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
    }

    reply = OPENAI_CHAT.read_whole(answer(body))

    assert (reply.text, reply.reasoning, reply.finish_reason) == ("Hi", "hm", "length")
    assert reply.usage == ChatUsage(input_tokens=9, output_tokens=5, cached_tokens=4, reasoning_tokens=3)


def test_a_whole_openai_refusal_and_parts() -> None:
    refusal = {"choices": [{"message": {"content": None, "refusal": "I cannot"}, "finish_reason": "stop"}]}
    parts = {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"text": "b"}, 7]}}]}

    assert OPENAI_CHAT.read_whole(answer(refusal)).finish_reason == "refusal"
    assert OPENAI_CHAT.read_whole(answer(refusal)).text == "I cannot"
    assert OPENAI_CHAT.read_whole(answer(parts)).text == "ab"
    assert OPENAI_CHAT.read_whole(answer(parts)).usage is None


def test_a_whole_anthropic_reply() -> None:
    body = {
        "type": "message",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}, {"type": "tool_use"}],
        "stop_reason": "max_tokens",
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 2,
            "cache_read_input_tokens": 4,
            "output_tokens": 5,
        },
    }

    reply = ANTHROPIC_MESSAGES.read_whole(answer(body))

    assert (reply.text, reply.reasoning, reply.finish_reason) == ("Hi", "hm", "length")
    assert reply.usage == ChatUsage(input_tokens=9, output_tokens=5, cached_tokens=4)


def test_an_anthropic_reply_without_usage_has_none() -> None:
    assert ANTHROPIC_MESSAGES.read_whole(answer({"content": [], "stop_reason": "refusal"})).usage is None


@pytest.mark.parametrize("protocol", list(CHAT_ADAPTERS))
@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [None]}, {"content": "text"}])
def test_an_answer_that_is_no_reply_is_a_protocol_error(protocol: str, body: object) -> None:
    with pytest.raises(ProtocolError):
        CHAT_ADAPTERS[protocol].read_whole(answer(body))


def test_an_openai_stream_from_role_to_done() -> None:
    events = openai_events(
        delta(role="assistant", content=""),
        delta(reasoning_content="hm"),
        delta(content="Hel"),
        {**delta(content="lo"), "obfuscation": "x", "service_tier": "y"},
        delta("stop"),
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}},
        "[DONE]",
    )

    assert events == [
        ReasoningDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo"),
        Finished("stop"),
        UsageReport(ChatUsage(input_tokens=9, output_tokens=2)),
    ]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("function_call", "tool_calls"),
        ("Eos Token", "eos_token"),
    ],
)
def test_openai_finish_reasons_are_normalised(word: str, reason: str) -> None:
    assert openai_events(delta(word)) == [Finished(reason)]


def test_done_without_a_reason_is_a_stop_and_told_once() -> None:
    assert openai_events("[DONE]") == [Finished("stop")]
    assert openai_events(delta("length"), " [DONE] ") == [Finished("length")]


def test_a_refusal_in_a_stream_is_text_and_a_reason() -> None:
    assert openai_events(delta(refusal="I cannot"), delta("stop")) == [TextDelta("I cannot"), Finished("refusal")]


@pytest.mark.parametrize("chunk", ["", "  ", {"choices": []}, {"choices": None}, {"choices": [7]}, {"x": 1}])
def test_chunks_without_a_choice_say_nothing(chunk: object) -> None:
    assert openai_events(chunk) == []


@pytest.mark.parametrize(
    ("event", "chunk"),
    [
        ("message", {"error": {"message": "boom", "type": "upstream_error"}}),
        ("message", {"error": "boom"}),
        ("error", {"message": "boom"}),
        ("message", {"type": "error", "error": {"type": "overloaded_error", "message": "boom"}}),
    ],
)
@pytest.mark.parametrize("protocol", list(CHAT_ADAPTERS))
def test_an_error_in_a_stream_is_raised(protocol: str, event: str, chunk: dict[str, Any]) -> None:
    with pytest.raises(UpstreamError) as caught:
        CHAT_ADAPTERS[protocol].reader().feed(event, _data({**chunk, "type": "error"} if event == "error" else chunk))

    assert "boom" in caught.value.detail
    assert "boom" not in str(caught.value)


@pytest.mark.parametrize("data", ["{broken", "[]", "7", "words", "[" * 100_000])
@pytest.mark.parametrize("protocol", list(CHAT_ADAPTERS))
def test_data_that_is_no_object_is_a_protocol_error(protocol: str, data: str) -> None:
    with pytest.raises(ProtocolError):
        CHAT_ADAPTERS[protocol].reader().feed("x", data)


def test_an_anthropic_stream_from_start_to_stop() -> None:
    events = anthropic_events(
        {"type": "message_start", "message": {"usage": {"input_tokens": 9, "cache_read_input_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "xyz"}},
        {"type": "ping"},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "H"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "i"}},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{"}},
        {"type": "content_block_stop", "index": 1},
        {"type": "some_new_event"},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    )

    assert events == [
        UsageReport(ChatUsage(input_tokens=10, output_tokens=0, cached_tokens=1)),
        ReasoningDelta("hm"),
        TextDelta("H"),
        TextDelta("i"),
        Finished("stop"),
        UsageReport(ChatUsage(input_tokens=10, output_tokens=2, cached_tokens=1)),
    ]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
    ],
)
def test_anthropic_finish_reasons_are_normalised(word: str, reason: str) -> None:
    assert anthropic_events({"type": "message_delta", "delta": {"stop_reason": word}}) == [Finished(reason)]


def test_a_stop_without_a_reason_is_a_stop_and_ends_the_stream() -> None:
    reader = ANTHROPIC_MESSAGES.reader()

    assert reader.feed("message_delta", '{"delta": {}, "usage": null}') == []
    assert reader.feed("message_stop", "{}") == [Finished("stop")]
    assert (reader.is_finished, reader.is_done) == (True, True)


def test_relays_may_end_an_anthropic_stream_in_openais_way() -> None:
    reader = ANTHROPIC_MESSAGES.reader()

    assert reader.feed("", "[DONE]") == [Finished("stop")]
    assert reader.is_done


@pytest.mark.parametrize("usage", [{"prompt_tokens": "many", "completion_tokens": -1}, {"prompt_tokens": True}])
def test_counts_that_are_none_are_zero(usage: object) -> None:
    assert openai_events({"choices": [], "usage": usage}) == [UsageReport(ChatUsage(0, 0))]


def test_an_error_keeps_its_kind_in_both_shapes() -> None:
    overloaded = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}}
    credit = {"error": {"message": "pay", "type": "new_api_error", "code": "insufficient_user_quota"}}

    for stated, reason in ((overloaded, "rate"), (credit, "credit")):
        with pytest.raises(GatewayError) as caught:
            anthropic_events(stated)
        assert caught.value.reason == reason
