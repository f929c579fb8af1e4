"""From the click to the gateway's receipt of the submit, on an idle studio.

Run: python -m tests.benchmarks.pickup [--orders 30] [--databases SQLite PostgreSQL] [--redis]

The click is the moment at which the form leaves the client, the receipt the time in the sandbox's own ledger; both are
read from the same machine's clock.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import httpx

from tests.servers import running_redis, start_postgres
from tests.studio_process import RunningStudio, running_studio, table

# Longer than a tick and never in step with it.
IDLE_SECONDS = (1.0, 2.0)
PATIENCE_SECONDS = 60.0


def main() -> None:
    """Measure on each database, and print a table for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--redis", action="store_true", help="with wake-ups through a Redis of its own")
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with contextlib.ExitStack() as stack:
            environment = {}
            if kind == "PostgreSQL":
                server = start_postgres()
                stack.callback(server.discard)
                environment["DATABASE_URL"] = server.new_database()
            if chosen.redis:
                environment["REDIS_URL"] = stack.enter_context(running_redis())
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            studio = stack.enter_context(running_studio(Path(folder) / "data", **environment))
            waits = sorted(measure(studio, orders=chosen.orders))
        table(
            f"click to receipt on {kind}{' with Redis' if chosen.redis else ''}, {len(waits)} orders",
            [
                ("median", f"{1000 * statistics.median(waits):.0f} ms"),
                ("ninetieth percentile", f"{1000 * waits[int(0.9 * (len(waits) - 1))]:.0f} ms"),
                ("longest", f"{1000 * waits[-1]:.0f} ms"),
            ],
        )


def measure(studio: RunningStudio, *, orders: int) -> list[float]:
    """Order one clip after another from an idle studio; return how long each took to the gateway, in seconds."""
    studio.add_administrator()
    waits = []
    with contextlib.closing(studio.sign_in()) as client:
        client.get("/")
        for _ in range(orders):
            prompt = f"A lighthouse {uuid.uuid4().hex} [sandbox polls=1] [sandbox tiny]"
            time.sleep(random.uniform(*IDLE_SECONDS))
            clicked_at = time.time()
            studio.submit(client, prompt=prompt, duration="4", resolution="480p")
            waits.append(_received_at(studio, prompt) - clicked_at)
            _wait_until_idle(studio)
    return waits


def _received_at(studio: RunningStudio, prompt: str) -> float:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        # Asked seldom: the measured should not have to share the machine with the measuring.
        time.sleep(0.2)
        answer = httpx.get(f"{studio.sandbox_address}/sandbox/ledger", params={"prompt": prompt}, trust_env=False)
        if rows := answer.json():
            return float(rows[0]["time"])
    raise TimeoutError(prompt)


def _wait_until_idle(studio: RunningStudio) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while studio.query("SELECT count(*) FROM generations_generation WHERE due_at IS NOT NULL") != [(0,)]:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


if __name__ == "__main__":
    main()
