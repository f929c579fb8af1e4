"""PostgreSQL and Redis servers of the tests' own, started from the installed binaries on free ports.

They may be killed, so they are never the machine's. A missing binary skips a test with a plain sentence, and fails
it in CI, where everything has to be there.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from studio.processes import die_with_parent

PATIENCE_SECONDS = 30.0


class BinaryMissingError(Exception):
    """A server's binary is not installed; the message says which package has it."""


def find_binary(name: str, *, package: str) -> str:
    """Return the path of an installed program; Debian keeps PostgreSQL's out of the path.

    Raises: BinaryMissingError.
    """
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise BinaryMissingError(f"{name} is not installed on this machine (Debian package {package}).")
    return path


def skip_or_fail(error: BinaryMissingError) -> None:
    """Skip a test that wants a missing binary; in CI fail it."""
    if os.environ.get("CI"):
        pytest.fail(str(error))
    pytest.skip(str(error))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged_user() -> str | None:
    """Return whom to run PostgreSQL as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


@dataclass(slots=True)
class Postgres:
    """A running server. `url` names its maintenance database."""

    folder: Path
    port: int
    command: list[str]
    user: str | None
    address: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the database that is always there."""
        return self.url_of("postgres")

    def url_of(self, name: str) -> str:
        """Return the address of one database, as `DATABASE_URL` wants it."""
        return f"postgres://studio:studio@{self.address}:{self.port}/{name}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"studio_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises: RuntimeError when it does not."""
        parent = os.getpid()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                user=self.user,
                cwd=self.folder,
                preexec_fn=lambda: die_with_parent(parent),
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"PostgreSQL did not come up:\n{(self.folder / 'log').read_text(errors='replace')}")

    def stop(self) -> None:
        """Stop the server without waiting for its clients; what it holds stays."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": clients are told and cut off.
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def discard(self) -> None:
        """Stop the server for good and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres(address: str = "127.0.0.1") -> Postgres:
    """Start an empty PostgreSQL on a free port, without durability, which tests do not need.

    Raises: BinaryMissingError, RuntimeError when it does not come up.
    """
    initdb = find_binary("initdb", package="postgresql")
    postgres = find_binary("postgres", package="postgresql")
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="studio-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    command = [initdb, "--pgdata", str(data), "--username", "studio", "--auth", "trust", "--no-sync"]
    command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
    with (data / "pg_hba.conf").open("a") as access:
        access.write(f"host all all {address}/24 trust\n")
    options = {
        "listen_addresses": address,
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": 200,
        "deadlock_timeout": "200ms",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    server = Postgres(folder, port, [postgres, "-D", str(data), *settings], user, address)
    server.start()
    return server


@contextlib.contextmanager
def running_redis(address: str = "127.0.0.1") -> Iterator[str]:
    """Run an empty Redis on a free port, without persistence, and yield its address.

    Raises: BinaryMissingError.
    """
    binary, port = find_binary("redis-server", package="redis-server"), free_port()
    command = [binary, "--bind", address, "--port", str(port), "--save", "", "--appendonly", "no"]
    command += ["--protected-mode", "no"]
    parent = os.getpid()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=lambda: die_with_parent(parent))
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
                break
            time.sleep(0.05)
        yield f"redis://{address}:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
