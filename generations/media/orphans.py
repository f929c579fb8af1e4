"""Files that no row names: left by a process that died between writing a file and committing its row.

A file is looked at only when a day old by both of its times: giving a stored file its name changes the second one
(`st_ctime`), so a result that waited long in the temporary folder is still fresh when it is stored. Whether a row
names it is asked at the moment of deletion.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.files.storage import default_storage
from django.db.models import Q

from generations.media import paths
from generations.media.store import local_path
from generations.models import Asset, GenerationOutput

MINIMUM_AGE = datetime.timedelta(days=1)
AT_ONCE = 200
_FOLDER = re.compile(r"[0-9a-f]{2}\Z")
_STORED = re.compile(r"([0-9a-f]{32})(-[a-z]+)?\.[a-z0-9]+\Z")


def sweep_stored(*, now: datetime.datetime, is_dry: bool) -> int:
    """Delete files in storage that no asset names, and return how many there were. Idempotent: yes."""
    count = 0
    for folder in _folders():
        names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1] if _STORED.match(name)]
        for start in range(0, len(names), AT_ONCE):
            for name in _unnamed(names[start : start + AT_ONCE]):
                count += _delete_stored(name, now=now, is_dry=is_dry)
    return count


def sweep_uploads(*, now: datetime.datetime, is_dry: bool) -> int:
    """Drop what a bucket keeps of uploads that a died process began; return how many. Idempotent: yes."""
    abandon = getattr(default_storage, "abandon_uploads", None)
    return int(abandon(before=now - MINIMUM_AGE, is_dry=is_dry)) if abandon else 0


def sweep_pending(*, now: datetime.datetime, is_dry: bool) -> int:
    """Delete results that came inside an answer and that no output names; return how many. Idempotent: yes."""
    count = 0
    for path in sorted(paths.pending_folder().iterdir()):
        relative = f"{paths.PENDING_FOLDER}/{path.name}"
        if _is_old(path, now=now) and not GenerationOutput.objects.filter(pending_path=relative).exists():
            count += _delete(path, is_dry=is_dry)
    return count


def sweep_temporary(*, now: datetime.datetime, is_dry: bool) -> int:
    """Delete unfinished files that nobody has written to for a day; return how many. Idempotent: yes."""
    return sum(_delete(path, is_dry=is_dry) for path in paths.temporary_folder().iterdir() if _is_old(path, now=now))


def _folders() -> Iterator[str]:
    try:
        found = default_storage.listdir("")[0]
    except FileNotFoundError:
        # Nothing has ever been stored here.
        return
    yield from sorted(name for name in found if _FOLDER.match(name))


def _unnamed(names: Iterable[str]) -> list[str]:
    """Return the names that no asset has: asked by public id, which is indexed, then, of the few left, by path."""
    by_id = {name: uuid.UUID(hex=Path(name).name[:32]) for name in names}
    known = names_of(Asset.objects.filter(public_id__in=set(by_id.values())))
    left = [name for name in by_id if name not in known]
    return [name for name in left if not is_named(name)]


def names_of(assets: Iterable[Asset]) -> set[str]:
    """Return the names of all files of these assets in storage."""
    return {
        name for asset in assets for name in (asset.path, asset.small_path, asset.large_path, asset.poster_path) if name
    }


def is_named(name: str) -> bool:
    """Tell whether any asset names this file."""
    anywhere = Q(path=name) | Q(small_path=name) | Q(large_path=name) | Q(poster_path=name)
    return Asset.objects.filter(anywhere).exists()


def _delete_stored(name: str, *, now: datetime.datetime, is_dry: bool) -> bool:
    local = local_path(name)
    if local is not None:
        if not _is_old(local, now=now) or is_named(name):
            return False
        return _delete(local, is_dry=is_dry)
    try:
        stored_at = default_storage.get_modified_time(name)
    except FileNotFoundError:
        return False
    if now - stored_at < MINIMUM_AGE or is_named(name):
        return False
    if not is_dry:
        default_storage.delete(name)
    return True


def _is_old(path: Path, *, now: datetime.datetime) -> bool:
    """Tell whether a file is a day old by both of its times; one that has just gone, or a folder, is not."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    newest = datetime.datetime.fromtimestamp(max(stat.st_mtime, stat.st_ctime), datetime.UTC)
    return path.is_file() and now - newest >= MINIMUM_AGE


def _delete(path: Path, *, is_dry: bool) -> bool:
    if not is_dry:
        path.unlink(missing_ok=True)
    return True
