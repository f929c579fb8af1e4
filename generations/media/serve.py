"""Hand files out with ranges, in even pieces, so that memory stays flat whatever their size.

Written here because Django's `FileResponse` knows no ranges and whitenoise's responder answers 416 to a range of one
byte and overlooks `If-Range`. Source: https://www.rfc-editor.org/rfc/rfc9110#section-14
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from generations.media.recipe.inscribing import inscribed
from generations.media.recipe.splicing import UnsupportedFileError
from generations.media.recipe.words import Inscription
from generations.media.signing import read_signed, signed_address
from generations.media.store import local_path, open_stored
from generations.media.types import FILE_TYPES
from generations.models import Asset

__all__ = [
    "VARIANTS",
    "FilePiece",
    "bucket_address",
    "file_response",
    "inscribed_response",
    "parse_range",
    "read_signed",
    "signed_address",
]

VARIANTS = ("original", "small", "large", "poster")
CHUNK_BYTES = 256 * 1024
# A file of an asset never changes; a day bounds how long a browser may show what somebody may no longer see.
CACHE_SECONDS = 24 * 3600
# How long an address in a bucket opens a file; a browser keeps it for a quarter of that.
LONGEST_ADDRESS_SECONDS = 4 * 3600
SHORTEST_ADDRESS_SECONDS = 60
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_SAFETY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # What a browser opens by itself can neither run scripts nor read the studio's pages.
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class RangeNotSatisfiableError(Exception):
    """A well-formed range that lies behind the end of the file."""


@dataclass(frozen=True, slots=True)
class _Variant:
    path: str
    mime: str
    filename: str
    etag: str


class FilePiece:
    """A piece of an open file as an asynchronous body; every read happens in a thread."""

    def __init__(self, file: BinaryIO, *, start: int, length_bytes: int) -> None:
        self._file = file
        self._left_bytes = length_bytes
        file.seek(start)

    def __aiter__(self) -> FilePiece:
        return self

    async def __anext__(self) -> bytes:
        if self._left_bytes <= 0:
            raise StopAsyncIteration
        chunk = await asyncio.to_thread(self._file.read, min(CHUNK_BYTES, self._left_bytes))
        if not chunk:
            raise StopAsyncIteration
        self._left_bytes -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file; Django calls this when the answer is over or the client has gone."""
        self._file.close()


def file_response(
    request: HttpRequest, asset: Asset, variant: str, *, cache_seconds: int = CACHE_SECONDS, is_download: bool = False
) -> HttpResponseBase:
    """Return the answer to GET or HEAD for one file of an asset: 200, 206, 304, 412 or 416.

    A file that lies in a bucket is answered by sending on to a signed address there, 302: the bucket knows ranges.
    Opens the file, so call it in a thread. Raises: Http404 when the asset has no such file.
    """
    found = _find(asset, variant)
    local = local_path(found.path)
    if local is None:
        return _redirect(request, found, cache_seconds=cache_seconds, is_download=is_download)
    response = _conditional(request, found)
    if response is None:
        try:
            response = _body(request, local.open("rb"), found)
        except FileNotFoundError:
            raise Http404 from None
    _describe(response, found, cache_seconds=cache_seconds, is_download=is_download)
    return response


def inscribed_response(request: HttpRequest, asset: Asset, inscription: Inscription) -> HttpResponseBase:
    """Return the answer to a download of an original with its recipe in it; the stored file stays as it is.

    From a bucket it comes through this host. Opens the file, so call it in a thread.
    Raises: Http404 when the file is gone; UnsupportedFileError when it takes no recipe.
    """
    found = _find(asset, "original")
    recipe = hashlib.sha256(repr(inscription).encode()).hexdigest()[:16]
    found = replace(found, etag=f'"{asset.sha256[:32]}-{recipe}"')
    response = _conditional(request, found)
    if response is None:
        try:
            file = open_stored(found.path)
        except FileNotFoundError:
            raise Http404 from None
        try:
            response = _body(request, inscribed(file, asset.mime, inscription), found)
        except UnsupportedFileError:
            file.close()
            raise
    _describe(response, found, cache_seconds=0, is_download=True)
    return response


def bucket_address(
    asset: Asset, variant: str, *, seconds: int, method: str = "GET", is_download: bool = False
) -> str | None:
    """Return an address that opens the file in the bucket for that long, or None where files lie on this host.

    Raises: Http404 when the asset has no such file.
    """
    found = _find(asset, variant)
    if local_path(found.path) is not None:
        return None
    return _signed(found, seconds=seconds, method=method, is_download=is_download)


