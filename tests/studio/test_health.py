import datetime
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from generations import hosts
from generations.models import EngineShift


def engine_seen(seconds_ago: float) -> None:
    """Write down that an engine showed itself that long ago."""
    seen_at = timezone.now() - datetime.timedelta(seconds=seconds_ago)
    EngineShift.objects.create(
        host="here", token=uuid.uuid4(), pid=1, started_at=seen_at, renewed_at=seen_at, expires_at=seen_at
    )


@pytest.fixture(autouse=True)
def media_folder(settings: Any, tmp_path: Path) -> Path:
    folder: Path = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.mark.django_db
def test_ready_names_everything_that_is_there(client: Client) -> None:
    engine_seen(1)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert json.loads(answer.content) == {"database": "ok", "cluster": "ok", "storage": "ok", "hosts": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("seconds_ago", [None, 11])
def test_an_engine_that_is_missing_or_silent_is_not_ready(client: Client, seconds_ago: float | None) -> None:
    if seconds_ago is not None:
        engine_seen(seconds_ago)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.content)["cluster"] == "failed"
    assert json.loads(answer.content)["database"] == "ok"


@pytest.mark.django_db
def test_storage_that_cannot_be_written_is_not_ready(client: Client, settings: Any, tmp_path: Path) -> None:
    engine_seen(1)
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.content)["storage"] == "failed"
    assert b"file" not in answer.content


@pytest.mark.django_db
def test_the_storage_probe_leaves_nothing_behind(client: Client, media_folder: Path) -> None:
    client.get("/readyz")

    assert list(media_folder.iterdir()) == []


def test_being_up_asks_neither_database_nor_storage(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_probes_are_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def other_host(**what: str) -> None:
    """Write down another host whose engine is on shift."""
    now = timezone.now()
    EngineShift.objects.create(
        host="elsewhere",
        token=uuid.uuid4(),
        pid=1,
        started_at=now,
        renewed_at=now,
        expires_at=now + datetime.timedelta(seconds=60),
        **{"key_digest": hosts.key_digest(), "storage": hosts.storage_name(), **what},
    )


@pytest.mark.django_db
def test_a_host_that_reaches_the_same_media_with_the_same_key_is_ready(client: Client) -> None:
    other_host()

    assert json.loads(client.get("/readyz").content)["hosts"] == "ok"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "words"),
    [({"key_digest": "0" * 64}, "STUDIO_SECRET_KEY differs"), ({"storage": "files:theirs"}, "own folder")],
)
def test_a_host_that_does_not_fit_to_the_others_is_not_ready_and_says_why(
    client: Client, what: dict[str, str], words: str
) -> None:
    other_host(**what)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert words in json.loads(answer.content)["hosts"]
    assert b"elsewhere" not in answer.content


@pytest.mark.django_db
def test_a_host_that_has_gone_is_nobodys_neighbour(client: Client) -> None:
    other_host(key_digest="0" * 64, storage="files:theirs")
    EngineShift.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))

    assert json.loads(client.get("/readyz").content)["hosts"] == "ok"
