"""Producing one reply: the paid call, made once by whoever holds the claim, and what became of it."""

from __future__ import annotations

import asyncio
import datetime
import logging
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

import httpx
from django.conf import settings

from generations.clock import suspension_seconds
from generations.gateway import client
from generations.gateway.adapters import CHAT_ADAPTERS
from generations.gateway.errors import GatewayError, ModelUnavailable
from generations.gateway.types import (
    ChatEvent,
    ChatOrder,
    ChatUsage,
    Endpoint,
    Finished,
    ReasoningDelta,
    TextDelta,
    UsageReport,
)
from generations.models import CatalogModel, Message, MessageStatus, ModelInput
from generations.relay import claims, usage
from generations.relay.claims import Claim, Ending
from generations.relay.context import asking_for
from generations.relay.incoming import IncomingText
from generations.relay.joint import Joint
from generations.relay.pictures import Placed, with_pictures
from generations.relay.pieces import FOLD_MIN_CHARACTERS, LEASE, Growth
from generations.relay.replies import LiveReply
from generations.wiring import gateway_endpoint

logger = logging.getLogger(__name__)

# A reply that never ends is ended here.
REPLY_MAX_CHARACTERS = 2_000_000
# The call leaves only while so much of the lease is left that nobody can have given the reply up meanwhile.
LEASE_MARGIN_SECONDS = 2.0
_BURST = 100
_REFUSALS = frozenset({"refusal", "content_filter"})


