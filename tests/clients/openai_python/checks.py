"""The `openai` package for Python: everything that a chat script does, against the address given."""

from __future__ import annotations

import json
from typing import Any

import openai
from openai import OpenAI
from reporting import ADDRESS, BOUND_KEY, KEY, PIXEL, report

MODEL = "gpt-5.1"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def client(*, suffix: str = "", key: str = KEY, **more: Any) -> OpenAI:
    return OpenAI(api_key=key, base_url=ADDRESS + suffix, **{"max_retries": 0, "timeout": 60, **more})


def ask(words: str, *, by: OpenAI | None = None, **more: Any) -> Any:
    return (by or client()).chat.completions.create(
        **{"model": MODEL, "messages": [{"role": "user", "content": words}], **more}
    )


def whole() -> Any:
    answers = [ask("Hi [sandbox tokens=5]", by=client(suffix=suffix)) for suffix in ("", "/", "/v1", "/v1/")]
    return [[bool(one.choices[0].message.content), one.usage.completion_tokens] for one in answers]


def streamed() -> Any:
    chunks = list(ask("Hi [sandbox tokens=8]", stream=True, stream_options={"include_usage": True}))
    plain = list(ask("Hi [sandbox tokens=8]", stream=True))
    return {
        "words": bool("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)),
        "usage": chunks[-1].usage.completion_tokens,
        "nobody_asked": [chunk.usage for chunk in plain if chunk.usage],
        "finish": plain[-1].choices[0].finish_reason,
    }


def tools() -> Any:
    question = {"role": "user", "content": "What is the weather in 杭州?"}
    first = ask("", messages=[question], tools=[WEATHER]).choices[0]
    call = first.message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": "18 °C"}
    second = ask("", messages=[question, first.message.to_dict(), result], tools=[WEATHER]).choices[0]
    streamed = list(ask("", messages=[question], tools=[WEATHER], stream=True))
    pieces = [d for c in streamed for d in (c.choices[0].delta.tool_calls or [])]
    return {
        "finish": first.finish_reason,
        "name": call.function.name,
        "arguments": sorted(json.loads(call.function.arguments)),
        "second": bool(second.message.content),
        "streamed": sorted(json.loads("".join(piece.function.arguments or "" for piece in pieces))),
    }


def pictures() -> Any:
    content = [
        {"type": "text", "text": "What is this? [sandbox tokens=4]"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    return ask("", messages=[{"role": "user", "content": content}]).usage.completion_tokens


def structured() -> Any:
    answer = ask("Hi [sandbox tokens=6]", response_format={"type": "json_object"}, extra_body={"x_unknown": 1})
    return answer.choices[0].finish_reason


def models() -> Any:
    return [sorted(m.id for m in client(suffix=s).models.list())[:2] for s in ("", "/v1")]


def aborted() -> Any:
    stream = ask("Count [sandbox tokens=400 tps=50]", stream=True)
    for place, _chunk in enumerate(stream):
        if place == 3:
            break
    stream.close()
    return "closed"


def raw_headers() -> Any:
    try:
        ask("Hi [sandbox http=429]")
    except openai.RateLimitError as error:
        return {"retry-after": int(error.response.headers["retry-after"]) > 0, "request_id": bool(error.request_id)}


report(
    {
        "whole": whole,
        "streamed": streamed,
        "tools": tools,
        "pictures": pictures,
        "structured": structured,
        "models": models,
        "aborted": aborted,
        "raw_headers": raw_headers,
        "bad_key": lambda: ask("Hi", by=client(key="sk-studio-" + "x" * 43)),
        "no_such_model": lambda: ask("Hi", model="gpt-9"),
        "not_allowed": lambda: ask("Hi", by=client(key=BOUND_KEY)),
        "bad_field": lambda: ask("", messages=[]),
        "no_such_role": lambda: ask("", messages=[{"role": "wizard", "content": "Hi"}]),
        "refused": lambda: ask("Hi [sandbox fail=moderation]"),
        "rate": lambda: ask("Hi [sandbox http=429]"),
        "upstream": lambda: ask("Hi [sandbox http=500]"),
        "too_large": lambda: ask("Hi" + " " * 70_000_000),
        "broken": lambda: list(ask("Hi [sandbox tokens=30 cut=5]", stream=True)),
        "timed_out": lambda: ask("Hi [sandbox slow=5]", by=client(timeout=1)),
        "nobody_there": lambda: ask("Hi", by=OpenAI(api_key=KEY, base_url="http://127.0.0.1:9", max_retries=0)),
    }
)
