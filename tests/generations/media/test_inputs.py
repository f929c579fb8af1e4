"""Inputs on their way to a gateway; the library's answers come from the sandbox over loopback."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from generations.gateway import client
from generations.gateway.errors import GatewayError, RateLimited
from generations.gateway.types import Endpoint, InputFile, WireRequest, WireResponse
from generations.media import inputs, store
from generations.media.inputs import InputUnavailableError, as_input_files, can_send
from generations.models import Asset, CatalogModel, GatewayAsset, ModelInput
from tests.generations.media import samples

ELSEWHERE = Endpoint(base_url="https://api.example.com", api_key="key")
HERE = Endpoint(base_url="http://127.0.0.1:8100", api_key="sandbox")
NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db(transaction=True)


async def nobody(_request: WireRequest, _endpoint: Endpoint) -> WireResponse:
    raise AssertionError("Nothing had to be asked.")


def stored(content: bytes, media: str) -> Asset:
    owner, _created = User.objects.get_or_create(username="alice")
    return store.store_upload(
        SimpleUploadedFile("private name.bin", content), owner=owner, now=NOW, expected_media={media}
    )


@pytest.fixture
def picture() -> Iterator[Asset]:
    asset = stored(samples.picture(), "image")
    yield asset
    store.delete_files(asset)


@pytest.fixture
def clip() -> Iterator[Asset]:
    asset = stored(samples.clip(), "video")
    yield asset
    store.delete_files(asset)


def send_inputs(*files: tuple[str, Asset], endpoint: Endpoint = ELSEWHERE, **more: Any) -> tuple[InputFile, ...]:
    values = {"accepts_data_uris": True, "now": NOW, "send": nobody, **more}
    return asyncio.run(as_input_files(files, endpoint=endpoint, **values))


def test_a_picture_goes_as_its_bytes(picture: Asset) -> None:
    [sent] = send_inputs(("first_frame", picture))

    assert (sent.role, sent.mime, sent.content, sent.url) == ("first_frame", "image/png", samples.picture(), None)
    # What a person called their file stays here.
    assert sent.filename == "first_frame-1.png"


def test_a_clip_goes_by_a_signed_address_of_one_hour(clip: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"

    [sent] = send_inputs(("reference_video", clip))

    assert sent.content is None
    assert sent.url is not None
    assert sent.url.startswith("https://studio.example.com/media/signed/")
    assert sent.url.endswith("/")


def test_a_picture_goes_by_address_where_data_is_refused(picture: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"

    [sent] = send_inputs(("edit_image", picture), accepts_data_uris=False)

    assert (sent.url or "").startswith("https://studio.example.com/media/signed/")


def test_a_gateway_on_this_machine_reads_from_this_machine(clip: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"
    settings.LOCAL_URL = "http://127.0.0.1:8123"

    [sent] = send_inputs(("reference_video", clip), endpoint=HERE)

    assert (sent.url or "").startswith("http://127.0.0.1:8123/media/signed/")


def test_without_a_public_address_a_clip_cannot_be_sent(clip: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = ""

    with pytest.raises(InputUnavailableError) as caught:
        send_inputs(("reference_video", clip))
    assert caught.value.reason == "needs_address"


def test_a_file_that_is_gone_is_told(picture: Asset) -> None:
    store.delete_files(picture)

    with pytest.raises(InputUnavailableError) as caught:
        send_inputs(("first_frame", picture))
    assert caught.value.reason == "input_missing"


def test_too_many_bytes_for_one_request_go_by_address(picture: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"
    picture.size_bytes = 30 * 1024 * 1024

    sent = send_inputs(("reference_image", picture), ("reference_image", picture))

    assert all(file.url for file in sent)


def row(**more: Any) -> ModelInput:
    model = CatalogModel(gateway_name="m", accepts_data_uris=more.pop("accepts_data_uris", True))
    return ModelInput(model=model, role="reference_image", **more)


@pytest.mark.parametrize(
    ("values", "public", "answer"),
    [
        ({}, "", True),
        ({"by_address_only": True}, "", False),
        ({"accepts_data_uris": False}, "", False),
        ({"by_address_only": True}, "https://studio.example.com", True),
    ],
)
def test_a_role_is_off_where_the_gateway_cannot_read(
    values: dict[str, Any], public: str, answer: bool, settings: Any
) -> None:
    settings.GATEWAY_API_KEY, settings.GATEWAY_URL, settings.PUBLIC_URL = "key", "https://api.example.com", public

    assert can_send(row(**values)) is answer


def test_every_role_is_on_with_the_sandbox(settings: Any) -> None:
    settings.GATEWAY_API_KEY, settings.PUBLIC_URL = "", ""

    assert can_send(row(by_address_only=True))


@pytest.fixture
def file_server() -> Iterator[str]:
    """Serve one clip whatever is asked."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(len(samples.clip())))
            self.end_headers()
            self.wfile.write(samples.clip())

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def through_library(endpoint: Endpoint, asset: Asset) -> tuple[list[str], tuple[InputFile, ...]]:
    asked: list[str] = []

    async def run() -> tuple[InputFile, ...]:
        async with httpx.AsyncClient(trust_env=False) as http:

            async def send(request: WireRequest, endpoint: Endpoint) -> WireResponse:
                asked.append(urlsplit(request.path).path.rpartition("/")[2])
                return await client.send(http, request, endpoint=endpoint)

            return await as_input_files(
                [("reference_video", asset)], endpoint=endpoint, accepts_data_uris=True, now=timezone.now(), send=send
            )

    return asked, asyncio.run(run())


