"""Stretches of the way of messages that is being read: a page of it, earlier ones, and what follows a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from generations.models import Message, Thread
from generations.relay import pieces
from generations.relay.tree import way_up

# A thread opens at its end, with so many messages, and fewer when these are very long.
MESSAGES_A_PAGE = 40
CHARACTERS_A_PAGE = 400_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages in the order in which they are read, and where those before and behind them come from, if any."""

    messages: Sequence[Message]
    earlier_url: str = ""
    later_url: str = ""


def last_stretch(thread: Thread) -> Stretch:
    """Return the end of a thread."""
    return _upwards(thread, thread.leaf_id)


def stretch_before(thread: Thread, public_id: UUID) -> Stretch:
    """Return what is read before a message."""
    above = thread.messages.filter(public_id=public_id).values_list("parent_id", flat=True).first()
    return _upwards(thread, above)


def stretch_from(thread: Thread, message: Message) -> Stretch:
    """Return what is read from a message on."""
    way = way_up(thread.leaf_id)
    return _downwards(thread, way[: way.index(message.pk) + 1][::-1] if message.pk in way else [])


def stretch_at(thread: Thread, public_id: UUID) -> Stretch | None:
    """Return what is read from a message on, with the ways to what stands around; None where it is not on the way."""
    way = way_up(thread.leaf_id)
    message = thread.messages.filter(public_id=public_id, pk__in=way).only("pk", "parent_id").first()
    if message is None:
        return None
    found = _downwards(thread, way[: way.index(message.pk) + 1][::-1])
    earlier_url = "" if message.parent_id is None else _url("earlier_messages", thread, found.messages[0])
    return replace(found, earlier_url=earlier_url)


def stretch_below(thread: Thread, message_id: int | None) -> Stretch:
    """Return what is read below a message, by its key; from the beginning for None."""
    way = way_up(thread.leaf_id)
    if message_id is not None:
        way = way[: way.index(message_id)] if message_id in way else []
    return _downwards(thread, way[::-1])


def stretch_behind(thread: Thread, public_id: UUID) -> Stretch:
    """Return what is read behind a message."""
    border = thread.messages.filter(public_id=public_id).values_list("pk", flat=True).first()
    return stretch_below(thread, border) if border is not None else Stretch(())


def _upwards(thread: Thread, message_id: int | None) -> Stretch:
    way = way_up(message_id, limit=MESSAGES_A_PAGE + 1)
    messages = _affordable(_loaded(way[:MESSAGES_A_PAGE]))
    has_more = len(way) > len(messages)
    messages.reverse()
    return Stretch(messages, earlier_url=_url("earlier_messages", thread, messages[0]) if has_more and messages else "")


def _downwards(thread: Thread, way: Sequence[int]) -> Stretch:
    messages = _affordable(_loaded(way[:MESSAGES_A_PAGE]))
    has_more = len(way) > len(messages)
    return Stretch(messages, later_url=_url("later_messages", thread, messages[-1]) if has_more and messages else "")


def _loaded(ids: Sequence[int]) -> list[Message]:
    rows = (
        Message.objects.select_related("model")
        .prefetch_related("attachments__asset", "attachments__text_file")
        .in_bulk(ids)
    )
    messages = [rows[pk] for pk in ids if pk in rows]
    pieces.complete(messages)
    return messages


def _affordable(messages: Sequence[Message]) -> list[Message]:
    """Return the first of these that together are not too much for one page, at least one."""
    spent = 0
    kept: list[Message] = []
    for message in messages:
        spent += len(message.text) + len(message.reasoning)
        if kept and spent > CHARACTERS_A_PAGE:
            break
        kept.append(message)
    return kept


def _url(name: str, thread: Thread, message: Message) -> str:
    return reverse(name, args=[thread.public_id, message.public_id])
