"""OpenAI chat: `/v1/chat/completions`, whole or streamed.

The gateway ignores `stop`, and `max_tokens` of 0 or 1: replies are capped by `max_completion_tokens` only.

Source: https://apidoc.3hei.com/zh/docs/services/chat/openai/chat-completions and
https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generations.gateway.chat import (
    as_count,
    as_dict,
    as_list,
    as_text,
    normal_reason,
    parse_event,
)
from generations.gateway.envelopes import error_from_failure, read_object
from generations.gateway.errors import ProtocolError
from generations.gateway.types import (
    ChatEvent,
    ChatOrder,
    ChatReply,
    ChatTurn,
    ChatUsage,
    Finished,
    ReasoningDelta,
    TextDelta,
    UsageReport,
    WireRequest,
    WireResponse,
)
from generations.gateway.writing import CHAT_READ_SECONDS, JSON_HEADERS, data_uri_or_address


class OpenAIChat:
    """The adapter of protocol `openai_chat`."""

    protocol = "openai_chat"

    def build(self, order: ChatOrder) -> WireRequest:
        """Return the request. A stream is asked for its usage, which it would not tell otherwise."""
        system = [{"role": "system", "content": order.system}] if order.system.strip() else []
        body: dict[str, object] = {
            "model": order.model,
            "messages": [*system, *({"role": turn.role, "content": _content(turn)} for turn in order.turns)],
        }
        if order.max_output_tokens is not None:
            body["max_completion_tokens"] = order.max_output_tokens
        if order.temperature is not None:
            body["temperature"] = order.temperature
        if order.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return WireRequest(
            method="POST",
            path="/v1/chat/completions",
            headers=JSON_HEADERS,
            json=body,
            read_timeout_seconds=CHAT_READ_SECONDS,
        )

    def read_whole(self, response: WireResponse) -> ChatReply:
        """Return the reply. Raises: the GatewayError stated; ProtocolError for an answer without a choice."""
        answer = read_object(response)
        choice = as_dict(next(iter(as_list(answer.get("choices"))), None))
        if not choice:
            raise ProtocolError(response.raw_for_staff(), status=response.status)
        message = as_dict(choice.get("message"))
        refusal = as_text(message.get("refusal"))
        return ChatReply(
            text=as_text(message.get("content")) or refusal,
            reasoning=as_text(message.get("reasoning_content")),
            finish_reason="refusal" if refusal else normal_reason(choice.get("finish_reason")),
            usage=_usage(answer.get("usage")),
            raw=response.raw_for_staff(),
        )

    def reader(self) -> OpenAIChatReader:
        """Return a fresh reader for a streamed reply."""
        return OpenAIChatReader()


class OpenAIChatReader:
    """Reads one stream. Nothing ends it but `[DONE]`: the usage comes after the finish."""

    def __init__(self) -> None:
        self.is_finished = False
        self.is_done = False
        self._refused = False

    def feed(self, event: str, data: str) -> list[ChatEvent]:
        """Return what one event means.

        Raises: the GatewayError that the stream states; ProtocolError for data that is not a JSON object.
        """
        if data.strip() == "[DONE]":
            self.is_done = True
            return self._finish("stop")
        if not data.strip():
            return []
        chunk = parse_event(data)
        stated = chunk.get("error") or (chunk if event == "error" or chunk.get("type") == "error" else None)
        if stated:
            raise error_from_failure(stated)
        events: list[ChatEvent] = []
        choice = as_dict(next(iter(as_list(chunk.get("choices"))), None))
        delta = as_dict(choice.get("delta"))
        reasoning = as_text(delta.get("reasoning_content")) or as_text(delta.get("reasoning"))
        if reasoning:
            events.append(ReasoningDelta(reasoning))
        refusal = as_text(delta.get("refusal"))
        self._refused = self._refused or bool(refusal)
        text = as_text(delta.get("content")) + refusal
        if text:
            events.append(TextDelta(text))
        if choice.get("finish_reason"):
            events += self._finish(normal_reason(choice["finish_reason"]))
        usage = _usage(chunk.get("usage"))
        return [*events, UsageReport(usage)] if usage else events

    def _finish(self, reason: str) -> list[ChatEvent]:
        if self.is_finished:
            return []
        self.is_finished = True
        return [Finished("refusal" if self._refused else reason)]


def _content(turn: ChatTurn) -> object:
    """Return plain text as a string, and anything with pictures as parts."""
    if not turn.images:
        return turn.text
    text = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
    return [
        *text,
        *({"type": "image_url", "image_url": {"url": data_uri_or_address(image)}} for image in turn.images),
    ]


def _usage(stated: object) -> ChatUsage | None:
    usage: Mapping[str, Any] = as_dict(stated)
    if not usage:
        return None
    return ChatUsage(
        input_tokens=as_count(usage.get("prompt_tokens")),
        output_tokens=as_count(usage.get("completion_tokens")),
        cached_tokens=as_count(as_dict(usage.get("prompt_tokens_details")).get("cached_tokens")),
        reasoning_tokens=as_count(as_dict(usage.get("completion_tokens_details")).get("reasoning_tokens")),
    )


OPENAI_CHAT = OpenAIChat()
