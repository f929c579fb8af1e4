"""Three hosts on one PostgreSQL, Redis, bucket and gateway: one dies for good in mid-flight, another finishes its work.

A host is a data folder with its own supervisor and processes, here also with a network of its own where root may make
one. The first serves pages alone; the others run clusters alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from tests import loopback
from tests.buckets import new_bucket, running_s3
from tests.conftest import running_sandbox
from tests.scaleout.networks import SUBNET, Host, running_network
from tests.scaleout.waiting import wait_until
from tests.servers import BinaryMissingError, running_redis, skip_or_fail, start_postgres
from tests.studio_process import RunningStudio, running_studio

pytestmark = [
    pytest.mark.scaleout,
    pytest.mark.allow_hosts(["127.0.0.1", *(f"{SUBNET}.{number}" for number in range(1, 5))]),
]

LEAST_ORDERED = 12
SECRET_KEY = "the-key-that-all-hosts-of-these-tests-have-in-common-0123456789"
# A lost submit's lease is a minute, a lost download's two.
SETTLE_SECONDS = 200
UNFINISHED = ("queued", "submitting", "in_progress", "storing")


@dataclass(slots=True)
class Hosts:
    """All studios and what they share."""

    web: RunningStudio
    clusters: tuple[RunningStudio, RunningStudio]
    first: Host
    database_url: str
    sandbox: str

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read from the common database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]

    def count(self, *statuses: str) -> int:
        """Return how many generations are in one of these states."""
        found = self.query("SELECT count(*) FROM generations_generation WHERE status = ANY(%s)", list(statuses))
        return int(str(found[0][0]))

    def held_by(self, studio: RunningStudio, *, status: str) -> int:
        """Return how many rows of a state the engine of a host holds."""
        found = self.query(
            "SELECT count(*) FROM generations_generation g JOIN generations_engineshift s ON s.token = g.lease_token "
            "WHERE g.status = %s AND s.pid = ANY(%s)",
            status,
            studio.processes(),
        )
        return int(str(found[0][0]))

    def engines_on_shift(self) -> int:
        """Return how many engines are on shift."""
        found = self.query("SELECT count(*) FROM generations_engineshift WHERE expires_at > now()")
        return int(str(found[0][0]))

    def ledger(self) -> list[dict[str, str]]:
        """Return what the gateway accepted."""
        rows: list[dict[str, str]] = loopback.get(f"{self.sandbox}/sandbox/ledger", timeout=10).json()
        return rows

    def readiness(self) -> dict[str, str]:
        """Return what the host of pages says about everything that it needs."""
        answer = loopback.get(f"{self.web.address}/readyz", timeout=20)
        entries: dict[str, str] = answer.json()
        assert (answer.status_code == 200) == (set(entries.values()) == {"ok"}), answer.text
        return entries


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """Three hosts that were started at the same moment on an empty database."""
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(running_network())
        try:
            postgres = start_postgres(network.services)
            stack.callback(postgres.discard)
            redis_url = stack.enter_context(running_redis(network.services))
        except BinaryMissingError as error:
            skip_or_fail(error)
        database_url = postgres.new_database()
        sandbox = stack.enter_context(running_sandbox(tmp_path / "sandbox", host=network.services))
        s3 = stack.enter_context(running_s3(network.services))
        shared = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "STUDIO_STORAGE_URL": new_bucket(s3),
            "STUDIO_SECRET_KEY": SECRET_KEY,
            "STUDIO_SANDBOX_URL": sandbox,
        }
        machines = {name: network.add_host() for name in ("web", "first", "second")}

        def start(name: str) -> RunningStudio:
            machine, part = machines[name], "web" if name == "web" else "cluster"
            variables = {**shared, "STUDIO_ALLOWED_HOSTS": machine.address}
            studio = running_studio(
                tmp_path / name, "--only", part, host=machine.address, prefix=machine.prefix, **variables
            )
            return stack.enter_context(studio)

        with ThreadPoolExecutor(3) as pool:
            web, first, second = pool.map(start, machines)
        yield Hosts(web, (first, second), machines["first"], database_url, sandbox)


def pull_the_plug(studio: RunningStudio, machine: Host) -> None:
    """Cut a host off, and end every process of it at once, its supervisor first, so that nothing is started again."""
    machine.unplug()
    others = [pid for pid in studio.processes() if pid not in {studio.process.pid, os.getpid()}]
    for pid in (studio.process.pid, *others):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def order_until_both_are_busy(hosts: Hosts, client: httpx.Client) -> int:
    """Order videos until some run and the first cluster has a submit under way; return how many.

    Which engine claims a row is the database's to say, so the orders go on until the first one has had its turn.
    """
    deadline = time.monotonic() + 90
    ordered = 0
    while not (
        hosts.count("in_progress") >= 4
        and hosts.held_by(hosts.clusters[0], status="submitting") >= 1
        and ordered >= LEAST_ORDERED
    ):
        assert time.monotonic() < deadline, "never happened: videos in flight, and a submit of the first host's"
        # Some are being submitted, some running, when the plug is pulled.
        directive = "[sandbox slow=5]" if ordered % 4 < 2 else "[sandbox seconds=5]"
        hosts.web.submit(client, prompt=f"video {ordered} [sandbox tiny] {directive}", duration="4")
        ordered += 1
    return ordered


def test_another_host_finishes_what_a_dead_one_began(hosts: Hosts) -> None:
    hosts.web.add_administrator()
    client = hosts.web.sign_in()
    wait_until(lambda: hosts.engines_on_shift() == 2, seconds=60, what="both engines on shift")
    # Everybody reaches the same bucket, with the same key.
    assert hosts.readiness() == dict.fromkeys(("database", "storage", "cluster", "hosts"), "ok")

    ordered = order_until_both_are_busy(hosts, client)
    pull_the_plug(hosts.clusters[0], hosts.first)
    left = hosts.count(*UNFINISHED)

    wait_until(lambda: hosts.count(*UNFINISHED) == 0, seconds=SETTLE_SECONDS, what="every row finished")
    assert left >= 4, "the dead host left nothing to finish"
    check(hosts, ordered=ordered)
    check_files(hosts, client)
    assert set(hosts.readiness().values()) == {"ok"}


def check(hosts: Hosts, *, ordered: int) -> None:
    """Compare what the hosts believe with what the gateway took."""
    accepted = Counter(row["prompt"] for row in hosts.ledger())
    rows = hosts.query("SELECT prompt, status FROM generations_generation")

    assert len(rows) == ordered, "a prompt was lost"
    assert [prompt for prompt, times in accepted.items() if times > 1] == [], "a prompt was paid twice"
    lost = hosts.query(
        "SELECT g.prompt FROM generations_generation g JOIN generations_generationevent e "
        "ON e.generation_id = g.id WHERE e.reason IN ('lease_expired', 'engine_gone')"
    )
    in_doubt = {str(prompt) for (prompt,) in lost}
    assert in_doubt, "the dead host took no submit with it, so this run has shown nothing"
    for prompt, status in rows:
        if status == "completed":
            assert accepted[str(prompt)] == 1
        else:
            assert status == "uncertain", f"{prompt}: {status}"
            assert prompt in in_doubt
    assert sum(status == "completed" for _prompt, status in rows) >= ordered - len(in_doubt)


def check_files(hosts: Hosts, client: httpx.Client) -> None:
    """Fetch every finished clip through the host of pages, which has never seen it, and compare its digest."""
    files = hosts.query(
        "SELECT a.public_id, a.sha256 FROM generations_generation g LEFT JOIN generations_generationoutput o "
        "ON o.generation_id = g.id LEFT JOIN generations_asset a ON a.id = o.asset_id WHERE g.status = 'completed'"
    )
    assert files
    for public_id, digest in files:
        assert public_id, "a completed row has no file"
        content = client.get(f"/media/{public_id}/original/").raise_for_status().content
        assert hashlib.sha256(content).hexdigest() == digest
