"""The audit log, second factors and sessions, in place of the packages' own pages.

Those would show the secrets of second factors, and delete a row while the session behind it lives on.
"""

from typing import Any

# Imported first, so that their registrations exist and can be replaced.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.admin.base import ReadOnlyAdmin, actor_of
from accounts.models import AuditEvent, AuditKind

for replaced in (Authenticator, UserSession, EmailAddress):
    admin.site.unregister(replaced)


class AuditKindFilter(admin.SimpleListFilter):
    """Filters by kind without asking the table which kinds it holds."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the kinds that this version knows."""
        return list(AuditKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Keep events of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit log: read, never written or deleted."""

    list_display = ("at", "what", "actor_name", "subject_name", "ip_address", "user_agent")
    list_filter = (AuditKindFilter,)
    search_fields = ("=actor_name", "=subject_name", "=ip_address")
    search_help_text = _("A whole user name or address.")

    @admin.display(description=_("what"))
    def what(self, event: AuditEvent) -> str:
        """Name the event in the reader's language."""
        return event.kind_label

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        """Nobody deletes an event."""
        return False


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, without their secrets; deleting one helps a person who lost their phone."""

    fields = ("user", "type", "created_at", "last_used_at")
    list_display = fields
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Delete one and tell the audit log."""
        super().delete_model(request, obj)
        mfa_signals.authenticator_removed.send(sender=Authenticator, request=request, user=obj.user, authenticator=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Delete several, one by one, so that each leaves its trace."""
        for authenticator in queryset:
            self.delete_model(request, authenticator)


@admin.register(UserSession)
class SessionAdmin(ReadOnlyAdmin):
    """Open sessions; deleting one ends it."""

    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_display = fields
    list_select_related = ("user",)
    search_fields = ("user__username", "=ip")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        """End the session behind the row, and the row with it."""
        user = obj.user
        obj.end()
        audit.record(AuditKind.SESSION_ENDED, request=request, actor=actor_of(request), subject=user, sessions=1)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        """End several sessions."""
        for session in queryset:
            self.delete_model(request, session)
