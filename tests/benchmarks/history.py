"""Server time of the history pages at 10,000 items, weight of the first page, and the changes poll.

Run: python -m tests.benchmarks.history [--items 10000] [--requests 60]
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.studio_process import running_studio, table

WEIGHTS = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')


def timed(client: httpx.Client, path: str, *, requests: int) -> tuple[float, float]:
    """Return median and 99th percentile of a page's time. Units: milliseconds, seen from the client."""
    taken = []
    for _request in range(requests):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code not in {200, 204}:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return statistics.median(taken), statistics.quantiles(taken, n=100)[-1]


def weight_bytes(client: httpx.Client, page: str) -> tuple[int, int]:
    """Return how many bytes of CSS and JavaScript a page loads, as they come over the wire, and how many files."""
    addresses = set(WEIGHTS.findall(page))
    total = 0
    for address in addresses:
        with client.stream("GET", address, headers={"Accept-Encoding": "br, gzip"}) as answer:
            total += sum(len(chunk) for chunk in answer.iter_raw())
    return total, len(addresses)


def main() -> None:
    """Seed a history, then ask for its pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=60)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder) / "data") as studio:
        studio.add_administrator()
        began = time.monotonic()
        studio.manage("seedhistory", "measure", "--generations", str(chosen.items), "--threads", "200")
        seeded = time.monotonic() - began
        client = studio.sign_in()
        rows = [("seedhistory, whole command (s)", f"{seeded:.1f}")]
        for name, path in (("Create", "/"), ("Library", "/library/"), ("Library, videos", "/library/?kind=video")):
            median, late = timed(client, path, requests=chosen.requests)
            rows.append((f"{name}, median / p99 (ms)", f"{median:.0f} / {late:.0f}"))
        page = client.get("/").text
        weight, files = weight_bytes(client, page)
        rows.append((f"CSS and JavaScript, compressed, {files} files (KB)", f"{weight / 1024:.1f}"))
        rows.append(("HTML of Create, uncompressed (KB)", f"{len(page.encode()) / 1024:.1f}"))
        table(f"pages at {chosen.items:,} items", rows)


if __name__ == "__main__":
    main()
