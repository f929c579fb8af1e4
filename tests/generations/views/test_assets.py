from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import AsyncClient
from django.utils import timezone

from accounts.models import User
from generations.media import store
from generations.media.signing import signed_address
from generations.models import Asset, GenerationOutput, Status, Visibility
from tests.factories import make_generation
from tests.generations.media import samples

PICTURE = samples.picture(width=800, height=600)
SIZE = len(PICTURE)


@pytest.fixture
def asset(alice: User) -> Iterator[Asset]:
    asset = store.store_upload(
        SimpleUploadedFile("雾 “photo”.jpeg", PICTURE), owner=alice, now=timezone.now(), expected_media={"image"}
    )
    yield asset
    store.delete_files(asset)


@dataclass
class Answer:
    """A whole answer, its body read to the end."""

    response: HttpResponseBase
    body: bytes

    @property
    def status(self) -> int:
        return self.response.status_code

    def __getitem__(self, name: str) -> str:
        return str(self.response[name])

    def __contains__(self, name: str) -> bool:
        return name in self.response


def ask(path: str, *, person: User | None = None, method: str = "get", **headers: str) -> Answer:
    """Send one request through the asynchronous half, as a signed-in person or a stranger."""
    client = AsyncClient()
    if person is not None:
        client.force_login(person)

    async def answer() -> Answer:
        response = await getattr(client, method)(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        if not response.streaming:
            return Answer(response, response.content)
        return Answer(response, b"".join([chunk async for chunk in response]))

    found: Answer = async_to_sync(answer)()
    return found


def get(person: User, asset: Asset, variant: str = "original", query: str = "", **headers: str) -> Answer:
    return ask(f"/media/{asset.public_id}/{variant}/{query}", person=person, **headers)


def test_the_owner_gets_the_file_with_its_headers(alice: User, asset: Asset) -> None:
    response = get(alice, asset)

    assert response.status == 200
    assert response.body == PICTURE
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"].startswith("private, max-age=")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["ETag"] == f'"{asset.sha256[:32]}-original"'
    assert response["Content-Disposition"].startswith("inline;")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 99), ("bytes=0-0", 0, 0), ("bytes=-50", SIZE - 50, SIZE - 1), ("bytes=1000-", 1000, SIZE - 1)],
)
def test_a_range_is_answered_with_its_bytes(alice: User, asset: Asset, asked: str, start: int, end: int) -> None:
    response = get(alice, asset, range=asked)

    assert response.status == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert response["Content-Length"] == str(end - start + 1)
    assert response.body == PICTURE[start : end + 1]


