"""The client adds key and limits, and tells a connection not made from an answer lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from generations.gateway import client
from generations.gateway.errors import AnswerLost, AuthError, BadInput, ConnectionNotMade, GatewayError, ProtocolError
from generations.gateway.redact import RedactFilter
from generations.gateway.types import Endpoint, FilePart, WireRequest, WireResponse
from tests.conftest import free_port
from tests.generations.gateway.answers import ENDPOINT, KEY, Pieces, run, with_client

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SUBMIT = WireRequest(method="POST", path="/ai/seedance/videos", json={"prompt": "一只猫"})


def seen_by_gateway(request: WireRequest, *, endpoint: Endpoint = ENDPOINT) -> httpx.Request:
    """Return the request as the gateway gets it."""
    seen: list[httpx.Request] = []

    def handler(received: httpx.Request) -> httpx.Response:
        seen.append(received)
        return httpx.Response(200, json={})

    run(with_client(handler, lambda http: client.send(http, request, endpoint=endpoint)))
    return seen[0]


def sent(handler: Callable[[httpx.Request], httpx.Response], request: WireRequest = SUBMIT) -> WireResponse:
    return run(with_client(handler, lambda http: client.send(http, request, endpoint=ENDPOINT)))


def trouble_with(error: Exception) -> GatewayError:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(GatewayError) as caught:
        sent(handler)
    return caught.value


def over_loopback(server: Handler, request: WireRequest = SUBMIT) -> WireResponse:
    """Send a request to a server of our own that reads it and then does as it likes."""

    async def work() -> WireResponse:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await server(reader, writer)
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, client.new_submit_client() as http:
            return await client.send(http, request, endpoint=Endpoint(f"http://127.0.0.1:{port}", KEY))

    return run(work())


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/ai/seedance/videos", "AIKey", KEY),
        ("/ai/gemini/result", "AIKey", KEY),
        ("/api/v1/open/GetAsset", "Authorization", f"Bearer {KEY}"),
        ("/v1/images/edits", "Authorization", f"Bearer {KEY}"),
        ("/v1/messages", "Authorization", f"Bearer {KEY}"),
    ],
)
def test_the_key_goes_into_the_header_of_its_family_only(path: str, name: str, value: str) -> None:
    headers = seen_by_gateway(WireRequest(method="GET", path=path)).headers

    assert headers[name] == value
    assert [header for header, text in headers.items() if KEY in text] == [name.lower()]


def test_json_leaves_as_utf_8_and_says_so() -> None:
    request = WireRequest(
        method="POST",
        path="/v1/x",
        headers=(("Content-Type", "application/json; charset=UTF-8"),),
        query=(("task_id", "a/b&c"),),
        json={"prompt": "一只猫"},
    )

    received = seen_by_gateway(request)

    assert received.content == '{"prompt": "一只猫"}'.encode()
    assert received.headers["content-type"] == "application/json; charset=UTF-8"
    assert str(received.url) == "http://gateway.test/v1/x?task_id=a%2Fb%26c"


def test_a_form_leaves_with_its_files() -> None:
    request = WireRequest(
        method="POST",
        path="/v1/images/edits",
        form=(("prompt", "一只猫"),),
        files=(
            FilePart(name="image[]", filename="image-1.png", mime="image/png", content=b"one"),
            FilePart(name="image[]", filename="image-2.png", mime="image/png", content=b"two"),
        ),
    )

    received = seen_by_gateway(request)

    assert received.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert received.content.count(b'name="image[]"') == 2
    assert "一只猫".encode() in received.content
    assert b"two" in received.content


@pytest.mark.parametrize(
    ("size_bytes", "read_seconds", "expected"),
    [
        (10, 30.0, {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 10.0}),
        (2 * 1024 * 1024, 600.0, {"connect": 10.0, "read": 600.0, "write": 60.0, "pool": 10.0}),
        (10, 8.0, {"connect": 8.0, "read": 8.0, "write": 30.0, "pool": 8.0}),
    ],
)
def test_every_wait_has_its_limit(size_bytes: int, read_seconds: float, expected: dict[str, float]) -> None:
    request = WireRequest(method="POST", path="/v1/x", json="x" * size_bytes, read_timeout_seconds=read_seconds)

    assert seen_by_gateway(request).extensions["timeout"] == expected


@pytest.mark.parametrize("key", ["", "  ", "schlüssel", "two\nlines", "密钥"])
def test_a_key_that_no_header_can_carry_is_refused_here(key: str) -> None:
    with pytest.raises(AuthError) as caught:
        seen_by_gateway(SUBMIT, endpoint=Endpoint("http://gateway.test", key))

    assert caught.value.surely_not_accepted
    assert not key.strip() or key not in caught.value.detail


@pytest.mark.parametrize(
    "request_",
    [
        WireRequest(method="POST", path="/v1/x", json={"prompt": "\ud83d"}),
        WireRequest(method="POST", path="/v1/x", json={"seed": float("nan")}),
        WireRequest(method="POST", path="/v1/x", form=(("prompt", "\ud83d"),)),
    ],
)
def test_a_body_that_cannot_be_written_never_leaves(request_: WireRequest) -> None:
    with pytest.raises(BadInput) as caught:
        seen_by_gateway(request_)

    assert caught.value.surely_not_accepted


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("full"),
        httpx.UnsupportedProtocol("gopher"),
    ],
)
def test_a_connection_not_made_accepted_nothing(error: Exception) -> None:
    trouble = trouble_with(error)

    assert type(trouble) is ConnectionNotMade
    assert trouble.surely_not_accepted


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("broken"),
        httpx.WriteError("broken"),
        httpx.RemoteProtocolError("odd"),
        httpx.LocalProtocolError("odd"),
        httpx.CloseError("odd"),
        httpx.DecodingError("odd"),
        OSError("odd"),
    ],
)
def test_trouble_after_the_connection_may_hide_an_acceptance(error: Exception) -> None:
    trouble = trouble_with(error)

    assert type(trouble) is AnswerLost
    assert not trouble.surely_not_accepted


@pytest.mark.parametrize("base_url", ["http://x:port", "nonsense", "gopher://x"])
def test_an_address_that_is_none_is_no_connection(base_url: str) -> None:
    with client.new_sync_client() as http, pytest.raises(ConnectionNotMade):
        client.send_sync(http, SUBMIT, endpoint=Endpoint(base_url, KEY))


def test_nothing_of_the_secret_stands_in_the_error() -> None:
    trouble = trouble_with(httpx.ReadError(f"Bearer {KEY} failed at http://gateway.test/x?sig=hidden"))

    assert KEY not in f"{trouble} {trouble!r} {trouble.detail}"
    assert "hidden" not in trouble.detail


def test_a_key_that_the_gateway_quotes_is_cut_out() -> None:
    response = sent(lambda _request: httpx.Response(401, json={"error": {"message": f"bad key {KEY}"}}))

    assert KEY.encode() not in response.body
    assert response.status == 401


def test_redirects_are_not_followed() -> None:
    response = sent(lambda _request: httpx.Response(307, headers={"Location": "http://elsewhere.test/"}))

    assert response.status == 307


def test_header_names_are_lower_case() -> None:
    assert sent(lambda _request: httpx.Response(200, headers={"Retry-After": "3"})).headers["retry-after"] == "3"


@pytest.mark.parametrize("declares", [True, False])
def test_an_answer_above_the_limit_is_not_read_to_its_end(declares: bool) -> None:
    body = Pieces(b"x" * 600, b"x" * 600, RuntimeError("read on"))
    headers = {"content-length": "1201"} if declares else {}
    request = WireRequest(method="GET", path="/v1/x", max_response_bytes=1_000)

    with pytest.raises(ProtocolError) as caught:
        sent(lambda _request: httpx.Response(200, headers=headers, stream=body), request)

    assert not caught.value.surely_not_accepted
    assert body.is_closed


def test_an_answer_that_drips_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRIP_GRACE_SECONDS", 0.0)
    request = WireRequest(method="GET", path="/v1/x", read_timeout_seconds=0.05)

    with pytest.raises(AnswerLost):
        sent(lambda _request: httpx.Response(200, stream=Pieces(*((b"x", 0.02) * 100))), request)


def test_the_synchronous_client_does_the_same() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/broken":
            raise httpx.ReadError("broken")
        return httpx.Response(200, json={"key": request.headers["authorization"]})

    with httpx.Client(transport=httpx.MockTransport(handler)) as http:
        response = client.send_sync(http, WireRequest(method="GET", path="/v1/models"), endpoint=ENDPOINT)
        with pytest.raises(AnswerLost):
            client.send_sync(http, WireRequest(method="GET", path="/v1/broken"), endpoint=ENDPOINT)

    assert response.body == b'{"key":"Bearer ***"}'


def test_a_closed_port_is_a_connection_not_made() -> None:
    endpoint = Endpoint(f"http://127.0.0.1:{free_port()}", KEY)

    async def work() -> WireResponse:
        async with client.new_submit_client() as http:
            return await client.send(http, SUBMIT, endpoint=endpoint)

    with pytest.raises(ConnectionNotMade):
        run(work())
    with client.new_sync_client() as http, pytest.raises(ConnectionNotMade):
        client.send_sync(http, SUBMIT, endpoint=endpoint)


async def _hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Close without a byte."""


