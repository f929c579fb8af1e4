"""Hosts side by side on one database: queues of their own, a name of their own, one storage or another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django_q.brokers import get_broker
from django_q.models import OrmQ

from generations import hosts, queueing
from generations.clock import database_now


@pytest.mark.django_db
def test_a_host_never_takes_the_packages_of_another(settings: Any, tmp_path: Path) -> None:
    get_broker("engine").enqueue("the first host's")

    settings.DATA_DIR = tmp_path
    get_broker("engine").enqueue("the second host's")
    taken = get_broker("engine").dequeue()

    assert [payload for _key, payload in taken] == ["the second host's"]
    assert get_broker("engine").dequeue() is None


@pytest.mark.django_db
def test_forgetting_leaves_the_packages_of_other_hosts(settings: Any, tmp_path: Path) -> None:
    get_broker("engine").enqueue("the first host's")
    settings.DATA_DIR = tmp_path

    assert queueing.forget("engine") == 0
    assert OrmQ.objects.count() == 1


def test_two_data_folders_are_two_hosts_with_two_storages(settings: Any, tmp_path: Path) -> None:
    seen = set()
    for name in ("one", "other"):
        settings.DATA_DIR = tmp_path / name
        settings.MEDIA_ROOT = tmp_path / name / "media"
        seen.add((hosts.host_name(), hosts.storage_name()))
        assert hosts.storage_name() == hosts.storage_name()

    assert len({host for host, _storage in seen}) == len({storage for _host, storage in seen}) == 2


def test_a_media_folder_that_two_hosts_mount_is_one_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    seen = set()
    for name in ("one", "other"):
        settings.DATA_DIR = tmp_path / name
        seen.add((hosts.host_name(), hosts.storage_name()))

    assert len({host for host, _storage in seen}) == 2
    assert len({storage for _host, storage in seen}) == 1
    assert [path.name for path in settings.MEDIA_ROOT.iterdir()] == [hosts.STORAGE_ID_FILE]


def test_the_digest_of_the_key_tells_keys_apart_and_tells_neither(settings: Any) -> None:
    first = hosts.key_digest()
    settings.SECRET_KEY = "another-secret-key"

    assert hosts.key_digest() != first
    assert "another" not in hosts.key_digest()


@pytest.mark.django_db
def test_the_databases_clock_is_aware() -> None:
    assert database_now().utcoffset() is not None
