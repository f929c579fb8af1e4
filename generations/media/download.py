"""Fetch a result from where the gateway put it: resumable, bounded, and never from the inside of our own network.

    DownloadError          is_retryable   what it means
    ├── LinkGone           no             403, 404, 410: ask the gateway for a fresh link
    ├── TooLarge           no             announced or sent more than allowed
    ├── PrivateAddress     no             leads where nothing of ours is fetched from, also by a redirect
    ├── WrongType          no             an answer that is no picture, clip or sound
    └── Broken             yes            cut, timed out, 5xx; what has arrived is kept, and the next call goes on

No error's text holds an address: links of results are signed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

import httpx

from generations.addresses import ForbiddenAddressError, PinnedTransport, Resolve, resolve
from generations.gateway.client import tls_context
from generations.media.paths import sync_folder
from generations.media.types import SNIFF_BYTES, sniff

MAX_REDIRECTS = 5
# Within one call; a server that cuts every answer short is asked again as long as each answer brings something.
MAX_RESUMES = 20
RENEW_SECONDS = 10.0
_TIMEOUT = httpx.Timeout(connect=8.0, read=12.0, write=8.0, pool=8.0)
_HASH_CHUNK_BYTES = 1024 * 1024
_GONE = frozenset({403, 404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class DownloadError(Exception):
    """A result that could not be fetched."""

    is_retryable: ClassVar[bool] = False


class LinkGone(DownloadError):
    """The link has expired or its file was deleted."""


class TooLarge(DownloadError):
    """The file is larger than allowed."""


class PrivateAddress(DownloadError):
    """The link, or a redirect, leads to a private address, down to plain http, or to no web address at all."""


class WrongType(DownloadError):
    """What came is no picture, clip or sound: an error page, for instance."""


class Broken(DownloadError):
    """The connection failed; another call goes on where this one ended."""

    is_retryable = True


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole file. `content_type` is read from its bytes, not from what the server says."""

    size_bytes: int
    sha256: str
    content_type: str


def download(
    url: str,
    target: Path,
    *,
    trusted_origin: tuple[str, int] | None,
    max_bytes: int,
    deadline_seconds: float,
    renew: Callable[[], None],
    transport: httpx.BaseTransport | None = None,
    resolve: Resolve = resolve,
) -> Downloaded:
    """Fetch a file to `target`, which gets its name only when it is whole and on the disk.

    `trusted_origin` is the gateway's own host and port, allowed although its address may be private. `renew` is
    called at least every 30 s; what it raises ends the download and passes through. Sends no key, uses no proxy.
    Units: `deadline_seconds` for the whole call.
    Raises: DownloadError, see the tree above. Idempotent: yes; a partial file is continued.
    """
    inner = transport or httpx.HTTPTransport(verify=tls_context(), trust_env=False, retries=0)
    pinned = PinnedTransport(inner, trusted_origin=trusted_origin, resolve=resolve)
    with httpx.Client(transport=pinned, timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client:
        fetch = _Fetch(client, target, max_bytes=max_bytes, deadline_seconds=deadline_seconds, renew=renew)
        return fetch.run(url)


class _Partial:
    """The file that grows beside the target, and what its server said to recognise it by."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.partial")
        self._notes = target.with_name(f"{target.name}.partial.json")

    def resume_point(self) -> tuple[int, str]:
        """Return how many bytes are there and their validator; nothing counts without a validator."""
        try:
            validator = json.loads(self._notes.read_text())["validator"]
            return (self.path.stat().st_size, str(validator)) if validator else (0, "")
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def begin(self, validator: str) -> None:
        """Empty the file, and remember how a continuation can be recognised."""
        self.path.write_bytes(b"")
        self.path.chmod(0o600)
        self._notes.write_text(json.dumps({"validator": validator}))

    def finish(self) -> Downloaded:
        """Give the whole file its name; it survives a loss of power from here on."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            head = file.read(SNIFF_BYTES)
            file.seek(0)
            while chunk := file.read(_HASH_CHUNK_BYTES):
                digest.update(chunk)
            os.fsync(file.fileno())
            size_bytes = file.tell()
        content_type = sniff(head)
        if content_type is None:
            self.discard()
            raise WrongType("not a picture, clip or sound")
        self.path.replace(self.target)
        self._notes.unlink(missing_ok=True)
        sync_folder(self.target.parent)
        return Downloaded(size_bytes=size_bytes, sha256=digest.hexdigest(), content_type=content_type)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)


