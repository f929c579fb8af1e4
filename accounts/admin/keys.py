"""API keys as staff see them: whose, for what, when last used; revoked here, never read."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import keys
from accounts.admin.base import ReadOnlyAdmin, actor_of
from accounts.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Everybody's keys, without their secrets."""

    list_display = (
        "name",
        "shown_key",
        "person",
        "state",
        "created_at",
        "last_used_at",
        "last_used_address",
        "expires_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "content")
    list_select_related = ("person",)
    search_fields = ("name", "=prefix", "person__username")
    search_help_text = _("Part of a name, the first eight characters behind sk-studio-, or a person.")
    fields = (
        "name",
        "shown_key",
        "person",
        "state",
        "created_at",
        "expires_at",
        "revoked_at",
        "allowed_models",
        "allowed_addresses",
        "content",
        "webhook_url",
        "last_used_at",
        "last_used_address",
    )
    actions = ("revoke",)

    @admin.display(description=_("key"), ordering="prefix")
    def shown_key(self, key: ApiKey) -> str:
        """The beginning, by which its owner knows it."""
        return key.shown

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        """Whether it still opens anything."""
        words = {"revoked": _("revoked"), "expired": _("expired"), "inactive": _("person deactivated")}
        reason = keys.refusal_reason(key, now=timezone.now())
        return str(words[reason] if reason in words else _("works"))

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is revoked, so that its calls keep their owner."""
        return False

    @admin.action(description=_("Revoke at once"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Revoke the chosen keys, each with its trace."""
        actor, now = actor_of(request), timezone.now()
        number = sum(
            keys.revoke(key, actor=actor, now=now, request=request) for key in queryset.select_related("person")
        )
        text = ngettext("%d key was revoked.", "%d keys were revoked.", number) % number
        self.message_user(request, text, messages.SUCCESS)
