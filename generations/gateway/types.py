"""What crosses the border of this package: orders in, wire messages between, reports out. All frozen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from generations.gateway.redact import redact_body

if TYPE_CHECKING:
    from generations.gateway.errors import GatewayError

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

MEGABYTE_BYTES = 1024 * 1024
RAW_MAX_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a gateway answers and with which key. A trailing slash or `/v1` of the address is dropped."""

    base_url: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        trimmed = self.base_url.strip().rstrip("/").removesuffix("/v1").rstrip("/")
        object.__setattr__(self, "base_url", trimmed)
        object.__setattr__(self, "api_key", self.api_key.strip())

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r}, api_key='***')"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that goes along with an order: its bytes, or an address the gateway can read (never both).

    Roles: first_frame, last_frame, reference_image, reference_video, reference_audio, edit_image, mask.
    Addresses are https://… or, for library assets, asset://….
    """

    role: str
    mime: str
    filename: str
    content: bytes | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.content is None) == (self.url is None):
            message = "An input file has either bytes or an address."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class MediaOrder:
    """One video or image to make. `parameters` carry the gateway's own field names; None values are not sent."""

    model: str
    prompt: str = field(repr=False)
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body."""

    name: str
    filename: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request without its address and key; the client adds both.

    Units: `read_timeout_seconds` is the longest silence while waiting for the answer.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    json: object | None = field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    files: tuple[FilePart, ...] = ()
    read_timeout_seconds: float = 30.0
    max_response_bytes: int = 64 * MEGABYTE_BYTES


@dataclass(frozen=True, slots=True)
class WireResponse:
    """One HTTP answer, read to its end. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def raw_for_staff(self) -> str:
        """Return the body as text of at most 20 kB, with base64, keys and signed query strings cut out."""
        return redact_body(self.body, max_bytes=RAW_MAX_BYTES)


# What carries one request to a gateway and brings back its answer. Raises: GatewayError.
Send: TypeAlias = Callable[[WireRequest, Endpoint], Awaitable[WireResponse]]


@dataclass(frozen=True, slots=True)
class Output:
    """One result file: an address that dies soon, or the bytes themselves. Role: video, image, last_frame."""

    role: str
    url: str | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    mime: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the order and works on it under this id."""

    task_id: str
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The gateway answered the order at once."""

    outputs: tuple[Output, ...]
    usage: Mapping[str, JSON] | None = None
    raw: str = field(default="", repr=False)


class TaskState(StrEnum):
    """Where a gateway task stands, whatever word the gateway used."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What one poll said.

    `succeeded` may come without outputs (the address is late): poll a few rounds more. `resolved` holds the
    values actually used (seed, ratio, duration…). `unknown_word` is a status nobody documented; the state is
    then `running`.
    """

    state: TaskState
    outputs: tuple[Output, ...] = ()
    error: GatewayError | None = None
    usage: Mapping[str, JSON] | None = None
    resolved: Mapping[str, JSON] = field(default_factory=dict)
    unknown_word: str | None = None
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One earlier or present utterance. Roles: user, assistant (system belongs into the order)."""

    role: str
    text: str = field(repr=False)
    images: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """One reply to ask for."""

    model: str
    turns: tuple[ChatTurn, ...]
    system: str = field(default="", repr=False)
    max_output_tokens: int | None = None
    temperature: float | None = None
    stream: bool = True


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """Tokens of one reply. Input includes what was cached; output includes the reasoning."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A whole reply. `finish_reason` is normalised, see `Finished`."""

    text: str = field(repr=False)
    reasoning: str = field(default="", repr=False)
    finish_reason: str = "stop"
    usage: ChatUsage | None = None
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of the model's thinking, where it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Why the model stopped: stop, length, refusal, tool_calls, content_filter, pause, or an unknown word."""

    reason: str


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Token counts so far. May come more than once; the last one counts."""

    usage: ChatUsage


ChatEvent: TypeAlias = TextDelta | ReasoningDelta | Finished | UsageReport
