"""The question of a chat call as the history keeps it: who said what. Pictures and files are named, never stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

TURN_MAX_CHARACTERS = 100_000
TURNS_MAX_CHARACTERS = 400_000
EXCERPT_CHARACTERS = 200
CUT = " …"
_NAMES = {
    "image_url": "[image]",
    "image": "[image]",
    "input_audio": "[audio]",
    "file": "[file]",
    "document": "[document]",
    "video_url": "[video]",
}


def turns_of(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the turns of a body of either chat protocol, the system's first; the newest of too many."""
    turns = [{"role": role, "text": text} for role, text in _turns(body)]
    kept: list[dict[str, str]] = []
    left = TURNS_MAX_CHARACTERS
    for turn in reversed(turns):
        left -= len(turn["text"])
        if left < 0 and kept:
            break
        kept.append(turn)
    return kept[::-1]


def excerpt_of(turns: list[dict[str, str]]) -> str:
    """Return the beginning of the last thing that was asked, on one line."""
    asked = next((turn["text"] for turn in reversed(turns) if turn["role"] == "user"), "")
    return " ".join(asked[: 4 * EXCERPT_CHARACTERS].split())[:EXCERPT_CHARACTERS]


def _turns(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    system = _text(body.get("system"))
    if system:
        yield "system", system
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict):
            continue
        role = message.get("role")
        text = _text(message.get("content"))
        for call in message.get("tool_calls") or () if isinstance(message.get("tool_calls"), list) else ():
            text += f"\n[call {_short(call)}]"
        yield (role if isinstance(role, str) else "?")[:20], _cut(text.strip("\n"))


def _text(content: Any) -> str:
    """Return the words of a content: a text, or parts of which some are none."""
    if isinstance(content, str):
        return _cut(content)
    if not isinstance(content, list):
        return ""
    return _cut("\n".join(filter(None, map(_part, content))))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    kind = str(part.get("type", ""))
    if isinstance(part.get("text"), str):
        return str(part["text"])
    if kind == "tool_use":
        return f"[call {_short({'name': part.get('name'), 'arguments': part.get('input')})}]"
    if kind == "tool_result":
        return _text(part.get("content")) or "[result]"
    if isinstance(part.get("thinking"), str):
        return ""
    return _NAMES.get(kind, f"[{kind[:30]}]" if kind else "")


def _short(value: Any) -> str:
    function = value.get("function", value) if isinstance(value, dict) else value
    try:
        return json.dumps(function, ensure_ascii=False)[:2_000]
    except (ValueError, RecursionError):
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= TURN_MAX_CHARACTERS else text[: TURN_MAX_CHARACTERS - len(CUT)] + CUT
