"""The hourly sweep: it clears what nobody needs, never what a row names or what is younger than a day."""

from __future__ import annotations

import datetime
import os
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Task
from pytest_django import Settings

from accounts.models import User
from generations import jobs
from generations.lifecycle.upkeep import Swept, sweep
from generations.media import paths
from generations.models import ApiMinute, CatalogModel, EngineShift, GenerationOutput, Message, Status, Thread
from tests.factories import make_asset, make_generation

pytestmark = pytest.mark.django_db

NOTHING = Swept(**dict.fromkeys(Swept.__dataclass_fields__, 0))
# Uploads are cut off only where there is a bucket, and results strand only where there are several hosts: see below.
ONE_OF_EACH = Swept(**(dict.fromkeys(Swept.__dataclass_fields__, 1) | {"cut_off_uploads": 0, "stranded_results": 0}))


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }


def in_a_day() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=25)


def stored(variant: str = "", public_id: uuid.UUID | None = None) -> Path:
    """Put a file into storage under a name such as an asset has."""
    name = paths.asset_path(public_id or uuid.uuid4(), "mp4", variant=variant)
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"bytes")
    return path


def name_of(path: Path) -> str:
    return str(path.relative_to(default_storage.path("")))


def everything_left_behind(alice: User) -> list[Path]:
    """Leave one of each kind behind."""
    files = [stored(), paths.pending_folder() / "answer", paths.temporary_folder() / "clip.part"]
    for path in files[1:]:
        path.write_bytes(b"bytes")
    now = timezone.now()
    shift = {"token": uuid.uuid4(), "pid": 1, "started_at": now, "renewed_at": now, "expires_at": now}
    EngineShift.objects.create(host="gone", **shift)
    make_generation(alice, status=Status.FAILED, lease_token=uuid.uuid4())
    OrmQ.objects.create(key="studio@gone", payload="x", lock=now)
    long_ago = now - datetime.timedelta(days=8)
    Task.objects.create(id="1", name="n", func="f", started=long_ago, stopped=long_ago, success=False)
    leave_deleted_turn(alice, removed_at=now - datetime.timedelta(days=31))
    ApiMinute.objects.create(subject="key:1", minute=int(now.timestamp()) // 60, count=3)
    return files


def leave_deleted_turn(alice: User, *, removed_at: datetime.datetime) -> Message:
    """Leave a message that was deleted then."""
    model, now = CatalogModel.objects.get(gateway_name="gpt-5.1"), timezone.now()
    thread = Thread.objects.create(owner=alice, model=model, submission_id=uuid.uuid4(), created_at=now, changed_at=now)
    return Message.objects.create(
        thread=thread, role="user", status="completed", text="secret", created_at=now, removed_at=removed_at
    )


def test_each_kind_is_counted_and_cleared_once(alice: User) -> None:
    files = everything_left_behind(alice)

    assert sweep(now=in_a_day()) == ONE_OF_EACH

    assert [path for path in files if path.exists()] == []
    assert sweep(now=in_a_day()) == NOTHING


def test_a_dry_run_counts_the_same_and_touches_nothing(alice: User) -> None:
    files = everything_left_behind(alice)

    assert sweep(now=in_a_day(), is_dry=True) == ONE_OF_EACH

    assert all(path.exists() for path in files)
    assert sweep(now=in_a_day()) == ONE_OF_EACH


def test_what_is_younger_than_a_day_stays(alice: User) -> None:
    files = everything_left_behind(alice)

    swept = sweep(now=timezone.now() + datetime.timedelta(hours=23))

    assert (swept.stored_files, swept.pending_files, swept.temporary_files) == (0, 0, 0)
    assert (swept.shifts, swept.packages) == (0, 0)
    assert all(path.exists() for path in files)


def test_an_old_file_that_has_just_got_its_name_is_fresh() -> None:
    waited = paths.temporary_folder() / "clip.part"
    waited.write_bytes(b"bytes")
    os.utime(waited, (0, 0))
    target = stored()
    target.unlink()
    target.hardlink_to(waited)

    assert sweep(now=timezone.now()) == NOTHING
    assert target.exists()


@pytest.mark.parametrize("field", ["path", "small_path", "large_path", "poster_path"])
def test_a_file_that_any_row_names_stays_however_old(alice: User, field: str) -> None:
    path = stored()
    make_asset(alice, **{field: name_of(path)})

    assert sweep(now=in_a_day()).stored_files == 0
    assert path.exists()


def test_an_asset_found_by_its_id_keeps_only_what_it_names(alice: User) -> None:
    public_id = uuid.uuid4()
    original, thumbnail, left = stored("", public_id), stored("small", public_id), stored("large", public_id)
    make_asset(alice, public_id=public_id, path=name_of(original), small_path=name_of(thumbnail))

    assert sweep(now=in_a_day()).stored_files == 1
    assert (original.exists(), thumbnail.exists(), left.exists()) == (True, True, False)


def test_a_pending_result_that_waits_to_be_stored_stays(alice: User) -> None:
    path = paths.pending_folder() / "answer"
    path.write_bytes(b"bytes")
    row = make_generation(alice, status=Status.STORING)
    GenerationOutput.objects.create(generation=row, role="image", pending_path="pending/answer")

    assert sweep(now=in_a_day()).pending_files == 0
    assert path.exists()


def test_files_of_others_in_the_media_folder_are_none_of_its_business() -> None:
    foreign = Path(default_storage.path("ab/notes.txt"))
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    (foreign.parent.parent / "README").write_text("mine")

    assert sweep(now=in_a_day()) == NOTHING
    assert foreign.exists()


def test_a_lease_that_counts_stays(alice: User) -> None:
    token = uuid.uuid4()
    row = make_generation(alice, status=Status.CANCELED, due_at=timezone.now(), lease_token=token)

    sweep(now=in_a_day())

    row.refresh_from_db()
    assert row.lease_token == token


def on_shift(host: str, *, since: datetime.timedelta, now: datetime.datetime) -> None:
    """Write down a host whose engine is on shift."""
    expires_at = now + datetime.timedelta(seconds=6)
    times = {"started_at": now - since, "renewed_at": now, "expires_at": expires_at}
    EngineShift.objects.create(host=host, token=uuid.uuid4(), pid=1, **times)


@pytest.mark.parametrize(
    ("storing_host", "hours", "status"),
    [
        ("gone", 25, Status.FAILED),
        ("gone", 23, Status.STORING),
        ("alive", 25, Status.STORING),
        ("", 25, Status.STORING),
    ],
)
def test_a_result_on_a_host_that_is_gone_for_good_is_given_up(
    alice: User, storing_host: str, hours: int, status: Status
) -> None:
    row = make_generation(alice, status=Status.STORING, storing_host=storing_host)
    now = timezone.now() + datetime.timedelta(hours=hours)
    on_shift("alive", since=datetime.timedelta(hours=3), now=now)

    counts = [sweep(now=now, is_dry=is_dry).stranded_results for is_dry in (True, False, False)]

    row.refresh_from_db()
    assert (row.status, row.failure_reason) == (status, "output_missing" if status == Status.FAILED else "")
    assert counts == ([1, 1, 0] if status == Status.FAILED else [0, 0, 0])


def test_after_a_weekend_without_power_no_host_counts_as_gone_at_once(alice: User) -> None:
    make_generation(alice, status=Status.STORING, storing_host="not up yet")
    on_shift("up first", since=datetime.timedelta(minutes=5), now=in_a_day())

    assert sweep(now=in_a_day()).stranded_results == 0


def test_the_command_prints_what_a_dry_run_found() -> None:
    path, printed = stored(), StringIO()

    call_command("sweep", "--dry-run", stdout=printed)

    assert "stored files: 0" in printed.getvalue()
    assert path.exists()


def test_the_job_runs_twice_without_harm(alice: User) -> None:
    make_generation(alice, status=Status.FAILED, lease_token=uuid.uuid4())

    jobs.sweep()
    jobs.sweep()

    assert sweep(now=timezone.now()) == NOTHING


def test_the_words_of_a_deleted_turn_are_forgotten_after_the_days_of_the_trash(alice: User) -> None:
    now = timezone.now()
    old, fresh = (leave_deleted_turn(alice, removed_at=now - datetime.timedelta(days=days)) for days in (31, 29))

    sweep(now=now)

    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.text, fresh.text) == ("", "secret")
