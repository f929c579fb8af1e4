"""Who counts as gone: a process that has ended, however; never one that is only frozen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generations import presence
from tests.conftest import ROOT

HOLDER = """
import sys, time, uuid
import django
django.setup()
from generations.presence import Presence
Presence(uuid.UUID(sys.argv[1])).begin()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[uuid.UUID, subprocess.Popen[str]]]:
    """An engine's process on the same host, with its lock in hand."""
    token = uuid.uuid4()
    environment = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "studio.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(token)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield token, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_killed_engine_is_gone_at_once_and_a_living_or_frozen_one_is_not(
    holder: tuple[uuid.UUID, subprocess.Popen[str]],
) -> None:
    token, process = holder
    assert list(presence.gone()) == []
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    assert list(presence.gone()) == []

    process.kill()
    process.wait()

    assert list(presence.gone()) == [token]
    presence.forget(token)
    assert list(presence.gone()) == []


def test_an_engine_that_leaves_by_itself_leaves_nothing_behind() -> None:
    engine = presence.Presence(uuid.uuid4())
    engine.begin()
    assert list(presence.gone()) == [], "its own lock is held, too"

    engine.end()
    engine.end()

    assert list(presence.folder().iterdir()) == []


def test_an_error_leaves_the_lock_behind_as_one_of_somebody_who_is_gone() -> None:
    token = uuid.uuid4()

    with pytest.raises(ZeroDivisionError), presence.Presence(token):
        raise ZeroDivisionError

    assert list(presence.gone()) == [token]


def test_a_file_with_another_name_is_nobodys_lock() -> None:
    (presence.folder() / "notes.lock").touch()

    assert list(presence.gone()) == []
