"""The first administrator: a one-time link that works while there is none."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts import audit
from accounts.models import AuditKind, Role, SetupToken, User
from accounts.tokens import digest_of, make_token


class SetupGone(Exception):
    """There is an administrator already, or the link is not the newest one."""


def administrator_exists() -> bool:
    """Say whether anybody can administer this installation."""
    return User.objects.filter(is_superuser=True, is_staff=True, is_active=True).exists()


def issue_setup_token(now: datetime) -> str:
    """Make the set-up token, replacing an older one, and return its clear text, which exists nowhere else."""
    token = make_token()
    SetupToken.objects.update_or_create(pk=1, defaults={"digest": digest_of(token), "created_at": now})
    return token


def setup_path(token: str) -> str:
    """Return the path of the page where the first administrator is made."""
    return reverse("setup", args=[token])


def is_setup_token_valid(token: str) -> bool:
    """Say whether this token may still make the first administrator."""
    return SetupToken.objects.filter(digest=digest_of(token)).exists() and not administrator_exists()


def create_first_administrator(user: User, *, token: str, request: HttpRequest | None = None) -> User:
    """Save a prepared person (name, address, hashed password) as the first administrator.

    Deleting the token is the claim: of two people who post at once, the database lets one delete the row.
    Raises: SetupGone when this token makes nobody any more.
    """
    user.is_superuser = user.is_staff = True
    user.role = Role.LEAD.value
    with transaction.atomic():
        deleted, _per_model = SetupToken.objects.filter(digest=digest_of(token)).delete()
        if deleted != 1 or administrator_exists():
            raise SetupGone
        user.save()
        audit.record(
            AuditKind.USER_CREATED,
            request=request,
            actor=user,
            subject=user,
            role=Role.ADMINISTRATOR.value,
            way="setup_link",
        )
    return user
