"""Generations for staff: state, age, person, model and failure; events and raw replies; cancel, poll now, retry."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from generations.admin.paging import LargeTableAdmin
from generations.clock import database_now
from generations.lifecycle.cancel import cancel
from generations.lifecycle.reconcile import enter_task_id
from generations.lifecycle.retry import give_up, poll_now, retry
from generations.models import GatewayTask, Generation, GenerationEvent, GenerationInput, GenerationOutput, Status

PROMPT_CHARACTERS = 60


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that are looked at and never edited."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False


class EventInline(ReadOnlyInline):
    """What happened, in order."""

    model = GenerationEvent
    fields = ("at", "from_status", "to_status", "reason", "actor", "detail")
    readonly_fields = fields


class InputInline(ReadOnlyInline):
    """Files given with the prompt."""

    model = GenerationInput
    fields = ("role", "position", "asset")


class OutputInline(ReadOnlyInline):
    """Results. The gateway's addresses are signed, so they are not shown."""

    model = GenerationOutput
    fields = ("role", "position", "asset", "source_seen_at")


class GatewayTaskInline(admin.TabularInline[Any, Any]):
    """Paid submits. An uncertain row is reconciled by entering the task id found at the gateway."""

    model = GatewayTask
    extra = 0
    can_delete = False
    fields = ("attempt_id", "task_id", "outcome", "claimed_at", "answered_at", "lease_ends_at", "endpoint_url")
    readonly_fields = ("attempt_id", "outcome", "claimed_at", "answered_at", "lease_ends_at", "endpoint_url")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A task is made by a submit only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only an uncertain row has a task id to enter."""
        return obj is not None and obj.status == Status.UNCERTAIN


@admin.register(Generation)
class GenerationAdmin(LargeTableAdmin):
    """The list that answers what is stuck, and the page that answers why."""

    list_display = ("public_id", "status", "age", "owner", "model", "short_prompt", "failure_reason", "charge_amount")
    list_filter = ("status", "kind", "model", "failure_reason", "is_late_success", "created_at")
    list_select_related = ("owner", "model")
    search_fields = ("public_id", "prompt", "gateway_tasks__task_id", "owner__username")
    search_help_text = _("Public id, prompt, task id or user name")
    date_hierarchy = None
    ordering = ("-id",)
    raw_id_fields = ("owner", "model", "parent")
    inlines = (EventInline, GatewayTaskInline, OutputInline, InputInline)
    actions = ("cancel_chosen", "poll_chosen_now", "retry_chosen", "give_up_chosen")
    exclude = ("lease_token", "attempt_id")

    def get_list_display(self, request: HttpRequest) -> tuple[str | Callable[[Any], str | bool], ...]:
        """Show, where only uncertain rows are listed, what is known to look for in the gateway's console."""
        if request.GET.get("status__exact") == Status.UNCERTAIN:
            return ("public_id", "submitted_at", "owner", "model", "prompt_digest", "request_id", "failure_reason")
        return tuple(self.list_display)

    @admin.display(description=_("prompt digest"))
    def prompt_digest(self, generation: Generation) -> str:
        """Return the prompt's digest."""
        return generation.prompt_digest

    @admin.display(description=_("request id"))
    def request_id(self, generation: Generation) -> str:
        """Return the id that was sent with the last submit."""
        return str(generation.attempt_id or "–")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show every field and let none be edited: states change by the actions only."""
        known = [field.name for field in Generation._meta.fields if field.name not in self.exclude]
        return [*known, "prompt_digest", "request_id"]

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, generation: Generation) -> str:
        """Return how long ago it was asked for."""
        return timesince(generation.created_at, depth=1)

    @admin.display(description=_("prompt"))
    def short_prompt(self, generation: Generation) -> str:
        """Return the beginning of the prompt."""
        return truncatechars(generation.prompt, PROMPT_CHARACTERS)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Turn an entered task id into the step it means; nothing else of a generation is saved here."""
        # The admin wants the formset's own account of itself; nothing of it is written.
        formset.save(commit=False)
        if formset.model is not GatewayTask:
            return
        for row in formset.forms:
            if "task_id" in row.changed_data:
                entered = row.cleaned_data["task_id"]
                done = enter_task_id(form.instance.pk, task_id=entered, actor=_actor(request), now=database_now())
                level = messages.SUCCESS if done else messages.WARNING
                text = _("It is followed under this task id now.") if done else _("It was not uncertain any more.")
                self.message_user(request, text, level)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save nothing: every field of the page is read-only."""

    @admin.action(description=_("Cancel"))
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        """Cancel what can still be canceled."""
        now, actor = database_now(), _actor(request)
        self._report(request, [cancel(pk, actor=actor, now=now) for pk in _keys(queryset)])

    @admin.action(description=_("Poll now"))
    def poll_chosen_now(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        """Ask the gateway at the next tick."""
        now = database_now()
        self._report(request, [poll_now(pk, now=now) for pk in _keys(queryset)])

    @admin.action(description=_("Retry as new generations"))
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        """Make a new row of each failed or canceled one, for the person who owns it."""
        now = database_now()
        rows = queryset.select_related("owner")
        self._report(
            request, [bool(retry(row.pk, actor=row.owner, submission_id=uuid.uuid4(), now=now)) for row in rows]
        )

    @admin.action(description=_("Give up (uncertain ones)"))
    def give_up_chosen(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        """Call uncertain rows failed."""
        now, actor = database_now(), _actor(request)
        self._report(request, [give_up(pk, actor=actor, now=now) for pk in _keys(queryset)])

    def _report(self, request: HttpRequest, done: list[bool]) -> None:
        changed, rest = done.count(True), done.count(False)
        text = ngettext("%(count)s generation changed.", "%(count)s generations changed.", changed) % {"count": changed}
        self.message_user(request, text, messages.SUCCESS if changed else messages.WARNING)
        if rest:
            left = ngettext(
                "%(count)s generation was not in a state for this.",
                "%(count)s generations were not in a state for this.",
                rest,
            )
            self.message_user(request, left % {"count": rest}, messages.WARNING)


def _keys(queryset: QuerySet[Generation]) -> list[int]:
    return list(queryset.values_list("pk", flat=True))


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("the admin lets nobody in without a session")
    return request.user
