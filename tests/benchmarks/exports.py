"""Memory of the web server while it makes a ZIP of a long history, for a quick client, a slow one, and one that leaves.

Run: python -m tests.benchmarks.exports [--items 10000]
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.benchmarks.media import MEGABYTE, highest_memory_bytes, web_memory_bytes
from tests.studio_process import RunningStudio, running_studio, table

LEFT_AFTER_BYTES = 20 * MEGABYTE
SLOW_READS, SLOW_PAUSE_SECONDS = 60, 0.1


def choose_everything(client: httpx.Client, studio: RunningStudio) -> str:
    """Select all that match, as the page does, and return the address of the ZIP."""
    token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/library/").text.replace("&quot;", '"'))
    form = {"verb": "download", "all": "1", "csrfmiddlewaretoken": token[1] if token else ""}
    answer = client.post("/library/selections/", data=form, headers={"Referer": f"{studio.address}/library/"})
    return f"{answer.url.path}zip/"


def read(client: httpx.Client, address: str, *, to: Path | None = None) -> int:
    """Read the whole ZIP, onto the disk if asked, and return its length."""
    with client.stream("GET", address, timeout=600) as answer:
        pieces = answer.iter_raw(MEGABYTE)
        if to is None:
            return sum(map(len, pieces))
        with to.open("wb") as file:
            return sum(file.write(piece) for piece in pieces)


def read_slowly(client: httpx.Client, address: str) -> None:
    """Take a little now and then: what is made meanwhile must wait, not pile up."""
    with client.stream("GET", address, timeout=600) as answer:
        for _count, _piece in zip(range(SLOW_READS), answer.iter_raw(16 * 1024), strict=False):
            time.sleep(SLOW_PAUSE_SECONDS)


def leave_half_way(client: httpx.Client, address: str) -> None:
    """Close the connection when a part has come."""
    with client.stream("GET", address, timeout=600) as answer:
        got = 0
        for piece in answer.iter_raw(256 * 1024):
            got += len(piece)
            if got > LEFT_AFTER_BYTES:
                return


def unfinished_files(studio: RunningStudio) -> int:
    """Return how many temporary files the web server holds open: the list of an export is two of them."""
    folder = f"{studio.data_dir}/tmp/"
    links = [link for pid in studio.cluster_and_web() for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(str(link.readlink()).startswith(folder) for link in links if link.is_symlink())


def measure(studio: RunningStudio, address: str, client: httpx.Client) -> Iterator[tuple[str, str]]:
    """Yield name and figure, one client after another."""
    yield "web server before (MB)", megabytes(web_memory_bytes(studio))
    length, begun = 0, time.monotonic()

    def quickly() -> None:
        nonlocal length
        length = read(client, address)

    yield "quick client: highest (MB)", megabytes(highest_memory_bytes(studio, quickly))
    seconds = time.monotonic() - begun
    yield "ZIP (MB)", megabytes(length)
    yield "MB a second", f"{length / MEGABYTE / seconds:.0f}"
    yield "again: highest (MB)", megabytes(highest_memory_bytes(studio, quickly))
    yield "slow client: highest (MB)", megabytes(highest_memory_bytes(studio, lambda: read_slowly(client, address)))
    yield (
        "client that leaves: highest (MB)",
        megabytes(highest_memory_bytes(studio, lambda: leave_half_way(client, address))),
    )
    time.sleep(1)
    yield "temporary files left open", str(unfinished_files(studio))


def megabytes(length: int) -> str:
    """Return a length in whole megabytes."""
    return f"{length / MEGABYTE:.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder) / "data") as studio:
        studio.add_administrator()
        studio.manage("seedhistory", "measure", "--generations", str(asked.items), "--threads", "0")
        client = studio.sign_in()
        address = choose_everything(client, studio)
        table(f"A ZIP of {asked.items:,} items", list(measure(studio, address, client)))


if __name__ == "__main__":
    main()
