"""`kill -9` of clusters and web server while ten videos are in flight, at ten different moments.

Afterwards every prompt stands at most once in the sandbox's ledger, every accepted one completes, and what is
uncertain really was in doubt.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import loopback
from tests.conftest import wait_for
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.chaos

VIDEOS = 10
# A lost submit's lease is a minute; storing and polling follow.
SETTLE_SECONDS = 150
UNFINISHED = "('queued', 'submitting', 'in_progress', 'storing')"

Moment = Callable[[RunningStudio, str], bool]


def _seen(status: str, *, at_least: int = 1) -> Moment:
    def is_now(studio: RunningStudio, label: str) -> bool:
        found = studio.query(
            "SELECT count(*) FROM generations_generation WHERE status = ? AND prompt LIKE ?", status, f"{label}%"
        )
        return int(str(found[0][0])) >= at_least

    return is_now


def _in_ledger(at_least: int) -> Moment:
    def is_now(studio: RunningStudio, label: str) -> bool:
        return sum(row["prompt"].startswith(label) for row in ledger(studio)) >= at_least

    return is_now


# When to kill, and with which directive, so that the moment lasts long enough to be met.
MOMENTS: list[tuple[str, Moment, str]] = [
    ("before the claim", lambda _studio, _label: True, ""),
    ("as rows are claimed", _seen("submitting"), ""),
    ("between claim and answer", _seen("submitting", at_least=3), "[sandbox slow=2]"),
    ("while the POSTs wait", _seen("submitting", at_least=6), "[sandbox slow=3]"),
    ("as the first is accepted", _in_ledger(1), ""),
    ("half accepted", _in_ledger(5), ""),
    ("all accepted", _in_ledger(10), "[sandbox slow=1]"),
    ("while running", _seen("in_progress", at_least=5), "[sandbox seconds=4]"),
    ("while storing", _seen("storing"), ""),
    ("as the first is done", _seen("completed"), ""),
]


def ledger(studio: RunningStudio) -> list[dict[str, str]]:
    """Return what the sandbox accepted."""
    address = studio.sandbox_address
    rows: list[dict[str, str]] = loopback.get(f"{address}/sandbox/ledger", timeout=10).json()
    return rows


def kill_everything_but_the_supervisor(studio: RunningStudio) -> None:
    """End web server and clusters, workers included, as a power cut would."""
    for pid in studio.cluster_and_web():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_nothing_is_lost_or_paid_twice_whenever_the_processes_die(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data") as studio:
        studio.add_administrator()
        client = studio.sign_in()
        for number, (name, moment, directive) in enumerate(MOMENTS):
            label = f"kill-{number}"
            for video in range(VIDEOS):
                studio.submit(client, prompt=f"{label} video {video} {name} [sandbox tiny] {directive}", duration="4")
            deadline = time.monotonic() + 30
            while not moment(studio, label):
                assert time.monotonic() < deadline, f"the moment “{name}” never came"
                time.sleep(0.01)
            kill_everything_but_the_supervisor(studio)
            wait_for(f"{studio.address}/healthz", seconds=30)

        settle(studio)
        check(studio)


def settle(studio: RunningStudio) -> None:
    """Wait until no row wants anything any more."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        left = studio.query(f"SELECT count(*) FROM generations_generation WHERE status IN {UNFINISHED}")
        if left[0][0] == 0:
            return
        time.sleep(0.5)
    rows = studio.query(f"SELECT status, prompt FROM generations_generation WHERE status IN {UNFINISHED}")
    raise AssertionError(f"stuck: {rows}")


def check(studio: RunningStudio) -> None:
    """Compare what the studio believes with what the sandbox took."""
    rows = studio.query("SELECT prompt, status FROM generations_generation")
    accepted = Counter(row["prompt"] for row in ledger(studio))

    assert len(rows) == VIDEOS * len(MOMENTS), "a prompt was lost"
    assert [prompt for prompt, times in accepted.items() if times > 1] == [], "a prompt was paid twice"
    for prompt, status in rows:
        assert status in {"completed", "uncertain"}, f"{prompt}: {status}"
        if status == "completed":
            assert accepted[str(prompt)] == 1
    uncertain = {str(prompt) for prompt, status in rows if status == "uncertain"}
    in_doubt = {
        str(prompt)
        for (prompt,) in studio.query(
            "SELECT g.prompt FROM generations_generation g JOIN generations_generationevent e "
            "ON e.generation_id = g.id WHERE e.reason IN ('lease_expired', 'engine_gone')"
        )
    }
    assert uncertain <= in_doubt
    assert uncertain, "no kill met a submit under way, so this run has shown nothing"
    files = studio.query(
        "SELECT count(*) FROM generations_generation g LEFT JOIN generations_generationoutput o "
        "ON o.generation_id = g.id WHERE g.status = 'completed' AND o.asset_id IS NULL"
    )
    assert files == [(0,)], "a completed row has no file"
