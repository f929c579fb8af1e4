"""Where files lie: names in storage, and names on this host until a file is whole.

In storage everything is found by the asset's public id; nothing a person typed ever becomes part of a path.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation

PENDING_FOLDER = "pending"
TEMPORARY_FOLDER = "tmp"
# For this studio's account only.
FOLDER_MODE = 0o700
FILE_MODE = 0o600


def asset_path(public_id: uuid.UUID, suffix: str, *, variant: str = "") -> str:
    """Return the path in storage of an asset's file, or of one of its variants.

    Two hexadecimal digits make 256 folders, which keeps each of them short.
    """
    name = public_id.hex if not variant else f"{public_id.hex}-{variant}"
    return f"{public_id.hex[:2]}/{name}.{suffix}"


def temporary_folder() -> Path:
    """Return the folder for unfinished files, which only this studio's account can read; make it if need be."""
    return _private_folder(TEMPORARY_FOLDER)


def temporary_path(name: str = "") -> Path:
    """Return where an unfinished file may be written: under this plain name, or under one that nobody else uses.

    Raises: SuspiciousFileOperation for a name that is more than a name.
    """
    name = name or uuid.uuid4().hex
    if Path(name).name != name or name.startswith("."):
        raise SuspiciousFileOperation("A temporary name holds no folder.")
    return temporary_folder() / name


def pending_folder() -> Path:
    """Return the folder for results that came inside an answer and are not stored yet."""
    return _private_folder(PENDING_FOLDER)


def under_data_folder(relative: str) -> Path:
    """Return the whole path of what is written relative to the data folder.

    Raises: SuspiciousFileOperation when it leads out of it.
    """
    root = Path(settings.DATA_DIR)
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()):
        raise SuspiciousFileOperation("A path leads out of the data folder.")
    return path


@contextlib.contextmanager
def created(path: Path) -> Iterator[int]:
    """Yield the descriptor of a new file that only this account can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlive a loss of power.

    Source: https://man7.org/linux/man-pages/man2/fsync.2.html: a file's own fsync does not cover its name.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private_folder(name: str) -> Path:
    folder: Path = Path(settings.DATA_DIR) / name
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return folder
