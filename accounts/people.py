"""What an administrator changes about a person, with the traces and consequences that belong to it."""

from dataclasses import asdict, dataclass

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditKind, User
from accounts.sessions import end_sessions


@dataclass(frozen=True)
class Rights:
    """What a person may do, as far as the audit log keeps it."""

    role: str
    is_superuser: bool
    is_staff: bool
    groups: tuple[str, ...]
    permissions: tuple[str, ...]


def rights_of(user: User) -> Rights:
    """Return the rights that the database holds for this person now."""
    stored = User.objects.get(pk=user.pk)
    return Rights(
        role=stored.role,
        is_superuser=stored.is_superuser,
        is_staff=stored.is_staff,
        groups=tuple(sorted(stored.groups.values_list("name", flat=True))),
        permissions=tuple(sorted(stored.user_permissions.values_list("codename", flat=True))),
    )


def record_change_of_rights(user: User, *, before: Rights, actor: User, request: HttpRequest | None = None) -> None:
    """Leave an event when the stored rights differ from those of before."""
    old, new = asdict(before), asdict(rights_of(user))
    changed = {name: [old[name], new[name]] for name in old if old[name] != new[name]}
    if changed:
        audit.record(AuditKind.ROLE_CHANGED, request=request, actor=actor, subject=user, changed=changed)


def finish_activation(user: User, *, was_active: bool, actor: User, request: HttpRequest | None = None) -> None:
    """Draw the consequences of a saved change of `is_active`: a deactivated person is out at once."""
    if was_active and not user.is_active:
        ended = end_sessions(user)
        audit.record(AuditKind.USER_DEACTIVATED, request=request, actor=actor, subject=user, sessions_ended=ended)
    elif user.is_active and not was_active:
        audit.record(AuditKind.USER_ACTIVATED, request=request, actor=actor, subject=user)


def vouch_for_email(user: User) -> None:
    """Make the account's address the confirmed one that allauth knows for it.

    An account gets its address from an invitation, an administrator, or a confirmed change, so it needs no mail;
    and allauth takes an unconfirmed address away as soon as the person asks for another one.
    Idempotent: yes.
    """
    if not user.email:
        return
    address, _made = EmailAddress.objects.get_or_create(user=user, email=user.email)
    if address.primary and address.verified:
        return
    EmailAddress.objects.filter(user=user, primary=True).exclude(pk=address.pk).update(primary=False)
    address.primary = True
    address.verified = address.can_set_verified()
    address.save(update_fields=["primary", "verified"])


def replace_email_address(user: User, *, actor: User, request: HttpRequest | None = None) -> None:
    """Make the address that an administrator wrote into the account the only one that allauth knows for it."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    vouch_for_email(user)
    audit.record(AuditKind.EMAIL_CHANGED, request=request, actor=actor, subject=user)
