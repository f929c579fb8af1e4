"""A studio of its own, for measurements and for tests with real processes, started as the README says."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx
import psycopg

from tests.conftest import ROOT, free_port

PASSWORD = "measured-by-a-script"
DATABASE_AWAY = (sqlite3.OperationalError, psycopg.OperationalError)


@dataclass(slots=True)
class RunningStudio:
    """Where it answers, and how long it took to say so. Units: seconds."""

    address: str
    data_dir: Path
    process: subprocess.Popen[str]
    sandbox_address: str
    ready_seconds: float
    environment: dict[str, str]
    command: tuple[str, ...]
    log: TextIO
    setup_link: str = ""

    def start_again(self) -> None:
        """Start it as before, after its supervisor has ended; return when it says that it is ready.

        Raises: RuntimeError when it ends before that.
        """
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.process = _launch(self.command, environment=self.environment, log=self.log)
        _wait_until_ready(self.process, is_new=False, log=self.log.name)

    def manage(self, *arguments: str, **more: str) -> str:
        """Run one management command on the same data folder and return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env={**self.environment, **more}, check=True, capture_output=True, text=True
        )
        return done.stdout

    def add_administrator(self, name: str = "measure") -> None:
        """Make an administrator, as Django's own command does."""
        self.manage(
            "createsuperuser",
            "--noinput",
            DJANGO_SUPERUSER_USERNAME=name,
            DJANGO_SUPERUSER_EMAIL=f"{name}@example.com",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )

    def sign_in(self, name: str = "measure") -> httpx.Client:
        """Return a client that is signed in."""
        client = httpx.Client(base_url=self.address, follow_redirects=True, trust_env=False, timeout=30)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/accounts/login/").text)
        form = {"login": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        answer = client.post("/accounts/login/", data=form, headers={"Referer": self.address})
        if "sessionid" not in client.cookies:
            raise RuntimeError(f"sign-in failed with {answer.status_code}")
        return client

    def submit(
        self,
        client: httpx.Client,
        *,
        prompt: str,
        model: str = "doubao-seedance-2-0-fast",
        files: Sequence[tuple[str, tuple[str, bytes, str]]] = (),
        **more: str,
    ) -> str:
        """Send the composer's form as a browser does, and return the submission id.

        Raises: httpx.HTTPStatusError when the form is refused.
        """
        submission_id = str(uuid.uuid4())
        form = {"model": model, "prompt": prompt, "submission_id": submission_id, "visibility": "team", **more}
        token = client.cookies.get("csrftoken") or ""
        headers = {"X-CSRFToken": token, "HX-Request": "true", "Referer": self.address}
        fields = [(name, (None, value)) for name, value in form.items()]
        client.post("/generations/", files=[*fields, *files], headers=headers).raise_for_status()
        return submission_id

    @property
    def is_on_postgres(self) -> bool:
        """Tell which kind of database it uses."""
        return self.environment.get("DATABASE_URL", "").startswith("postgres")

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read from the studio's database beside its own processes; `?` stands for a value.

        Raises: one of `DATABASE_AWAY` while the database does not answer.
        """
        if self.is_on_postgres:
            url, pattern = self.environment["DATABASE_URL"], statement.replace("%", "%%").replace("?", "%s")
            with psycopg.connect(url, connect_timeout=3, options="-c timezone=UTC") as database:
                return database.execute(pattern.encode(), values).fetchall()
        with contextlib.closing(sqlite3.connect(f"file:{self.data_dir}/studio.sqlite3?mode=ro", uri=True)) as file:
            return file.execute(statement, [_for_sqlite(value) for value in values]).fetchall()

    def processes(self) -> list[int]:
        """Return the ids of every process that belongs to it, found by its data folder in their environment."""
        mine = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    if str(self.data_dir).encode() in (entry / "environ").read_bytes():
                        mine.append(int(entry.name))
        return mine

    def cluster_and_web(self) -> list[int]:
        """Return the ids of the processes that `kill -9` is meant for: web server and clusters, workers included."""
        found = []
        for pid in self.processes():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"qcluster" in command or b"granian" in command:
                    found.append(pid)
        return found

    def pss_bytes(self) -> dict[int, int]:
        """Return each process's proportional share of memory."""
        shares = {}
        for pid in self.processes():
            with contextlib.suppress(OSError):
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                shares[pid] = int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)[1]) * 1024  # type: ignore[index]
        return shares


@contextlib.contextmanager
def running_studio(
    data_dir: Path, *options: str, host: str = "127.0.0.1", prefix: Sequence[str] = (), **environment: str
) -> Iterator[RunningStudio]:
    """Start a studio on a free port, wait until it says that it is ready, and stop it at the end.

    `prefix` is a command that runs another one, in a network of its own for instance.
    Raises: RuntimeError when it ends before it is ready.
    """
    port, sandbox_port = free_port(), free_port()
    variables = {**os.environ, "STUDIO_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **environment}
    command = [*prefix, sys.executable, "manage.py", "start", "--host", host, "--port", str(port)]
    command += ["--sandbox-port", str(sandbox_port), *options]
    log = (data_dir.parent / f"{data_dir.name}.log").open("w")
    began = time.monotonic()
    process = _launch(command, environment=variables, log=log)
    studio = None
    # Only who serves pages offers the set-up link.
    is_new = not (data_dir / "studio.sqlite3").exists() and "cluster" not in options
    try:
        setup_link = _wait_until_ready(process, is_new=is_new, log=log.name)
        studio = RunningStudio(
            address=f"http://{host}:{port}",
            data_dir=data_dir,
            process=process,
            sandbox_address=f"http://127.0.0.1:{sandbox_port}",
            ready_seconds=time.monotonic() - began,
            environment=variables,
            command=tuple(command),
            log=log,
            setup_link=setup_link,
        )
        yield studio
    finally:
        process = studio.process if studio else process
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        log.close()


def _launch(command: Sequence[str], *, environment: Mapping[str, str], log: TextIO) -> subprocess.Popen[str]:
    return subprocess.Popen(
        list(command), cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=log, text=True
    )


def _wait_until_ready(process: subprocess.Popen[str], *, is_new: bool, log: str) -> str:
    """Read what `start` prints until it is ready, and return the set-up link of a new data folder."""
    is_ready = False
    for line in process.stdout or ():
        is_ready = is_ready or "Studio is ready" in line
        link = re.search(r"http\S+/accounts/setup/\S+", line)
        if link or (is_ready and not is_new):
            return link[0] if link else ""
    raise RuntimeError(f"the studio ended before it was ready; see {log}")


def moment(value: object) -> datetime.datetime:
    """Return a time read from either kind of database, aware."""
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime.fromisoformat(str(value)).replace(tzinfo=datetime.UTC)


def _for_sqlite(value: object) -> object:
    """Return a value as Django writes it into SQLite."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def table(title: str, rows: list[tuple[str, str]]) -> None:
    """Print one table of names and figures."""
    width = max(len(name) for name, _figure in rows)
    print(f"\n{title}")
    for name, figure in rows:
        print(f"  {name:<{width}}  {figure:>12}")
