"""The `anthropic` package for Python, whatever its age: everything that a script does, against the address given."""

from __future__ import annotations

from typing import Any

from anthropic import Anthropic
from reporting import ADDRESS, BOUND_KEY, KEY, PIXEL, report

MODEL = "claude-sonnet-4-6"
WEATHER = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def client(*, suffix: str = "", key: str = KEY, **more: Any) -> Anthropic:
    return Anthropic(api_key=key, base_url=ADDRESS + suffix, **{"max_retries": 0, "timeout": 60, **more})


def question(words: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": words}], **more}


def ask(words: str, *, by: Anthropic | None = None, **more: Any) -> Any:
    return (by or client()).messages.create(**question(words, **more))


def whole() -> Any:
    answers = [ask("Hi [sandbox tokens=5]", by=client(suffix=suffix)) for suffix in ("", "/", "/v1", "/v1/")]
    answers.append(ask("Hi [sandbox tokens=5]", by=Anthropic(auth_token=KEY, base_url=ADDRESS, max_retries=0)))
    return [[bool(one.content[0].text), one.usage.output_tokens] for one in answers]


def streamed() -> Any:
    with client().messages.stream(**question("Hi [sandbox tokens=8]", system="Be brief.")) as stream:
        words = "".join(stream.text_stream)
        final = stream.get_final_message()
    return {"words": bool(words), "usage": final.usage.output_tokens, "finish": final.stop_reason}


def tools() -> Any:
    asked = {"role": "user", "content": "What is the weather in 杭州?"}
    first = ask("", messages=[asked], tools=[WEATHER])
    use = next(block for block in first.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "18 °C"}
    turns = [
        asked,
        {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]},
        {"role": "user", "content": [result]},
    ]
    second = ask("", messages=turns, tools=[WEATHER])
    return {
        "finish": first.stop_reason,
        "name": use.name,
        "arguments": sorted(use.input),
        "second": bool(second.content[0].text),
    }


def pictures() -> Any:
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this? [sandbox tokens=4]"}]
    return ask("", messages=[{"role": "user", "content": content}]).usage.output_tokens


def thinking() -> Any:
    answer = ask(
        "Why? [sandbox tokens=6 reasoning]", max_tokens=4096, thinking={"type": "enabled", "budget_tokens": 1024}
    )
    return [block.type for block in answer.content]


def models() -> Any:
    return [sorted(m.id for m in client(suffix=s).models.list(limit=100))[:2] for s in ("", "/v1")]


def aborted() -> Any:
    stream = ask("Count [sandbox tokens=400 tps=50]", stream=True)
    for place, _event in enumerate(stream):
        if place == 5:
            break
    stream.close()
    return "closed"


report(
    {
        "whole": whole,
        "streamed": streamed,
        "tools": tools,
        "pictures": pictures,
        "thinking": thinking,
        "models": models,
        "aborted": aborted,
        "bad_key": lambda: ask("Hi", by=client(key="sk-studio-" + "x" * 43)),
        "no_such_model": lambda: ask("Hi", model="claude-9"),
        "not_allowed": lambda: ask("Hi", by=client(key=BOUND_KEY)),
        "bad_field": lambda: ask("", messages=[]),
        "refused": lambda: ask("Hi [sandbox fail=moderation]"),
        "rate": lambda: ask("Hi [sandbox http=429]"),
        "upstream": lambda: ask("Hi [sandbox http=500]"),
        "too_large": lambda: ask("Hi" + " " * 70_000_000),
        "timed_out": lambda: ask("Hi [sandbox slow=5]", by=client(timeout=1)),
        "nobody_there": lambda: ask("Hi", by=Anthropic(api_key=KEY, base_url="http://127.0.0.1:9", max_retries=0)),
    }
)
