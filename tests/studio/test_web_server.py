"""What comes over the wire, against the real server: raw bytes in, raw bytes out."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests import loopback
from tests.studio.conftest import MAX_UPLOAD_MB
from tests.studio_process import RunningStudio

MEBIBYTE = 1024 * 1024


def connect(studio: RunningStudio) -> socket.socket:
    parts = urlsplit(studio.address)
    return socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=20)


def read_answer(connection: socket.socket) -> tuple[int, str]:
    """Read to the answer's end, and return status and everything after the status line."""
    received = b""
    try:
        while not received.endswith(b"0\r\n\r\n") and (chunk := connection.recv(65536)):
            received += chunk
    except ConnectionResetError:
        pass
    except TimeoutError:
        pytest.fail(f"the server neither went on nor hung up after {received!r}")
    status_line, _separator, rest = received.decode("utf-8", "replace").partition("\r\n")
    return int(status_line.split()[1]), rest


def exchange(studio: RunningStudio, head: str, body: bytes = b"") -> tuple[int, str]:
    with connect(studio) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(body)
        return read_answer(connection)


def cookies_of(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_an_ordinary_page_has_a_request_id_and_a_strict_policy(studio: RunningStudio) -> None:
    answer = loopback.get(f"{studio.address}/accounts/login/")

    assert answer.status_code == 200
    assert len(answer.headers["x-request-id"]) == 16
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_probes_answer_without_a_session(studio: RunningStudio) -> None:
    assert loopback.get(f"{studio.address}/healthz").text == "ok\n"

    deadline = time.monotonic() + 20
    while (answer := loopback.get(f"{studio.address}/readyz")).status_code != 200:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    assert answer.json() == {"database": "ok", "cluster": "ok", "storage": "ok", "hosts": "ok"}


def test_a_stranger_with_a_large_body_is_answered_before_it_is_sent(studio: RunningStudio) -> None:
    head = "POST /generations/ HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 5000000\nContent-Type: multipart/form-data"

    status, rest = exchange(studio, head)

    assert status == 401
    assert "sign" in rest.lower()
    assert "connection: close" in rest


def test_a_body_beyond_the_limit_is_refused_with_a_sentence_in_the_persons_language(
    studio: RunningStudio, signed_in: httpx.Client
) -> None:
    size = (MAX_UPLOAD_MB + 3) * MEBIBYTE
    head = (
        f"POST /generations/ HTTP/1.1\nHost: 127.0.0.1\nContent-Length: {size}\nHX-Request: true\n"
        f"Content-Type: multipart/form-data; boundary=x\nCookie: {cookies_of(signed_in)}"
    )

    status, rest = exchange(studio, head, b"x" * size)

    assert status == 413
    assert f"{MAX_UPLOAD_MB + 2} MB" in rest
    assert 'id="refusal"' in rest


def test_an_ordinary_form_may_not_be_as_large_as_an_upload(studio: RunningStudio, signed_in: httpx.Client) -> None:
    answer = signed_in.post("/accounts/preferences/", content=b"x" * (4 * MEBIBYTE + 1))

    assert answer.status_code == 413


def test_a_body_in_chunks_is_refused_where_its_length_must_be_known(studio: RunningStudio) -> None:
    head = "POST /accounts/login/ HTTP/1.1\nHost: 127.0.0.1\nTransfer-Encoding: chunked"

    status, _rest = exchange(studio, head, b"3\r\nabc\r\n0\r\n\r\n")

    assert status == 411


def test_a_body_in_chunks_reaches_an_upload_and_is_counted(studio: RunningStudio, signed_in: httpx.Client) -> None:
    def pieces() -> object:
        for _piece in range((MAX_UPLOAD_MB + 3) * 4):
            yield b"x" * (MEBIBYTE // 4)

    answer = signed_in.post("/generations/", content=pieces(), headers={"Content-Type": "multipart/form-data"})

    assert answer.status_code == 413


def test_the_api_is_refused_in_its_own_format(studio: RunningStudio) -> None:
    head = "POST /v1/images/edits HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 5000000\nAccept-Language: zh-Hans"

    status, rest = exchange(studio, head)

    assert status == 401
    assert json.loads(rest[rest.index("{") : rest.rindex("}") + 1])["error"]["code"] == "invalid_api_key"


def test_slow_senders_do_not_keep_pages_from_anybody(studio: RunningStudio) -> None:
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx"
    with contextlib.ExitStack() as slow:
        for _sender in range(20):
            connection = slow.enter_context(connect(studio))
            connection.sendall(head)

        began = time.monotonic()
        answer = loopback.get(f"{studio.address}/accounts/login/", timeout=10)

        assert answer.status_code == 200
        assert time.monotonic() - began < 5


def test_one_client_may_send_four_large_bodies_at_once(studio: RunningStudio, signed_in: httpx.Client) -> None:
    head = (
        "POST /generations/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nCookie: {cookies_of(signed_in)}\r\n\r\n"
    ).encode()
    with contextlib.ExitStack() as large:
        for _upload in range(4):
            large.enter_context(connect(studio)).sendall(head)
        # The fifth can only be told from the others once the server has looked at those.
        time.sleep(0.5)

        status, rest = exchange(studio, head.decode().strip().replace("\r\n", "\n"))

        assert status == 429
        assert "retry-after" in rest


def test_a_header_with_an_underscore_does_not_pass_for_another(studio: RunningStudio) -> None:
    head = (
        "GET /accounts/login/ HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n"
        "X_Request_ID: forged-forged\nHX_Request: true\nX-Forwarded-For: 6.6.6.6"
    )

    status, rest = exchange(studio, head)

    assert status == 200
    assert "forged-forged" not in rest


@pytest.mark.parametrize("path", ["/accounts/login/?next=%ff%fe", "/accounts/login/?q=\u732b", "/%ff%fe/", "/a%00b/"])
def test_odd_addresses_are_no_server_errors(studio: RunningStudio, path: str) -> None:
    with connect(studio) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        status, _rest = read_answer(connection)

    assert status < 500


def test_an_unknown_host_name_learns_nothing(studio: RunningStudio) -> None:
    status, rest = exchange(studio, "GET / HTTP/1.1\nHost: evil.example\nConnection: close")

    assert status == 400
    assert "evil.example" not in rest


def test_clients_that_hang_up_in_the_middle_of_an_answer_leave_no_thread_behind(studio: RunningStudio) -> None:
    def ask_and_leave(_number: int) -> None:
        with connect(studio) as connection:
            connection.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask_and_leave, range(40)))

    assert loopback.get(f"{studio.address}/accounts/login/", timeout=10).status_code == 200


def test_access_lines_carry_no_query(studio: RunningStudio) -> None:
    loopback.get(f"{studio.address}/accounts/login/?next=/secret-{'x' * 8}")

    log = (studio.data_dir.parent / f"{studio.data_dir.name}.log").read_text()

    assert "GET /accounts/login/ 200" in log
    assert "secret-xxxxxxxx" not in log
