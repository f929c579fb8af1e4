"""The protocols by name: what a catalogue row's `protocol` selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from generations.gateway.anthropic_messages import ANTHROPIC_MESSAGES
from generations.gateway.gemini import GEMINI_IMAGES
from generations.gateway.openai_chat import OPENAI_CHAT
from generations.gateway.openai_images import OPENAI_IMAGES
from generations.gateway.seedance import SEEDANCE
from generations.gateway.types import (
    Accepted,
    ChatEvent,
    ChatOrder,
    ChatReply,
    Delivered,
    MediaOrder,
    TaskReport,
    WireRequest,
    WireResponse,
)


class MediaAdapter(Protocol):
    """Writes the requests of one media protocol and reads its answers. Without state; never touches the network."""

    @property
    def protocol(self) -> str:
        """The name a catalogue row uses."""

    @property
    def blocking(self) -> bool:
        """Whether the submit itself waits for the result, for minutes."""

    def build_submit(self, order: MediaOrder) -> WireRequest:
        """Return the paid request. Raises: BadInput when the protocol has no way to say the order."""

    def read_submit(self, response: WireResponse) -> Accepted | Delivered:
        """Return what the answer promises or holds. Raises: GatewayError, asked `surely_not_accepted`."""

    def build_poll(self, task_id: str) -> WireRequest:
        """Return the question how a task stands. Raises: BadInput when the protocol has no tasks."""

    def read_poll(self, response: WireResponse) -> TaskReport:
        """Return how the task stands. Raises: OuterCode, GatewayError (the poll failed, not the task)."""


class ChatStreamReader(Protocol):
    """Reads one streamed reply, event by event. Has state: one reader a reply."""

    @property
    def is_finished(self) -> bool:
        """Whether the model said why it stopped."""

    @property
    def is_done(self) -> bool:
        """Whether nothing more can come."""

    def feed(self, event: str, data: str) -> Sequence[ChatEvent]:
        """Return what one server-sent event means. Raises: GatewayError for an error told mid-stream."""


class ChatAdapter(Protocol):
    """Writes the requests of one chat protocol and reads its answers."""

    @property
    def protocol(self) -> str:
        """The name a catalogue row uses."""

    def build(self, order: ChatOrder) -> WireRequest:
        """Return the request. Raises: BadInput when the protocol has no way to say the order."""

    def read_whole(self, response: WireResponse) -> ChatReply:
        """Return the reply of an order without `stream`. Raises: GatewayError."""

    def reader(self) -> ChatStreamReader:
        """Return a fresh reader for the answer to an order with `stream`."""


MEDIA_ADAPTERS: Mapping[str, MediaAdapter] = MappingProxyType(
    {adapter.protocol: adapter for adapter in (SEEDANCE, GEMINI_IMAGES, OPENAI_IMAGES)}
)
CHAT_ADAPTERS: Mapping[str, ChatAdapter] = MappingProxyType(
    {adapter.protocol: adapter for adapter in (OPENAI_CHAT, ANTHROPIC_MESSAGES)}
)
