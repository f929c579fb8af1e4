"""A drawing process: reads jobs as JSON lines, answers in JSON lines. Only here are numpy, Pillow and av loaded.

It runs at a lower priority, and a thread that sees the pipe close ends it, even in the middle of a film.
"""

import json
import os
import pathlib
import queue
import sys
import threading
from typing import Any

from generations.sandbox.fetching import CannotFetch, fetch_loopback, is_loopback
from generations.sandbox.film import draw_film
from generations.sandbox.inputs import keep_input
from generations.sandbox.paint import CannotReadPicture, draw_picture

NICENESS = 10


def main() -> None:
    """Answer jobs until the pipe closes."""
    os.nice(NICENESS)
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(jobs,), daemon=True).start()
    while True:
        answer = _run(json.loads(jobs.get()))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _read_jobs(jobs: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    # The server is gone; nobody would read an answer.
    os._exit(0)


def _run(job: dict[str, Any]) -> dict[str, Any]:
    try:
        if job["kind"] == "fetch":
            return {"file": _fetch(job["url"], pathlib.Path(job["inputs_dir"]))}
        for source in job["inputs"]:
            if source.get("fetch"):
                source["file"] = _fetch(source["fetch"], pathlib.Path(job["inputs_dir"]))
        return draw_film(job) if job["kind"] == "film" else draw_picture(job)
    except CannotFetch:
        return {"error": "InvalidParameter.DownloadFailed", "message": "The source address could not be downloaded."}
    except CannotReadPicture as problem:
        return {"error": "InvalidParameter", "message": f"An input could not be decoded: {problem}"}
    except Exception as problem:  # noqa: BLE001 - one bad job must not end the process; the client gets to know
        return {"error": "InternalServiceError", "message": f"{type(problem).__name__}: {problem}"}


def _fetch(url: str, inputs_dir: pathlib.Path) -> str:
    """Return the name of the fetched file, empty for an address beyond loopback."""
    return keep_input(inputs_dir.parent, fetch_loopback(url)) if is_loopback(url) else ""


if __name__ == "__main__":
    main()
