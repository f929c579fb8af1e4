"""A thread's page put together: its messages, what stands over them, the composer below, and the list at the side."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.clock import database_now
from generations.forms.chat import MessageForm
from generations.forms.presets import ThreadSettingsForm
from generations.models import Message, Thread, TitleSource
from generations.views.composers import composer_context
from generations.views.conversations import conversation_context
from generations.views.thread_search import side_context

# How long after a reply its thread's title is looked for: until it is asked for, and until that call is given up.
_TITLE_PATIENCE = {
    str(TitleSource.WORDS): datetime.timedelta(seconds=5),
    str(TitleSource.ASKED): datetime.timedelta(seconds=90),
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of a model's window the thread takes. Units: tokens."""

    used: int
    window: int
    is_estimated: bool

    @property
    def percent(self) -> int:
        """The share in whole per cent, at most 100."""
        return min(100, round(100 * self.used / self.window))

    @property
    def dash(self) -> str:
        """The share as the dashes of a circle of length 100."""
        return f"{max(1, self.percent)} 100"

    @property
    def is_nearly_full(self) -> bool:
        """Whether older turns will soon be left out."""
        return self.percent >= 80


def thread_page(
    request: AuthenticatedHttpRequest, thread: Thread, *, form: MessageForm | None = None
) -> dict[str, Any]:
    """Return all that a thread's page shows."""
    may_write = is_writable(thread, request.user)
    own_parts: dict[str, Any] = {}
    if may_write:
        own_parts = {**composer_context(request.user, thread=thread, form=form), "thread_settings": settings_of(thread)}
    return {
        **conversation_context(thread, person=request.user, now=database_now(), asked=request.GET),
        **header_context(request, thread),
        **own_parts,
        **side_context(request.user, request.GET, scope="mine", current=thread),
    }


def settings_of(thread: Thread, data: Any = None) -> ThreadSettingsForm:
    """Return the form of a thread's system prompt and parameters."""
    initial = {"system_prompt": thread.system_prompt, **thread.parameters}
    return ThreadSettingsForm(data, initial=initial, model=thread.model)


def is_writable(thread: Thread, person: User) -> bool:
    """Tell whether a person may write in a thread: in their own, unless it lies in the trash."""
    return thread.owner_id == person.pk and thread.trashed_at is None


def header_context(request: AuthenticatedHttpRequest, thread: Thread) -> dict[str, Any]:
    """Return what the header shows."""
    return {
        "thread": thread,
        "may_write": is_writable(thread, request.user),
        "is_title_awaited": thread.title_source in _TITLE_PATIENCE and is_title_awaited(thread, now=database_now()),
        **thread_totals(thread),
    }


def is_title_awaited(thread: Thread, *, now: datetime.datetime) -> bool:
    """Tell whether a model may be about to give the thread its title, so that an open page should look again."""
    ended_at = thread.leaf.finished_at if thread.leaf is not None else None
    patience = _TITLE_PATIENCE.get(thread.title_source)
    return ended_at is not None and patience is not None and now - ended_at < patience


def thread_totals(thread: Thread) -> dict[str, Any]:
    """Return what the whole thread used and cost so far, asking for its title included, and its gauge."""
    sums = thread.messages.aggregate(
        tokens_in=Sum("input_tokens"),
        tokens_out=Sum("output_tokens"),
        charge=Sum("charge_amount"),
        estimated=Count("pk", filter=Q(is_usage_estimated=True)),
    )
    charges: list[Decimal] = [amount for amount in (sums["charge"], thread.title_charge_amount) if amount is not None]
    return {
        "tokens_in": sums["tokens_in"] or 0,
        "tokens_out": sums["tokens_out"] or 0,
        "title_tokens": thread.title_tokens,
        "total_tokens": (sums["tokens_in"] or 0) + (sums["tokens_out"] or 0) + thread.title_tokens,
        "total_charge": sum(charges, Decimal(0)) if charges else None,
        "is_total_estimated": bool(sums["estimated"]),
        "gauge": gauge_of(thread),
    }


def gauge_of(thread: Thread) -> Gauge | None:
    """Return how full the window is, as the last reply on the way left it; None before the first figures."""
    window = thread.model.context_window_tokens
    reply: Message | None = thread.leaf
    if reply is not None and reply.output_tokens is None and reply.parent_id is not None:
        # One that is under way, or failed, has no figures; those of the reply before it still hold.
        question = Message.objects.select_related("parent").only("parent").filter(pk=reply.parent_id).first()
        reply = question.parent if question is not None else None
    if not window or reply is None or reply.output_tokens is None:
        return None
    used = (reply.input_tokens or 0) + reply.output_tokens
    return Gauge(used=used, window=window, is_estimated=reply.is_usage_estimated)