def test_an_enrolled_asset_goes_through_the_library_once(
    clip: Asset, sandbox: str, file_server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LIBRARY_POLL_SECONDS", 0.0)
    settings.LOCAL_URL = file_server
    endpoint = Endpoint(base_url=sandbox, api_key="sandbox")
    inputs.enroll(clip, endpoint=endpoint, now=NOW)
    inputs.enroll(clip, endpoint=endpoint, now=NOW)

    asked, [sent] = through_library(endpoint, clip)
    asked_again, [sent_again] = through_library(endpoint, clip)

    entry = GatewayAsset.objects.get()
    assert asked[0] == "CreateAsset"
    assert set(asked[1:]) == {"GetAsset"}
    assert entry.is_active
    assert sent.url == sent_again.url == f"asset://{entry.gateway_id}"
    assert asked_again == []


def test_a_library_that_is_still_at_work_is_asked_later_about_the_same_asset(
    clip: Asset, sandbox: str, file_server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LIBRARY_WAIT_SECONDS", -1.0)
    settings.LOCAL_URL = file_server
    endpoint = Endpoint(base_url=sandbox, api_key="sandbox")
    inputs.enroll(clip, endpoint=endpoint, now=NOW)

    with pytest.raises(RateLimited):
        through_library(endpoint, clip)
    first_id = GatewayAsset.objects.get().gateway_id
    monkeypatch.setattr(inputs, "LIBRARY_WAIT_SECONDS", 10.0)
    monkeypatch.setattr(inputs, "LIBRARY_POLL_SECONDS", 0.0)
    asked, _sent = through_library(endpoint, clip)

    assert first_id
    assert set(asked) == {"GetAsset"}
    assert GatewayAsset.objects.get().gateway_id == first_id


def test_a_file_that_the_library_cannot_read_is_offered_anew(
    clip: Asset, sandbox: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LIBRARY_POLL_SECONDS", 0.0)
    settings.LOCAL_URL = "http://127.0.0.1:1"
    endpoint = Endpoint(base_url=sandbox, api_key="sandbox")
    inputs.enroll(clip, endpoint=endpoint, now=NOW)

    with pytest.raises(GatewayError):
        through_library(endpoint, clip)

    assert GatewayAsset.objects.get().gateway_id == ""