def test_a_range_behind_the_end_is_416(alice: User, asset: Asset) -> None:
    response = get(alice, asset, range=f"bytes={SIZE}-")

    assert (response.status, response["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_a_known_file_is_304(alice: User, asset: Asset) -> None:
    etag = get(alice, asset)["ETag"]

    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        response = get(alice, asset, if_none_match=known)
        assert response.status == 304
        assert response["ETag"] == etag
        assert response["Cache-Control"].startswith("private")


def test_a_range_of_another_version_gets_the_whole_file(alice: User, asset: Asset) -> None:
    etag = get(alice, asset)["ETag"]

    assert get(alice, asset, range="bytes=0-9", if_range=etag).status == 206
    assert get(alice, asset, range="bytes=0-9", if_range='"older"').status == 200


def test_head_says_all_and_sends_nothing(alice: User, asset: Asset) -> None:
    response = ask(f"/media/{asset.public_id}/original/", person=alice, method="head")

    assert (response.status, response["Content-Length"], response["Content-Type"]) == (200, str(SIZE), "image/png")
    assert not response.body


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_but_reading_is_answered(alice: User, asset: Asset, method: str) -> None:
    response = ask(f"/media/{asset.public_id}/original/", person=alice, method=method)

    assert response.status == 405


def test_a_download_has_a_readable_name_of_the_real_type(alice: User, asset: Asset) -> None:
    response = get(alice, asset, query="?download=1")

    # The file was named .jpeg and is a PNG.
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E9%9B%BE%20%E2%80%9Cphoto%E2%80%9D.png"


@pytest.mark.parametrize("variant", ["small", "large"])
def test_thumbnails_are_webp(alice: User, asset: Asset, variant: str) -> None:
    response = get(alice, asset, variant)

    assert (response.status, response["Content-Type"]) == (200, "image/webp")
    assert response.body[8:12] == b"WEBP"


@pytest.mark.parametrize("variant", ["poster", "huge", "..", "original.png"])
def test_a_variant_that_is_not_there_is_404(alice: User, asset: Asset, variant: str) -> None:
    assert get(alice, asset, variant).status == 404


def test_a_row_whose_file_is_gone_is_404(alice: User, asset: Asset) -> None:
    Path(default_storage.path(asset.path)).unlink()

    assert get(alice, asset).status == 404


def test_charlie_gets_the_same_404_as_for_nothing(charlie: User, alice: User, asset: Asset) -> None:
    private = get(charlie, asset)
    asset.public_id = asset.public_id.__class__(int=1)
    nothing = get(charlie, asset)

    assert private.status == nothing.status == 404
    assert "ETag" not in private


@pytest.mark.parametrize(("visibility", "status"), [(Visibility.TEAM, 200), (Visibility.PRIVATE, 404)])
def test_a_colleague_sees_what_the_team_shares(
    alice: User, bob: User, asset: Asset, visibility: str, status: int
) -> None:
    generation = make_generation(alice, status=Status.COMPLETED, visibility=visibility)
    GenerationOutput.objects.create(generation=generation, role="image", asset=asset)

    assert get(bob, asset).status == status


def test_what_lies_in_the_trash_is_for_its_owner_until_another_item_shows_it(
    alice: User, bob: User, asset: Asset
) -> None:
    trashed = make_generation(alice, status=Status.COMPLETED, visibility=Visibility.TEAM, trashed_at=timezone.now())
    GenerationOutput.objects.create(generation=trashed, role="image", asset=asset)
    assert (get(alice, asset).status, get(bob, asset).status) == (200, 404)

    kept = make_generation(alice, status=Status.COMPLETED, visibility=Visibility.TEAM)
    GenerationOutput.objects.create(generation=kept, role="image", asset=asset)
    assert get(bob, asset).status == 200


def test_a_stranger_learns_nothing(asset: Asset) -> None:
    response = ask(f"/media/{asset.public_id}/original/", sec_fetch_dest="image")

    assert response.status == 401


def signed_path(asset: Asset, *, variant: str = "original", ago_seconds: int = 0, seconds: int = 3600) -> str:
    moment = timezone.now() - datetime.timedelta(seconds=ago_seconds)
    address = signed_address(asset, variant, now=moment, seconds=seconds, base_url="https://studio.example.com")
    assert address is not None
    assert address.startswith("https://studio.example.com/media/signed/")
    return urlsplit(address).path


def test_a_signed_address_opens_its_file_without_a_session(asset: Asset) -> None:
    response = ask(signed_path(asset), range="bytes=0-9")

    assert (response.status, response["Content-Type"]) == (206, "image/png")
    assert response.body == PICTURE[:10]
    assert response["Cache-Control"].startswith("private")


def test_every_wrong_signed_address_is_the_same_404(asset: Asset, alice: User) -> None:
    good = signed_path(asset)
    payload, _colon, signature = good.removeprefix("/media/signed/").rstrip("/").rpartition(":")
    other = signing.Signer(salt="generations.media").sign_object(["zz", "original", 9_999_999_999])
    stale_salt = signing.Signer(salt="another").sign_object([asset.public_id.hex, "original", 9_999_999_999])
    wrong = [
        signed_path(asset, ago_seconds=3601),
        signed_path(asset, variant="poster"),
        f"/media/signed/{payload}:{signature[:-1]}/",
        f"/media/signed/{payload}/",
        f"/media/signed/x{payload}:{signature}/",
        "/media/signed/%20/",
        f"/media/signed/{other}/",
        f"/media/signed/{stale_salt}/",
    ]

    answers = [ask(path) for path in wrong]

    assert [answer.status for answer in answers] == [404] * len(wrong)
    assert len({answer.body for answer in answers}) == 1
    # Refused before any address is looked at, so it tells nothing either.
    assert ask("/media/signed/%00/").status == 400


def test_a_deactivated_persons_files_close_at_once(asset: Asset, alice: User) -> None:
    path = signed_path(asset)
    alice.is_active = False
    alice.save()

    assert ask(path).status == 404


def test_without_a_public_address_nothing_is_signed(asset: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = ""

    assert signed_address(asset, "original", now=timezone.now()) is None
