"""Many large results at once: memory, lateness of polls, and the bytes that the gateway had to send for it.

Run: python -m tests.benchmarks.downloads [--results 50] [--megabytes 20] [--running 50]

Once undisturbed, once with both clusters killed in the middle. Each clip is drawn small and then made large, by a box
at its end that players skip. All become ready in the same moment; other tasks run on meanwhile, to be polled.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import struct
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.studio_process import RunningStudio, running_studio, table

MEGABYTE = 1024 * 1024
SAMPLE_SECONDS = 0.5
DRAWING_SECONDS_EACH = 4
PATIENCE_SECONDS = 1200.0
LATENESS = "SELECT lateness_median_ms, lateness_p99_ms FROM generations_engineshift"
DONE = "SELECT count(*) FROM generations_generation WHERE status = 'completed'"
FAILED = "SELECT failure_reason FROM generations_generation WHERE status = 'failed'"


@dataclass
class Seen:
    """What was seen while the results arrived. Units: bytes, milliseconds, seconds."""

    memory: list[int] = field(default_factory=list)
    medians: list[int] = field(default_factory=list)
    p99s: list[int] = field(default_factory=list)
    began: float = 0.0
    seconds: float = 0.0


def main() -> None:
    """Measure both runs and print a table for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=int, default=50)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--running", type=int, default=50)
    chosen = parser.parse_args()
    for is_killed in (False, True):
        with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder) / "data") as studio:
            measure(
                studio,
                results=chosen.results,
                size_bytes=chosen.megabytes * MEGABYTE,
                running=chosen.running,
                is_killed=is_killed,
            )


def measure(studio: RunningStudio, *, results: int, size_bytes: int, running: int, is_killed: bool) -> None:
    """Let the results become ready together, watch until all are stored, and print what was seen."""
    studio.add_administrator()
    ready_at = time.time() + 20 + DRAWING_SECONDS_EACH * results
    with contextlib.closing(studio.sign_in()) as client:
        client.get("/")
        for number in range(running):
            _order(studio, client, f"Runs on {number} [sandbox tiny stuck]")
        for number in range(results):
            _order(studio, client, f"Arrives {number} [sandbox tiny seconds={max(1.0, ready_at - time.time()):.0f}]")
        large = _made_large(studio, results, size_bytes=size_bytes, until=ready_at)
        seen = _watch(studio, results, total_bytes=results * size_bytes, is_killed=is_killed)
    sent = _served(studio)
    table(
        f"{results} results of {size_bytes / MEGABYTE:.0f} MB at once, {running} others polled"
        + (", both clusters killed in the middle" if is_killed else ""),
        [
            ("made large in time", f"{large} of {results}"),
            ("all stored after", f"{seen.seconds:.0f} s"),
            ("memory of both clusters before", f"{seen.memory[0] / MEGABYTE:.0f} MB"),
            ("the most of it meanwhile", f"{max(seen.memory) / MEGABYTE:.0f} MB"),
            ("polls late, median", f"{_middle(seen.medians)} ms"),
            ("polls late, p99, longest seen", f"{max(seen.p99s, default=0)} ms"),
            ("bytes that the gateway sent", f"{sent / MEGABYTE:.0f} MB"),
            ("bytes of all results", f"{results * size_bytes / MEGABYTE:.0f} MB"),
        ],
    )


def _order(studio: RunningStudio, client: httpx.Client, prompt: str) -> None:
    studio.submit(client, prompt=prompt, duration="4", resolution="480p")


def _made_large(studio: RunningStudio, results: int, *, size_bytes: int, until: float) -> int:
    """Append to every finished drawing what makes it so large, before the moment at which it is ready."""
    done: set[Path] = set()
    while time.time() < until and len(done) < results:
        for path in (studio.data_dir / "sandbox" / "sandbox-files").glob("*.mp4"):
            # A file that is still being written grows; one of two seconds ago does not.
            if path not in done and time.time() - path.stat().st_mtime > 2:
                missing = size_bytes - path.stat().st_size
                with path.open("ab") as file:
                    file.write(struct.pack(">I4s", missing, b"free") + os.urandom(1024) * (missing // 1024))
                os.truncate(path, size_bytes)
                done.add(path)
        time.sleep(0.2)
    return len(done)


def _watch(studio: RunningStudio, results: int, *, total_bytes: int, is_killed: bool) -> Seen:
    seen = Seen(memory=[_cluster_bytes(studio)])
    deadline = time.monotonic() + PATIENCE_SECONDS
    kill_at = total_bytes // 2 if is_killed else None
    while (done := int(str(studio.query(DONE)[0][0]))) < results:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{done} of {results} were stored; failed: {studio.query(FAILED)}")
        sent = _served(studio)
        if sent and not seen.began:
            seen.began = time.monotonic()
        if kill_at is not None and sent >= kill_at:
            _kill_clusters(studio)
            kill_at = None
        seen.memory.append(_cluster_bytes(studio))
        for median, p99 in studio.query(LATENESS) if seen.began else []:
            if median is not None:
                seen.medians.append(int(str(median)))
                seen.p99s.append(int(str(p99)))
        time.sleep(SAMPLE_SECONDS)
    seen.seconds = time.monotonic() - seen.began
    return seen


def _served(studio: RunningStudio) -> int:
    answer = httpx.get(f"{studio.sandbox_address}/sandbox/served", trust_env=False, timeout=30)
    return int(answer.json()["bytes"])


def _cluster_pids(studio: RunningStudio) -> list[int]:
    found = []
    for pid in studio.cluster_and_web():
        with contextlib.suppress(OSError):
            if b"qcluster" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def _cluster_bytes(studio: RunningStudio) -> int:
    pids, shares = set(_cluster_pids(studio)), studio.pss_bytes()
    return sum(share for pid, share in shares.items() if pid in pids)


def _kill_clusters(studio: RunningStudio) -> None:
    for pid in _cluster_pids(studio):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _middle(values: list[int]) -> int:
    return sorted(values)[len(values) // 2] if values else 0


if __name__ == "__main__":
    main()
