"""Bring inputs into the form that a protocol takes: as bytes wherever it may, else by an address it can read.

Three ways, in this order of preference. Bytes need nothing. A signed address needs a bucket or a studio that the
gateway can reach: that of `STUDIO_STORAGE_URL`, else `STUDIO_PUBLIC_URL`, or this very machine when the gateway runs
here. An asset that was enrolled in the gateway's own library goes as `asset://…`, which is also the only way for
pictures of real people; the library fetches it once from a signed address.
Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/get-asset
"""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import time
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from generations import wiring
from generations.addresses import is_public
from generations.gateway import assets as library
from generations.gateway.errors import BadInput, ConnectionNotMade, RateLimited
from generations.gateway.types import Endpoint, InputFile, Send
from generations.media.serve import bucket_address
from generations.media.signing import SIGNED_SECONDS, signed_address
from generations.media.types import FILE_TYPES
from generations.models import Asset, GatewayAsset, ModelInput

# Roles of the one protocol that has a library, and whose request bodies are bounded at 64 MB.
LIBRARY_ROLES = frozenset({"first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"})
# Base64 makes four bytes of three.
MAX_INLINE_BYTES = 45 * 1024 * 1024
# A submit's lease is 60 s, and this is only its first part.
LIBRARY_WAIT_SECONDS = 30.0
LIBRARY_POLL_SECONDS = 2.0
LIBRARY_RETRY_SECONDS = 15.0
_LIBRARY_TYPES = {"image": "Image", "video": "Video", "audio": "Audio"}


