import json
from typing import Any

import httpx
import pytest

from tests.generations.sandbox.conftest import BEARER

TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def body_of(text: str, **more: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "claude-sonnet-4-6", "max_tokens": 4096, "messages": messages, **more}


def ask(http: httpx.Client, text: str, **more: object) -> dict[str, Any]:
    answer: dict[str, Any] = (
        http.post("/v1/messages", json=body_of(text, **more), headers=BEARER).raise_for_status().json()
    )
    return answer


def stream(http: httpx.Client, text: str, **more: object) -> list[tuple[str, dict[str, Any]]]:
    """Return name and payload of each event of a streamed reply."""
    answer = http.post("/v1/messages", json=body_of(text, stream=True, **more), headers=BEARER)
    events = []
    for block in answer.text.strip().split("\n\n"):
        name, data = block.split("\n")
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    assert all(name == payload["type"] for name, payload in events)
    return events


def text_of(events: list[tuple[str, dict[str, Any]]], kind: str = "text") -> str:
    deltas = [payload["delta"] for name, payload in events if name == "content_block_delta"]
    return "".join(delta[kind] for delta in deltas if delta["type"] == f"{kind}_delta")


@pytest.mark.parametrize(
    "headers",
    [BEARER, {"x-api-key": "k", "anthropic-version": "2023-06-01"}, {**BEARER, "anthropic-version": "2026-10-21"}],
)
def test_either_key_header_and_any_version_are_taken(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.post("/v1/messages", json=body_of("hello"), headers=headers).json()

    assert (answer["type"], answer["role"], answer["stop_reason"]) == ("message", "assistant", "end_turn")
    assert answer["content"][0]["type"] == "text"
    assert answer["usage"]["output_tokens"] > 0


def test_a_stream_has_its_events_in_the_documented_order(http: httpx.Client) -> None:
    events = stream(http, "Tell me about otters")

    names = [name for name, _ in events if name not in ("ping", "content_block_delta")]
    assert names == ["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"]
    assert events[0][1]["message"]["content"] == []
    assert text_of(events) == ask(http, "Tell me about otters")["content"][0]["text"]
    assert events[-2][1]["delta"]["stop_reason"] == "end_turn"
    assert events[-2][1]["usage"]["output_tokens"] == ask(http, "Tell me about otters")["usage"]["output_tokens"]


def test_thinking_is_a_block_of_its_own(http: httpx.Client) -> None:
    events = stream(http, "otters [sandbox reasoning]")

    starts = [payload["content_block"]["type"] for name, payload in events if name == "content_block_start"]
    assert starts == ["thinking", "text"]
    assert text_of(events, "thinking") == ask(http, "otters [sandbox reasoning]")["content"][0]["thinking"]


def test_a_tool_is_called_in_pieces_of_json(http: httpx.Client) -> None:
    events = stream(http, "the weather in Oslo", tools=[TOOL])
    whole = ask(http, "hello", tools=[TOOL], tool_choice={"type": "tool", "name": "get_weather"})

    pieces = [payload["delta"] for name, payload in events if name == "content_block_delta"]
    assert json.loads("".join(piece["partial_json"] for piece in pieces)) == {"city": "the weather in Oslo"}
    assert events[-2][1]["delta"]["stop_reason"] == "tool_use"
    assert whole["content"][0]["input"] == {"city": "hello"}


def test_length_and_refusal_have_their_own_words(http: httpx.Client) -> None:
    assert ask(http, "otters", max_tokens=5)["stop_reason"] == "max_tokens"
    assert ask(http, "otters [sandbox finish=refusal]")["stop_reason"] == "refusal"


def test_an_error_event_ends_the_stream(http: httpx.Client) -> None:
    events = stream(http, "otters [sandbox error=3]")

    assert events[-1] == ("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})


def test_no_usage_no_text_and_many_pings(http: httpx.Client) -> None:
    silent, empty = stream(http, "otters [sandbox nousage]"), stream(http, "otters [sandbox empty]")
    flooded = stream(http, "otters [sandbox pings tokens=4]")

    assert "usage" not in silent[-2][1]
    assert text_of(empty) == ""
    assert [name for name, _ in flooded].count("ping") > 100


@pytest.mark.parametrize("more", [{"max_tokens": None}, {"max_tokens": 0}, {"messages": []}, {"model": None}])
def test_a_bad_body_is_a_400_in_the_anthropic_shape(http: httpx.Client, more: dict[str, object]) -> None:
    answer = http.post("/v1/messages", json=body_of("hi", **more), headers=BEARER)

    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_system_role_among_the_messages_is_refused(http: httpx.Client) -> None:
    messages = [{"role": "system", "content": "be kind"}]

    assert http.post("/v1/messages", json=body_of("", messages=messages), headers=BEARER).status_code == 400


def test_overload_has_its_own_status(http: httpx.Client) -> None:
    answer = http.post("/v1/messages", json=body_of("hi [sandbox http=529]"), headers=BEARER)

    assert (answer.status_code, answer.json()["error"]["type"]) == (529, "overloaded_error")
