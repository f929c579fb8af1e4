"""What `start` gets ready before anything runs: tables, static files, the set-up link."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from studio.health import check_storage
from studio.preflight import CannotStartError
from studio.processes import die_with_parent

# Any fixed number will do, as long as every host of an installation uses the same one.
MIGRATION_LOCK_ID = 7_308_324_465


def migrate() -> bool:
    """Bring the tables up to date; return whether there was anything to do. Idempotent: yes.

    Several hosts may start at once: one works, the others wait for its lock and then find nothing left.
    Raises: CannotStartError when the database is newer than this code.
    """
    with _migration_lock():
        connection = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(connection)
        unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
        ours = [name for name in unknown if name[0] in {"accounts", "generations"}]
        if ours:
            raise CannotStartError(
                f"The database was written by a newer version of the studio (it knows {ours[0][0]} {ours[0][1]}). "
                "Start that version, or restore a backup made with this one."
            )
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", verbosity=0, interactive=False)
        return True


@contextmanager
def _migration_lock() -> Iterator[None]:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK_ID])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK_ID])
        return
    with (Path(settings.DATA_DIR) / "run" / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_bucket() -> None:
    """Return when the bucket, where one is set, has taken a small file and given it up again.

    Raises: CannotStartError: without it every upload and every result would fail later, one by one.
    """
    if settings.BUCKET is None:
        return
    try:
        check_storage()
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise CannotStartError(f"The bucket in STUDIO_STORAGE_URL cannot be used: {words}.") from None


def collect_static() -> bool:
    """Copy static files into the data folder when a source has changed; return whether it did. Idempotent: yes."""
    root = Path(settings.STATIC_ROOT)
    stamp_path = Path(settings.DATA_DIR) / "run" / "static.stamp"
    stamp = static_stamp()
    if root.is_dir() and stamp_path.is_file() and stamp_path.read_text() == stamp:
        return False
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp_path.write_text(stamp)
    return True


def static_stamp() -> str:
    """Return a digest of all that a collected file depends on: sources, how they are hashed, package versions."""
    digest = hashlib.sha256()
    for distribution in sorted(f"{found.name}={found.version}" for found in distributions()):
        digest.update(distribution.encode())
    for module in sorted((Path(settings.BASE_DIR) / "studio").glob("static*.py")):
        digest.update(module.read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static_beside() -> int:
    """Begin to collect static files in a forked process, and return its id for `wait_for_static`.

    Tables and files have nothing to do with each other, and a second processor would otherwise stand idle.
    """
    connections.close_all()
    parent_pid = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        die_with_parent(parent_pid)
        collect_static()
        code = 0
    finally:
        os._exit(code)


def wait_for_static(pid: int) -> None:
    """Return when the files are there.

    Raises: CannotStartError when they could not be collected; the reason stands above, on standard error.
    """
    _pid, status = os.waitpid(pid, 0)
    if status:
        raise CannotStartError("The static files could not be collected into the data folder; the reason stands above.")
