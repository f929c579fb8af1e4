"""Memory of the web server while it hands out a large file, whole and in ranges, and how fast it does.

Run: python -m tests.benchmarks.media [--megabytes 300] [--viewers 8]
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.studio_process import RunningStudio, running_studio, table

MEGABYTE = 1024 * 1024
SAMPLE_SECONDS = 0.02
SETTLE_SECONDS = 1.0
ROW = """
from accounts.models import User
from django.utils import timezone
from generations.models import Asset
asset = Asset.objects.create(owner=User.objects.get(), origin="upload", media="video", mime="video/mp4", path="big.mp4",
    size_bytes={size_bytes}, sha256="0" * 64, created_at=timezone.now())
print("asset", asset.public_id)
"""


def web_memory_bytes(studio: RunningStudio) -> int:
    """Return what the web server's processes hold themselves: pages of the file in the system's cache do not count."""
    total = 0
    for pid in studio.cluster_and_web():
        if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.M)) * 1024
    return total


def open_files(studio: RunningStudio, name: str) -> int:
    """Return how often the web server holds a file open: answers that were left early must not keep it."""
    links = [link for pid in studio.cluster_and_web() for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(os.readlink(link).endswith(name) for link in links if link.is_symlink())


def highest_memory_bytes(studio: RunningStudio, work: Callable[[], None]) -> int:
    """Do the work, and return the most memory that was seen meanwhile."""
    highest, is_done = web_memory_bytes(studio), threading.Event()

    def watch() -> None:
        nonlocal highest
        while not is_done.wait(SAMPLE_SECONDS):
            highest = max(highest, web_memory_bytes(studio))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        is_done.set()
        watcher.join()
    return highest


def read_whole(client: httpx.Client, path: str, *, size_bytes: int) -> None:
    """Read the file from its first byte to its last."""
    with client.stream("GET", path) as answer:
        read = sum(len(chunk) for chunk in answer.iter_raw())
    if (answer.status_code, read) != (200, size_bytes):
        raise RuntimeError(f"{answer.status_code}: {read} bytes")


def seek(client: httpx.Client, path: str, *, times: int, size_bytes: int) -> None:
    """Jump about as a player does, and leave each answer after one megabyte."""
    for _jump in range(times):
        start = random.randrange(size_bytes - 2 * MEGABYTE)
        with client.stream("GET", path, headers={"Range": f"bytes={start}-"}) as answer:
            read = 0
            for chunk in answer.iter_raw():
                read += len(chunk)
                if read >= MEGABYTE:
                    break
        if answer.status_code != 206:
            raise RuntimeError(f"a range was answered with {answer.status_code}")


def put_file(studio: RunningStudio, *, size_bytes: int) -> str:
    """Put a file of random bytes into storage, and return its address."""
    folder = studio.data_dir / "media"
    folder.mkdir(exist_ok=True)
    with (folder / "big.mp4").open("wb") as file:
        for _piece in range(size_bytes // MEGABYTE):
            file.write(os.urandom(MEGABYTE))
    said = studio.manage("shell", "-c", ROW.format(size_bytes=size_bytes))
    found = re.search(r"asset (\S+)", said)
    if found is None:
        raise RuntimeError(said)
    return f"/media/{found[1]}/original/"


def main() -> None:
    """Serve one file to one viewer, to several at once, and to one who seeks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--viewers", type=int, default=8)
    chosen = parser.parse_args()
    size_bytes = chosen.megabytes * MEGABYTE
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder) / "data") as studio:
        studio.add_administrator()
        path = put_file(studio, size_bytes=size_bytes)
        clients = [studio.sign_in() for _viewer in range(chosen.viewers)]
        seek(clients[0], path, times=3, size_bytes=size_bytes)
        rows = [("memory before (MB)", f"{web_memory_bytes(studio) / MEGABYTE:.0f}")]

        def one() -> None:
            read_whole(clients[0], path, size_bytes=size_bytes)

        def many() -> None:
            with ThreadPoolExecutor(chosen.viewers) as pool:
                list(pool.map(lambda client: read_whole(client, path, size_bytes=size_bytes), clients))

        def jumping() -> None:
            seek(clients[0], path, times=100, size_bytes=size_bytes)

        for name, work, megabytes in (
            ("one viewer", one, chosen.megabytes),
            (f"{chosen.viewers} viewers at once", many, chosen.megabytes * chosen.viewers),
            ("100 jumps of 1 MB", jumping, 100),
        ):
            began = time.perf_counter()
            highest = highest_memory_bytes(studio, work)
            seconds = time.perf_counter() - began
            rows.append((f"{name}: most memory (MB)", f"{highest / MEGABYTE:.0f}"))
            rows.append((f"{name}: MB/s", f"{megabytes / seconds:.0f}"))
        rows.append(("memory after (MB)", f"{web_memory_bytes(studio) / MEGABYTE:.0f}"))
        time.sleep(SETTLE_SECONDS)
        rows.append(("files still open", str(open_files(studio, "big.mp4"))))
        table(f"a file of {chosen.megabytes} MB through the web server", rows)


if __name__ == "__main__":
    main()
