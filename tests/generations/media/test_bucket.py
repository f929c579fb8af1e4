"""Media in a bucket, on a real server that speaks S3: stored, read, sent on to, swept, and told when it is away."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations import hosts
from generations.gateway.errors import ConnectionNotMade
from generations.gateway.types import Endpoint
from generations.lifecycle import collect
from generations.lifecycle.upkeep import sweep
from generations.media import inputs, paths, store
from generations.media.bucket import PART_BYTES, StorageUnavailableError
from generations.media.signing import signed_address
from generations.models import Asset, CatalogModel, GenerationOutput, ModelInput, Status, Visibility
from studio.storage import read_bucket
from tests import loopback
from tests.buckets import content_of, keys_in
from tests.conftest import free_port
from tests.factories import make_generation
from tests.generations.media import samples

PICTURE = samples.picture()
HERE = Endpoint(base_url="http://127.0.0.1:8100", api_key="sandbox")
ELSEWHERE = Endpoint(base_url="https://api.example.com", api_key="key")

pytestmark = pytest.mark.django_db
# Rows that other threads see.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asset(bucket: str, alice: User) -> Asset:
    """A picture of alice's in the bucket, under a name that needs quoting."""
    upload = SimpleUploadedFile("雾 “photo”.jpeg", PICTURE)
    return store.store_upload(upload, owner=alice, now=timezone.now(), expected_media={"image"})


@pytest.fixture
def away(settings: Any) -> None:
    """A bucket on a port where nobody listens."""
    use(settings, f"s3://key:hidden@media?endpoint=http://127.0.0.1:{free_port()}")


def use(settings: Any, storage_url: str) -> None:
    settings.BUCKET = read_bucket(storage_url)
    settings.STORAGES = {**settings.STORAGES, "default": settings.BUCKET.storage()}


def get(address: str, **headers: str) -> httpx.Response:
    return loopback.get(address, headers=headers, timeout=10)


def test_an_upload_lies_in_the_bucket_with_its_thumbnails(asset: Asset, bucket: str, disk: Any) -> None:
    assert keys_in(bucket) == sorted([asset.path, asset.small_path, asset.large_path])
    assert content_of(bucket, asset.path) == PICTURE
    assert asset.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert not disk.unfinished


def test_a_clip_brings_its_poster(bucket: str, alice: User, disk: Any) -> None:
    path = paths.temporary_path("clip")
    path.write_bytes(samples.clip())

    asset = store.store_output(path, owner=alice, now=timezone.now(), suggested_name="result")

    assert keys_in(bucket) == sorted([asset.path, asset.small_path, asset.large_path, asset.poster_path])
    assert content_of(bucket, asset.path) == samples.clip()
    assert asset.duration_ms == 2000


def test_a_large_file_goes_in_parts_and_its_lease_is_renewed_meanwhile(bucket: str, disk: Any, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(3 * PART_BYTES + 5))
    largest, calls = 0, []

    class Watched(File):  # type: ignore[type-arg]
        def read(self, count: int) -> bytes:
            nonlocal largest
            largest = max(largest, count)
            content: bytes = self.file.read(count)
            return content

    with source.open("rb") as file:
        default_storage.save("ab/watched.mp4", Watched(file))
    with source.open("rb") as file:
        renewing = store.RenewingFile(file, lambda: calls.append(1), every_seconds=0)
        default_storage.save("ab/renewed.mp4", renewing)

    assert default_storage.size("ab/watched.mp4") == default_storage.size("ab/renewed.mp4") == 3 * PART_BYTES + 5
    assert largest <= PART_BYTES
    assert len(calls) >= 4


def test_a_lost_lease_ends_an_upload_and_leaves_nothing(bucket: str, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(2 * PART_BYTES))

    def lost() -> None:
        raise collect.LeaseLostError

    with source.open("rb") as file, pytest.raises(collect.LeaseLostError):
        default_storage.save("ab/lost.mp4", store.RenewingFile(file, lost, every_seconds=0))

    assert keys_in(bucket) == []
    assert sweep(now=timezone.now(), is_dry=True).cut_off_uploads == 0


