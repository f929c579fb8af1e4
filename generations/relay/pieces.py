"""What a growing reply leaves in the database: pieces that are only added, folded into its row as it doubles.

Writing the whole text with every flush would cost the square of its length, on disk and in every process that follows
it. A piece says where it begins, so that one that was written twice, or overlaps another, is read once.

All functions run on a database thread. `flush` opens its own transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Substr

from generations.models import Message, MessagePiece, MessageStatus

LEASE = datetime.timedelta(seconds=10)
# Up to here a fold is not worth its writing.
FOLD_MIN_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Growth:
    """What a live reply has become since the last flush.

    `text` begins at `text_start`, `reasoning` likewise; `whole` is both from their beginning, when they are to be
    folded into the row. Units: characters.
    """

    message_id: int
    token: UUID
    text_start: int
    text: str
    reasoning_start: int
    reasoning: str
    renew: bool
    whole: tuple[str, str] | None = None

    @property
    def end(self) -> int:
        """How much there is, text and reasoning together."""
        return self.text_start + len(self.text) + self.reasoning_start + len(self.reasoning)

    @property
    def has_words(self) -> bool:
        """Whether anything came."""
        return bool(self.text or self.reasoning)


@dataclass(frozen=True, slots=True)
class FlushResult:
    """What the rows said in return: whose reply a person wants to end, and which were no longer ours."""

    stop_wished: frozenset[int]
    lost: frozenset[int]


@dataclass(frozen=True, slots=True)
class TailWish:
    """How much of a row a reader has. Units: characters."""

    message_id: int
    text_length: int = 0
    reasoning_length: int = 0


@dataclass(frozen=True, slots=True)
class TailedPiece:
    """What is kept of a reply beyond what a reader has."""

    message_id: int
    status: str
    text: str
    reasoning: str


def flush(growths: Sequence[Growth], *, now: datetime.datetime) -> FlushResult:
    """Keep what live replies have become, in one transaction, and return what their rows say.

    Idempotent: yes.
    """
    rows = Message.objects.filter(pk__in=[growth.message_id for growth in growths], status=MessageStatus.STREAMING)
    if not any(growth.has_words or growth.renew for growth in growths):
        wished = rows.filter(stop_requested_at__isnull=False).values_list("pk", flat=True)
        return FlushResult(stop_wished=frozenset(wished), lost=frozenset())
    with transaction.atomic():
        # Holding the rows, nobody can end them between this look and the writing.
        found = rows.order_by("pk").select_for_update().values_list("pk", "producer_token", "stop_requested_at")
        present = {pk: (token, stop) for pk, token, stop in found}
        held = [one for one in growths if present.get(one.message_id, (None,))[0] == one.token]
        _write(held, now=now)
    return FlushResult(
        stop_wished=frozenset(one.message_id for one in held if present[one.message_id][1] is not None),
        lost=frozenset(one.message_id for one in growths) - {one.message_id for one in held},
    )


def _write(growths: Collection[Growth], *, now: datetime.datetime) -> None:
    renewed = [growth.message_id for growth in growths if growth.renew]
    if renewed:
        Message.objects.filter(pk__in=renewed).update(producer_until=now + LEASE)
    pieces = [
        MessagePiece(
            message_id=growth.message_id,
            end=growth.end,
            text_start=growth.text_start,
            text=growth.text,
            reasoning_start=growth.reasoning_start,
            reasoning=growth.reasoning,
        )
        for growth in growths
        if growth.has_words and growth.whole is None
    ]
    MessagePiece.objects.bulk_create(pieces, ignore_conflicts=True)
    for growth in growths:
        if growth.whole is not None:
            fold(growth.message_id, text=growth.whole[0], reasoning=growth.whole[1])


def fold(message_id: int, *, text: str, reasoning: str) -> None:
    """Write the whole of a reply into its row, in place of its pieces. Idempotent: yes."""
    Message.objects.filter(pk=message_id).update(text=text, reasoning=reasoning)
    MessagePiece.objects.filter(message_id=message_id).delete()


def complete(messages: Iterable[Message]) -> None:
    """Give replies that were read from their rows the words that are still in pieces. One query, if any has some."""
    growing = {message.pk: message for message in messages if message.is_unfinished}
    if not growing:
        return
    for piece in MessagePiece.objects.filter(message_id__in=growing).order_by("message_id", "end"):
        message = growing[piece.message_id]
        message.text = _joined(message.text, piece.text, at=piece.text_start)
        message.reasoning = _joined(message.reasoning, piece.reasoning, at=piece.reasoning_start)


def tail(wishes: Sequence[TailWish]) -> list[TailedPiece]:
    """Return what is kept of each reply beyond what its reader has. Two queries, and one more for who is far behind."""
    ids = [wish.message_id for wish in wishes]
    statuses = dict(Message.objects.filter(pk__in=ids).values_list("pk", "status"))
    pieces: dict[int, list[MessagePiece]] = {}
    lacking = Q()
    for wish in wishes:
        lacking |= Q(message_id=wish.message_id, end__gt=wish.text_length + wish.reasoning_length)
    for piece in MessagePiece.objects.filter(lacking).order_by("message_id", "end"):
        pieces.setdefault(piece.message_id, []).append(piece)
    return [_tail(wish, statuses.get(wish.message_id), pieces.get(wish.message_id, [])) for wish in wishes]


def _tail(wish: TailWish, status: str | None, pieces: Sequence[MessagePiece]) -> TailedPiece:
    if status is None:
        return TailedPiece(wish.message_id, MessageStatus.INTERRUPTED, "", "")
    text = reasoning = ""
    is_fresh = not wish.text_length and not wish.reasoning_length
    is_gap = bool(pieces) and (
        pieces[0].text_start > wish.text_length or pieces[0].reasoning_start > wish.reasoning_length
    )
    if status != MessageStatus.STREAMING or is_fresh or is_gap:
        text, reasoning = _folded(wish)
    for piece in pieces:
        text = _joined(text, piece.text, at=piece.text_start - wish.text_length)
        reasoning = _joined(reasoning, piece.reasoning, at=piece.reasoning_start - wish.reasoning_length)
    return TailedPiece(wish.message_id, status, text, reasoning)


def _folded(wish: TailWish) -> tuple[str, str]:
    """Return what the row itself holds beyond what a reader has."""
    row = (
        Message.objects.filter(pk=wish.message_id)
        .annotate(
            more_text=Substr("text", wish.text_length + 1),
            more_reasoning=Substr("reasoning", wish.reasoning_length + 1),
        )
        .values_list("more_text", "more_reasoning")
        .first()
    )
    return (row[0] or "", row[1] or "") if row else ("", "")


def _joined(text: str, piece: str, *, at: int) -> str:
    """Return a text with what a piece, which begins at `at`, has beyond its end; one beyond a gap must wait."""
    if at > len(text):
        return text
    return text + piece[len(text) - at :] if len(text) - at < len(piece) else text
