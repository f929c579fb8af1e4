import io
import time
from collections.abc import Callable

import httpx
import pytest
from PIL import Image

from tests.generations.sandbox.conftest import file_url, submit_picture, wait_for_result


def finished(http: httpx.Client, prompt: str) -> str:
    return file_url(wait_for_result(http, submit_picture(http, prompt)))


def read_until_it_breaks(http: httpx.Client, link: str) -> tuple[bytes, int]:
    """Return what came, and how much was promised."""
    received, promised = b"", 0
    try:
        with http.stream("GET", link) as answer:
            promised = int(answer.headers["content-length"])
            for piece in answer.iter_bytes():
                received += piece
    except httpx.RemoteProtocolError:
        return received, promised
    pytest.fail("the download came through whole")


@pytest.fixture(scope="module")
def url(http: httpx.Client) -> str:
    return finished(http, "files of the sandbox")


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=100-199", 100, 200), ("bytes=100-", 100, None), ("bytes=-50", -50, None)]
)
def test_a_range_returns_just_those_bytes(
    http: httpx.Client, url: str, asked: str, start: int, end: int | None
) -> None:
    whole = http.get(url).content

    part = http.get(url, headers={"Range": asked})

    assert part.status_code == 206
    assert part.content == whole[start:end]
    assert part.headers["content-range"].endswith(f"/{len(whole)}")


def test_a_range_past_the_end_cannot_be_satisfied(http: httpx.Client, url: str) -> None:
    assert http.get(url, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_if_range_gives_the_whole_file_when_it_has_changed(http: httpx.Client, url: str) -> None:
    etag = http.head(url).headers["etag"]

    same, other = (http.get(url, headers={"Range": "bytes=0-9", "If-Range": tag}) for tag in (etag, '"other"'))

    assert (same.status_code, len(same.content)) == (206, 10)
    assert (other.status_code, len(other.content)) == (200, int(http.head(url).headers["content-length"]))


def test_a_wrong_token_an_unknown_name_and_an_old_link_are_refused(
    http: httpx.Client, switch: Callable[..., None]
) -> None:
    switch(file_seconds=0)
    old = finished(http, "short-lived [sandbox tiny]")

    assert http.get(old.replace("token=", "token=0")).status_code == 403
    assert http.get("/files/..%2Fsandbox.sqlite3?expires=9&token=x").status_code == 404
    deadline = time.monotonic() + 10
    while (status := http.get(old).status_code) != 410 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status == 410


def test_the_first_link_may_be_gone_and_a_later_poll_gives_a_good_one(http: httpx.Client) -> None:
    code = submit_picture(http, "vanishing [sandbox goneurl tiny]")
    first, second = (file_url(wait_for_result(http, code)) for _ in range(2))

    assert http.get(first).status_code == 410
    assert Image.open(io.BytesIO(http.get(second).content)).size == (64, 64)


def test_a_download_that_breaks_can_be_resumed(http: httpx.Client) -> None:
    link = finished(http, "broken [sandbox cutfile]")
    received, promised = read_until_it_breaks(http, link)

    rest = http.get(link, headers={"Range": f"bytes={len(received)}-"})

    assert 0 < len(received) < promised
    assert rest.status_code == 206
    assert Image.open(io.BytesIO(received + rest.content)).size == (1024, 1024)


def test_the_bytes_that_were_sent_are_counted(http: httpx.Client, url: str) -> None:
    def served() -> int:
        count: int = http.get("/sandbox/served").json()["bytes"]
        return count

    before = served()

    http.get(url, headers={"Range": "bytes=0-99"})
    http.get(url, headers={"Range": "bytes=100-149"})

    assert served() - before == 150
