"""Reads `STUDIO_STORAGE_URL`: the bucket in which media lie when several hosts share them.

    s3://bucket/folder?endpoint=https://s3.example.com&region=eu-central-1

Key and secret stand before the bucket (`s3://key:secret@bucket`), or in the variables that everything which speaks S3
knows: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`. No error repeats the address.
"""

import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

VARIABLE = "STUDIO_STORAGE_URL"
FORM = "s3://bucket?endpoint=https://s3.example.com"
DEFAULT_REGION = "us-east-1"
_OPTIONS = frozenset({"endpoint", "public", "region", "style"})
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; other services allow more.
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}\Z")


@dataclass(frozen=True)
class Bucket:
    """Where media lie. `public_endpoint` is the address under which browsers and gateways reach the same service."""

    name: str
    folder: str
    endpoint: str
    public_endpoint: str
    region: str
    is_path_style: bool
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        """Return scheme, host and port of every address that opens a file in it."""
        parts = urlsplit(self.public_endpoint)
        return f"{parts.scheme}://{parts.netloc if self.is_path_style else f'{self.name}.{parts.netloc}'}"

    def storage(self) -> dict[str, Any]:
        """Return what Django's `STORAGES` wants."""
        return {
            "BACKEND": "generations.media.bucket.MediaBucket",
            "OPTIONS": {
                "bucket_name": self.name,
                "location": self.folder,
                "endpoint_url": self.endpoint,
                "public_endpoint_url": self.public_endpoint,
                "region_name": self.region,
                "addressing_style": "path" if self.is_path_style else "virtual",
                # Without them the package that speaks S3 looks where it always does: variables, profile, machine role.
                **({"access_key": self.access_key, "secret_key": self.secret_key} if self.access_key else {}),
            },
        }


def read_bucket(text: str) -> Bucket | None:
    """Return the bucket that an address names, or None for no address.

    Raises: ImproperlyConfigured with one sentence, which repeats no secret.
    """
    if not text:
        return None
    parts = _parts(text)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise ImproperlyConfigured(f"{VARIABLE} has an option that nobody knows: {unknown[0][:40]!r}.")
    name = str(parts.netloc.rpartition("@")[2])
    if not _BUCKET_NAME.match(name):
        raise ImproperlyConfigured(f"{VARIABLE} names no bucket: write {FORM}, and %2F for a / inside of a secret.")
    region = options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = region or DEFAULT_REGION
    endpoint = _endpoint(options, "endpoint") or _endpoint_of(region)
    access_key, secret_key = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(access_key) != bool(secret_key):
        raise ImproperlyConfigured(f"{VARIABLE} must hold key and secret, s3://key:secret@bucket, or neither.")
    return Bucket(
        name=name,
        folder=parts.path.strip("/"),
        endpoint=endpoint,
        public_endpoint=_endpoint(options, "public") or endpoint,
        region=region,
        is_path_style=_is_path_style(options, name),
        access_key=access_key or None,
        secret_key=secret_key or None,
    )


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        raise ImproperlyConfigured(f"{VARIABLE} cannot be read: write {FORM}.") from None
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"{VARIABLE} must begin with s3://, as in {FORM}.")
    return parts


def _endpoint(options: dict[str, str], name: str) -> str:
    text = options.get(name, "").rstrip("/")
    try:
        parts = urlsplit(text)
        is_usable = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not parts.username
        )
    except ValueError:
        is_usable = False
    if text and (not is_usable or parts.username):
        raise ImproperlyConfigured(f"{name} in {VARIABLE} must be an address such as https://s3.example.com.")
    return text


def _endpoint_of(region: str) -> str:
    """Return Amazon's own address. Source: https://docs.aws.amazon.com/general/latest/gr/s3.html"""
    return f"https://s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def _is_path_style(options: dict[str, str], name: str) -> bool:
    """Tell whether the bucket stands in the path. A service of one's own seldom has a host name for each bucket."""
    style = options.get("style", "")
    if style not in {"", "path", "virtual"}:
        raise ImproperlyConfigured(f"style in {VARIABLE} must be path or virtual, not {style[:40]!r}.")
    # A certificate for *.s3.example.com does not hold for a name with a dot in it.
    return style == "path" or (not style and ("endpoint" in options or "." in name))
