"""The audit log's one way in: who did what to whose account, from where."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import AuditEvent, AuditKind, User


def record(
    kind: AuditKind,
    *,
    request: HttpRequest | None = None,
    actor: User | AnonymousUser | None = None,
    subject: User | None = None,
    **details: Any,
) -> AuditEvent:
    """Add one event. `details` must be plain JSON and free of secrets and of whatever a stranger typed."""
    known_actor = actor if isinstance(actor, User) and actor.pk else None
    return AuditEvent.objects.create(
        kind=kind.value,
        actor=known_actor,
        actor_name=known_actor.username if known_actor else "",
        subject=subject,
        subject_name=subject.username if subject else "",
        ip_address=client_address(request),
        user_agent=request.headers.get("User-Agent", "")[:200] if request else "",
        details=details,
    )


def client_address(request: HttpRequest | None) -> str | None:
    """Return the address of the browser as the proxy settings tell it, or None."""
    if request is None:
        return None
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None
