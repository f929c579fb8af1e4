"""What holds for the whole installation: its defaults, the gateway's health, and the engines on shift."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from generations.models import EngineShift, GatewayState, Installation


@admin.register(Installation)
class InstallationAdmin(admin.ModelAdmin[Installation]):
    """The one row of settings."""

    list_display = (
        "__str__",
        "media_visibility",
        "thread_visibility",
        "submits_in_flight",
        "submits_in_flight_per_person",
        "blocking_submits_in_flight",
        "polls_per_second",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Installation]:
        """Make the row when it is first looked for, so that there is something to edit."""
        Installation.objects.get_or_create(pk=1)
        return super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is exactly one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is exactly one."""
        return False


@admin.register(GatewayState)
class GatewayStateAdmin(admin.ModelAdmin[GatewayState]):
    """What is known of each gateway."""

    list_display = ("endpoint_url", "paused_reason", "paused_at", "probe_at", "hold_until")
    readonly_fields = ("endpoint_url", "paused_reason", "paused_at", "paused_detail", "probe_at", "hold_until")
    actions = ("resume",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are written by the engine."""
        return False

    @admin.action(description=_("Resume submits now"))
    def resume(self, request: HttpRequest, queryset: QuerySet[GatewayState]) -> None:
        """Lift the pause: the next submit shows whether the key and the account are good again."""
        queryset.update(paused_reason="", paused_at=None, paused_detail="", probe_at=None, hold_until=None)


@admin.register(EngineShift)
class EngineShiftAdmin(admin.ModelAdmin[EngineShift]):
    """Which engine is on shift where."""

    list_display = (
        "host",
        "pid",
        "started_at",
        "renewed_at",
        "expires_at",
        "in_flight",
        "lateness_median_ms",
        "lateness_p99_ms",
    )
    readonly_fields = ("token", *list_display)
    exclude = ("stop_requested_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are written by the engines."""
        return False