async def _stop_half_way(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"code": 0')


async def _speak_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def _stay_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1_000):
        pass


async def _reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("server", [_hang_up, _stop_half_way, _speak_nonsense, _stay_silent, _reset])
def test_whatever_a_server_does_after_it_heard_the_request_the_answer_is_lost(server: Handler) -> None:
    request = WireRequest(method="POST", path="/ai/seedance/videos", json={}, read_timeout_seconds=0.3)

    with pytest.raises(AnswerLost):
        over_loopback(server, request)


def test_a_full_pool_is_no_acceptance() -> None:
    async def work() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _stay_silent(reader, writer)
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        endpoint = Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", KEY)
        narrow = httpx.AsyncClient(limits=httpx.Limits(max_connections=1), trust_env=False)
        slow = WireRequest(method="GET", path="/ai/x", read_timeout_seconds=5.0)
        quick = WireRequest(method="GET", path="/ai/x", read_timeout_seconds=0.2)
        async with listening, narrow:
            holder = asyncio.create_task(client.send(narrow, slow, endpoint=endpoint))
            await asyncio.sleep(0.1)
            with pytest.raises(ConnectionNotMade):
                await client.send(narrow, quick, endpoint=endpoint)
            holder.cancel()
            with pytest.raises(asyncio.CancelledError):
                await holder

    run(work())


def test_every_submit_gets_a_connection_of_its_own() -> None:
    connections: list[Any] = []

    async def work() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(writer)
            for _ in range(2):
                if not await reader.read(65_536):
                    break
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        endpoint = Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", KEY)
        async with listening, client.new_submit_client() as http:
            for _ in range(2):
                await client.send(http, WireRequest(method="GET", path="/ai/x"), endpoint=endpoint)

    run(work())

    assert len(connections) == 2


def test_the_log_of_a_poll_holds_no_task_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RedactFilter())
    with caplog.at_level(logging.INFO, logger="httpx"):
        sent(
            lambda _request: httpx.Response(200, json={}),
            WireRequest(method="GET", path="/ai/x", query=(("task_id", "private"),)),
        )

    assert "gateway.test/ai/x?…" in caplog.text
    assert "private" not in caplog.text
