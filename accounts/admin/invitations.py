"""Invitations: made here, shown once, taken back by deleting them."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.admin.base import actor_of
from accounts.invitations import LIFETIME, invitation_path, prepare
from accounts.links import absolute_address
from accounts.models import AuditKind, Invitation


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Invitations: made here, shown once, taken back by deleting them."""

    fields = ("email", "role")
    list_display = ("created_at", "email", "role", "invited_by", "expires_at", "state", "used_by")
    list_select_related = ("invited_by", "used_by")
    search_fields = ("email", "used_by__username", "invited_by__username")
    show_full_result_count = False

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> str:
        """What can still be done with it."""
        if invitation.used_at:
            return str(_("used"))
        return str(_("open") if invitation.expires_at > timezone.now() else _("expired"))

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is not edited: it is taken back and made anew."""
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: "ModelForm[Invitation]", change: bool) -> None:
        """Save a new invitation; its token lives until the answer to this request is written."""
        actor = actor_of(request)
        request.invitation_token = prepare(obj, invited_by=actor, now=timezone.now())  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
        audit.record(AuditKind.INVITATION_CREATED, request=request, actor=actor, role=obj.role, email=obj.email)

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        """Show the link. A redirect would have to keep it somewhere meanwhile, so the answer to the form shows it."""
        path = invitation_path(request.invitation_token)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation"),
            "opts": self.opts,
            "invitation": obj,
            "link": absolute_address(request, path=path),
            "lifetime_days": LIFETIME.days,
        }
        response = render(request, "accounts/admin_invitation_link.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response
