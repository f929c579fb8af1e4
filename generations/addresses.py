"""Which addresses of other people's naming may be connected to, and transports that connect to nothing else.

A name is resolved once; every address that it stands for is judged, and the connection goes to one of these very
addresses. So a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import httpx

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], list[str]]
# Host and port.
Origin: TypeAlias = tuple[str, int]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MOST_ADDRESSES_TRIED = 3


class ForbiddenAddressError(Exception):
    """A host that is, or resolves to, an address of this machine or of a private network."""


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, however it is written.

    Source: https://www.iana.org/assignments/iana-ipv4-special-registry/ and …/iana-ipv6-special-registry/, as the
    standard library knows them; IPv4 inside of IPv6 is judged as IPv4.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address.teredo is not None:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the system's order. Raises: OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedTransport(httpx.BaseTransport):
    """Connects only to addresses that were judged, and to the trusted host and port whatever its address is."""

    def __init__(
        self, inner: httpx.BaseTransport, *, trusted_origin: tuple[str, int] | None, resolve: Resolve = resolve
    ) -> None:
        self._inner = inner
        self._trusted = frozenset({trusted_origin} if trusted_origin else ())
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to one of the host's judged addresses.

        Raises: ForbiddenAddressError before any byte leaves; httpx.TransportError.
        """
        host, port = _origin(request)
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(type(error).__name__, request=request) from error
        _judge(addresses, (host, port), trusted=self._trusted)
        return self._send_to_first_that_answers(request, host, addresses)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _send_to_first_that_answers(self, request: httpx.Request, host: str, addresses: list[str]) -> httpx.Response:
        refused = httpx.ConnectError("no address", request=request)
        for text in addresses[:_MOST_ADDRESSES_TRIED]:
            try:
                return self._inner.handle_request(_pinned(request, host, text))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                refused = error if isinstance(error, httpx.ConnectError) else httpx.ConnectError("timeout")
        raise refused


class AsyncPinnedTransport(httpx.AsyncBaseTransport):
    """The same on an event loop, with any number of trusted hosts and ports."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, trusted: Collection[Origin], resolve: Resolve = resolve
    ) -> None:
        self._inner = inner
        self._trusted = trusted
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first of the host's judged addresses.

        Raises: ForbiddenAddressError before any byte leaves; httpx.TransportError.
        """
        host, port = _origin(request)
        try:
            addresses = await asyncio.to_thread(self._resolve, host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(type(error).__name__, request=request) from error
        _judge(addresses, (host, port), trusted=self._trusted)
        return await self._inner.handle_async_request(_pinned(request, host, addresses[0]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _origin(request: httpx.Request) -> Origin:
    return request.url.host, request.url.port or {"https": 443, "http": 80}.get(request.url.scheme, 0)


def _judge(addresses: Sequence[str], origin: Origin, *, trusted: Collection[Origin]) -> None:
    if origin in trusted:
        return
    for text in addresses:
        if not is_public(ipaddress.ip_address(text.partition("%")[0])):
            raise ForbiddenAddressError


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    # The name stays in the Host header and in TLS, where the certificate is held against it.
    # Source: https://www.python-httpx.org/advanced/extensions/#sni_hostname
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
