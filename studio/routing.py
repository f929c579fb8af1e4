"""Which half of the web process answers a request, and how large its body may be: pure decisions, no input or output.

Ordinary pages and fragments are faster in a bounded pool of threads; what streams, or takes long bodies, belongs to
the event loop. See `studio.asgi` for the two halves.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

MEBIBYTE = 1024 * 1024
ORDINARY_BODY_BYTES = 4 * MEBIBYTE
# Source: https://www.volcengine.com/docs/82379/1520757 (64 MB a body); chat protocols take no more.
API_BODY_BYTES = 64 * MEBIBYTE
# Form fields, boundaries and the prompt come on top of the files themselves.
UPLOAD_MARGIN_BYTES = 2 * MEBIBYTE
# Above this a body is read only for somebody who is signed in.
STRANGER_BODY_BYTES = MEBIBYTE

Headers = list[tuple[bytes, bytes]]

API_DOCUMENT = "/api/openapi.json"
_API_PREFIXES = (
    "/v1",
    "/ai",
    "/chat/completions",
    "/images/generations",
    "/images/edits",
    "/models",
    API_DOCUMENT,
)
_UPLOAD_PATHS = frozenset({"/generations/", "/inputs/", "/recipes/"})
_THREAD_MESSAGES = re.compile(r"/chat/(?:[^/]+/messages/|attachments/)?\Z")
_FORWARDED = re.compile(rb"(x-forwarded-.*|forwarded)\Z")
# Stands in for what was dropped, so that nobody behind a proxy passes for a process of this machine.
WAS_FORWARDED = "x-studio-was-forwarded"


class Half(Enum):
    """What answers in the web process: two handlers of Django's, one of ours for streams, and the API beside them."""

    THREADS = "threads"
    LOOP = "loop"
    # On the loop, too, with all middleware in one visit to a thread.
    STREAMS = "streams"
    API = "api"


@dataclass(frozen=True)
class Route:
    """Where a request goes, and what of its body is accepted."""

    half: Half
    body_limit_bytes: int
    is_api: bool


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API, which reads keys and never the session cookie."""
    return any(path == prefix or path.startswith(prefix + "/") for prefix in _API_PREFIXES)


def choose_route(*, method: str, path: str, content_type: str, max_upload_bytes: int) -> Route:
    """Return the route of a request.

    Units: `max_upload_bytes` is what one upload may weigh; the margin for the form around it is added here.
    """
    upload_limit_bytes = max_upload_bytes + UPLOAD_MARGIN_BYTES
    if is_api_path(path):
        return Route(Half.API, _api_limit_bytes(path, upload_limit_bytes), is_api=True)
    if method == "POST" and (path in _UPLOAD_PATHS or _is_message_with_files(path, content_type)):
        return Route(Half.LOOP, upload_limit_bytes, is_api=False)
    if path.endswith("/stream/"):
        return Route(Half.STREAMS, ORDINARY_BODY_BYTES, is_api=False)
    if path.startswith("/media/") or "/export" in path:
        return Route(Half.LOOP, ORDINARY_BODY_BYTES, is_api=False)
    return Route(Half.THREADS, ORDINARY_BODY_BYTES, is_api=False)


def _api_limit_bytes(path: str, upload_limit_bytes: int) -> int:
    """Return how large a body an address of the API takes: files as uploads are, words and pictures in JSON less."""
    if path.endswith("/images/edits"):
        return upload_limit_bytes
    is_with_pictures = path.startswith("/ai/") or path.endswith(("/chat/completions", "/messages"))
    return min(API_BODY_BYTES, upload_limit_bytes) if is_with_pictures else ORDINARY_BODY_BYTES


def _is_message_with_files(path: str, content_type: str) -> bool:
    return content_type.lower().startswith("multipart/") and _THREAD_MESSAGES.match(path) is not None


def clean_headers(headers: Headers, *, trusted_proxies: int) -> Headers:
    """Return the headers without those that could pass for others.

    WSGI writes `X_Forwarded_Proto` and `X-Forwarded-Proto` to one name, so a name with an underscore never comes
    through; and nobody but a proxy of ours may say what was forwarded.
    """
    return [
        (name, value)
        for name, value in headers
        if b"_" not in name and (trusted_proxies or not _FORWARDED.match(name.lower()))
    ]


def mark_forwarded(headers: Headers, *, received: Headers) -> Headers:
    """Return the cleaned headers with a mark if what was received had come through a proxy."""
    is_forwarded = any(_FORWARDED.match(name.lower().replace(b"_", b"-")) for name, _value in received)
    return [*headers, (WAS_FORWARDED.encode(), b"1")] if is_forwarded else headers


def header(headers: Headers, name: bytes) -> str:
    """Return the first value of a header by its lower-case name, or an empty string."""
    return next((value.decode("latin-1") for known, value in headers if known.lower() == name), "")


def client_address(scope: dict[str, Any], headers: Headers, *, trusted_proxies: int) -> str:
    """Return the address that a client is counted under: the peer, or what the outermost trusted proxy saw."""
    peer = str((scope.get("client") or ("unknown", 0))[0])
    if not trusted_proxies:
        return peer
    hops = [hop.strip() for hop in header(headers, b"x-forwarded-for").split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else peer


def ascii_query(query_string: bytes) -> bytes:
    """Return the query string with raw bytes beyond ASCII percent-encoded, as browsers send them.

    The bridge to WSGI decodes it strictly, so that one stray byte would be an error 500.
    """
    return query_string if query_string.isascii() else quote(query_string, safe="%/?:@!$&'()*+,;=-._~[]").encode()
