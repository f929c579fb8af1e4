"""What every test shares: the same five people, a data folder of its own, and a sandbox over real loopback."""

from __future__ import annotations

import contextlib
import importlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.test import override_settings
from django.utils import translation

from studio.storage import read_bucket
from tests import loopback
from tests.buckets import new_bucket, running_s3

if TYPE_CHECKING:
    from accounts.models import User

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, *, seconds: float = 20.0) -> None:
    """Wait until an address answers 200.

    Raises: TimeoutError when it does not in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if loopback.get(address, timeout=2).status_code == 200:
                return
        time.sleep(0.05)
    raise TimeoutError(address)


@contextlib.contextmanager
def running_sandbox(data_dir: Path, *, pace: float = 0.0, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """Run the sandbox as its own process and yield its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "generations.sandbox", "--host", host, "--port", str(port)]
    command += ["--data-dir", str(data_dir), "--pace", str(pace)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://{host}:{port}/sandbox/health")
        yield f"http://{host}:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sandbox that answers as soon as it can."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as address:
        yield address


def seed_catalogue() -> None:
    """Insert the seeded models again, which a transactional test before this one has cleared away."""
    from django.apps import apps

    importlib.import_module("generations.migrations.0003_catalogue").seed(apps, None)


@pytest.fixture(autouse=True)
def catalogue(request: pytest.FixtureRequest) -> None:
    """The catalogue as the migration leaves it, also in tests that commit for real."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        seed_catalogue()


@pytest.fixture(scope="session", autouse=True)
def cheap_password_hashes() -> Iterator[None]:
    """Real hashes are slow on purpose, and nearly every test makes a person."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Each test begins in the studio's own language: a request answered in another leaves it active in its thread."""
    yield
    translation.deactivate()


def make_person(username: str, **more: object) -> User:
    """Make a person whose password is `studio-<name>-password`."""
    from accounts.models import User

    return User.objects.create_user(username, f"{username}@example.com", f"studio-{username}-password", **more)


@pytest.fixture
def alice(db: None) -> User:
    """Owns what a test makes."""
    return make_person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Is alice's colleague."""
    return make_person("bob")


@pytest.fixture
def lead(db: None) -> User:
    """Leads the team."""
    return make_person("lead", role="lead")


@pytest.fixture
def admin(db: None) -> User:
    """Administers the studio."""
    return make_person("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def charlie(db: None) -> User:
    """Is signed in and has no right to anything of the others."""
    return make_person("charlie")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server that speaks S3."""
    with running_s3() as address:
        yield address


@pytest.fixture
def bucket(s3: str, settings: Any) -> str:
    """The address of an empty bucket, in which media lie for this test."""
    storage_url = new_bucket(s3)
    settings.BUCKET = read_bucket(storage_url)
    settings.STORAGES = {**settings.STORAGES, "default": settings.BUCKET.storage()}
    return storage_url
