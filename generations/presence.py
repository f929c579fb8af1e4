"""Proof that a process has ended: a lock that the kernel alone lets go, however the process came to its end.

Whoever holds a lease that others must not take away, the engine its paid submits, a job its download, holds a lock of
the same token. A frozen process keeps its lock, a sleeping machine keeps all of them: only what can never go on
counts as gone. So a killed engine's submits are called uncertain at once, and not when a lease of eleven minutes is
over. It works between processes that share a data folder; for what another host left, the lease decides.

Source: https://man7.org/linux/man-pages/man2/flock.2.html
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

SUFFIX = ".lock"


def folder() -> Path:
    """Return where this host's processes keep their locks, made when missing."""
    path: Path = settings.DATA_DIR / "run" / "holders"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


class Presence:
    """The lock of one token, held from `begin` to `end` or to the end of the process.

    As a context manager it is let go by an error too, but left behind: what was held then counts as given up.
    """

    def __init__(self, token: UUID) -> None:
        self._path = folder() / f"{token}{SUFFIX}"
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        if kind is None:
            self.end()
        elif self._descriptor is not None:
            os.close(self._descriptor)

    def begin(self) -> None:
        """Take the lock. It gets its name when it is held: nobody ever sees it free before."""
        unnamed = self._path.with_suffix(".new")
        self._descriptor = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        unnamed.rename(self._path)

    def end(self) -> None:
        """Let it go: nothing of this token is held any more. Idempotent: yes."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def gone() -> Iterator[UUID]:
    """Yield the tokens of this host whose process has ended, or given up, without saying so."""
    for path in folder().glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError, ValueError):
            token = UUID(path.stem)
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finally:
                os.close(descriptor)
            yield token


def forget(token: UUID) -> None:
    """Drop the lock of a token that is gone and of which nothing is left. Idempotent: yes."""
    (folder() / f"{token}{SUFFIX}").unlink(missing_ok=True)
