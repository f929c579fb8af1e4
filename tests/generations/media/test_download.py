"""Downloads against a real server on loopback, which misbehaves as it is told."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from generations.media import download as module
from generations.media.download import (
    Broken,
    Downloaded,
    DownloadError,
    LinkGone,
    PrivateAddress,
    TooLarge,
    WrongType,
    download,
)
from tests.generations.media import samples

CLIP = samples.clip()
SECRET = "signature=very-secret"
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the test's own function."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.close_connection = True
        self.server.answer(self)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def say(self, status: int, body: bytes = b"", /, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@dataclass
class Server(ThreadingHTTPServer):
    """A server, what it was asked, and how it answers."""

    answer: Answer = field(default=lambda handler: handler.say(200, CLIP))
    seen: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    @property
    def origin(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def url(self, path: str = "/file.mp4") -> str:
        return f"http://127.0.0.1:{self.port}{path}?{SECRET}"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "result"


def fetch(server: Server, target: Path, *, url: str = "", **more: Any) -> Downloaded:
    values = {
        "trusted_origin": server.origin,
        "max_bytes": 10_000_000,
        "deadline_seconds": 20.0,
        "renew": lambda: None,
        **more,
    }
    return download(url or server.url(), target, **values)


def ranged(content: bytes, *, etag: str = '"one"', cut_after: int | None = None) -> Answer:
    """Answer like a file server; hang up after so many bytes of each answer."""

    def answer(handler: Handler) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and handler.headers.get("If-Range") == etag else 0
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(content) - start))
        if etag:
            handler.send_header("ETag", etag)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.end_headers()
        handler.wfile.write(content[start:][:cut_after])

    return answer


def test_a_whole_file_arrives_under_its_name_only(server: Server, target: Path) -> None:
    found = fetch(server, target)

    assert found == Downloaded(len(CLIP), hashlib.sha256(CLIP).hexdigest(), "video/mp4")
    assert target.read_bytes() == CLIP
    assert [path.name for path in target.parent.iterdir()] == ["result"]


def test_neither_key_nor_cookie_is_sent(server: Server, target: Path) -> None:
    fetch(server, target)

    assert set(server.seen[0]) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_a_proxy_of_the_environment_is_not_asked(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert fetch(server, target).size_bytes == len(CLIP)


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_download_cut_at_any_tenth_is_continued(server: Server, target: Path, tenth: int) -> None:
    cut_after = -(-len(CLIP) * tenth // 10)
    server.answer = ranged(CLIP, cut_after=cut_after)

    assert fetch(server, target).sha256 == hashlib.sha256(CLIP).hexdigest()

    assert server.seen[1]["range"] == f"bytes={cut_after}-"
    assert server.seen[1]["if-range"] == '"one"'
    assert len(server.seen) == -(-len(CLIP) // cut_after)


def test_another_process_continues_where_one_died(server: Server, target: Path) -> None:
    half = len(CLIP) // 2

    def refuse_second(handler: Handler) -> None:
        ranged(CLIP, cut_after=half)(handler) if len(server.seen) == 1 else handler.say(503)

    server.answer = refuse_second
    with pytest.raises(Broken):
        fetch(server, target)
    server.answer = ranged(CLIP)

    assert fetch(server, target).sha256 == hashlib.sha256(CLIP).hexdigest()
    assert server.seen[-1]["range"] == f"bytes={half}-"


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, target: Path) -> None:
    old, new = samples.clip(frames=30), CLIP

    def answer(handler: Handler) -> None:
        first = len(server.seen) == 1
        ranged(old if first else new, etag='"old"' if first else '"new"', cut_after=4000 if first else None)(handler)

    server.answer = answer

    assert fetch(server, target).sha256 == hashlib.sha256(new).hexdigest()


def test_without_a_validator_nothing_is_continued(server: Server, target: Path) -> None:
    server.answer = ranged(CLIP, etag="", cut_after=4000)

    with pytest.raises(Broken):
        fetch(server, target)
    server.answer = ranged(CLIP, etag="")
    fetch(server, target)

    assert all("range" not in seen for seen in server.seen)
    assert target.read_bytes() == CLIP


def test_a_part_of_another_place_is_not_appended(server: Server, target: Path) -> None:
    def answer(handler: Handler) -> None:
        if len(server.seen) == 1:
            ranged(CLIP, cut_after=4000)(handler)
        elif "Range" in handler.headers:
            handler.say(206, CLIP[:100], content_range=f"bytes 0-99/{len(CLIP)}", etag='"one"')
        else:
            ranged(CLIP)(handler)

    server.answer = answer
    with pytest.raises(Broken):
        fetch(server, target)

    assert fetch(server, target).sha256 == hashlib.sha256(CLIP).hexdigest()


def test_a_part_that_was_already_whole_is_enough(server: Server, target: Path) -> None:
    def answer(handler: Handler) -> None:
        if "Range" in handler.headers:
            handler.say(416, content_range=f"bytes */{len(CLIP)}")
        else:
            handler.say(200, CLIP, content_length=str(len(CLIP) + 1), etag='"one"')

    server.answer = answer

    assert fetch(server, target).size_bytes == len(CLIP)


def test_an_announced_size_above_the_limit_is_refused_at_once(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.say(200, b"", content_length="99999999999")

    with pytest.raises(TooLarge):
        fetch(server, target, max_bytes=50_000)
    assert not list(target.parent.iterdir())


def test_more_than_announced_is_never_stored(server: Server, target: Path) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _piece in range(100):
            handler.wfile.write(CLIP[:1000])

    server.answer = answer

    with pytest.raises(TooLarge):
        fetch(server, target, max_bytes=50_000)
    assert not list(target.parent.iterdir())


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_gone_link_is_told_apart(server: Server, target: Path, status: int) -> None:
    server.answer = lambda handler: handler.say(status, b"<Error><Code>AccessDenied</Code></Error>")

    with pytest.raises(LinkGone):
        fetch(server, target)


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 204])
def test_other_failures_may_be_tried_again(server: Server, target: Path, status: int) -> None:
    server.answer = lambda handler: handler.say(status, content_length="" if status == 204 else "0")

    with pytest.raises(Broken) as caught:
        fetch(server, target)
    assert caught.value.is_retryable


@pytest.mark.parametrize("body", [b"<!doctype html><title>Sign in</title>" * 9, b'{"code": 500}', b""])
def test_a_page_with_status_200_is_no_result(server: Server, target: Path, body: bytes) -> None:
    server.answer = lambda handler: handler.say(200, body, content_type="video/mp4")

    with pytest.raises(WrongType):
        fetch(server, target)
    assert not list(target.parent.iterdir())


def test_the_type_is_read_from_the_bytes(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.say(200, samples.picture("WEBP"), content_type="text/plain")

    assert fetch(server, target).content_type == "image/webp"


def test_redirects_are_followed_to_trusted_and_public_places_only(server: Server, target: Path) -> None:
    def answer(handler: Handler) -> None:
        if handler.path.startswith("/file"):
            handler.say(302, location="/elsewhere?again=1")
        else:
            handler.say(200, CLIP)

    server.answer = answer

    assert fetch(server, target).size_bytes == len(CLIP)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://user:password@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://8.8.8.8/x",
        "gopher://127.0.0.1/",
    ],
)
def test_a_redirect_to_the_inside_is_refused(server: Server, target: Path, location: str) -> None:
    server.answer = lambda handler: handler.say(302, location=location.format(port=server.port))

    with pytest.raises(PrivateAddress):
        fetch(server, target)
    assert len(server.seen) == 1


def test_a_loopback_link_of_a_gateway_elsewhere_is_refused(server: Server, target: Path) -> None:
    with pytest.raises(PrivateAddress):
        fetch(server, target, trusted_origin=("api.example.com", 443))
    assert not server.seen


def test_https_never_falls_back_to_plain_http(target: Path, server: Server) -> None:
    elsewhere = httpx.MockTransport(lambda _request: httpx.Response(302, headers={"Location": server.url()}))

    with pytest.raises(PrivateAddress):
        fetch(server, target, url="https://93.184.216.34/x", transport=elsewhere)


def test_circles_of_redirects_end(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.say(302, location="/again")

    with pytest.raises(Broken):
        fetch(server, target)
    assert len(server.seen) == module.MAX_REDIRECTS + 1


def test_nobody_listening_may_be_tried_again(server: Server, target: Path) -> None:
    with pytest.raises(Broken):
        fetch(server, target, url="http://127.0.0.1:1/x", trusted_origin=("127.0.0.1", 1))


def test_a_download_ends_when_its_time_is_over_and_keeps_its_part(server: Server, target: Path) -> None:
    server.answer = ranged(CLIP)

    with pytest.raises(Broken):
        fetch(server, target, deadline_seconds=-1.0)

    assert not server.seen
    assert not target.exists()


def test_the_lease_is_renewed_while_bytes_come(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewals: list[int] = []
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.0)

    fetch(server, target, renew=lambda: renewals.append(1))

    assert renewals


def test_a_lost_lease_ends_the_download(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class LeaseLostError(Exception):
        pass

    def lose() -> None:
        raise LeaseLostError

    monkeypatch.setattr(module, "RENEW_SECONDS", 0.0)

    with pytest.raises(LeaseLostError):
        fetch(server, target, renew=lose)
    assert not target.exists()


@pytest.mark.parametrize(
    "answer",
    [
        lambda handler: handler.say(404),
        lambda handler: handler.say(500),
        lambda handler: handler.say(302, location=f"http://10.0.0.1/?{SECRET}"),
        lambda handler: handler.say(200, b"text"),
        lambda handler: handler.wfile.write(b"not http at all"),
    ],
)
def test_no_error_quotes_the_signed_address(server: Server, target: Path, answer: Answer) -> None:
    server.answer = answer

    with pytest.raises(DownloadError) as caught:
        fetch(server, target)

    assert "secret" not in f"{caught.value!r}"
    assert "127.0.0.1" not in f"{caught.value!r}"
    assert caught.value.__cause__ is None
