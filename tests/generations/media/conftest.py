"""Storage that is empty before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from generations.media import paths


def files_under(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


class Disk:
    """What lies in storage and beside it."""

    @property
    def stored(self) -> list[Path]:
        """Files in storage."""
        return files_under(Path(settings.MEDIA_ROOT))

    @property
    def unfinished(self) -> list[Path]:
        """Files under temporary names."""
        return files_under(paths.temporary_folder())

    @property
    def pending(self) -> list[Path]:
        """Results that wait to be stored."""
        return files_under(paths.pending_folder())

    def clear(self) -> None:
        """Delete every file."""
        for path in [*self.stored, *self.unfinished, *self.pending]:
            path.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    """The data folder's files: none before, whatever other tests left, and none afterwards."""
    disk = Disk()
    disk.clear()
    yield disk
    disk.clear()


@pytest.fixture
def now() -> object:
    """The present moment."""
    return timezone.now()
