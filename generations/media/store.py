"""Make assets: from what a person uploads and from what a gateway made. The row comes last.

A file is written under a temporary name, looked at, brought to the disk and only then named in storage; when
anything fails on the way, nothing of it stays. The source of an output is paid for: it is let go only after the row
that names the stored file is committed.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from generations.media import paths
from generations.media.invalid import wrong_media
from generations.media.pending import discard_pending, pending_file, write_pending
from generations.media.probe import MediaFacts, probe
from generations.media.thumbnails import Thumbnails, make_thumbnails
from generations.media.types import FILE_TYPES
from generations.media.uploads import check_upload
from generations.models import Asset

__all__ = [
    "StoredFile",
    "check_upload",
    "delete_files",
    "discard_pending",
    "discarded_on_failure",
    "local_path",
    "open_stored",
    "pending_file",
    "store_output",
    "store_upload",
    "take_output",
    "write_pending",
]

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User

logger = logging.getLogger(__name__)

RENEW_SECONDS = 10.0
_CHUNK_BYTES = 1024 * 1024
_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in storage with its thumbnails, and has no row yet: make one, or `discard` it."""

    public_id: uuid.UUID
    facts: MediaFacts
    size_bytes: int
    sha256: str
    original_name: str
    path: str
    small_path: str
    large_path: str
    poster_path: str
    preview: str

    def create_asset(
        self, *, owner: User, origin: Asset.Origin, now: datetime.datetime, taken_from: Asset | None = None
    ) -> Asset:
        """Write the row. Meant for a short transaction."""
        return Asset.objects.create(
            public_id=self.public_id,
            owner=owner,
            origin=origin,
            taken_from=taken_from,
            media=self.facts.media,
            mime=self.facts.mime,
            path=self.path,
            original_name=self.original_name,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            width=self.facts.width,
            height=self.facts.height,
            duration_ms=self.facts.duration_ms,
            frame_rate=self.facts.frame_rate,
            has_sound=self.facts.has_sound,
            small_path=self.small_path,
            large_path=self.large_path,
            poster_path=self.poster_path,
            preview=self.preview,
            created_at=now,
        )

    def discard(self) -> None:
        """Take the files out of storage again. Idempotent: yes."""
        _delete(self.path, self.small_path, self.large_path, self.poster_path)


def store_upload(
    uploaded: UploadedFile,
    *,
    owner: User,
    now: datetime.datetime,
    expected_media: Collection[str],
    facts: MediaFacts | None = None,
) -> Asset:
    """Store what a person gave. `facts` from `check_upload` save a second look.

    Raises: MediaInvalid; nothing is left then.
    """
    temporary = paths.temporary_path()
    try:
        size_bytes, sha256 = _write_uploaded(uploaded, temporary)
        facts = facts or probe(temporary)
        if facts.media not in expected_media:
            raise wrong_media()
        stored = _put_in_storage(
            temporary, facts, size_bytes=size_bytes, sha256=sha256, name=Path(uploaded.name or "").name
        )
    finally:
        temporary.unlink(missing_ok=True)
    with discarded_on_failure(stored):
        return stored.create_asset(owner=owner, origin=Asset.Origin.UPLOAD, now=now)


def store_output(path: Path, *, owner: User, now: datetime.datetime, suggested_name: str) -> Asset:
    """Store a finished file of this host that a gateway made; the file is gone once the row is committed.

    Looks at every byte, which takes seconds: call `take_output` first where a transaction is open around it.
    Raises: MediaInvalid and OSError; the file at `path` stays then.
    """
    stored = take_output(path, suggested_name=suggested_name)
    with discarded_on_failure(stored):
        asset = stored.create_asset(owner=owner, origin=Asset.Origin.OUTPUT, now=now)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return asset