def parse_range(header: str, *, size_bytes: int) -> tuple[int, int] | None:
    """Return first and last byte of a `Range` header, or None when the whole file is to be sent.

    Several ranges at once may be answered with the whole file, and are.
    Raises: RangeNotSatisfiableError.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length_bytes = min(int(last), size_bytes)
        if length_bytes == 0:
            raise RangeNotSatisfiableError
        return size_bytes - length_bytes, size_bytes - 1
    start, end = int(first), min(int(last), size_bytes - 1) if last else size_bytes - 1
    if last and int(last) < start:
        return None
    if start >= size_bytes:
        raise RangeNotSatisfiableError
    return start, end


def _find(asset: Asset, variant: str) -> _Variant:
    by_name = {
        "original": (asset.path, asset.mime),
        "small": (asset.small_path, "image/webp"),
        "large": (asset.large_path, "image/webp"),
        "poster": (asset.poster_path, "image/webp"),
    }
    path, mime = by_name.get(variant, ("", ""))
    if not path or mime not in FILE_TYPES:
        raise Http404
    # The digest of the original names its variants as well: they are made once from the same bytes.
    return _Variant(
        path=path, mime=mime, filename=_filename(asset, variant, mime), etag=f'"{asset.sha256[:32]}-{variant}"'
    )


def _filename(asset: Asset, variant: str, mime: str) -> str:
    stem = PurePath(asset.original_name).stem or f"{asset.media}-{asset.public_id.hex[:8]}"
    suffix = FILE_TYPES[mime].suffix
    return f"{stem}.{suffix}" if variant == "original" else f"{stem}-{variant}.{suffix}"


def _redirect(request: HttpRequest, found: _Variant, *, cache_seconds: int, is_download: bool) -> HttpResponseRedirect:
    """Send on to the bucket. The browser keeps the answer for a while, and with it what it fetched from there.

    An address outlives the answer that names it, so that a clip which was paused can still be read on.
    """
    seconds = max(SHORTEST_ADDRESS_SECONDS, min(cache_seconds, LONGEST_ADDRESS_SECONDS))
    address = _signed(found, seconds=seconds, method=request.method or "GET", is_download=is_download)
    return HttpResponseRedirect(address, headers={"Cache-Control": f"private, max-age={seconds // 4}"})


def _signed(found: _Variant, *, seconds: int, method: str, is_download: bool) -> str:
    disposition = content_disposition_header(is_download, found.filename) or "inline"
    # The type is from our own table whatever the bucket has noted, as it is for files that are served from here.
    told = {"ResponseContentType": found.mime, "ResponseContentDisposition": disposition}
    storage: Any = default_storage
    address: str = storage.url(found.path, parameters=told, expire=seconds, http_method=method)
    return address


def _conditional(request: HttpRequest, found: _Variant) -> HttpResponseBase | None:
    answer: HttpResponseBase | None = get_conditional_response(request, etag=found.etag)
    return answer


def _describe(response: HttpResponseBase, found: _Variant, *, cache_seconds: int, is_download: bool) -> None:
    """Give an answer its headers."""
    if response.status_code in {200, 206}:
        response["Content-Type"] = found.mime
        response["Accept-Ranges"] = "bytes"
        response["Content-Disposition"] = content_disposition_header(is_download, found.filename) or "inline"
    response["ETag"] = found.etag
    kept = f"max-age={cache_seconds}, immutable" if cache_seconds else "no-cache"
    response["Cache-Control"] = f"private, {kept}"
    for name, value in _SAFETY_HEADERS.items():
        response[name] = value


def _body(request: HttpRequest, file: BinaryIO, found: _Variant) -> HttpResponseBase:
    size_bytes = file.seek(0, os.SEEK_END)
    wanted = None
    try:
        if request.method == "GET" and request.headers.get("If-Range", found.etag) == found.etag:
            wanted = parse_range(request.headers.get("Range", ""), size_bytes=size_bytes)
    except RangeNotSatisfiableError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
    start, end = wanted or (0, size_bytes - 1)
    length = {"Content-Length": str(end - start + 1)}
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers=length)
    piece = FilePiece(file, start=start, length_bytes=end - start + 1)
    if wanted is None:
        return StreamingHttpResponse(piece, headers=length)
    return StreamingHttpResponse(
        piece, status=206, headers={**length, "Content-Range": f"bytes {start}-{end}/{size_bytes}"}
    )
