"""What both chat protocols share: one vocabulary of finish reasons, and careful reading of loose JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from generations.gateway.errors import ProtocolError

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "stop": "stop",
        "end_turn": "stop",
        "stop_sequence": "stop",
        "length": "length",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "tool_calls": "tool_calls",
        "function_call": "tool_calls",
        "tool_use": "tool_calls",
        "content_filter": "content_filter",
        "refusal": "refusal",
        "pause_turn": "pause",
    }
)


def normal_reason(word: object) -> str:
    """Return a finish reason in the words of `Finished`; a missing one is a stop, an unknown one stays itself."""
    text = str(word or "stop").strip().lower()
    return _REASONS.get(text) or re.sub(r"[^a-z0-9_]", "_", text)[:40]


def parse_event(data: str) -> dict[str, Any]:
    """Return the JSON object of one event. Raises: ProtocolError when it is none."""
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ProtocolError(data)
    return parsed


def as_dict(value: object) -> dict[str, Any]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a text; a list of text parts is joined, anything else is empty."""
    if isinstance(value, list):
        return "".join(as_text(as_dict(part).get("text")) for part in value)
    return value if isinstance(value, str) else ""


def as_count(value: object) -> int:
    """Return a count of tokens; 0 for anything that is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53 else 0
