"""Anthropic messages: `/v1/messages`, whole or streamed. Bearer here too, and a limit of tokens is mandatory.

Source: https://apidoc.3hei.com/zh/docs/guide/quickstart (path and key),
https://docs.claude.com/en/api/messages-streaming, https://platform.claude.com/docs/en/api/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generations.gateway.chat import as_count, as_dict, as_list, as_text, normal_reason, parse_event
from generations.gateway.envelopes import error_from_failure, read_object
from generations.gateway.errors import ProtocolError
from generations.gateway.types import (
    ChatEvent,
    ChatOrder,
    ChatReply,
    ChatTurn,
    ChatUsage,
    Finished,
    InputFile,
    ReasoningDelta,
    TextDelta,
    UsageReport,
    WireRequest,
    WireResponse,
)
from generations.gateway.writing import CHAT_READ_SECONDS, JSON_HEADERS, base64_text, clean_mime

API_VERSION = "2023-06-01"
DEFAULT_MAX_OUTPUT_TOKENS = 4096


class AnthropicMessages:
    """The adapter of protocol `anthropic_messages`."""

    protocol = "anthropic_messages"

    def build(self, order: ChatOrder) -> WireRequest:
        """Return the request. The temperature is sent only when set: newer models do not take it."""
        body: dict[str, object] = {
            "model": order.model,
            "max_tokens": order.max_output_tokens or DEFAULT_MAX_OUTPUT_TOKENS,
            "messages": [{"role": turn.role, "content": _content(turn)} for turn in order.turns],
        }
        if order.system.strip():
            body["system"] = order.system
        if order.temperature is not None:
            body["temperature"] = order.temperature
        if order.stream:
            body["stream"] = True
        return WireRequest(
            method="POST",
            path="/v1/messages",
            headers=(*JSON_HEADERS, ("anthropic-version", API_VERSION)),
            json=body,
            read_timeout_seconds=CHAT_READ_SECONDS,
        )

    def read_whole(self, response: WireResponse) -> ChatReply:
        """Return the reply. Raises: the GatewayError stated; ProtocolError for an answer that is no message."""
        answer = read_object(response)
        if not isinstance(answer.get("content"), list):
            raise ProtocolError(response.raw_for_staff(), status=response.status)
        blocks = [as_dict(block) for block in as_list(answer["content"])]
        counts = _Counts()
        counts.note(answer.get("usage"))
        return ChatReply(
            text="".join(as_text(block.get("text")) for block in blocks if block.get("type") == "text"),
            reasoning="".join(as_text(block.get("thinking")) for block in blocks if block.get("type") == "thinking"),
            finish_reason=normal_reason(answer.get("stop_reason")),
            usage=counts.usage,
            raw=response.raw_for_staff(),
        )

    def reader(self) -> AnthropicMessagesReader:
        """Return a fresh reader for a streamed reply."""
        return AnthropicMessagesReader()


class AnthropicMessagesReader:
    """Reads one stream. Input tokens come with the first event, output tokens with the last."""

    def __init__(self) -> None:
        self.is_finished = False
        self.is_done = False
        self._counts = _Counts()

    def feed(self, event: str, data: str) -> list[ChatEvent]:
        """Return what one event means; unknown events mean nothing.

        Raises: the GatewayError that the stream states; ProtocolError for data that is not a JSON object.
        """
        if event == "ping" or not data.strip():
            return []
        if data.strip() == "[DONE]":
            return self._end()
        payload = parse_event(data)
        kind = as_text(payload.get("type")) or event
        if kind == "error" or payload.get("error"):
            raise error_from_failure(payload.get("error") or payload)
        if kind == "message_start":
            return self._note_usage(as_dict(payload.get("message")).get("usage"))
        if kind == "content_block_start":
            return _pieces(as_dict(payload.get("content_block")))
        if kind == "content_block_delta":
            return _pieces(as_dict(payload.get("delta")))
        if kind == "message_delta":
            stop_reason = as_dict(payload.get("delta")).get("stop_reason")
            return [
                *(self._finish(normal_reason(stop_reason)) if stop_reason else []),
                *self._note_usage(payload.get("usage")),
            ]
        return self._end() if kind == "message_stop" else []

    def _end(self) -> list[ChatEvent]:
        self.is_done = True
        return self._finish("stop")

    def _finish(self, reason: str) -> list[ChatEvent]:
        if self.is_finished:
            return []
        self.is_finished = True
        return [Finished(reason)]

    def _note_usage(self, stated: object) -> list[ChatEvent]:
        self._counts.note(stated)
        usage = self._counts.usage
        return [UsageReport(usage)] if usage and stated else []


class _Counts:
    """Token counts as they come in; each report overrides the earlier ones, field by field."""

    def __init__(self) -> None:
        self._stated: dict[str, Any] = {}

    def note(self, stated: object) -> None:
        self._stated |= {name: value for name, value in as_dict(stated).items() if value is not None}

    @property
    def usage(self) -> ChatUsage | None:
        if not self._stated:
            return None
        count: Mapping[str, Any] = self._stated
        cached = as_count(count.get("cache_read_input_tokens"))
        return ChatUsage(
            input_tokens=as_count(count.get("input_tokens"))
            + as_count(count.get("cache_creation_input_tokens"))
            + cached,
            output_tokens=as_count(count.get("output_tokens")),
            cached_tokens=cached,
        )


def _pieces(block: Mapping[str, Any]) -> list[ChatEvent]:
    text, thinking = as_text(block.get("text")), as_text(block.get("thinking"))
    return [*([ReasoningDelta(thinking)] if thinking else []), *([TextDelta(text)] if text else [])]


def _content(turn: ChatTurn) -> object:
    """Return plain text as a string, and anything with pictures as blocks, pictures first."""
    if not turn.images:
        return turn.text
    text = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
    return [*({"type": "image", "source": _source(image)} for image in turn.images), *text]


def _source(image: InputFile) -> dict[str, str]:
    if image.url is not None:
        return {"type": "url", "url": image.url}
    return {"type": "base64", "media_type": clean_mime(image.mime), "data": base64_text(image)}


ANTHROPIC_MESSAGES = AnthropicMessages()
