"""Start to ready, and memory of all processes together when idle (PSS).

Run: python -m tests.benchmarks.startup [--runs 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.studio_process import running_studio, table

IDLE_SECONDS = 12
MEGABYTE = 1024 * 1024


def main() -> None:
    """Start the studio on an empty folder and again on the same one, and measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    first, again, memory, processes = [], [], [], 0
    for _run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            with running_studio(data) as studio:
                first.append(studio.ready_seconds)
            with running_studio(data) as studio:
                again.append(studio.ready_seconds)
                time.sleep(IDLE_SECONDS)
                shares = studio.pss_bytes()
                memory.append(sum(shares.values()) / MEGABYTE)
                processes = len(shares)
    table(
        f"start to ready, median of {runs} (seconds); memory after {IDLE_SECONDS} s idle (MB, PSS)",
        [
            ("empty data folder", f"{statistics.median(first):.2f}"),
            ("existing data folder", f"{statistics.median(again):.2f}"),
            ("memory, all processes", f"{statistics.median(memory):.0f}"),
            ("processes", str(processes)),
        ],
    )


if __name__ == "__main__":
    main()
