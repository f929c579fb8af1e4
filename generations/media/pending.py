"""Results that came inside an answer: on this host's disk before anything else happens, until they are assets."""

from __future__ import annotations

import datetime
import os
import uuid
from pathlib import Path

from generations.media import paths


def write_pending(content: bytes, *, now: datetime.datetime | None = None) -> str:
    """Bring a result that came inside an answer to the disk; return its path relative to the data folder.

    It survives a loss of power from here on. Where `now` is given, the name tells the time.
    """
    moment = f"{now:%Y%m%dT%H%M%S}-" if now else ""
    folder = paths.pending_folder()
    path = folder / f"{moment}{uuid.uuid4().hex}"
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with paths.created(unfinished) as descriptor:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    paths.sync_folder(folder)
    return f"{paths.PENDING_FOLDER}/{path.name}"


def pending_file(relative: str) -> Path:
    """Return where a pending result lies on this host.

    Raises: SuspiciousFileOperation for a path that leads out of the data folder.
    """
    return paths.under_data_folder(relative)


def discard_pending(relative: str) -> None:
    """Delete a pending result that nobody wants any more. Idempotent: yes."""
    if relative:
        pending_file(relative).unlink(missing_ok=True)
