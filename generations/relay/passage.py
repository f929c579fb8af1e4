"""One call passed through: the caller's body to the gateway, the gateway's bytes back as they come, and the bill.

The trap: whatever happens on either side, what was produced has to be recorded. So `ending()` can be asked at any
moment, and says what is known by then.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from generations.gateway import client
from generations.gateway.errors import AnswerLost, GatewayError, ProtocolError
from generations.gateway.types import MEGABYTE_BYTES, Endpoint, WireRequest
from generations.ledger.prices import charge_chat
from generations.models import CallStatus, CatalogModel
from generations.relay.calls import CallEnding
from generations.relay.context import estimate_tokens
from generations.relay.ears import EARS, Splitter, payload_of
from generations.relay.replays import ANSWER_MAX_BYTES, ReplayEnding

WHOLE_MAX_BYTES = 64 * MEGABYTE_BYTES
STREAM_MAX_BYTES = 256 * MEGABYTE_BYTES
# Shorter keys are words, and would be cut out of sentences.
ECHO_MIN_BYTES = 8
EVENT_STREAM = "text/event-stream"


class Cut(StrEnum):
    """Why a call is ended from outside."""

    HUNG_UP = "hung_up"
    REVOKED = "revoked"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class CallWork:
    """All that a call needs once its row is open.

    `turns` are what the history keeps of the question, None where it keeps no words. `hides_usage`: the studio asked
    for the usage by itself, so its one chunk is taken out again.
    """

    call_id: int
    key_id: int
    model: CatalogModel
    request: WireRequest
    endpoint: Endpoint
    is_stream: bool
    hides_usage: bool = False
    turns: list[dict[str, str]] | None = field(default=None, repr=False)
    question_tokens: int = 0
    excerpt: str = ""
    # The row behind an `Idempotency-Key`; what was passed on is kept there for whoever calls again.
    replay_id: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How the gateway's answer begins. `body` is set when it is no stream of events."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes | None = field(default=None, repr=False)

    @property
    def is_stream(self) -> bool:
        """Whether events follow."""
        return self.body is None


class Passage:
    """One call under way. `begin`, then `pieces` when a stream follows; `ending` at any time."""

    def __init__(self, work: CallWork, *, http: httpx.AsyncClient) -> None:
        self.work = work
        self.cut: Cut | None = None
        # The gateway has nothing more to say, or cannot.
        self.is_over = False
        self.http_status: int | None = None
        self._http = http
        self._ear = EARS[work.model.protocol]()
        self._response: httpx.Response | None = None
        self._began = time.monotonic()
        self._first_byte_ms: int | None = None
        self._error: GatewayError | None = None
        self._content_type = ""
        self._passed: list[bytes] = []
        self._passed_bytes = 0

    async def begin(self) -> Opening:
        """Ask the gateway and return how its answer begins.

        Raises: GatewayError when there is no answer that could be passed on.
        """
        work = self.work
        accept = EVENT_STREAM if work.is_stream else "application/json"
        try:
            self._response = await client.open_answer(self._http, work.request, endpoint=work.endpoint, accept=accept)
            response = self._response
            self.http_status = response.status_code
            content_type = self._content_type = response.headers.get("content-type", "")
            media_type = content_type.partition(";")[0].strip().lower()
            headers = {name.lower(): value for name, value in response.headers.items()}
            if response.is_success and media_type == EVENT_STREAM:
                return Opening(response.status_code, content_type, headers)
            body = await self._read_whole(response)
        except GatewayError as error:
            self._error = error
            raise
        self._note_first_byte()
        self._keep(body)
        self._understand(body, media_type=media_type)
        if self._error is not None:
            raise self._error
        return Opening(response.status_code, content_type, headers, body=body)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream as it comes.

        Raises: GatewayError when it breaks or goes silent; what was yielded stays valid.
        """
        response = self._response
        if response is None:
            return
        splitter = Splitter()
        size_bytes = 0
        try:
            async for raw in response.aiter_raw():
                chunk = self._without_key(raw)
                size_bytes += len(chunk)
                if size_bytes > STREAM_MAX_BYTES:
                    raise ProtocolError(f"The stream is longer than {STREAM_MAX_BYTES} bytes.")
                self._note_first_byte()
                if piece := self._pass(chunk, splitter):
                    self._keep(piece)
                    yield piece
            self.is_over = True
            if rest := splitter.rest():
                self._note(rest)
                if self.work.hides_usage:
                    self._keep(rest)
                    yield rest
        except client.TRANSPORT_TROUBLE as error:
            self._error, self.is_over = client.transport_error(error), True
            raise self._error from None
        except GatewayError as error:
            self._error, self.is_over = error, True
            raise

    async def close(self) -> None:
        """Let the gateway's connection go, which stops a reply that is still being made. Idempotent: yes."""
        if self._response is not None:
            await self._response.aclose()

    def ending(self) -> CallEnding:
        """Return what the call came to by now."""
        heard = self._ear.heard
        status, reason = self._verdict()
        is_answered = bool(heard.length or heard.tools or heard.input_tokens)
        # A call that the gateway refused costs nothing; one that was cut off in between is paid for.
        is_paid = is_answered or (self.cut is not None and self._error is None)
        tokens_in = heard.input_tokens if heard.input_tokens is not None else self.work.question_tokens
        tokens_out = heard.output_tokens or 0
        if not heard.is_counted:
            tokens_out = max(tokens_out, heard.estimated_output_tokens())
        error = self._error or heard.error
        return CallEnding(
            call_id=self.work.call_id,
            key_id=self.work.key_id,
            status=status,
            http_status=self.http_status,
            first_byte_ms=self._first_byte_ms,
            finish_reason=heard.finish_reason,
            failure_reason=reason,
            failure_detail=error.detail if error else "",
            input_tokens=tokens_in if is_paid else None,
            output_tokens=tokens_out if is_paid else None,
            is_usage_estimated=is_paid and not heard.is_counted,
            charge_amount=charge_chat(self.work.model, input_tokens=tokens_in, output_tokens=tokens_out)
            if is_paid
            else None,
            content=self._content(),
            replay=self._replay(status),
        )

    def _verdict(self) -> tuple[str, str]:
        error = self._error or self._ear.heard.error
        if self.cut is Cut.SHUTDOWN:
            return CallStatus.INTERRUPTED, "interrupted"
        if error is not None and self.cut is None:
            return CallStatus.FAILED, error.reason
        if self.cut is not None and not (self.cut is Cut.HUNG_UP and self._ear.heard.finish_reason):
            return CallStatus.STOPPED, ""
        if self.http_status is None or self.http_status >= 400:
            return CallStatus.FAILED, "upstream"
        return CallStatus.COMPLETED, ""

    def _content(self) -> dict[str, Any] | None:
        if self.work.turns is None:
            return None
        heard = self._ear.heard
        return {
            "excerpt": self.work.excerpt,
            "turns": self.work.turns,
            "reply": _storable(heard.text),
            "reasoning": _storable(heard.reasoning),
            "tool_calls": [
                {name: _storable(text) for name, text in heard.tools[place].items()} for place in sorted(heard.tools)
            ],
        }

    def _keep(self, piece: bytes) -> None:
        """Keep what was passed on, where somebody may ask for it again."""
        if self.work.replay_id is not None and self.work.turns is not None:
            self._passed_bytes += len(piece)
            if self._passed_bytes <= ANSWER_MAX_BYTES:
                self._passed.append(piece)

    def _replay(self, status: str) -> ReplayEnding | None:
        if self.work.replay_id is None:
            return None
        if status != CallStatus.COMPLETED:
            return ReplayEnding(self.work.replay_id)
        is_kept = self.work.turns is not None and self._passed_bytes <= ANSWER_MAX_BYTES
        answer = b"".join(self._passed) if is_kept else None
        return ReplayEnding(self.work.replay_id, self.http_status, self._content_type, answer)

    def _pass(self, chunk: bytes, splitter: Splitter) -> bytes:
        """Return what of a chunk goes on to the caller: all of it, or whole events but the usage nobody asked for."""
        events = splitter.feed(chunk)
        if not self.work.hides_usage:
            for event in events:
                self._note(event)
            return chunk
        return b"".join(event for event in events if not self._note(event))

    def _note(self, event: bytes) -> bool:
        """Listen to one event and tell whether it is the usage alone."""
        payload = payload_of(event)
        if payload is None:
            return False
        self._ear.note(payload)
        return self._ear.is_usage_only(payload)

    def _understand(self, body: bytes, *, media_type: str) -> None:
        if self.http_status is None or self.http_status >= 400:
            return
        try:
            payload = json.loads(body) if "json" in media_type else None
        except (ValueError, RecursionError):
            payload = None
        if isinstance(payload, dict):
            self._ear.note(payload)
        else:
            self._error = ProtocolError(status=self.http_status)

    def _note_first_byte(self) -> None:
        if self._first_byte_ms is None:
            self._first_byte_ms = round((time.monotonic() - self._began) * 1000)

    async def _read_whole(self, response: httpx.Response) -> bytes:
        chunks: list[bytes] = []
        size_bytes = 0
        try:
            async for chunk in response.aiter_raw():
                size_bytes += len(chunk)
                if size_bytes > WHOLE_MAX_BYTES:
                    raise ProtocolError(f"The answer is larger than {WHOLE_MAX_BYTES} bytes.")
                chunks.append(chunk)
        except client.TRANSPORT_TROUBLE as error:
            raise AnswerLost(f"{type(error).__name__}: {error}", status=response.status_code) from None
        finally:
            await response.aclose()
        return self._without_key(b"".join(chunks))

    def _without_key(self, content: bytes) -> bytes:
        """Return the bytes without the gateway's key, which some gateways quote in their refusals."""
        key = self.work.endpoint.api_key.encode()
        return content.replace(key, b"***") if len(key) >= ECHO_MIN_BYTES and key in content else content


def question_tokens(texts: list[str]) -> int:
    """Return about how many tokens a question is."""
    return sum(4 + estimate_tokens(text) for text in texts)


def _storable(text: str) -> str:
    """Return a text as every database takes it."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
