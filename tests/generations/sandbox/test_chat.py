import json
from typing import Any

import httpx
import pytest

from tests.generations.sandbox.conftest import BEARER

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}, "days": {"type": "integer"}},
            "required": ["city", "unit", "days"],
        },
    },
}


def body_of(text: str, **more: object) -> dict[str, Any]:
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": text}], **more}


def ask(http: httpx.Client, text: str, *, path: str = "/v1/chat/completions", **more: object) -> dict[str, Any]:
    answer: dict[str, Any] = http.post(path, json=body_of(text, **more), headers=BEARER).raise_for_status().json()
    return answer


def stream(http: httpx.Client, text: str, **more: object) -> list[str]:
    """Return the lines of a streamed reply."""
    body = body_of(text, stream=True, **more)
    with http.stream("POST", "/v1/chat/completions", json=body, headers=BEARER) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        return list(answer.iter_lines())


def chunks(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def text_of(parts: list[dict[str, Any]], name: str = "content") -> str:
    return "".join(part["choices"][0]["delta"].get(name) or "" for part in parts if part.get("choices"))


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
def test_a_whole_reply_has_the_documented_shape(http: httpx.Client, path: str) -> None:
    answer = ask(http, "How do I compare two lamps?", path=path)

    choice, usage = answer["choices"][0], answer["usage"]
    assert (answer["object"], answer["model"], choice["finish_reason"]) == ("chat.completion", "gpt-5.1", "stop")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert {"## ", "- **", "| --- |", "1. "} <= {
        mark for mark in ("## ", "- **", "| --- |", "1. ") if mark in choice["message"]["content"]
    }


def test_a_stream_says_the_same_in_order_and_ends_with_usage(http: httpx.Client) -> None:
    lines = stream(http, "How do I compare two lamps?", stream_options={"include_usage": True})

    parts = chunks(lines)
    assert parts[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert text_of(parts) == ask(http, "How do I compare two lamps?")["choices"][0]["message"]["content"]
    assert parts[-2]["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert parts[-1]["choices"] == []
    assert parts[-1]["usage"]["completion_tokens"] == len(parts) - 3
    assert all(part["usage"] is None for part in parts[:-1])
    assert len({part["id"] for part in parts}) == 1
    assert [line for line in lines if line][-1] == "data: [DONE]"


def test_usage_is_only_streamed_when_asked_for(http: httpx.Client) -> None:
    assert not any("usage" in part for part in chunks(stream(http, "Hello!")))


def test_the_documented_quirks_are_kept(http: httpx.Client) -> None:
    plain = ask(http, "Tell me about otters")["choices"][0]["message"]["content"]

    quirky = ask(http, "Tell me about otters", temperature=9, top_p=7, stop=["a", "e"], max_tokens=1)
    limited = ask(http, "Tell me about otters", max_completion_tokens=5)

    assert quirky["choices"][0]["message"]["content"] == plain
    assert limited["choices"][0]["finish_reason"] == "length"
    assert limited["usage"]["completion_tokens"] == 5
    assert plain.startswith(limited["choices"][0]["message"]["content"])


def test_chinese_is_answered_in_chinese_and_pictures_are_counted(http: httpx.Client) -> None:
    content = [
        {"type": "text", "text": "比较一下这两张图"},
        *[{"type": "image_url", "image_url": {"url": "data:x"}}] * 2,
    ]

    answer = ask(http, "", messages=[{"role": "user", "content": content}])

    text = answer["choices"][0]["message"]["content"]
    assert "2 张图片" in text
    assert "比较一下这两张图" in text or "这两张图" in text
    assert answer["usage"]["prompt_tokens_details"]["image_tokens"] == 520


@pytest.mark.parametrize(("text", "choice"), [("what is the weather in Oslo?", "auto"), ("hello there", "required")])
def test_a_tool_is_called_when_named_or_forced(http: httpx.Client, text: str, choice: str) -> None:
    whole = ask(http, text, tools=[TOOL], tool_choice=choice)["choices"][0]
    parts = chunks(stream(http, text, tools=[TOOL], tool_choice=choice))

    call = whole["message"]["tool_calls"][0]["function"]
    deltas = [
        part["choices"][0]["delta"]["tool_calls"][0] for part in parts if "tool_calls" in part["choices"][0]["delta"]
    ]
    joined = "".join(delta["function"]["arguments"] for delta in deltas)
    assert whole["finish_reason"] == parts[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert json.loads(call["arguments"]) == json.loads(joined) == {"city": text, "unit": "c", "days": 1}
    assert [delta.get("id") is not None for delta in deltas].count(True) == 1


def test_an_answered_tool_is_not_called_again(http: httpx.Client) -> None:
    messages = [
        {"role": "user", "content": "what is the weather?"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    ]

    answer = ask(http, "", messages=messages, tools=[TOOL])

    assert answer["choices"][0]["finish_reason"] == "stop"


def test_tokens_are_counted_to_the_last(http: httpx.Client) -> None:
    assert ask(http, "otters [sandbox tokens=777]")["usage"]["completion_tokens"] == 777
    assert ask(http, "otters [sandbox tokens=3]")["usage"]["completion_tokens"] == 3


def test_a_cut_breaks_the_stream_after_so_many_tokens(http: httpx.Client) -> None:
    lines: list[str] = []
    body = body_of("otters [sandbox tokens=50 cut=7]", stream=True)

    with (
        pytest.raises(httpx.RemoteProtocolError),
        http.stream("POST", "/v1/chat/completions", json=body, headers=BEARER) as answer,
    ):
        lines.extend(answer.iter_lines())

    assert len(chunks(lines)) == 8
    assert "data: [DONE]" not in lines


def test_an_error_in_the_middle_is_an_object_with_error_at_its_top(http: httpx.Client) -> None:
    parts = chunks(stream(http, "otters [sandbox error=4]"))

    assert len(parts) == 6
    assert parts[-1]["error"]["type"] == "upstream_error"


@pytest.mark.parametrize(
    ("asked", "finish"), [("length", "length"), ("refusal", "content_filter"), ("content_filter", "content_filter")]
)
def test_a_finish_reason_can_be_asked_for(http: httpx.Client, asked: str, finish: str) -> None:
    assert ask(http, f"otters [sandbox finish={asked}]")["choices"][0]["finish_reason"] == finish


def test_the_other_faults_of_a_stream(http: httpx.Client) -> None:
    silent = stream(http, "otters [sandbox nousage]", stream_options={"include_usage": True})
    flooded = stream(http, "otters [sandbox pings tokens=10]")
    empty = ask(http, "otters [sandbox empty]")
    raw = http.post("/v1/chat/completions", json=body_of("x [sandbox badutf8]", stream=True), headers=BEARER).content

    assert all(part["choices"] for part in chunks(silent))
    assert sum(line.startswith(":") for line in flooded) >= 250
    assert empty["choices"][0]["message"]["content"] == ""
    with pytest.raises(UnicodeDecodeError):
        raw.decode()


def test_thinking_comes_before_the_text(http: httpx.Client) -> None:
    parts = chunks(stream(http, "otters [sandbox reasoning]"))
    whole = ask(http, "otters [sandbox reasoning]")

    assert text_of(parts, "reasoning_content") == whole["choices"][0]["message"]["reasoning_content"]
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


@pytest.mark.parametrize(
    "more",
    [
        {"messages": []},
        {"messages": "hi"},
        {"messages": [{"role": "wizard", "content": "hi"}]},
        {"model": ""},
        {"max_completion_tokens": -1},
    ],
)
def test_a_bad_body_is_a_400_in_the_openai_shape(http: httpx.Client, more: dict[str, object]) -> None:
    answer = http.post("/v1/chat/completions", json=body_of("hi", **more), headers=BEARER)

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_an_unknown_model_is_a_503_that_will_not_pass(http: httpx.Client) -> None:
    answer = http.post("/v1/chat/completions", json=body_of("hi", model="llama-9"), headers=BEARER)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_not_found")
