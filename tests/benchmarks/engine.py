"""The engine with many tasks in flight: CPU, lateness of polls and memory, beside one worker process for each task.

Run: python -m tests.benchmarks.engine [--tasks 100 1000 5000 10000] [--naive 100 500] [--seconds 30]

The engine has one core to itself, the sandbox (and PostgreSQL) the other, as far as the machine lets them. Every task
runs for ever at the sandbox; up to 5,000 are asked for every 4 s, more of them every 10 s, as after three minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.engine_roles import WARM_SECONDS
from tests.conftest import ROOT, free_port, wait_for
from tests.servers import start_postgres

MEGABYTE = 1024 * 1024
ENGINE_CORE, OTHER_CORE = {0}, {1}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Units: CPU in percent of one core, times in milliseconds, memory in megabytes."""

    polls_per_second: float
    engine_percent: float
    sandbox_percent: float
    median_ms: float
    p99_ms: float
    memory_mb: float


def main() -> None:
    """Measure every number of tasks on both databases, and then the naive way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, nargs="*", default=[100, 1_000, 5_000, 10_000])
    parser.add_argument("--naive", type=int, nargs="*", default=[100, 500])
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--seconds", type=int, default=30)
    chosen = parser.parse_args()
    rows = []
    for kind in chosen.databases:
        for role, counts in (("engine", chosen.tasks), ("naive", chosen.naive)):
            for tasks in counts:
                rows.append((f"{kind}, {role}", tasks, measure(kind, role, tasks=tasks, seconds=chosen.seconds)))
                show(rows[-1:])
    print()
    show(rows)


def show(rows: list[tuple[str, int, Measured]]) -> None:
    """Print one table."""
    print(
        f"{'':<20}{'tasks':>7}{'polls/s':>9}{'CPU':>7}{'sandbox':>9}{'late p50':>10}{'p99':>10}{'memory':>9}",
        flush=True,
    )
    for name, tasks, one in rows:
        print(
            f"{name:<20}{tasks:>7}{one.polls_per_second:>9.0f}{one.engine_percent:>6.0f}%{one.sandbox_percent:>8.0f}%"
            f"{one.median_ms:>7.0f} ms{one.p99_ms:>7.0f} ms{one.memory_mb:>6.0f} MB",
            flush=True,
        )


def measure(kind: str, role: str, *, tasks: int, seconds: int) -> Measured:
    """Fill an empty database with running tasks, let them be polled, and return the figures."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(_sandbox(Path(folder) / "sandbox"))
        environment = {**os.environ, "STUDIO_DATA_DIR": f"{folder}/data", "STUDIO_SANDBOX_URL": sandbox.address}
        (Path(folder) / "data").mkdir(mode=0o700)
        environment.pop("DATABASE_URL", None)
        if kind == "PostgreSQL":
            server = start_postgres()
            stack.callback(server.discard)
            os.sched_setaffinity(server.process.pid, OTHER_CORE)  # type: ignore[union-attr]
            environment["DATABASE_URL"] = server.new_database()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
        subprocess.run(_command("fill", tasks, seconds), cwd=ROOT, env=environment, check=True)
        workers = subprocess.Popen(
            _command(role, tasks, seconds), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        os.sched_setaffinity(workers.pid, ENGINE_CORE)
        try:
            return _watch(workers, sandbox.pid, seconds=seconds)
        finally:
            workers.kill()
            workers.wait()


def _watch(workers: subprocess.Popen[str], sandbox_pid: int, *, seconds: int) -> Measured:
    if workers.stdout is None or workers.stdout.readline() != "begun\n":
        raise RuntimeError("the workers ended before they began")
    time.sleep(WARM_SECONDS)
    before = [_cpu_seconds(_family(pid)) for pid in (workers.pid, sandbox_pid)]
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    family = _family(workers.pid)
    after = [_cpu_seconds(family), _cpu_seconds(_family(sandbox_pid))]
    memory = sum(_pss_bytes(pid) for pid in family)
    said = json.loads(workers.stdout.readline())
    shares = [100 * (end - begin) / elapsed for begin, end in zip(before, after, strict=True)]
    return Measured(
        polls_per_second=said["count"] / seconds,
        engine_percent=shares[0],
        sandbox_percent=shares[1],
        median_ms=said["median_ms"],
        p99_ms=said["p99_ms"],
        memory_mb=memory / MEGABYTE,
    )


@dataclass(frozen=True, slots=True)
class _Running:
    address: str
    pid: int


@contextlib.contextmanager
def _sandbox(data_dir: Path) -> Iterator[_Running]:
    port = free_port()
    command = [sys.executable, "-m", "generations.sandbox", "--port", str(port), "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, OTHER_CORE)
    try:
        wait_for(f"http://127.0.0.1:{port}/sandbox/health")
        yield _Running(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _command(role: str, tasks: int, seconds: int) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.engine_roles", role, str(tasks), str(seconds)]


def _family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found, children = [pid], Path(f"/proc/{pid}/task/{pid}/children")
    with contextlib.suppress(OSError):
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _pss_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(found[1]) * 1024 if found else 0
    return 0


if __name__ == "__main__":
    main()
