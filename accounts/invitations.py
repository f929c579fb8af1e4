"""Invitations: made by an administrator, shown once, used once within seven days."""

from datetime import datetime, timedelta

from django.urls import reverse

from accounts.models import Invitation, User
from accounts.tokens import digest_of, make_token

LIFETIME = timedelta(days=7)


class InvitationGone(Exception):
    """The invitation was used, has expired, or never existed; nobody is told which."""


def prepare(invitation: Invitation, *, invited_by: User, now: datetime) -> str:
    """Give an unsaved invitation its token, maker and expiry; return the token, which exists nowhere else."""
    token = make_token()
    invitation.digest = digest_of(token)
    invitation.invited_by = invited_by
    invitation.created_at = now
    invitation.expires_at = now + LIFETIME
    return token


def invitation_path(token: str) -> str:
    """Return the path of the page where the invited person joins."""
    return reverse("invitation", args=[token])


def find_open(token: str, *, now: datetime) -> Invitation:
    """Return the invitation that this token opens.

    Raises: InvitationGone when it cannot be used, for whatever reason.
    """
    invitation = Invitation.objects.open(now=now).filter(digest=digest_of(token)).first()
    if invitation is None:
        raise InvitationGone
    return invitation


def claim(invitation: Invitation, *, used_by: User, now: datetime) -> None:
    """Use up an invitation for a saved person; call it in the transaction that saves them.

    The update is conditional, so of twenty people who post at once exactly one gets past this line.
    Raises: InvitationGone when another one was faster, or the seven days ended meanwhile.
    """
    claimed = Invitation.objects.open(now=now).filter(pk=invitation.pk).update(used_at=now, used_by=used_by)
    if claimed != 1:
        raise InvitationGone
