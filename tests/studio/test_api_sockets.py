"""Clients of the API that do not play along, over real sockets: they are let go, and nobody else notices."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from tests import loopback
from tests.studio_process import RunningStudio

# Longer than any limit on one silence: 30 s for a piece, a head or a chunk.
PATIENCE_SECONDS = 75
HALF_OPEN = 150


@pytest.fixture(scope="module")
def secret(studio: RunningStudio) -> str:
    return studio.manage("createapikey", "measure", "--name", "Sockets").strip()


def request(secret: str, body: dict[str, object]) -> bytes:
    content = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


def chat(words: str, **more: object) -> dict[str, object]:
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": words}], **more}


def connect(studio: RunningStudio) -> socket.socket:
    parts = urlsplit(studio.address)
    connection = socket.socket()
    # What the client's own buffer holds would pass for read.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect((str(parts.hostname), int(parts.port or 80)))
    return connection


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)
    return condition()


def ask(studio: RunningStudio, secret: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    body = chat("Hi [sandbox tokens=3]")
    return loopback.post(f"{studio.address}/v1/chat/completions", json=body, headers=headers, timeout=20)


def test_who_does_not_read_or_send_on_is_let_go_and_holds_nobody_up(studio: RunningStudio, secret: str) -> None:
    # Other tests have called the same studio before.
    last = studio.query("SELECT COALESCE(MAX(id), 0) FROM generations_apicall")[0][0]

    def statuses() -> list[object]:
        return [row[0] for row in studio.query("SELECT status FROM generations_apicall WHERE id > ? ORDER BY id", last)]

    with contextlib.ExitStack() as open_until_the_end:
        slow = open_until_the_end.enter_context(connect(studio))
        slow.sendall(request(secret, chat("Hi [sandbox tokens=120000 tps=0]", stream=True)))
        slow.recv(100)
        silent = [open_until_the_end.enter_context(connect(studio)) for _ in range(HALF_OPEN)]
        whole = request(secret, chat("Hi"))
        for place, connection in enumerate(silent):
            # Nothing, half a head, half a body.
            connection.sendall((b"", whole[:40], whole[:-5])[place % 3])

        assert until(lambda: bool(statuses()))
        assert [ask(studio, secret).status_code for _ in range(5)] == [200] * 5
        assert until(lambda: statuses()[0] == "stopped")

        endings = [connection.recv(4096) for connection in silent]
        assert {ending[:12] for ending in endings[2::3]} == {b"HTTP/1.1 408"}
        assert all(ending[:12] in (b"", b"HTTP/1.1 408") for ending in endings)

    charge = studio.query("SELECT charge_amount FROM generations_apicall WHERE id > ? ORDER BY id LIMIT 1", last)[0]
    assert charge[0] is not None
    assert ask(studio, secret).status_code == 200
