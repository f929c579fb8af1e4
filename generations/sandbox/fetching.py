"""Fetching inputs by address; runs in a drawing process, which can afford the client library.

Nothing beyond loopback is ever contacted: an address elsewhere is accepted and simply not drawn.
"""

import ipaddress
import urllib.error
import urllib.parse
import urllib.request

LARGEST_BYTES = 64 * 1024 * 1024
FETCH_SECONDS = 10
_LOOPBACK_NAMES = {"localhost", "ip6-localhost"}


class CannotFetch(Exception):
    """The source address gave no file."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could lead off the loopback, so none is followed."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def is_loopback(url: str) -> bool:
    """Return whether the address is plain http on this machine."""
    try:
        parsed = urllib.parse.urlsplit(url)
    except ValueError:
        return False
    if parsed.scheme != "http" or not parsed.hostname:
        return False
    try:
        return ipaddress.ip_address(parsed.hostname).is_loopback
    except ValueError:
        return parsed.hostname.lower() in _LOOPBACK_NAMES


def fetch_loopback(url: str) -> bytes:
    """Return the file behind a loopback address. Blocking.

    Raises: CannotFetch if nothing usable comes back, or the address is not loopback.
    """
    if not is_loopback(url):
        raise CannotFetch(url)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    try:
        with opener.open(url, timeout=FETCH_SECONDS) as answer:
            content: bytes = answer.read(LARGEST_BYTES + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise CannotFetch(url) from error
    if not content or len(content) > LARGEST_BYTES:
        raise CannotFetch(url)
    return content
