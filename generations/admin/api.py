"""Calls by key and their webhooks, as staff look at them: figures and faults, never words."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from generations.gateway.redact import redact
from generations.models import ApiCall, WebhookDelivery


@admin.register(ApiCall)
class ApiCallAdmin(ReadOnlyAdmin):
    """What was asked by key, by whom, and what it came to. Prompts and replies are their person's own."""

    list_display = (
        "started_at",
        "person",
        "key",
        "model",
        "status",
        "http_status",
        "input_tokens",
        "output_tokens",
        "charge_amount",
        "failure_reason",
    )
    list_filter = ("status", "protocol")
    list_select_related = ("person", "key", "model")
    search_fields = ("=request_id", "=person__username", "=key__prefix")
    search_help_text = _("A whole request id, user name, or the first eight characters of a key behind sk-studio-.")
    exclude = ("digest",)

    def has_delete_permission(self, request: HttpRequest, obj: ApiCall | None = None) -> bool:
        """Nobody deletes what was paid."""
        return False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What was announced, where, and how that went."""

    list_display = ("created_at", "key", "address", "announced_status", "state", "due_at", "finished_at")
    fields = (
        "created_at",
        "key",
        "generation",
        "address",
        "announced_status",
        "state",
        "due_at",
        "finished_at",
        "attempts",
    )
    list_filter = ("state",)
    list_select_related = ("key",)
    search_fields = ("=key__prefix",)
    search_help_text = _("The first eight characters of a key behind sk-studio-.")

    @admin.display(description=_("address"))
    def address(self, delivery: WebhookDelivery) -> str:
        """Where it goes, without the query, which may hold a secret."""
        return redact(delivery.url)