class InputUnavailableError(Exception):
    """A file that cannot be sent; `reason` is a failure reason: needs_address or input_missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def can_send(row: ModelInput) -> bool:
    """Tell whether files of this role can reach the present gateway; if not, its control is visibly off.

    What is missing then is an address that the gateway can reach: of the studio, or of its bucket.
    """
    return not needs_address(row) or bool(reachable_base_url(wiring.gateway_endpoint()))


def needs_address(row: ModelInput) -> bool:
    """Tell whether the gateway takes files of this role only by address."""
    return row.by_address_only or not row.model.accepts_data_uris


def reachable_base_url(endpoint: Endpoint) -> str:
    """Return under which address this gateway can read files of this studio, or nothing when it cannot.

    Where media lie in a bucket that is its address or none: the studio itself would only send on to it.
    """
    if settings.BUCKET is not None:
        is_private = _is_private(settings.BUCKET.origin)
        return "" if is_private and not _is_private(endpoint.base_url) else settings.BUCKET.origin
    return settings.LOCAL_URL if is_on_this_machine(endpoint) else settings.PUBLIC_URL


def is_on_this_machine(endpoint: Endpoint) -> bool:
    """Tell whether the gateway answers on a loopback address, as the sandbox does."""
    host = urlsplit(endpoint.base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_private(url: str) -> bool:
    """Tell whether an address is, on its face, one of this machine or of a private network."""
    host = urlsplit(url).hostname or ""
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        return host == "localhost"


async def as_input_files(
    files: Sequence[tuple[str, Asset]],
    *,
    endpoint: Endpoint,
    accepts_data_uris: bool,
    now: datetime.datetime,
    send: Send,
    address_roles: Collection[str] = ("reference_video",),
) -> tuple[InputFile, ...]:
    """Return the files of an order, each with its bytes or an address.

    `address_roles` are taken by address only; without `accepts_data_uris` all roles are.
    Raises: InputUnavailableError; GatewayError from the library, `RateLimited` while it still works on a file;
    ConnectionNotMade when our own storage does not answer.
    """
    if not files:
        return ()
    enrolled = await _enrolled(files, endpoint)
    inline = [asset for role, asset in files if role in LIBRARY_ROLES and role not in address_roles]
    is_too_much = sum(asset.size_bytes for asset in inline) > MAX_INLINE_BYTES
    result = []
    for place, (role, asset) in enumerate(files, start=1):
        name = f"{role}-{place}.{FILE_TYPES[asset.mime].suffix}"
        entry = enrolled.get(asset.pk) if role in LIBRARY_ROLES else None
        by_address = not accepts_data_uris or role in address_roles or (is_too_much and role in LIBRARY_ROLES)
        if entry is not None:
            url = await library_address(entry, asset, endpoint=endpoint, now=now, send=send)
            result.append(InputFile(role=role, mime=asset.mime, filename=name, url=url))
        elif by_address:
            url = await _address(asset, endpoint=endpoint, now=now)
            result.append(InputFile(role=role, mime=asset.mime, filename=name, url=url))
        else:
            content = await asyncio.to_thread(_read, asset.path)
            result.append(InputFile(role=role, mime=asset.mime, filename=name, content=content))
    return tuple(result)


def enroll(asset: Asset, *, endpoint: Endpoint, now: datetime.datetime) -> GatewayAsset:
    """Note that this asset goes through the library of this gateway from now on; the next submit brings it there.

    Idempotent: yes.
    """
    entry, _created = GatewayAsset.objects.get_or_create(
        asset=asset, endpoint_url=endpoint.base_url, defaults={"gateway_id": "", "created_at": now}
    )
    return entry


async def library_address(
    entry: GatewayAsset, asset: Asset, *, endpoint: Endpoint, now: datetime.datetime, send: Send
) -> str:
    """Return `asset://…` for an enrolled asset, after creating it in the library and waiting until it is usable.

    What is known is written down at each step, so that a later call goes on where this one ended.
    Raises: InputUnavailableError; GatewayError, `BadInput` when the library refuses the file, `RateLimited` when it
    is still busy with it after 30 s.
    """
    if not entry.gateway_id:
        url = await _address(asset, endpoint=endpoint, now=now)
        kind = _LIBRARY_TYPES[asset.media]
        answer = await send(library.build_create(url=url, asset_type=kind, name=asset.public_id.hex), endpoint)
        entry.gateway_id = library.read_created(answer)
        await asyncio.to_thread(_save, entry)
    if not entry.is_active:
        await _wait_until_active(entry, endpoint=endpoint, send=send)
    return f"asset://{entry.gateway_id}"


async def _wait_until_active(entry: GatewayAsset, *, endpoint: Endpoint, send: Send) -> None:
    ends_at = time.monotonic() + LIBRARY_WAIT_SECONDS
    while True:
        found = library.read_asset(await send(library.build_get(entry.gateway_id), endpoint))
        if found.status is library.AssetStatus.ACTIVE:
            entry.is_active = True
            await asyncio.to_thread(_save, entry)
            return
        if found.status is library.AssetStatus.FAILED:
            # The next attempt offers the file anew.
            entry.gateway_id = ""
            await asyncio.to_thread(_save, entry)
            raise found.error or BadInput("The asset library refused the file.")
        if time.monotonic() > ends_at:
            raise RateLimited("The asset library is still at work.", retry_after_seconds=LIBRARY_RETRY_SECONDS)
        await asyncio.sleep(LIBRARY_POLL_SECONDS)


async def _address(asset: Asset, *, endpoint: Endpoint, now: datetime.datetime) -> str:
    base_url = reachable_base_url(endpoint)
    if not base_url:
        raise InputUnavailableError("needs_address")
    # The first address in a bucket may have to wait for credentials.
    url = await asyncio.to_thread(bucket_address, asset, "original", seconds=SIGNED_SECONDS)
    url = url or signed_address(asset, "original", now=now, base_url=base_url)
    if url is None:
        raise InputUnavailableError("needs_address")
    return url


async def _enrolled(files: Sequence[tuple[str, Asset]], endpoint: Endpoint) -> dict[int, GatewayAsset]:
    candidates = [asset.pk for role, asset in files if role in LIBRARY_ROLES]
    return await asyncio.to_thread(_find_enrolled, candidates, endpoint.base_url) if candidates else {}


def _find_enrolled(asset_ids: Sequence[int], endpoint_url: str) -> dict[int, GatewayAsset]:
    try:
        rows = GatewayAsset.objects.filter(asset_id__in=asset_ids, endpoint_url=endpoint_url)
        return {row.asset_id: row for row in rows}
    finally:
        connection.close()


def _save(entry: GatewayAsset) -> None:
    try:
        GatewayAsset.objects.filter(pk=entry.pk).update(gateway_id=entry.gateway_id, is_active=entry.is_active)
    finally:
        connection.close()


def _read(path: str) -> bytes:
    try:
        with default_storage.open(path, "rb") as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        raise InputUnavailableError("input_missing") from None
    except OSError as error:
        # Trouble of our own, before anything was sent: the order waits, as for a gateway that does not answer.
        raise ConnectionNotMade(f"An input could not be read: {error.strerror or type(error).__name__}.") from None
