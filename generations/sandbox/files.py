"""``/files/<name>``: results, with an expiry and with ranges.

Source: RFC 9110, sections 13.1.5 (If-Range) and 14 (Range).
"""

import email.utils
import hmac
import mimetypes
import pathlib
import re
import time
from collections.abc import AsyncIterator

from generations.sandbox.exchange import HangUp, Reply, Request, Stream
from generations.sandbox.scenarios import parse_scenario
from generations.sandbox.store import Task
from generations.sandbox.workshop import Workshop

CHUNK_BYTES = 256 * 1024
_NAME = re.compile(r"([A-Za-z0-9-]+?)(-last)?\.(mp4|png|jpeg|webp)")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def serve_file(workshop: Workshop, request: Request) -> Reply | Stream:
    """Answer GET and HEAD for a result file: 404 for a wrong address, 410 after its time."""
    name = request.path.removeprefix("/files/")
    found = _NAME.fullmatch(name)
    expires = request.query.get("expires", "")
    if not found or not expires.isdigit():
        return _plain(404, "no such file")
    token, expires_at = request.query.get("token", ""), int(expires)
    if hmac.compare_digest(token, workshop.sign_link(name, expires_at=expires_at, gone=True)):
        return _plain(410, "the link has gone")
    if not hmac.compare_digest(token, workshop.sign_link(name, expires_at=expires_at)):
        return _plain(403, "the token does not fit the address")
    path = workshop.files_dir / name
    if time.time() > expires_at or not path.is_file():
        return _plain(410, "the link has expired")
    return _answer(workshop, request, path, task=workshop.store.task(found[1]))


def _answer(workshop: Workshop, request: Request, path: pathlib.Path, *, task: Task | None) -> Reply | Stream:
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    modified = email.utils.formatdate(stat.st_mtime, usegmt=True)
    headers = {"etag": etag, "last-modified": modified, "accept-ranges": "bytes", "cache-control": "private"}
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    start, end, status = 0, stat.st_size - 1, 200
    asked = request.headers.get("range", "")
    if asked and request.headers.get("if-range", etag) in (etag, modified):
        wanted = _read_range(asked, stat.st_size)
        if wanted == "unsatisfiable":
            return Reply(b"", 416, content_type, {"content-range": f"bytes */{stat.st_size}"})
        if isinstance(wanted, tuple):
            (start, end), status = wanted, 206
            headers["content-range"] = f"bytes {start}-{end}/{stat.st_size}"
    length = end - start + 1
    if request.method == "HEAD":
        return Reply(b"", status, content_type, {**headers, "content-length": str(length)})
    breaks = task is not None and task.cuts == 0 and parse_scenario(task.prompt).cutfile
    pieces = _read(workshop, path, start=start, length=length, task=task, breaks=breaks)
    return Stream(pieces, status, content_type, headers, length)


async def _read(
    workshop: Workshop, path: pathlib.Path, *, start: int, length: int, task: Task | None, breaks: bool
) -> AsyncIterator[bytes]:
    if task and breaks:
        workshop.store.change_task(task.id, cuts=1)
    left = length // 2 if breaks else length
    with path.open("rb") as file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            workshop.served_bytes += len(piece)
            yield piece
    if breaks:
        raise HangUp
    if task and not path.name.endswith("-last.png"):
        workshop.store.change_task(task.id, delivered_at=time.time())


def _read_range(header: str, size: int) -> tuple[int, int] | str:
    """Return first and last byte, ``unsatisfiable``, or ``ignored`` for what this server does not do."""
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return "ignored"
    if not found[1]:
        return (max(0, size - int(found[2])), size - 1) if int(found[2]) else "unsatisfiable"
    start, end = int(found[1]), min(int(found[2] or size), size - 1)
    if start >= size:
        return "unsatisfiable"
    return (start, end) if start <= end else "ignored"


def _plain(status: int, message: str) -> Reply:
    return Reply(message.encode(), status, "text/plain; charset=utf-8")
