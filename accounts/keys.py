"""Personal API keys: issued, checked, revoked. The clear text exists once, in the answer that shows it.

A secret reads `sk-studio-` and 43 letters and digits of chance. The first eight are the prefix by which its row is
found; the row holds a digest of the whole, which is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit
from accounts.models import ApiKey, AuditKind, KeyContent, User
from accounts.tokens import digest_of

MARK = "sk-studio-"
PREFIX_CHARACTERS = 8
SECRET_CHARACTERS = 43
# Writing down each use would make every call wait for a disk.
USE_NOTED_EVERY = timedelta(minutes=1)
_ALPHABET = string.ascii_letters + string.digits
# Compared with when there is no row, so that a miss takes as long as a wrong secret.
_NO_DIGEST = digest_of("")

RefusalReason = Literal["unknown", "revoked", "expired", "inactive", "address"]


class KeyRefusedError(Exception):
    """The key does not open the API; `reason` says why, for words that help its owner."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason: RefusalReason = reason


class KeyMadeBeforeError(Exception):
    """This very form has made its key already, and nothing can show it again."""


def issue(
    person: User,
    *,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    allowed_models: Sequence[str] = (),
    allowed_addresses: Sequence[str] = (),
    content: str = KeyContent.FULL,
    webhook_url: str = "",
    submission_id: UUID | None = None,
    request: HttpRequest | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return its row and its secret, which is stored nowhere.

    Raises: KeyMadeBeforeError when this submission has made one.
    """
    drawn = "".join(secrets.choice(_ALPHABET) for _place in range(SECRET_CHARACTERS))
    secret = MARK + drawn
    submission_id = submission_id or uuid4()
    values = {
        "name": name,
        "prefix": drawn[:PREFIX_CHARACTERS],
        "digest": digest_of(secret),
        "created_at": now,
        "expires_at": expires_at,
        "allowed_models": list(allowed_models),
        "allowed_addresses": list(allowed_addresses),
        "content": content,
        "webhook_url": webhook_url,
    }
    try:
        with transaction.atomic():
            key = ApiKey.objects.create(person=person, submission_id=submission_id, **values)
            actor = request.user if request else None
            audit.record(AuditKind.KEY_CREATED, request=request, actor=actor, subject=person, key=key.shown, name=name)
    except IntegrityError:
        if ApiKey.objects.filter(person=person, submission_id=submission_id).exists():
            raise KeyMadeBeforeError from None
        raise
    return key, secret


def check(secret: str, *, address: str, now: datetime) -> ApiKey:
    """Return the key that this secret is, with what a call needs of it; the rest is loaded when asked for.

    Raises: KeyRefusedError.
    """
    key = None
    if secret.startswith(MARK) and secret.isascii():
        key = _find(secret[len(MARK) : len(MARK) + PREFIX_CHARACTERS])
    is_right = hmac.compare_digest(_digest(secret), key.digest if key else _NO_DIGEST)
    if key is None or not is_right:
        raise KeyRefusedError("unknown")
    if reason := refusal_reason(key, now=now):
        raise KeyRefusedError(reason)
    if not is_address_allowed(key, address):
        raise KeyRefusedError("address")
    return key


def refusal_reason(key: ApiKey, *, now: datetime) -> RefusalReason | None:
    """Return why a right secret opens nothing any more, or None while it does."""
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    is_active = getattr(key, "is_person_active", None)
    return None if (key.person.is_active if is_active is None else is_active) else "inactive"


def is_address_allowed(key: ApiKey, address: str) -> bool:
    """Tell whether the key may be used from there; IPv4 inside of IPv6 counts as IPv4."""
    if not key.allowed_addresses:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or found
    return any(inner in ipaddress.ip_network(network, strict=False) for network in key.allowed_addresses)


def note_use(key: ApiKey, *, address: str, now: datetime) -> bool:
    """Write down when and from where a key was used, at most once a minute; tell whether this call did."""
    longest_ago = now - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > longest_ago:
        return False
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=longest_ago)
    known_address = address if _is_address(address) else None
    noted = ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now, last_used_address=known_address)
    return bool(noted)


def revoke(key: ApiKey, *, actor: User, now: datetime, request: HttpRequest | None = None) -> bool:
    """End a key for good, at once; tell whether this call did. Idempotent: yes."""
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    key.revoked_at = now
    person = key.person
    audit.record(AuditKind.KEY_REVOKED, request=request, actor=actor, subject=person, key=key.shown, name=key.name)
    return True


def change(key: ApiKey, *, actor: User, request: HttpRequest | None = None, **values: object) -> list[str]:
    """Change settings of a key and return the names of those that really changed."""
    changed = [name for name, value in values.items() if getattr(key, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(key, name, values[name])
    key.save(update_fields=changed)
    audit.record(
        AuditKind.KEY_CHANGED, request=request, actor=actor, subject=key.person, key=key.shown, changed=changed
    )
    return changed


def webhook_secret(key: ApiKey) -> str:
    """Return the secret that signs this key's webhooks. Derived, so that no table holds it."""
    text = f"accounts.webhook:{key.public_id}:{key.webhook_secret_number}"
    return "whsec_" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _find(prefix: str) -> ApiKey | None:
    # Written out, because it runs at every call: the same question through a queryset takes five times as long.
    statement = f"""
        SELECT key.id, key.person_id, key.digest, key.expires_at, key.revoked_at, key.allowed_models,
            key.allowed_addresses, key.content, key.last_used_at, person.is_active AS is_person_active
        FROM {ApiKey._meta.db_table} AS key JOIN {User._meta.db_table} AS person ON person.id = key.person_id
        WHERE key.prefix = %s
    """  # noqa: S608 - names of our own tables
    return next(iter(ApiKey.objects.raw(statement, [prefix])), None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
