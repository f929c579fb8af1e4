"""Listens to answers that are passed through: usage, words and the end are noted, the bytes stay as they are.

A stream is cut into events only to be understood; whoever forwards it forwards the very bytes. One event may be kept
back: the usage that the studio asked for and the caller did not.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from generations.gateway.chat import as_count, as_dict, as_list, as_text, normal_reason
from generations.gateway.envelopes import error_from_failure
from generations.gateway.errors import GatewayError
from generations.relay.context import estimate_tokens

# More than this of one reply is counted, but not kept.
KEPT_CHARACTERS = 400_000
# An event that never ends is passed on without being understood.
EVENT_MAX_BYTES = 16 * 1024 * 1024
_END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class Splitter:
    """Cuts a stream of bytes into whole events, each with the blank line that ends it."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the events that this chunk completes; joined with `rest` they are all the bytes so far."""
        self._rest += chunk
        events = []
        start = 0
        for end in _END_OF_EVENT.finditer(self._rest):
            events.append(self._rest[start : end.end()])
            start = end.end()
        self._rest = self._rest[start:]
        if len(self._rest) > EVENT_MAX_BYTES:
            events.append(self.rest())
        return events

    def rest(self) -> bytes:
        """Return and forget what has no end yet."""
        rest, self._rest = self._rest, b""
        return rest


