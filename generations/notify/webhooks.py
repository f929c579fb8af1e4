"""One webhook message over the wire: signed, bounded in time and size, and never into the inside of a network.

    X-Studio-Delivery     the same in every try, so that a receiver can drop what it has had
    X-Studio-Timestamp    seconds since 1970, of this try
    X-Studio-Signature    sha256=<hex>: HMAC-SHA256 with the key's webhook secret over timestamp, full stop and body

Redirects are not followed, and nothing of an answer counts but its status. An address is judged when the connection is
made, by what its name stands for at that moment.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import httpx

from generations.addresses import (
    AsyncPinnedTransport,
    ForbiddenAddressError,
    Origin,
    Resolve,
    is_public,
    resolve,
)
from generations.gateway.client import tls_context

WHOLE_SECONDS = 15.0
URL_MAX_CHARACTERS = 500
_TIMEOUT = httpx.Timeout(connect=5.0, read=10.0, write=10.0, pool=5.0)
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to be sent."""

    delivery_id: str
    url: str
    body: bytes
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try went: an HTTP status, or a word for why there was none. Units: milliseconds."""

    status: int | None
    error: str
    ms: int

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """Return the signature of a message."""
    text = str(timestamp).encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def read_private_hosts(text: str) -> frozenset[Origin]:
    """Return the hosts and ports that an administrator lets webhooks go to; without a port both usual ones."""
    found: set[Origin] = set()
    for word in filter(None, (part.strip().lower() for part in text.split(","))):
        host, port = _host_and_port(word)
        found |= {(host, port)} if port else {(host, usual) for usual in _PORTS.values()}
    return frozenset(found)


def address_problem(url: str, *, trusted: Collection[Origin]) -> str:
    """Return a word for what is wrong with an address as it is written: `invalid`, `private`, or nothing.

    What a name stands for is judged when the connection is made.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        return "invalid"
    if address.scheme not in _PORTS or not address.host or address.userinfo or len(url) > URL_MAX_CHARACTERS:
        return "invalid"
    if (address.host, address.port or _PORTS[address.scheme]) in trusted:
        return ""
    if address.host == "localhost" or address.host.endswith(".localhost"):
        return "private"
    try:
        return "" if is_public(ipaddress.ip_address(address.host)) else "private"
    except ValueError:
        return ""


async def send_all(
    messages: Sequence[Message], *, trusted: Collection[Origin], timestamp: int, resolve: Resolve = resolve
) -> list[Outcome]:
    """Send messages side by side and return how each went. Raises nothing: every trouble is an outcome."""
    inner = httpx.AsyncHTTPTransport(verify=tls_context(), trust_env=False, retries=0)
    transport = AsyncPinnedTransport(inner, trusted=trusted, resolve=resolve)
    client = httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
    async with client:
        return await asyncio.gather(*(_send(client, message, timestamp=timestamp) for message in messages))


async def _send(client: httpx.AsyncClient, message: Message, *, timestamp: int) -> Outcome:
    began = time.monotonic()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Studio-Webhook/1",
        # Left open, it would only wait for a second message that never comes.
        "Connection": "close",
        "X-Studio-Delivery": message.delivery_id,
        "X-Studio-Timestamp": str(timestamp),
        "X-Studio-Signature": signature(message.secret, timestamp=timestamp, body=message.body),
    }
    status, error = None, ""
    try:
        async with (
            asyncio.timeout(WHOLE_SECONDS),
            client.stream("POST", message.url, content=message.body, headers=headers) as response,
        ):
            status = response.status_code
    except (TimeoutError, httpx.TimeoutException):
        error = "timeout"
    except ForbiddenAddressError:
        error = "private_address"
    except httpx.ConnectError:
        error = "no_connection"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        error = "invalid_address"
    except httpx.HTTPError:
        error = "broken_connection"
    return Outcome(status=status, error=error, ms=round((time.monotonic() - began) * 1000))


def _host_and_port(word: str) -> tuple[str, int]:
    try:
        return str(ipaddress.ip_address(word.strip("[]"))), 0
    except ValueError:
        host, _colon, port = word.rpartition(":")
        is_port = bool(host) and port.isascii() and port.isdigit() and len(port) < 6
        return (host.strip("[]"), int(port)) if is_port else (word, 0)
