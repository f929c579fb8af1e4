"""What the studio changes of allauth: nobody signs up without an invitation, and links use the public address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.audit import record
from accounts.links import absolute_address
from accounts.models import AuditKind, User
from accounts.people import vouch_for_email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keeps the door: the invitation page marks its request, every other way to sign up stays closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for a wrong name and a wrong password.
        "username_password_mismatch": _("Name and password do not match."),
        "email_password_mismatch": _("Name and password do not match."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "username_taken": _("This name is taken."),
        "email_taken": _("This address belongs to somebody else."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether this request came through an invitation that still holds."""
        return getattr(request, "invitation", None) is not None

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Save an invited person and use up the invitation in one transaction.

        The password is hashed before the transaction begins, because that takes a while by design.
        Raises: InvitationGone when somebody else used the invitation first.
        """
        super().save_user(request, user, form, commit=False)
        invitation = getattr(request, "invitation", None)
        if invitation is not None:
            user.role = invitation.role
        if not commit:
            return user
        with transaction.atomic():
            user.save()
            if invitation is not None:
                invitations.claim(invitation, used_by=user, now=timezone.now())
            record(AuditKind.USER_CREATED, request=request, actor=user, subject=user, role=user.role, way="invitation")
            if invitation is not None:
                record(
                    AuditKind.INVITATION_USED,
                    request=request,
                    actor=user,
                    subject=user,
                    invited_by=invitation.invited_by.username if invitation.invited_by else "",
                )
        return user

    def pre_login(self, request: HttpRequest, user: User, **hook_arguments: Any) -> HttpResponse | None:
        """Refuse deactivated people, and make sure that allauth knows the account's address before they go on."""
        response: HttpResponse | None = super().pre_login(request, user, **hook_arguments)
        if response is None:
            vouch_for_email(user)
        return response

    def clean_email(self, email: str) -> str:
        """Hold an invited person to the address that the invitation names."""
        invitation = getattr(self.request, "invitation", None)
        if invitation is not None and invitation.email and email.lower() != invitation.email.lower():
            raise ValidationError(_("This invitation is for another address."), code="other_address")
        return email.lower()

    def format_email_subject(self, subject: str) -> str:
        """Leave a subject as its template wrote it."""
        return str(subject)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address for a reset mail, under the public address where one is set."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return absolute_address(self.request, path=path)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the address for a confirmation mail, under the public address where one is set."""
        path = urlsplit(super().get_email_confirmation_url(request, emailconfirmation)).path
        return absolute_address(request, path=path)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the mail and leave a trace that somebody asked for it."""
        record(AuditKind.PASSWORD_RESET_REQUESTED, request=self.request, subject=user)
        super().send_password_reset_mail(user, email, context)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Leaves a trace when a person ends their other sessions."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        """End the sessions and record how many there were."""
        super().end_sessions(sessions)
        if sessions:
            user, request = sessions[0].user, context.request
            record(AuditKind.SESSION_ENDED, request=request, actor=user, subject=user, sessions=len(sessions))
