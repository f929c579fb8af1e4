"""One message on the wire: signed, never into the inside, never further than it was sent."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from generations.notify import webhooks
from generations.notify.webhooks import Message, Outcome, address_problem, read_private_hosts
from tests.generations.notify.receiver import Receiver, running_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


def send(url: str, *, trusted: str = "", **more: Any) -> Outcome:
    message = Message("one", url, b'{"a":1}', "whsec_x")
    hosts = read_private_hosts(trusted)
    return asyncio.run(webhooks.send_all([message], trusted=hosts, timestamp=1_700_000_000, **more))[0]


def test_a_message_is_signed_over_its_time_and_body(receiver: Receiver) -> None:
    outcome = send(receiver.url, trusted=receiver.host)

    headers, body = receiver.got[0]
    assert (outcome.is_delivered, outcome.status, outcome.error) == (True, 200, "")
    expected = hmac.new(b"whsec_x", b"1700000000." + body, hashlib.sha256).hexdigest()
    assert headers["x-studio-signature"] == f"sha256={expected}"
    assert headers["x-studio-timestamp"] == "1700000000"
    assert headers["x-studio-delivery"] == "one"


@pytest.mark.parametrize("trusted", ["", "127.0.0.1", "127.0.0.1:9", "localhost:{port}"])
def test_a_private_address_is_refused_unless_its_very_port_is_allowed(receiver: Receiver, trusted: str) -> None:
    outcome = send(receiver.url, trusted=trusted.format(port=receiver.port))

    assert outcome.error == "private_address"
    assert receiver.got == []


def test_a_name_that_turns_to_the_inside_between_two_looks_gains_nothing(receiver: Receiver) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) % 2]

    outcome = send(f"http://rebind.example:{receiver.port}/", resolve=rebinding)

    assert (outcome.error, asked) == ("private_address", ["rebind.example"])
    assert receiver.got == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(receiver: Receiver) -> None:
    outcome = send("http://mixed.example/", resolve=lambda _host, _port: ["93.184.216.34", "10.0.0.1"])

    assert outcome.error == "private_address"


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.statuses, receiver.location = [302], f"http://127.0.0.1:{receiver.port}/inside"

    outcome = send(receiver.url, trusted=receiver.host)

    assert (outcome.is_delivered, outcome.status) == (False, 302)
    assert len(receiver.got) == 1


def test_a_receiver_that_drips_is_left_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 0.5)
    receiver.drips = True

    assert send(receiver.url, trusted=receiver.host).error == "timeout"


def test_nobody_there_and_no_such_name_are_told() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    assert send("http://127.0.0.1:9/", trusted="127.0.0.1:9").error == "no_connection"
    assert send("http://nowhere.example/", resolve=unknown).error == "no_connection"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example.com/hook", ""),
        ("http://example.com:8080/hook?x=1", ""),
        ("ftp://example.com/", "invalid"),
        ("https://user:pass@example.com/", "invalid"),
        ("https:///x", "invalid"),
        ("https://example.com/" + "x" * 500, "invalid"),
        ("http://127.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://10.0.0.7/", "private"),
        ("http://localhost:8000/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("http://10.9.9.9:8080/", ""),
        ("http://hooks.lan/", ""),
    ],
)
def test_an_address_is_looked_at_as_it_is_written(url: str, problem: str) -> None:
    assert address_problem(url, trusted=read_private_hosts("10.9.9.9:8080")) == problem


def test_hosts_are_read_with_and_without_ports() -> None:
    found = read_private_hosts(" hooks.lan, 10.0.0.7:8080 ,[::1]:99, ::1,")

    usual = {("hooks.lan", 443), ("hooks.lan", 80), ("::1", 443), ("::1", 80)}
    assert found == usual | {("10.0.0.7", 8080), ("::1", 99)}
