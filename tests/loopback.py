"""Requests to processes of the tests: like httpx's own functions, without a proxy and without loading certificates.

Each of httpx's one-call functions reads all certificates first, 20 ms of processor time, which thousands of tests and
every wait for a process would pay for nothing.
"""

from __future__ import annotations

from functools import cache
from ssl import SSLContext
from typing import Any

import httpx


@cache
def _trust() -> SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _request(method: str, url: str, **more: Any) -> httpx.Response:
    """Send one request on a connection of its own. Raises: httpx.HTTPError."""
    return httpx.request(method, url, verify=_trust(), trust_env=False, **more)


def get(url: str, **more: Any) -> httpx.Response:
    """Read one address. Raises: httpx.HTTPError."""
    return _request("GET", url, **more)


def post(url: str, **more: Any) -> httpx.Response:
    """Post to one address. Raises: httpx.HTTPError."""
    return _request("POST", url, **more)


def put(url: str, **more: Any) -> httpx.Response:
    """Put something to one address. Raises: httpx.HTTPError."""
    return _request("PUT", url, **more)
