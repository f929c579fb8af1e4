from __future__ import annotations

import ipaddress

import httpx
import pytest

from generations.addresses import ForbiddenAddressError, PinnedTransport, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_of_the_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


class Recorder(httpx.BaseTransport):
    """Answers everything, and remembers what it was asked."""

    def __init__(self, *, refused: set[str] | None = None) -> None:
        self.asked: list[httpx.Request] = []
        self.refused = refused or set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host in self.refused:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200)


def client_for(inner: Recorder, *answers: list[str], trusted: tuple[str, int] | None = None) -> httpx.Client:
    left = list(answers)
    return httpx.Client(
        transport=PinnedTransport(inner, trusted_origin=trusted, resolve=lambda _host, _port: left.pop(0)),
        trust_env=False,
    )


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    inner = Recorder()

    # Asked a second time, the name would lead inside: it is not asked a second time.
    client_for(inner, ["93.184.216.34"], ["127.0.0.1"]).get("https://files.example.com/a.mp4?sig=1")

    [request] = inner.asked
    assert str(request.url) == "https://93.184.216.34/a.mp4?sig=1"
    assert request.headers["Host"] == "files.example.com"
    assert request.extensions["sni_hostname"] == "files.example.com"


def test_an_ipv6_address_is_pinned_too() -> None:
    inner = Recorder()

    client_for(inner, ["2606:2800:220:1::1"]).get("https://files.example.com:8443/")

    assert str(inner.asked[0].url) == "https://[2606:2800:220:1::1]:8443/"


@pytest.mark.parametrize(
    "answer", [["10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["fe80::1%eth0"], ["::ffff:127.0.0.1"]]
)
def test_a_name_that_leads_inside_is_not_connected_to(answer: list[str]) -> None:
    inner = Recorder()

    with pytest.raises(ForbiddenAddressError):
        client_for(inner, answer).get("https://files.example.com/")

    assert not inner.asked


def test_only_the_gateways_own_port_is_trusted() -> None:
    inner = Recorder()
    trusted = ("gateway.internal", 8100)

    client_for(inner, ["10.0.0.7"], trusted=trusted).get("http://gateway.internal:8100/file")
    with pytest.raises(ForbiddenAddressError):
        client_for(inner, ["10.0.0.7"], trusted=trusted).get("http://gateway.internal:6379/")
    with pytest.raises(ForbiddenAddressError):
        client_for(inner, ["10.0.0.7"], trusted=trusted).get("http://other.internal:8100/file")

    assert len(inner.asked) == 1


def test_the_next_address_is_tried_when_one_refuses() -> None:
    inner = Recorder(refused={"93.184.216.34"})

    assert client_for(inner, ["93.184.216.34", "93.184.216.35"]).get("https://files.example.com/").status_code == 200

    assert [request.url.host for request in inner.asked] == ["93.184.216.34", "93.184.216.35"]