def payload_of(event: bytes) -> dict[str, Any] | None:
    """Return the JSON object of one event; None for a comment, `[DONE]`, and what is no JSON."""
    lines = [line[5:].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    if not lines or lines == [b"[DONE]"]:
        return None
    try:
        found = json.loads(b"\n".join(lines))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(slots=True)
class Heard:
    """What has been said so far. Units: tokens."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    tools: dict[int, dict[str, str]] = field(default_factory=dict)
    input_tokens: int | None = None
    output_tokens: int | None = None
    # Figures that come before the end count only what had been said by then.
    is_counted: bool = False
    finish_reason: str = ""
    error: GatewayError | None = None
    length: int = 0
    dropped_tokens: int = 0

    def say(self, text: str, *, into: list[str]) -> None:
        """Take the next piece of text or thinking."""
        if not text:
            return
        self.length += len(text)
        if self.length > KEPT_CHARACTERS:
            self.dropped_tokens += estimate_tokens(text)
        else:
            into.append(text)

    def call(self, place: int, *, name: str = "", arguments: str = "") -> None:
        """Take the next piece of a tool's call."""
        tool = self.tools.setdefault(place, {"name": "", "arguments": ""})
        tool["name"] += name
        if self.length <= KEPT_CHARACTERS:
            self.length += len(arguments)
            tool["arguments"] += arguments

    @property
    def text(self) -> str:
        """All text."""
        return "".join(self.texts)

    @property
    def reasoning(self) -> str:
        """All thinking."""
        return "".join(self.thoughts)

    def estimated_output_tokens(self) -> int:
        """Return about how many tokens have been said."""
        tools = sum(estimate_tokens(tool["name"] + tool["arguments"]) for tool in self.tools.values())
        return estimate_tokens(self.text) + estimate_tokens(self.reasoning) + tools + self.dropped_tokens


class Ear(Protocol):
    """Understands the answers of one protocol; one ear a call."""

    heard: Heard

    def is_usage_only(self, payload: Mapping[str, Any], /) -> bool:
        """Tell whether a chunk brings the usage and nothing else."""

    def note(self, payload: Mapping[str, Any], /) -> None:
        """Take one event of a stream, or a whole answer."""


class OpenAIEar:
    """Understands OpenAI's chat completions, streamed or whole. Source: wire format of `gateway.openai_chat`."""

    def __init__(self) -> None:
        self.heard = Heard()

    def is_usage_only(self, payload: Mapping[str, Any]) -> bool:
        """Tell whether a chunk brings the usage and nothing else."""
        return payload.get("choices") == [] and bool(as_dict(payload.get("usage")))

    def note(self, payload: Mapping[str, Any]) -> None:
        """Take one chunk of a stream, or a whole completion."""
        if payload.get("error"):
            self.heard.error = error_from_failure(payload["error"])
            return
        for choice in map(as_dict, as_list(payload.get("choices"))):
            said = as_dict(choice.get("delta")) or as_dict(choice.get("message"))
            self._note_words(said, place=as_count(choice.get("index")) * 1_000)
            if choice.get("finish_reason"):
                self.heard.finish_reason = normal_reason(choice["finish_reason"])
        usage = as_dict(payload.get("usage"))
        if usage:
            self.heard.input_tokens = as_count(usage.get("prompt_tokens"))
            self.heard.output_tokens = as_count(usage.get("completion_tokens"))
            self.heard.is_counted = True

    def _note_words(self, said: Mapping[str, Any], *, place: int) -> None:
        heard = self.heard
        heard.say(as_text(said.get("content")) + as_text(said.get("refusal")), into=heard.texts)
        heard.say(as_text(said.get("reasoning_content")) or as_text(said.get("reasoning")), into=heard.thoughts)
        for number, call in enumerate(map(as_dict, as_list(said.get("tool_calls")))):
            function = as_dict(call.get("function"))
            index = as_count(call.get("index")) if "index" in call else number
            name, arguments = as_text(function.get("name")), as_text(function.get("arguments"))
            heard.call(place + index, name=name, arguments=arguments)


class AnthropicEar:
    """Understands Anthropic's messages, streamed or whole."""

    def __init__(self) -> None:
        self.heard = Heard()

    def is_usage_only(self, _payload: Mapping[str, Any]) -> bool:
        """Tell that no event brings only the usage here: it is never asked for."""
        return False

    def note(self, payload: Mapping[str, Any]) -> None:
        """Take one event of a stream, or a whole message."""
        kind = as_text(payload.get("type"))
        if kind == "error" or payload.get("error"):
            self.heard.error = error_from_failure(payload.get("error") or payload)
        elif kind == "message_start":
            self._note_usage(as_dict(payload.get("message")).get("usage"), is_final=False)
        elif kind == "content_block_start":
            self._note_block(as_dict(payload.get("content_block")), place=as_count(payload.get("index")))
        elif kind == "content_block_delta":
            self._note_block(as_dict(payload.get("delta")), place=as_count(payload.get("index")))
        elif kind == "message_delta":
            reason = as_dict(payload.get("delta")).get("stop_reason")
            self._finish(reason, usage=payload.get("usage"))
        elif kind == "message":
            for place, block in enumerate(map(as_dict, as_list(payload.get("content")))):
                self._note_block(block, place=place)
            self._finish(payload.get("stop_reason"), usage=payload.get("usage"))

    def _finish(self, reason: object, *, usage: object) -> None:
        if reason:
            self.heard.finish_reason = normal_reason(reason)
        self._note_usage(usage, is_final=bool(reason))

    def _note_block(self, block: Mapping[str, Any], *, place: int) -> None:
        heard = self.heard
        heard.say(as_text(block.get("text")), into=heard.texts)
        heard.say(as_text(block.get("thinking")), into=heard.thoughts)
        if block.get("type") == "tool_use":
            given = as_dict(block.get("input"))
            heard.call(
                place, name=as_text(block.get("name")), arguments=json.dumps(given, ensure_ascii=False) if given else ""
            )
        elif block.get("partial_json"):
            heard.call(place, arguments=as_text(block["partial_json"]))

    def _note_usage(self, stated: object, *, is_final: bool) -> None:
        usage = as_dict(stated)
        if not usage:
            return
        inputs = [
            usage.get(name) for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        ]
        if inputs[0] is not None:
            self.heard.input_tokens = sum(map(as_count, inputs))
        self.heard.output_tokens = as_count(usage.get("output_tokens"))
        self.heard.is_counted = is_final


EARS: Mapping[str, Callable[[], Ear]] = MappingProxyType({"openai_chat": OpenAIEar, "anthropic_messages": AnthropicEar})