def test_a_person_is_sent_on_to_the_bucket_after_the_same_access_check(
    asset: Asset, alice: User, charlie: User, client: Client
) -> None:
    client.force_login(charlie)
    assert client.get(f"/media/{asset.public_id}/original/").status_code == 404
    client.logout()
    assert client.get(f"/media/{asset.public_id}/original/").url.startswith("/accounts/login/")  # type: ignore[attr-defined]

    client.force_login(alice)
    answer = client.get(f"/media/{asset.public_id}/original/")

    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, max-age=3600"
    whole = get(answer["Location"])
    assert (whole.status_code, whole.content) == (200, PICTURE)
    assert whole.headers["Content-Type"] == "image/png"
    assert whole.headers["Content-Disposition"].startswith("inline;")
    part = get(answer["Location"], Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, PICTURE[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(PICTURE)}"
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == [str(4 * 3600)]


@pytest.mark.parametrize("variant", ["small", "large"])
def test_thumbnails_come_from_the_bucket(asset: Asset, alice: User, client: Client, variant: str) -> None:
    client.force_login(alice)

    answer = get(client.get(f"/media/{asset.public_id}/{variant}/")["Location"])

    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.content[8:12] == b"WEBP"


def test_a_download_keeps_its_name(asset: Asset, alice: User, client: Client) -> None:
    client.force_login(alice)

    answer = get(client.get(f"/media/{asset.public_id}/original/?download=1")["Location"])

    assert (
        answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E9%9B%BE%20%E2%80%9Cphoto%E2%80%9D.png"
    )


def test_head_is_signed_as_head(asset: Asset, alice: User, client: Client) -> None:
    client.force_login(alice)

    address = client.head(f"/media/{asset.public_id}/original/")["Location"]

    assert httpx.head(address, trust_env=False).headers["Content-Length"] == str(len(PICTURE))
    assert address != client.get(f"/media/{asset.public_id}/original/")["Location"]


def test_a_signed_address_sends_a_stranger_on_for_a_short_while(asset: Asset, client: Client) -> None:
    address = signed_address(asset, "original", now=timezone.now(), base_url="http://testserver")

    answer = client.get(str(address))

    assert get(answer["Location"]).content == PICTURE
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == [str(15 * 60)]


async def nobody(*_: Any) -> Any:
    raise AssertionError("Nothing had to be asked.")


def send_input(asset: Asset, role: str, endpoint: Endpoint) -> Any:
    [sent] = asyncio.run(
        inputs.as_input_files(
            [(role, asset)], endpoint=endpoint, accepts_data_uris=True, now=timezone.now(), send=nobody
        )
    )
    return sent


@committed
def test_inputs_are_read_from_the_bucket(asset: Asset) -> None:
    assert send_input(asset, "first_frame", HERE).content == PICTURE


@committed
def test_an_input_by_address_is_signed_by_the_bucket_for_an_hour(asset: Asset) -> None:
    url = send_input(asset, "reference_video", HERE).url

    assert get(url).content == PICTURE
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["3600"]


@committed
def test_a_bucket_that_a_gateway_cannot_reach_turns_its_control_off(asset: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"
    settings.GATEWAY_API_KEY, settings.GATEWAY_URL = "key", "https://api.example.com"
    row = ModelInput(model=CatalogModel(gateway_name="m"), role="reference_video", by_address_only=True)

    assert not inputs.can_send(row)
    with pytest.raises(inputs.InputUnavailableError):
        send_input(asset, "reference_video", ELSEWHERE)

    use(settings, "s3://key:secret@media?endpoint=http://minio:9000&public=https://files.example.com")
    assert inputs.can_send(row)
    assert send_input(asset, "reference_video", ELSEWHERE).url.startswith("https://files.example.com/media/")


@committed
def test_an_input_that_is_gone_is_told_and_a_bucket_that_is_away_is_waited_for(
    asset: Asset, settings: Any, away: None
) -> None:
    with pytest.raises(ConnectionNotMade):
        send_input(asset, "first_frame", HERE)


def test_files_without_a_row_leave_the_bucket_after_a_day(asset: Asset, bucket: str) -> None:
    kept = keys_in(bucket)
    default_storage.save(f"ab/{'ab' * 16}.png", ContentFile(b"left behind"))
    tomorrow = timezone.now() + datetime.timedelta(days=1, minutes=1)

    counts = [
        sweep(now=now, is_dry=is_dry).stored_files
        for now, is_dry in [(timezone.now(), False), (tomorrow, True), (tomorrow, False), (tomorrow, False)]
    ]

    assert counts == [0, 1, 1, 0]
    assert keys_in(bucket) == kept


def test_uploads_that_never_ended_are_dropped(bucket: str) -> None:
    storage: Any = default_storage
    # The server says of every such upload that it began years ago.
    storage.connection.meta.client.create_multipart_upload(Bucket=storage.bucket_name, Key="ab/never-ended.mp4")
    now = timezone.now()

    counts = [sweep(now=now, is_dry=is_dry).cut_off_uploads for is_dry in (True, False, False)]

    assert counts == [1, 1, 0]


def test_a_file_can_be_deleted_twice_and_read_in_pieces(asset: Asset, bucket: str) -> None:
    assert b"".join(default_storage.pieces(asset.path)) == PICTURE  # type: ignore[attr-defined]

    store.delete_files(asset)
    store.delete_files(asset)

    assert keys_in(bucket) == []
    with pytest.raises(FileNotFoundError):
        default_storage.open(asset.path)


def test_a_folder_of_a_bucket_is_a_storage_of_its_own(bucket: str, settings: Any) -> None:
    default_storage.save("ab/outside.png", ContentFile(b"another's"))
    use(settings, bucket.replace("?", "/team/a?"))
    default_storage.save("cd/inside.png", ContentFile(b"ours"))

    assert default_storage.listdir("") == (["cd"], [])
    assert keys_in(bucket) == ["ab/outside.png", "team/a/cd/inside.png"]


def test_hosts_with_one_bucket_share_one_storage(bucket: str, settings: Any, tmp_path: Path) -> None:
    first = hosts.storage_name()
    settings.DATA_DIR = tmp_path
    assert hosts.storage_name() == first

    use(settings, bucket.replace("?", "/other?"))
    assert hosts.storage_name() != first


def test_readiness_asks_the_bucket_and_leaves_nothing_there(bucket: str, client: Client) -> None:
    assert client.get("/readyz").json()["storage"] == "ok"
    assert keys_in(bucket) == []


def test_a_bucket_that_refuses_or_is_away_is_told_without_address_or_key(
    s3: str, settings: Any, client: Client, caplog: pytest.LogCaptureFixture, away: None
) -> None:
    caplog.set_level(logging.DEBUG, logger="studio")
    with pytest.raises(StorageUnavailableError) as silent:
        default_storage.save("ab/x.png", ContentFile(b"x"))
    assert client.get("/readyz").json()["storage"] == "failed"

    use(settings, f"s3://key:hidden@no-such-bucket?endpoint={s3}")
    with pytest.raises(StorageUnavailableError) as refused:
        default_storage.save("ab/x.png", ContentFile(b"x"))
    assert client.get("/readyz").status_code == 503

    assert str(silent.value) == "the bucket does not answer: EndpointConnectionError"
    assert str(refused.value) == "the bucket refuses: NoSuchBucket (404)"
    assert "NoSuchBucket" in caplog.text
    assert "hidden" not in caplog.text
    assert "127.0.0.1" not in caplog.text


@committed
def test_a_result_waits_while_the_bucket_is_away_and_is_not_fetched_again(
    bucket: str, settings: Any, disk: Any
) -> None:
    alice = User.objects.create_user("alice")
    row = make_generation(alice, status=Status.STORING, visibility=Visibility.PRIVATE)
    output = GenerationOutput.objects.create(generation=row, role="video", source_url="https://gone.example.com/x")
    # Fetched by an earlier try.
    paths.temporary_path(f"{row.public_id}-{output.position}.part").write_bytes(samples.clip())
    there = settings.STORAGES, settings.BUCKET

    use(settings, f"s3://key:secret@media?endpoint=http://127.0.0.1:{free_port()}")
    assert not collect.collect(row.pk, clock=timezone.now)
    row.refresh_from_db()
    assert row.status == Status.STORING
    assert row.failure_detail == "the bucket does not answer: EndpointConnectionError"
    assert row.due_at is not None
    assert row.store_error_count == 0

    settings.STORAGES, settings.BUCKET = there
    assert collect.collect(row.pk, clock=timezone.now)
    row.refresh_from_db()
    assert row.status == Status.COMPLETED
    assert not disk.unfinished
