"""What a person sets about a thread: its system prompt, its parameters, its place in the list, and whose copy it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generations.models import CatalogModel, ModelParameter, Preset, Thread


def asked_with(thread: Thread, model: CatalogModel) -> dict[str, Any]:
    """Return the parameters that a reply of this model is asked with: the thread's, within the model's limits."""
    rows = model.chat_parameters if thread.parameters else {}
    found: dict[str, Any] = {}
    for name, value in thread.parameters.items():
        row = rows.get(name)
        if row is not None and isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = type(value)(_within(Decimal(str(value)), row))
    return found


def set_prompt(thread: Thread, *, system_prompt: str, preset: Preset | None = None) -> None:
    """Tell the thread's models this from the next reply on. Idempotent: yes."""
    thread.system_prompt, thread.preset = system_prompt, preset
    thread.save(update_fields=["system_prompt", "preset"])


def set_parameters(thread: Thread, values: Mapping[str, float | int | None]) -> None:
    """Ask the thread's models so from the next reply on; None leaves it to them. Idempotent: yes."""
    thread.parameters = {name: value for name, value in values.items() if value is not None}
    thread.save(update_fields=["parameters"])


def pin(thread: Thread, *, is_pinned: bool, now: datetime.datetime) -> None:
    """Keep a thread at the top of its person's list, or no longer. Idempotent: yes."""
    _place(thread, pinned_at=(thread.pinned_at or now) if is_pinned else None)


def archive(thread: Thread, *, is_archived: bool, now: datetime.datetime) -> None:
    """Take a thread out of the list without losing it, or bring it back. What is archived is not pinned.

    Idempotent: yes.
    """
    archived_at = (thread.archived_at or now) if is_archived else None
    _place(thread, archived_at=archived_at, pinned_at=None if is_archived else thread.pinned_at)


def _place(thread: Thread, **values: datetime.datetime | None) -> None:
    Thread.objects.filter(pk=thread.pk).update(**values)
    for name, value in values.items():
        setattr(thread, name, value)


def _within(value: Decimal, row: ModelParameter) -> Decimal:
    least = row.minimum if row.minimum is not None else value
    most = row.maximum if row.maximum is not None else value
    return min(max(value, least), most)
