"""People: who they are, what they may do, and the traces of every change."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UsernameField
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import audit, people
from accounts.admin.base import actor_of
from accounts.models import AuditKind, User
from accounts.sessions import end_sessions


class PersonCreationForm(AdminUserCreationForm):
    """Name, address, role and password of a new person."""

    class Meta:
        model = User
        fields = ("username", "name", "email", "role")
        field_classes = {"username": UsernameField}


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People: who they are, what they may do, when they were last here."""

    add_form = PersonCreationForm
    list_display = ("username", "name", "email", "role_label", "is_active", "last_seen", "sessions")
    list_filter = ("is_active", "role", "is_superuser", "groups")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    show_full_result_count = False
    list_per_page = 50
    actions = ["deactivate", "sign_out_everywhere"]
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "email")}),
        (_("Rights"), {"fields": ("is_active", "role", "is_staff", "is_superuser", "groups")}),
        (_("Preferences"), {"fields": ("language", "theme", "time_zone")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "email", "role", "usable_password", "password1", "password2"),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Add when a person was last seen and in how many places they are signed in."""
        latest = UserSession.objects.filter(user=OuterRef("pk")).order_by("-last_seen_at")
        queryset: QuerySet[User] = super().get_queryset(request)
        return queryset.annotate(
            session_count=Count("usersession", distinct=True),
            last_seen_at=Subquery(latest.values("last_seen_at")[:1]),
        )

    @admin.display(description=_("role"), ordering="role")
    def role_label(self, user: User) -> str:
        """The role that counts, in words."""
        return str(user.effective_role.label)

    @admin.display(description=_("last seen"), ordering="last_seen_at")
    def last_seen(self, user: Any) -> Any:
        """When one of the person's present sessions was last used, else the last sign-in."""
        return user.last_seen_at or user.last_login

    @admin.display(description=_("sessions"), ordering="session_count")
    def sessions(self, user: Any) -> int:
        """How many sessions are open."""
        return int(user.session_count)

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Save a person, and remember what they could do before for the audit event."""
        actor = actor_of(request)
        if not change:
            super().save_model(request, obj, form, change)
            audit.record(AuditKind.USER_CREATED, request=request, actor=actor, subject=obj, role=obj.role, way="admin")
            return
        before = User.objects.get(pk=obj.pk)
        request.rights_before = people.rights_of(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
        people.finish_activation(obj, was_active=before.is_active, actor=actor, request=request)
        if before.email != obj.email:
            people.replace_email_address(obj, actor=actor, request=request)

    def save_related(self, request: HttpRequest, form: "ModelForm[User]", formsets: Any, change: bool) -> None:
        """Save groups, then record what changed in all."""
        super().save_related(request, form, formsets, change)
        before = getattr(request, "rights_before", None)
        if before is not None:
            people.record_change_of_rights(form.instance, before=before, actor=actor_of(request), request=request)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set somebody's password, and record that it was not they who did."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            subject = User.objects.filter(pk=id).first()
            audit.record(
                AuditKind.PASSWORD_CHANGED, request=request, actor=actor_of(request), subject=subject, way="admin"
            )
        return response

    @admin.action(description=_("Deactivate, and end their sessions"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Deactivate the chosen people; nobody locks themselves out."""
        chosen = User.objects.filter(pk__in=queryset.values("pk"), is_active=True).exclude(pk=actor_of(request).pk)
        number = 0
        for user in chosen:
            user.is_active = False
            user.save(update_fields=["is_active"])
            people.finish_activation(user, was_active=True, actor=actor_of(request), request=request)
            number += 1
        text = ngettext("%d person was deactivated.", "%d people were deactivated.", number) % number
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen people."""
        number = 0
        for user in User.objects.filter(pk__in=queryset.values("pk")):
            ended = end_sessions(user)
            number += ended
            if ended:
                audit.record(
                    AuditKind.SESSION_ENDED, request=request, actor=actor_of(request), subject=user, sessions=ended
                )
        text = ngettext("%d session was ended.", "%d sessions were ended.", number) % number
        self.message_user(request, text, messages.SUCCESS)
