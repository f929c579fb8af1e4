"""What the middle of a thread's page shows: the way of messages that is being read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from generations.models import Thread
from generations.views.shown_messages import shown_messages
from generations.views.ways import Stretch, last_stretch, stretch_at, stretch_before


def conversation_context(
    thread: Thread, *, person: User, now: datetime.datetime, asked: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the middle of a thread's page shows: its last messages, or those that the address asks for.

    `before` are those before a message, `at` those from one on. Where that one is not on the way that is being read,
    the end is shown, and `elsewhere` is the message whose way it is on.
    """
    at = _message_id(asked.get("at", ""))
    stretch = _asked_stretch(thread, at=at, before=_message_id(asked.get("before", "")))
    elsewhere = None
    if stretch is None:
        stretch = last_stretch(thread)
        elsewhere = thread.messages.filter(public_id=at, removed_at=None).first() if at else None
    shown = shown_messages(stretch.messages, thread=thread, person=person, now=now)
    return {
        "thread": thread,
        "shown_messages": shown,
        "earlier_url": stretch.earlier_url,
        "later_url": stretch.later_url,
        "elsewhere": elsewhere,
        "live": next((one for one in shown if one.is_reply and one.message.is_unfinished), None),
    }


def _asked_stretch(thread: Thread, *, at: UUID | None, before: UUID | None) -> Stretch | None:
    if at is not None:
        return stretch_at(thread, at)
    return stretch_before(thread, before) if before is not None else None


def _message_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
