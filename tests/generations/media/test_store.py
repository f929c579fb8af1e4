from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import IntegrityError, transaction

from accounts.models import User
from generations.media import paths, store
from generations.media.invalid import MediaInvalid
from generations.models import Asset
from tests.generations.media import samples

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
PICTURE = samples.picture()


def upload(content: bytes = PICTURE, name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def finished(content: bytes, name: str = "finished") -> Path:
    path = paths.temporary_path(name)
    path.write_bytes(content)
    return path


def test_an_upload_becomes_an_asset_with_its_facts(alice: User, disk: Any) -> None:
    asset = store.store_upload(upload(), owner=alice, now=NOW, expected_media={"image"})

    asset.refresh_from_db()
    assert (asset.owner, asset.origin, asset.media, asset.mime) == (alice, "upload", "image", "image/png")
    assert (asset.width, asset.height, asset.created_at, asset.original_name) == (640, 400, NOW, "photo.png")
    assert (asset.size_bytes, asset.sha256) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    with default_storage.open(asset.path) as file:
        assert file.read() == PICTURE
    assert len(disk.stored) == 3
    assert not disk.unfinished


def test_an_upload_that_was_spooled_to_disk_is_stored_alike(alice: User, disk: Any) -> None:
    spooled = TemporaryUploadedFile("clip.mp4", "video/mp4", len(samples.clip()), None)
    spooled.write(samples.clip())
    spooled.flush()

    asset = store.store_upload(spooled, owner=alice, now=NOW, expected_media={"video"})

    assert (asset.duration_ms, asset.frame_rate, asset.has_sound) == (2000, 24.0, True)
    assert asset.poster_path
    assert default_storage.size(asset.path) == len(samples.clip())


def test_stored_files_are_for_the_studio_alone(alice: User, disk: Any) -> None:
    store.store_upload(upload(), owner=alice, now=NOW, expected_media={"image"})

    assert {path.stat().st_mode & 0o777 for path in disk.stored} == {0o600}


@pytest.mark.parametrize(
    ("content", "expected", "reason"),
    [
        (b"", {"image"}, "empty"),
        (b"just a text", {"image"}, "unknown_type"),
        (PICTURE[:5000], {"image"}, "truncated"),
        (samples.png_declaring(50_000, 50_000), {"image"}, "too_many_pixels"),
        (PICTURE, {"video"}, "wrong_type"),
        (samples.clip()[:-200], {"video"}, "truncated"),
    ],
)
def test_of_a_bad_upload_nothing_is_left(
    alice: User, disk: Any, content: bytes, expected: set[str], reason: str
) -> None:
    with pytest.raises(MediaInvalid) as caught:
        store.store_upload(upload(content), owner=alice, now=NOW, expected_media=expected)

    assert caught.value.reason == reason
    assert not disk.stored
    assert not disk.unfinished
    assert not Asset.objects.exists()


def test_without_a_row_no_file_is_left(alice: User, disk: Any) -> None:
    no_time: Any = None

    with pytest.raises(IntegrityError), transaction.atomic():
        store.store_upload(upload(), owner=alice, now=no_time, expected_media={"image"})

    assert not disk.stored


def test_an_output_that_nobody_takes_leaves_storage_again(alice: User, disk: Any) -> None:
    stored = store.take_output(finished(PICTURE), suggested_name="result")

    with pytest.raises(RuntimeError), store.discarded_on_failure(stored):
        raise RuntimeError

    assert not disk.stored


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("a\x00b\nc.png", "abc.png"),
        ("雾中的灯塔.png", "雾中的灯塔.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("‮gnp.exe", "gnp.exe"),
    ],
)
def test_a_file_name_is_kept_for_people_only(alice: User, disk: Any, name: str, kept: str) -> None:
    given = upload()
    given._name = name  # Django's own setter would clean it before we do.

    asset = store.store_upload(given, owner=alice, now=NOW, expected_media={"image"})

    assert asset.original_name == kept
    assert asset.path == f"{asset.public_id.hex[:2]}/{asset.public_id.hex}.png"


@pytest.mark.django_db(transaction=True)
def test_an_output_moves_into_storage_once_its_row_is_committed(disk: Any) -> None:
    alice = User.objects.create_user("alice")
    path = finished(samples.clip())

    with transaction.atomic():
        asset = store.store_output(path, owner=alice, now=NOW, suggested_name="result")
        assert path.exists()

    assert not path.exists()
    assert (asset.origin, asset.original_name, asset.sha256) == (
        "output",
        "result.mp4",
        hashlib.sha256(samples.clip()).hexdigest(),
    )
    assert default_storage.size(asset.path) == len(samples.clip())


@pytest.mark.django_db(transaction=True)
def test_an_output_whose_transaction_fails_is_still_there(disk: Any) -> None:
    alice = User.objects.create_user("alice")
    path = finished(PICTURE)

    with transaction.atomic():
        store.store_output(path, owner=alice, now=NOW, suggested_name="result")
        transaction.set_rollback(True)

    assert not Asset.objects.exists()
    assert path.read_bytes() == PICTURE


def test_a_damaged_output_stays_for_staff_and_leaves_nothing_in_storage(alice: User, disk: Any) -> None:
    path = finished(PICTURE[:4000])

    with pytest.raises(MediaInvalid):
        store.store_output(path, owner=alice, now=NOW, suggested_name="result")

    assert path.exists()
    assert not disk.stored


def test_an_output_on_another_disk_is_copied(alice: User, disk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)

    asset = store.store_output(finished(PICTURE), owner=alice, now=NOW, suggested_name="result")

    with default_storage.open(asset.path) as file:
        assert file.read() == PICTURE


def test_an_assets_files_can_be_deleted_twice(alice: User, disk: Any) -> None:
    asset = store.store_upload(upload(), owner=alice, now=NOW, expected_media={"image"})

    store.delete_files(asset)
    store.delete_files(asset)

    assert not disk.stored


def test_a_pending_result_is_whole_under_its_name(disk: Any) -> None:
    relative = store.write_pending(PICTURE, now=NOW)

    assert relative.startswith("pending/20260301T120000-")
    assert store.pending_file(relative).read_bytes() == PICTURE
    assert len(disk.pending) == 1
    store.discard_pending(relative)
    store.discard_pending(relative)
    assert not disk.pending


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "pending/../../x"])
def test_a_pending_path_never_leads_out_of_the_data_folder(path: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        store.pending_file(path)


@pytest.mark.parametrize("name", ["a/b", "../x", ".hidden", "/abs"])
def test_a_temporary_name_holds_no_folder(name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        paths.temporary_path(name)