def take_output(path: Path, *, suggested_name: str, renew: Callable[[], None] = lambda: None) -> StoredFile:
    """Put a finished file of this host into storage, without touching the database, and without deleting it here.

    The name gets the suffix of its real type. `renew` is called now and then while a bucket takes the file; what it
    raises ends the work and passes through.
    Raises: MediaInvalid and OSError; nothing is left in storage then.
    """
    facts = probe(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
        os.fsync(file.fileno())
        size_bytes = file.tell()
    name = f"{suggested_name}.{FILE_TYPES[facts.mime].suffix}"
    return _put_in_storage(path, facts, size_bytes=size_bytes, sha256=digest.hexdigest(), name=name, renew=renew)


@contextlib.contextmanager
def discarded_on_failure(stored: StoredFile) -> Iterator[None]:
    """Take the files out of storage again when what happens inside does not succeed."""
    try:
        yield
    except BaseException:
        stored.discard()
        raise


def delete_files(asset: Asset) -> None:
    """Take an asset's files out of storage, for whoever deletes the row. Idempotent: yes."""
    _delete(asset.path, asset.small_path, asset.large_path, asset.poster_path)


def _write_uploaded(uploaded: UploadedFile, target: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    size_bytes = 0
    uploaded.seek(0)
    with paths.created(target) as descriptor, os.fdopen(descriptor, "wb", closefd=False) as file:
        for chunk in uploaded.chunks(_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += file.write(chunk)
        file.flush()
        os.fsync(descriptor)
    return size_bytes, digest.hexdigest()


def _put_in_storage(
    source: Path,
    facts: MediaFacts,
    *,
    size_bytes: int,
    sha256: str,
    name: str,
    renew: Callable[[], None] = lambda: None,
) -> StoredFile:
    thumbnails = make_thumbnails(source, facts)
    public_id = uuid.uuid4()
    path = paths.asset_path(public_id, FILE_TYPES[facts.mime].suffix)
    written: list[str] = []
    try:
        written.append(path)
        _link_or_copy(source, path, renew=renew)
        variants = _save_variants(thumbnails, public_id, written=written)
        _sync_storage(*written)
    except BaseException:
        _delete(*written)
        raise
    return StoredFile(
        public_id=public_id,
        facts=facts,
        size_bytes=size_bytes,
        sha256=sha256,
        original_name=_clean_name(name),
        path=path,
        small_path=variants.get("small", ""),
        large_path=variants.get("large", ""),
        poster_path=variants.get("poster", ""),
        preview=thumbnails.preview if thumbnails else "",
    )


def _save_variants(thumbnails: Thumbnails | None, public_id: uuid.UUID, *, written: list[str]) -> dict[str, str]:
    if thumbnails is None:
        return {}
    found: dict[str, str] = {}
    for variant, content in (("small", thumbnails.small), ("large", thumbnails.large), ("poster", thumbnails.poster)):
        if content:
            found[variant] = paths.asset_path(public_id, "webp", variant=variant)
            written.append(found[variant])
            default_storage.save(found[variant], ContentFile(content))
    return found


class RenewingFile(File[bytes]):
    """A file that calls somebody now and then while it is read: a bucket may take minutes for a long clip."""

    def __init__(self, file: IO[bytes], renew: Callable[[], None], *, every_seconds: float = RENEW_SECONDS) -> None:
        super().__init__(file)
        self._source = file
        self._renew = renew
        self._every_seconds = every_seconds
        self._renewed_at = time.monotonic()

    def read(self, *arguments: Any) -> bytes:
        """Read, after a call if one is due."""
        if time.monotonic() - self._renewed_at >= self._every_seconds:
            self._renewed_at = time.monotonic()
            self._renew()
        return self._source.read(*arguments)


def _link_or_copy(source: Path, path: str, *, renew: Callable[[], None]) -> None:
    """Give the file its name in storage: a second name on the same disk, a copy anywhere else."""
    target = local_path(path)
    if target is None:
        with source.open("rb") as file:
            default_storage.save(path, RenewingFile(file, renew))
        return
    target.parent.mkdir(mode=paths.FOLDER_MODE, parents=True, exist_ok=True)
    source.chmod(paths.FILE_MODE)
    try:
        os.link(source, target)
    except OSError:
        # Another disk, or a file system without links.
        shutil.copyfile(source, target)
        target.chmod(paths.FILE_MODE)


def open_stored(path: str) -> BinaryIO:
    """Open a stored file that can be read from anywhere; from a bucket it comes to this host's disk first.

    Raises: FileNotFoundError, and other OSErrors when storage does not answer.
    """
    local = local_path(path)
    if local is not None:
        return local.open("rb")
    return cast("BinaryIO", default_storage.open(path, "rb"))


def local_path(path: str) -> Path | None:
    """Return where a stored file lies on this host, or None when storage is elsewhere."""
    try:
        return Path(default_storage.path(path))
    except NotImplementedError:
        return None


def _sync_storage(*names: str) -> None:
    for name in names:
        local = local_path(name)
        if local is None:
            return
        with local.open("rb") as file:
            os.fsync(file.fileno())
    paths.sync_folder(Path(default_storage.path(names[0])).parent)


def _delete(*names: str) -> None:
    """Take files out of storage; what cannot be deleted now is left to the hourly sweep, which finds it by itself."""
    for name in names:
        if name:
            try:
                default_storage.delete(name)
            except OSError as error:
                logger.warning("%s could not be deleted: %s", name, error.strerror or type(error).__name__)


def _clean_name(name: str) -> str:
    """Return the name as a person may see it again: without folders and control characters, its suffix kept."""
    clean = "".join(sign for sign in name if sign.isprintable() and sign not in "/\\").strip()
    stem, suffix = os.path.splitext(clean)
    return stem[: _NAME_CHARACTERS - len(suffix[:20])] + suffix[:20]