class Wish(StrEnum):
    """Why a reply is ended from outside."""

    STOP = "stop"
    SHUTDOWN = "shutdown"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed reply with all that the call needs.

    `text` and `reasoning` are what a reply that goes on has already, `spent` and `reasoning_ms` what that took.
    Units: `deadline_seconds` on the clock of `suspension_seconds`.
    """

    claim: Claim
    public_id: UUID
    model: CatalogModel
    order: ChatOrder
    endpoint: Endpoint
    deadline_seconds: float
    now: datetime.datetime
    pictures: tuple[Placed, ...] = ()
    picture_row: ModelInput | None = None
    text: str = ""
    reasoning: str = ""
    spent: usage.Spent = usage.NOTHING
    reasoning_ms: int | None = None


def begin(message_id: int, *, now: datetime.datetime) -> Work | None:
    """Claim a waiting reply and load what to ask for it; None when somebody else was first. Runs in a thread.

    Idempotent: no, see `claims.claim`.
    """
    deadline_seconds = suspension_seconds() + LEASE.total_seconds() - LEASE_MARGIN_SECONDS
    claim = claims.claim(message_id, now=now)
    if claim is None:
        return None
    message = Message.objects.select_related("thread__model", "model").get(pk=message_id)
    asking = asking_for(message)
    if asking.parameters or asking.start_id:
        Message.objects.filter(pk=message.pk).update(parameters=asking.parameters, context_start=asking.start_id)
    return Work(
        claim=claim,
        public_id=message.public_id,
        model=message.model or message.thread.model,
        order=asking.order,
        pictures=asking.pictures,
        picture_row=asking.picture_row,
        now=now,
        endpoint=gateway_endpoint(),
        deadline_seconds=deadline_seconds,
        text=message.text,
        reasoning=message.reasoning,
        spent=usage.of_earlier_calls(message),
        reasoning_ms=message.reasoning_ms,
    )


class Producer:
    """Asks the gateway for one reply and hands what comes to its `LiveReply`. Belongs to the message, not to a tab."""

    def __init__(self, work: Work, reply: LiveReply, *, http: httpx.AsyncClient) -> None:
        self.work = work
        self.reply = reply
        self.wish: Wish | None = None
        self._http = http
        self._stream: asyncio.Task[None] | None = None
        self._incoming = IncomingText()
        self._joint = Joint(work.text)
        self._finish_reason = ""
        self._usage: ChatUsage | None = None
        self._error: GatewayError | None = None
        self._thinking_since: float | None = None
        self._has_thought = False
        self._reasoning_ms = work.reasoning_ms
        self._length = 0
        self._flushed = (len(work.text), len(work.reasoning))
        self._folded = sum(self._flushed)
        self._renewed_at = 0.0
        reply.resume(text=work.text, reasoning=work.reasoning)

    async def run(self) -> None:
        """Make the call and follow it to its end, or to a wish from outside. Never raises for what the gateway does."""
        self._stream = asyncio.get_running_loop().create_task(self._follow())
        if self.wish is not None:
            self._stream.cancel()
        try:
            await self._stream
        except asyncio.CancelledError:
            if self.wish is None:
                self.wish = Wish.SHUTDOWN
        except GatewayError as error:
            self._error = error
            logger.warning("Reply %s ended with %s", self.work.public_id, error)
        except Exception:
            # Whatever it was, the person must find a reply that has ended.
            self._error = GatewayError()
            logger.exception("Reply %s could not be read", self.work.public_id)
        self.reply.add(text=self._joint.rest())
        self._end_thinking()

    def end(self, wish: Wish) -> None:
        """End the reply before the model does. Idempotent: yes, the first wish counts."""
        if self.wish is None:
            self.wish = wish
            if self._stream is not None:
                self._stream.cancel()

    def growth(self, *, monotonic_seconds: float) -> Growth:
        """Return what is to be kept now."""
        text, reasoning = self.reply.text, self.reply.reasoning
        text_start, reasoning_start = self._flushed
        # Written whole only as often as it doubles, so that all writing together stays in proportion to the text.
        is_due_to_fold = len(text) + len(reasoning) - self._folded > max(FOLD_MIN_CHARACTERS, self._folded)
        return Growth(
            message_id=self.work.claim.message_id,
            token=self.work.claim.token,
            text_start=text_start,
            text=text[text_start:],
            reasoning_start=reasoning_start,
            reasoning=reasoning[reasoning_start:],
            renew=monotonic_seconds - self._renewed_at > claims.RENEWAL.total_seconds(),
            whole=(text, reasoning) if is_due_to_fold else None,
        )

    def note_flush(self, growth: Growth, *, monotonic_seconds: float) -> None:
        """Remember what has been kept."""
        self._flushed = (growth.text_start + len(growth.text), growth.reasoning_start + len(growth.reasoning))
        if growth.whole is not None:
            self._folded = growth.end
        if growth.renew:
            self._renewed_at = monotonic_seconds

    def ending(self) -> Ending:
        """Return how the reply ended, with what all of its calls used and what that costs."""
        text, reasoning = self.reply.text, self.reply.reasoning
        status, reason = self._verdict(text)
        said = text[len(self.work.text) :] + reasoning[len(self.work.reasoning) :]
        call = usage.of_call(
            self.work.model, self.work.order, usage=self._usage, has_finished=bool(self._finish_reason), said=said
        )
        spent = self.work.spent.plus(call)
        return Ending(
            status=status,
            text=text,
            reasoning=reasoning,
            finish_reason=self._finish_reason,
            failure_reason=reason,
            failure_detail=self._error.detail if self._error else "",
            reasoning_ms=self._reasoning_ms,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            is_usage_estimated=spent.is_estimated,
            charge_amount=spent.charge_amount,
            currency=settings.CURRENCY,
        )

    def _verdict(self, text: str) -> tuple[str, str]:
        if self._error is not None:
            return MessageStatus.FAILED, self._error.reason
        if self.wish is Wish.STOP:
            return MessageStatus.STOPPED, ""
        if self.wish is not None:
            return MessageStatus.INTERRUPTED, "interrupted"
        if self._finish_reason in _REFUSALS:
            return MessageStatus.FAILED, "refused"
        if not text.strip() and self._finish_reason != "length":
            return MessageStatus.FAILED, "empty"
        return MessageStatus.COMPLETED, ""

    async def _follow(self) -> None:
        adapter = CHAT_ADAPTERS.get(self.work.model.protocol)
        if adapter is None:
            raise ModelUnavailable
        order = await with_pictures(
            self.work.order,
            self.work.pictures,
            row=self.work.picture_row,
            model=self.work.model,
            endpoint=self.work.endpoint,
            now=self.work.now,
        )
        # What the call used, where the gateway does not say, is told from what really went out.
        self.work = replace(self.work, order=order)
        request = adapter.build(order)
        # A process that was suspended here may find its claim long expired; then the call must not be made.
        if suspension_seconds() > self.work.deadline_seconds:
            self.wish = Wish.LOST
            return
        count = 0
        stream = client.stream_chat(self._http, request, endpoint=self.work.endpoint, reader=adapter.reader())
        async with aclosing(stream) as events:
            async for event in events:
                self._take(event)
                if self._length > REPLY_MAX_CHARACTERS:
                    self._finish_reason = "length"
                    break
                count += 1
                if count % _BURST == 0:
                    # A gateway that sends everything at once must not hold up the other replies.
                    await asyncio.sleep(0)
        self.reply.add(text=self._joint.take(self._incoming.rest()))

    def _take(self, event: ChatEvent) -> None:
        match event:
            case TextDelta(text):
                self._end_thinking()
                self._length += len(text)
                self.reply.add(text=self._joint.take(self._incoming.take(text)))
            case ReasoningDelta(text):
                if self._thinking_since is None:
                    self._thinking_since = asyncio.get_running_loop().time()
                    # A second train of thought of a reply that goes on.
                    text = f"\n\n{text}" if self.work.reasoning else text
                self._length += len(text)
                self.reply.add(reasoning=IncomingText().take(text))
            case UsageReport(figures):
                self._usage = figures
            case Finished(reason):
                self._finish_reason = reason

    def _end_thinking(self) -> None:
        if self._thinking_since is not None and not self._has_thought:
            self._has_thought = True
            passed_seconds = asyncio.get_running_loop().time() - self._thinking_since
            self._reasoning_ms = round(passed_seconds * 1000) + (self.work.reasoning_ms or 0)
            self.reply.pondered(self._reasoning_ms)
