"""A line keeps its connection for the next poll, and never takes one answer for another."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest

from generations.gateway.errors import AnswerLost, AuthError, ConnectionNotMade, ProtocolError
from generations.gateway.lines import Line
from generations.gateway.types import Endpoint, WireRequest, WireResponse
from tests.conftest import free_port
from tests.generations.gateway.answers import KEY, run

POLL = WireRequest(method="GET", path="/ai/x", query=(("task_id", "a b&c"),), read_timeout_seconds=5.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]
Talk = Callable[[Line, Endpoint], Awaitable[None]]


class Gateway:
    """A server of our own that keeps each request, and answers as the test says."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(request)
                await self.answer(reader, writer, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def over_loopback(answer: Answer, talk: Talk) -> Gateway:
    """Let one line talk to a gateway that answers so."""
    gateway = Gateway(answer)

    async def work() -> None:
        listening = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
        line = Line()
        endpoint = Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/base", KEY)
        async with listening:
            try:
                await talk(line, endpoint)
            finally:
                line.close()

    run(work())
    return gateway


def saying(*pieces: bytes, then_close: bool = False) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if then_close:
            writer.close()

    return answer


def asked_once(answer: Answer, request: WireRequest = POLL) -> WireResponse:
    heard: list[WireResponse] = []

    async def talk(line: Line, endpoint: Endpoint) -> None:
        heard.append(await line.send(request, endpoint))

    over_loopback(answer, talk)
    return heard[0]


def test_a_hundred_polls_take_one_connection_and_carry_the_key() -> None:
    async def talk(line: Line, endpoint: Endpoint) -> None:
        for _ in range(100):
            response = await line.send(POLL, endpoint)
            assert (response.status, response.body) == (200, b"{}")

    gateway = over_loopback(saying(OK), talk)

    assert gateway.connections == 1
    assert len(gateway.requests) == 100
    assert gateway.requests[0].startswith(b"GET /base/ai/x?task_id=a%20b%26c HTTP/1.1\r\n")
    assert f"AIKey: {KEY}".encode() in gateway.requests[0]


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r\nwh", b"ole"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwh\r\n", b"3\r\nole\r\n0\r\n\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60_000 + b"\r\nContent-Length: 5\r\n\r\nwhole",),
    ],
)
def test_an_answer_is_whole_however_it_comes(pieces: tuple[bytes, ...]) -> None:
    assert asked_once(saying(*pieces)).body == b"whole"


def test_an_answer_may_end_with_its_connection() -> None:
    assert asked_once(saying(b"HTTP/1.0 200 OK\r\n\r\nwhole", then_close=True)).body == b"whole"


def test_an_answer_compressed_without_being_asked_is_read() -> None:
    packed = gzip.compress(b'{"code": 0}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"

    assert asked_once(saying(head.encode() + packed)).body == b'{"code": 0}'


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused() -> None:
    packed = gzip.compress(bytes(5_000_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    request = WireRequest(method="GET", path="/ai/x", max_response_bytes=1_000_000)

    with pytest.raises(ProtocolError):
        asked_once(saying(head.encode() + packed), request)


def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    async def talk(line: Line, endpoint: Endpoint) -> None:
        for _ in range(3):
            assert (await line.send(POLL, endpoint)).status == 200

    gateway = over_loopback(saying(OK, then_close=True), talk)

    assert gateway.connections == len(gateway.requests) == 3


def test_what_nobody_asked_for_is_no_answer_to_the_next_poll() -> None:
    goodbye = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"

    async def talk(line: Line, endpoint: Endpoint) -> None:
        assert (await line.send(POLL, endpoint)).status == 200
        await asyncio.sleep(0.05)
        assert (await line.send(POLL, endpoint)).status == 200

    gateway = over_loopback(saying(OK, goodbye), talk)

    assert gateway.connections == 2


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one() -> None:
    count = 0

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        nonlocal count
        count += 1
        if count == 1:
            await asyncio.sleep(0.2)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{count}".encode())

    async def talk(line: Line, endpoint: Endpoint) -> None:
        with pytest.raises(AnswerLost):
            await line.send(WireRequest(method="GET", path="/ai/x", read_timeout_seconds=0.05), endpoint)
        await asyncio.sleep(0.3)
        assert (await line.send(POLL, endpoint)).body == b"2"

    over_loopback(answer, talk)


@pytest.mark.parametrize(
    "pieces",
    [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",), (b"nonsense\r\n\r\n",), (b"HTTP/1.1 200 OK\r\nX:",)],
)
def test_a_gateway_that_hangs_up_or_speaks_nonsense_has_lost_the_answer(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(AnswerLost):
        asked_once(saying(*pieces, then_close=True))


def test_an_answer_above_the_limit_is_refused() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"

    with pytest.raises(ProtocolError):
        asked_once(saying(head + bytes(2000)), WireRequest(method="GET", path="/ai/x", max_response_bytes=1000))


def test_an_echo_of_the_key_is_cut_out() -> None:
    body = f'{{"info": "key {KEY} unknown"}}'.encode()

    response = asked_once(saying(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body))

    assert KEY.encode() not in response.body


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}", "ftp://gateway.test", "http://[::bad", "http://127.0.0.1:99999", "/ai"]
)
def test_where_nobody_answers_no_connection_is_made(address: str) -> None:
    with pytest.raises(ConnectionNotMade):
        run(Line().send(POLL, Endpoint(address.format(port=free_port()), KEY)))


def test_a_key_that_no_header_can_carry_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(AuthError):
        run(Line().send(POLL, Endpoint("http://127.0.0.1:9", "k\ney")))
