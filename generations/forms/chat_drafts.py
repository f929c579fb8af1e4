"""What a person has typed into a thread and not sent, kept on the server: it outlives tabs, sessions and restarts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import User
from generations.models import Draft, Message, QueuedMessage, Thread

# Everything else in a form is made anew with the page.
KEPT_FIELDS = ("text", "attachments", "model", "preset", "visibility")
# A draft of these alone says nothing.
CONTENT_FIELDS = ("text", "attachments")
DRAFT_MAX_CHARACTERS = 500_000


def place_of(thread: Thread | None) -> str:
    """Return the name of the place that a thread's draft lies in, or that of the composer of a new thread."""
    return f"chat:{thread.public_id.hex if thread else 'new'}"


def read_draft(person: User, thread: Thread | None) -> dict[str, Any]:
    """Return what was kept, as initial values of a form; empty when there is nothing."""
    draft = Draft.objects.filter(owner=person, place=place_of(thread), is_current=True).first()
    if draft is None:
        return {}
    kept = {name: values for name, values in draft.fields.items() if name in KEPT_FIELDS and values}
    return {name: values if name == "attachments" else values[0] for name, values in kept.items()}


def save_draft(
    person: User, thread: Thread | None, fields: Mapping[str, Sequence[str]], *, now: datetime.datetime
) -> None:
    """Keep what a form holds; a form without words and files keeps nothing. Idempotent: yes."""
    kept = {name: list(fields.get(name, ())) for name in KEPT_FIELDS if any(fields.get(name, ()))}
    if not any(kept.get(name) for name in CONTENT_FIELDS):
        drop_draft(person, thread)
        return
    if "text" in kept:
        kept["text"] = [kept["text"][0][:DRAFT_MAX_CHARACTERS]]
    Draft.objects.update_or_create(
        owner=person, place=place_of(thread), is_current=True, defaults={"fields": kept, "changed_at": now}
    )


def drop_draft(person: User, thread: Thread | None) -> None:
    """Forget what was kept. Idempotent: yes."""
    Draft.objects.filter(owner=person, place=place_of(thread), is_current=True).delete()


def is_sent(person: User, thread: Thread | None, submission_id: UUID) -> bool:
    """Tell whether a form has been sent meanwhile: what of it still comes in late is no draft any more."""
    if thread is None:
        return Thread.objects.filter(owner=person, submission_id=submission_id).exists()
    queued = QueuedMessage.objects.filter(thread=thread, submission_id=submission_id)
    return Message.objects.filter(thread=thread, submission_id=submission_id).exists() or queued.exists()