class _Fetch:
    """One download: its connection, its clock and its partial file."""

    def __init__(
        self, client: httpx.Client, target: Path, *, max_bytes: int, deadline_seconds: float, renew: Callable[[], None]
    ) -> None:
        self._client = client
        self._partial = _Partial(target)
        self._max_bytes = max_bytes
        self._ends_at = time.monotonic() + deadline_seconds
        self._renew = renew
        self._renewed_at = time.monotonic()

    def run(self, url: str) -> Downloaded:
        for _attempt in range(MAX_RESUMES):
            before, _validator = self._partial.resume_point()
            try:
                self._one_answer(url)
                return self._partial.finish()
            except Broken:
                if self._partial.resume_point()[0] <= before:
                    raise
            except (TooLarge, WrongType):
                self._partial.discard()
                raise
        raise Broken("cut too often")

    def _one_answer(self, url: str) -> None:
        offset, validator = self._partial.resume_point()
        headers = {"Accept-Encoding": "identity", "Accept": "*/*"}
        if offset:
            headers |= {"Range": f"bytes={offset}-", "If-Range": validator}
        with self._network_errors_told(), self._answer(url, headers) as response:
            if response.status_code == 416 and self._is_complete(response, offset):
                return
            if response.status_code == 206 and offset and _continues(response, offset, validator):
                self._write(response, offset=offset)
            elif response.status_code == 200:
                self._partial.begin(_validator_of(response))
                self._write(response, offset=0)
            else:
                # A part that does not fit ours: begin anew next time.
                self._partial.discard()
                raise Broken(f"unexpected answer {response.status_code}")

    @contextlib.contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Yield the answer after at most five redirects, each under the same rules."""
        address = _readable_url(url)
        is_plain_allowed = address.scheme == "http"
        for _hop in range(MAX_REDIRECTS + 1):
            if address.scheme not in ({"http", "https"} if is_plain_allowed else {"https"}) or not address.host:
                raise PrivateAddress("not a web address, or plain http behind https")
            self._keep_going()
            # No cookie of one host may come along to the next.
            self._client.cookies.clear()
            response = self._client.send(self._client.build_request("GET", address, headers=headers), stream=True)
            with contextlib.closing(response):
                if response.status_code not in _REDIRECTS:
                    _refuse_failure(response)
                    yield response
                    return
                address = address.join(_readable_url(response.headers.get("Location", "")))
        raise Broken("too many redirects")

    def _write(self, response: httpx.Response, *, offset: int) -> None:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and offset + int(announced) > self._max_bytes:
            raise TooLarge(f"more than {self._max_bytes} bytes announced")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Broken("a compressed answer that nobody asked for")
        with self._partial.path.open("r+b") as file:
            file.seek(offset)
            written = self._write_chunks(response, file, offset=offset)
        if announced.isdecimal() and written < offset + int(announced):
            raise Broken("cut off")

    def _write_chunks(self, response: httpx.Response, file: BinaryIO, *, offset: int) -> int:
        size_bytes, head = offset, b""
        # Chunks as they come: waiting for full ones would starve `renew` on a slow line.
        for chunk in response.iter_raw():
            size_bytes += len(chunk)
            if size_bytes > self._max_bytes:
                raise TooLarge(f"more than {self._max_bytes} bytes")
            file.write(chunk)
            if offset == 0 and len(head) < SNIFF_BYTES:
                head += chunk[:SNIFF_BYTES]
                if len(head) >= SNIFF_BYTES and sniff(head) is None:
                    raise WrongType("not a picture, clip or sound")
            self._keep_going()
        return size_bytes

    def _is_complete(self, response: httpx.Response, offset: int) -> bool:
        """Tell whether "not satisfiable" only means that all bytes are here already."""
        return offset > 0 and str(response.headers.get("Content-Range", "")) == f"bytes */{offset}"

    def _keep_going(self) -> None:
        now = time.monotonic()
        if now > self._ends_at:
            raise Broken("out of time")
        if now - self._renewed_at >= RENEW_SECONDS:
            self._renewed_at = now
            self._renew()

    @contextlib.contextmanager
    def _network_errors_told(self) -> Iterator[None]:
        """Turn the client's errors into ours; their texts are left behind, because they may quote the address."""
        try:
            yield
        except ForbiddenAddressError:
            raise PrivateAddress("a private address") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise PrivateAddress("not a web address") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise Broken(type(error).__name__) from None


def _readable_url(text: str) -> httpx.URL:
    address = httpx.URL(text)
    if address.userinfo:
        raise PrivateAddress("an address with a name and password")
    return address


def _refuse_failure(response: httpx.Response) -> None:
    status = response.status_code
    if status in _GONE:
        raise LinkGone(f"HTTP {status}")
    if status >= 400 and status != 416:
        raise Broken(f"HTTP {status}")


def _continues(response: httpx.Response, offset: int, validator: str) -> bool:
    """Tell whether a part is the next one of the very file that has begun."""
    begins_here = str(response.headers.get("Content-Range", "")).startswith(f"bytes {offset}-")
    return begins_here and _validator_of(response) in {"", validator}


def _validator_of(response: httpx.Response) -> str:
    """Return what `If-Range` may hold: a strong ETag, else the date of the last change, else nothing.

    Source: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
    """
    etag = str(response.headers.get("ETag", ""))
    if etag.startswith('"'):
        return etag
    return str(response.headers.get("Last-Modified", ""))
