"""`start` on PostgreSQL: what it says when the database is away, and what it does when the database returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests import loopback
from tests.conftest import ROOT, free_port
from tests.servers import Postgres
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.scaleout

SETTLE_SECONDS = 60


def status_of(database_url: str, prompt: str) -> str:
    """Return a generation's status, an empty text while there is none."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT status FROM generations_generation WHERE prompt = %s", [prompt]).fetchall()
    return str(rows[0][0]) if rows else ""


def wait_for_status(database_url: str, prompt: str, status: str) -> None:
    """Wait for a status. Raises: AssertionError when it does not come."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (seen := status_of(database_url, prompt)) != status:
        assert time.monotonic() < deadline, f"still {seen}, never {status}"
        time.sleep(0.1)


def ready_again(studio: RunningStudio) -> None:
    """Wait until everything that the studio needs is there."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (answer := loopback.get(f"{studio.address}/readyz", timeout=15)).status_code != 200:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def test_a_database_that_does_not_answer_is_one_plain_sentence(tmp_path: Path) -> None:
    address = f"postgres://studio:a-secret-word@127.0.0.1:{free_port()}/studio"
    environment = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": address}

    command = [sys.executable, "manage.py", "start", "--port", str(free_port())]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "a-secret-word" not in done.stderr + done.stdout


@pytest.mark.parametrize(("is_web", "has_pool"), [("1", True), ("0", False)])
def test_only_the_web_process_has_a_pool_of_connections(tmp_path: Path, is_web: str, has_pool: bool) -> None:
    environment = {
        **os.environ,
        "STUDIO_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": "postgres://studio@127.0.0.1/studio",
        "STUDIO_WEB_PROCESS": is_web,
    }
    code = "import json; from studio import settings; print(json.dumps(settings.DATABASES['default']))"

    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    database = json.loads(said.stdout)

    assert ("pool" in database.get("OPTIONS", {})) == has_pool
    assert database["CONN_MAX_AGE"] == (0 if has_pool else None)


def test_neither_side_waits_for_hours_for_one_that_lost_its_network(tmp_path: Path, database_url: str) -> None:
    code = (
        "import django; django.setup(); from django.db import connection as c; k = c.cursor();"
        "print([k.execute('SHOW ' + n).fetchone()[0] for n in ('tcp_keepalives_idle', 'tcp_keepalives_count', "
        "'idle_in_transaction_session_timeout')], c.get_connection_params()['keepalives_idle'])"
    )
    environment = {
        **os.environ,
        "STUDIO_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
    }

    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "['10', '3', '2min'] 10"


def test_a_restarted_database_costs_neither_work_nor_pages(
    tmp_path: Path, postgres: Postgres, database_url: str
) -> None:
    with running_studio(tmp_path / "data", DATABASE_URL=database_url) as studio:
        studio.add_administrator()
        client = studio.sign_in()
        before = "before the restart [sandbox tiny] [sandbox seconds=4]"
        studio.submit(client, prompt=before, duration="4")
        wait_for_status(database_url, before, "in_progress")

        postgres.stop()
        assert loopback.get(f"{studio.address}/healthz", timeout=15).status_code == 200
        assert loopback.get(f"{studio.address}/readyz", timeout=15).json()["database"] == "failed"
        time.sleep(3)
        postgres.start()

        ready_again(studio)
        assert [client.get("/library/").status_code for _ in range(20)] == [200] * 20
        wait_for_status(database_url, before, "completed")
        after = "after the restart [sandbox tiny]"
        studio.submit(client, prompt=after, duration="4")
        wait_for_status(database_url, after, "completed")
        ledger = loopback.get(f"{studio.sandbox_address}/sandbox/ledger", timeout=10).json()

    assert [row["prompt"] for row in ledger] == [before, after]


def test_more_requests_than_connections_get_their_pages(tmp_path: Path, database_url: str) -> None:
    with running_studio(tmp_path / "data", "--only", "web", DATABASE_URL=database_url) as studio:
        studio.add_administrator()
        client = studio.sign_in()

        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _number: client.get("/library/").status_code, range(120)))
        entries = loopback.get(f"{studio.address}/readyz", timeout=15).json()

    assert answers == [200] * 120
    assert entries["cluster"] == "failed", "a host of pages alone has no engine"
