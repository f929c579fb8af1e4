"""Request bodies under guard: counted, timed, and large ones only for somebody who is signed in.

Django's handlers would spool any body before a view can look at who sent it; ten slow posts would hold every
thread. So a body passes through here first.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from studio.routing import STRANGER_BODY_BYTES, Headers, header

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SECONDS_BETWEEN_CHUNKS = 30.0
# Who sends a byte now and then would never meet the limit between chunks: from here on a body has to move.
SLOW_START_SECONDS = 60.0
SLOWEST_BYTES_PER_SECOND = 1_000
LARGE_BODIES_PER_CLIENT = 4


class Refusal(Enum):
    """Why a body is not read, with its HTTP status."""

    TOO_LARGE = 413
    LENGTH_REQUIRED = 411
    TOO_SLOW = 408
    SIGN_IN = 401
    TOO_MANY = 429
    MALFORMED = 400


class BodyRefusedError(Exception):
    """Raised while a body is read; the answer has not begun."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


class ClientGoneError(Exception):
    """Raised when the client hangs up in the middle of its body: nobody is left to answer."""


def declared_length_bytes(headers: Headers) -> int | None:
    """Return the announced length, or `None` for a body in chunks of unknown number.

    Raises: BodyRefusedError for a length that is no number.
    """
    text = header(headers, b"content-length").strip()
    if not text:
        return None if header(headers, b"transfer-encoding") else 0
    if not (text.isascii() and text.isdigit()):
        raise BodyRefusedError(Refusal.MALFORMED)
    return int(text)


class LargeBodySlots:
    """Counts the large bodies that are being read, by client address."""

    def __init__(self, *, per_client: int = LARGE_BODIES_PER_CLIENT) -> None:
        self.per_client = per_client
        self._taken: Counter[str] = Counter()

    def slot_for(self, client: str) -> "Slot":
        """Return a place that is not taken yet."""
        return Slot(self, client)

    def take(self, client: str) -> None:
        """Count one more large body of this client.

        Raises: BodyRefusedError when it has as many as it may.
        """
        if self._taken[client] >= self.per_client:
            raise BodyRefusedError(Refusal.TOO_MANY)
        self._taken[client] += 1

    def give_back(self, client: str) -> None:
        """Count one less, and forget a client without any."""
        self._taken[client] -= 1
        if self._taken[client] <= 0:
            del self._taken[client]


@dataclass
class Slot:
    """One client's place for one large body."""

    slots: LargeBodySlots
    client: str
    is_taken: bool = False

    def take(self) -> None:
        """Take the place. Idempotent: yes."""
        if not self.is_taken:
            self.slots.take(self.client)
            self.is_taken = True

    def release(self) -> None:
        """Leave the place. Idempotent: yes."""
        if self.is_taken:
            self.is_taken = False
            self.slots.give_back(self.client)


@dataclass
class GuardedBody:
    """The body of one request; `receive` is what a handler reads instead of the server's own.

    `admit` is awaited once, before more than a mebibyte is read; it raises BodyRefusedError for a stranger.
    """

    source: Receive
    limit_bytes: int
    admit: Callable[[], Awaitable[None]]
    slot: Slot
    seconds_between_chunks: float = SECONDS_BETWEEN_CHUNKS
    read_bytes: int = 0
    is_admitted: bool = False
    is_complete: bool = False
    slow_start_seconds: float = SLOW_START_SECONDS
    began: float = field(default_factory=time.monotonic)

    async def check_announced(self, length_bytes: int | None) -> None:
        """Refuse by what the header announces, before anything is read."""
        if length_bytes is not None and length_bytes > STRANGER_BODY_BYTES:
            await self._admit_once()
        if length_bytes is not None and length_bytes > self.limit_bytes:
            raise BodyRefusedError(Refusal.TOO_LARGE)

    async def receive(self) -> Message:
        """Return the next message of the server, counted and timed while the body lasts."""
        if self.is_complete:
            # What follows is only the client's leaving, which has no time limit.
            return await self.source()
        try:
            async with asyncio.timeout(self.seconds_between_chunks):
                message = await self.source()
        except TimeoutError:
            raise BodyRefusedError(Refusal.TOO_SLOW) from None
        if message["type"] != "http.request":
            self.is_complete = True
            self.slot.release()
            return message
        self.read_bytes += len(message.get("body", b""))
        self.is_complete = not message.get("more_body", False)
        if self.read_bytes > STRANGER_BODY_BYTES:
            await self._admit_once()
        if self.read_bytes > self.limit_bytes:
            raise BodyRefusedError(Refusal.TOO_LARGE)
        if not self.is_complete:
            self._refuse_dripping()
        if self.is_complete:
            # The answer may stream for minutes; the place is for the time of the reading only.
            self.slot.release()
        return message

    async def read_whole(self) -> bytes:
        """Return the whole body.

        Raises: BodyRefusedError; ClientGoneError when it ends early.
        """
        chunks = []
        while not self.is_complete:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientGoneError
            chunks.append(message.get("body", b""))
        return b"".join(chunks)

    async def drain(self, *, most_bytes: int, most_seconds: float) -> None:
        """Read and forget the rest for a while, so that the client comes to read the answer.

        A browser that is still sending when the connection closes shows "connection reset" and no sentence.
        """
        drained_bytes = 0
        try:
            async with asyncio.timeout(most_seconds):
                while not self.is_complete and drained_bytes < most_bytes:
                    message = await self.source()
                    self.is_complete = message["type"] != "http.request" or not message.get("more_body", False)
                    drained_bytes += len(message.get("body", b""))
        except TimeoutError:
            return

    def _refuse_dripping(self) -> None:
        passed_seconds = time.monotonic() - self.began - self.slow_start_seconds
        if passed_seconds > 0 and self.read_bytes < passed_seconds * SLOWEST_BYTES_PER_SECOND:
            raise BodyRefusedError(Refusal.TOO_SLOW)

    async def _admit_once(self) -> None:
        if not self.is_admitted:
            self.slot.take()
            await self.admit()
            self.is_admitted = True


def already_read(body: bytes, *, then: Receive) -> Receive:
    """Return a `receive` that hands over a body that was read before, and then whatever the server says."""
    handed_over = False

    async def receive() -> Message:
        nonlocal handed_over
        if not handed_over:
            handed_over = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await then()

    return receive
