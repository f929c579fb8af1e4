"""Addresses that open one file for a while without a session: for gateways, which fetch inputs by themselves.

The address is the key: it is bound to one asset, one variant and one moment, and is never written to a log.
"""

from __future__ import annotations

import binascii
import datetime
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from generations.models import Asset

_SALT = "generations.media"
SIGNED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SignedMedia:
    """What a signed address opens. `seconds_left` is never more than what it was made for.

    `key_id` is set in an address that was given out for an API key, and dies with that key.
    """

    public_id: uuid.UUID
    variant: str
    seconds_left: int
    key_id: uuid.UUID | None = None


def signed_address(
    asset: Asset,
    variant: str,
    *,
    now: datetime.datetime,
    seconds: int = SIGNED_SECONDS,
    base_url: str | None = None,
    key_id: uuid.UUID | None = None,
) -> str | None:
    """Return an address under `STUDIO_PUBLIC_URL` (or another base) that opens the file, or None without a base.

    With the public id of an API key it opens the file no longer than the key itself opens anything.
    """
    base = settings.PUBLIC_URL if base_url is None else base_url
    if not base:
        return None
    expires_at_seconds = int(now.timestamp()) + seconds
    bound = [asset.public_id.hex, variant, expires_at_seconds, *([key_id.hex] if key_id else [])]
    token = signing.Signer(salt=_SALT).sign_object(bound)
    return f"{base.rstrip('/')}{reverse('signed_media', args=[token])}"


def read_signed(token: str, *, now: datetime.datetime) -> SignedMedia | None:
    """Return what a token opens, or None when it is forged, damaged or out of date."""
    try:
        public_id, variant, expires_at_seconds, *key = signing.Signer(salt=_SALT).unsign_object(token)
        seconds_left = int(expires_at_seconds) - int(now.timestamp())
        if seconds_left <= 0:
            return None
        key_id = uuid.UUID(key[0]) if key else None
        return SignedMedia(uuid.UUID(public_id), str(variant), seconds_left, key_id)
    except (signing.BadSignature, binascii.Error, ValueError, TypeError, AttributeError):
        return None
