"""Threads for staff: who talks with which model, and which replies failed. Texts stay with the people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from generations.admin.generations import ReadOnlyInline
from generations.admin.paging import LargeTableAdmin
from generations.models import Message, Thread


class MessageInline(ReadOnlyInline):
    """The turns without their words: a private thread stays private from staff too."""

    model = Message
    fk_name = "thread"
    fields = (
        "public_id", "role", "status", "model", "failure_reason", "failure_detail", "input_tokens", "output_tokens",
        "charge_amount", "created_at",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Thread)
class ThreadAdmin(LargeTableAdmin):
    """Chats."""

    list_display = ("public_id", "owner", "model", "visibility", "turns", "created_at", "changed_at")
    list_filter = ("visibility", "model", "changed_at")
    list_select_related = ("owner", "model")
    search_fields = ("public_id", "owner__username")
    ordering = ("-changed_at",)
    inlines = (MessageInline,)
    fields = ("public_id", "owner", "model", "visibility", "created_at", "changed_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        """Count the turns of the rows that are shown."""
        threads: QuerySet[Thread] = super().get_queryset(request)
        return threads.annotate(turn_count=Count("messages"))

    @admin.display(description=_("turns"))
    def turns(self, thread: Any) -> int:
        """Return how many messages the thread holds."""
        count: int = thread.turn_count
        return count
