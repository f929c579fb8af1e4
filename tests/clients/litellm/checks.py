"""LiteLLM as a client, for both protocols: one conversation each, whole and streamed."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from reporting import ADDRESS, KEY, report


def conversation(model: str, address: str) -> Any:
    turns: list[Any] = [{"role": "user", "content": "Hi [sandbox tokens=12]"}]
    ask = {"model": model, "api_base": address, "api_key": KEY, "max_tokens": 512}
    first = litellm.completion(messages=turns, **ask).choices[0].message
    turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": "And? [sandbox tokens=12]"}]
    pieces = [c.choices[0].delta.content for c in litellm.completion(messages=turns, stream=True, **ask)]
    return [bool(first.content), sum(map(bool, pieces)) > 1]


def refused() -> Any:
    try:
        conversation("openai/gpt-9", f"{ADDRESS}/v1")
    except litellm.NotFoundError:
        return "NotFoundError"


report(
    {
        "openai": lambda: conversation("openai/gpt-5.1", f"{ADDRESS}/v1"),
        "anthropic": lambda: conversation("anthropic/claude-sonnet-4-6", ADDRESS),
        "refused": refused,
    }
)
