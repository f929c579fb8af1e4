"""Writes audit events for what Django and allauth report by signal. Connected once, in `AccountsConfig.ready`."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.http import HttpRequest

from accounts.audit import record
from accounts.models import AuditKind, User


def connect() -> None:
    """Connect every receiver. Idempotent: yes, by dispatch_uid."""
    receivers = [
        (auth_signals.user_logged_in, on_sign_in),
        (auth_signals.user_logged_out, on_sign_out),
        (auth_signals.user_login_failed, on_sign_in_failed),
        (account_signals.password_changed, on_password_changed),
        (account_signals.password_set, on_password_changed),
        (account_signals.password_reset, on_password_reset),
        (account_signals.email_changed, on_email_changed),
        (mfa_signals.authenticator_added, on_authenticator_added),
        (mfa_signals.authenticator_reset, on_authenticator_added),
        (mfa_signals.authenticator_removed, on_authenticator_removed),
        (mfa_signals.authentication_failed, on_second_factor_failed),
    ]
    for signal, receiver in receivers:
        signal.connect(receiver, dispatch_uid=f"accounts.{receiver.__name__}")


def on_sign_in(*, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Record a sign-in with the ways by which the person proved who they are."""
    steps = request.session.get("account_authentication_methods", [])
    methods = [step.get("method", "") + (f":{step['type']}" if step.get("type") else "") for step in steps]
    record(AuditKind.SIGN_IN, request=request, actor=user, subject=user, methods=methods)


def on_sign_out(*, request: HttpRequest, user: User | None, **_rest: Any) -> None:
    """Record a sign-out; signing out without a session is nothing."""
    if user is not None:
        record(AuditKind.SIGN_OUT, request=request, actor=user, subject=user)


def on_sign_in_failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any) -> None:
    """Record a failed sign-in against a known account.

    What was typed is not kept when nobody has that name: people type passwords into the wrong field.
    """
    login = str(credentials.get("username") or credentials.get("email") or "")
    subject = User.objects.filter(username__iexact=login).first() or (
        User.objects.filter(email=login.lower()).first() if "@" in login else None
    )
    record(AuditKind.SIGN_IN_FAILED, request=request, subject=subject, step="password")


def on_second_factor_failed(*, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Record a wrong code or passkey after a right password."""
    record(AuditKind.SIGN_IN_FAILED, request=request, subject=user, step="second_factor")


def on_password_changed(*, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Record a password that its owner changed."""
    record(AuditKind.PASSWORD_CHANGED, request=request, actor=user, subject=user)


def on_password_reset(*, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Record a password reset by the link from a mail."""
    record(AuditKind.PASSWORD_RESET_DONE, request=request, subject=user)


def on_email_changed(*, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Record that another address now belongs to the account."""
    record(AuditKind.EMAIL_CHANGED, request=request, actor=request.user, subject=user)


def on_authenticator_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    """Record a new authenticator app, passkey, or set of recovery codes."""
    record(
        AuditKind.AUTHENTICATOR_ADDED, request=request, actor=request.user, subject=user, type=str(authenticator.type)
    )


def on_authenticator_removed(*, request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    """Record that an authenticator went away."""
    record(
        AuditKind.AUTHENTICATOR_REMOVED, request=request, actor=request.user, subject=user, type=str(authenticator.type)
    )
