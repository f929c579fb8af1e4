"""Tasks and library assets in one SQLite file of the data folder, so that a restart continues them.

The file is the sandbox's own and has nothing to do with the project's database. Every call is a few dozen
microseconds, so it is made from the event loop.
"""

import dataclasses
import json
import pathlib
import sqlite3
from typing import Any

DATABASE_NAME = "sandbox.sqlite3"
UNFINISHED_FOR_SECONDS = 48 * 3600

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, family TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL, request TEXT NOT NULL,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, ready_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', polls INTEGER NOT NULL DEFAULT 0, answers INTEGER NOT NULL DEFAULT 0,
    cuts INTEGER NOT NULL DEFAULT 0, delivered_at REAL, result TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS tasks_undrawn ON tasks (created_at) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS assets (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL,
    group_type TEXT NOT NULL, file TEXT NOT NULL DEFAULT '', polls INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', fetched INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL,
    updated_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger (
    number INTEGER PRIMARY KEY, at REAL NOT NULL, path TEXT NOT NULL, prompt TEXT NOT NULL, id TEXT NOT NULL,
    model TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclasses.dataclass(slots=True)
class Task:
    """One accepted asynchronous submit.

    ``state`` is about the drawing only: ``waiting``, ``drawn`` or ``broken`` (then ``result`` holds an error).
    Units: ``*_at`` are Unix seconds.
    """

    id: str
    family: str
    model: str
    prompt: str
    request: dict[str, Any]
    created_at: float
    updated_at: float
    ready_at: float
    state: str = "waiting"
    polls: int = 0
    answers: int = 0
    cuts: int = 0
    delivered_at: float | None = None
    result: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True)
class LibraryAsset:
    """One entry of the asset library; private to the digest of the key that made it."""

    id: str
    owner: str
    name: str
    kind: str
    url: str
    group_type: str
    created_at: float
    updated_at: float
    file: str = ""
    polls: int = 0
    error: str = ""
    fetched: int = 0


_TASK_FIELDS = tuple(field.name for field in dataclasses.fields(Task))
_ASSET_FIELDS = tuple(field.name for field in dataclasses.fields(LibraryAsset))


def open_database(data_dir: pathlib.Path) -> sqlite3.Connection:
    """Open the sandbox's file, making folder and tables on first use."""
    data_dir.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        data_dir / DATABASE_NAME, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=32
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-512", "journal_size_limit=4194304"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_SCHEMA)
    return connection


class Store:
    """The tables of tasks, assets and facts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_task(self, task: Task) -> None:
        """Keep a new task."""
        self._insert("tasks", _as_row(task))

    def task(self, task_id: str) -> Task | None:
        """Return the task with this id."""
        row = self._connection.execute("SELECT * FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return _task(row) if row else None

    def change_task(self, task_id: str, **changes: Any) -> None:
        """Set the named columns of a task."""
        self._change("tasks", task_id, changes)

    def count_poll(self, task_id: str) -> None:
        """Count one poll."""
        self._connection.execute("UPDATE tasks SET polls = polls + 1 WHERE id = ?", (task_id,))

    def undrawn_tasks(self) -> list[Task]:
        """Return what a restart must draw again, oldest first."""
        rows = self._connection.execute("SELECT * FROM tasks WHERE state = 'waiting' ORDER BY created_at")
        return [_task(row) for row in rows]

    def forget_before(self, moment: float) -> None:
        """Drop tasks that the real service would no longer show."""
        self._connection.execute("DELETE FROM tasks WHERE created_at < ?", (moment,))

    def add_asset(self, asset: LibraryAsset) -> None:
        """Keep a new library asset."""
        self._insert("assets", _as_row(asset))

    def asset(self, asset_id: str, *, owner: str) -> LibraryAsset | None:
        """Return the account's asset with this id."""
        row = self._connection.execute("SELECT * FROM assets WHERE id = ? AND owner = ?", (asset_id, owner)).fetchone()
        return _asset(row) if row else None

    def assets(self, *, owner: str) -> list[LibraryAsset]:
        """Return the account's assets, oldest first."""
        rows = self._connection.execute("SELECT * FROM assets WHERE owner = ? ORDER BY created_at, id", (owner,))
        return [_asset(row) for row in rows]

    def change_asset(self, asset_id: str, **changes: Any) -> None:
        """Set the named columns of an asset."""
        self._change("assets", asset_id, changes)

    def fact(self, name: str, *, default: str) -> str:
        """Return a remembered value, keeping the default the first time."""
        self._connection.execute("INSERT OR IGNORE INTO facts (name, value) VALUES (?, ?)", (name, default))
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row["value"])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are our own columns
        self._connection.execute(statement, tuple(row.values()))

    def _change(self, table: str, row_id: str, changes: dict[str, Any]) -> None:
        row = {name: _plain(value) for name, value in changes.items()}
        assignments = ", ".join(f"{name} = ?" for name in row)
        statement = f"UPDATE {table} SET {assignments} WHERE id = ?"  # noqa: S608 - names are our own columns
        self._connection.execute(statement, (*row.values(), row_id))


def has_unfinished(data_dir: pathlib.Path) -> bool:
    """Return whether some client may still come back for a task: neither fetched nor told of a failure.

    Tasks older than two days do not count, so that one which is stuck on purpose is not waited for forever.
    """
    path = data_dir / DATABASE_NAME
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error:
        return False
    try:
        found = connection.execute(
            "SELECT 1 FROM tasks WHERE delivered_at IS NULL AND created_at > strftime('%s', 'now') - ? LIMIT 1",
            (UNFINISHED_FOR_SECONDS,),
        ).fetchone()
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return found is not None


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _as_row(thing: Task | LibraryAsset) -> dict[str, Any]:
    return {field.name: _plain(getattr(thing, field.name)) for field in dataclasses.fields(thing)}


def _task(row: sqlite3.Row) -> Task:
    values = {name: row[name] for name in _TASK_FIELDS}
    values["request"] = json.loads(values["request"])
    values["result"] = json.loads(values["result"])
    return Task(**values)


def _asset(row: sqlite3.Row) -> LibraryAsset:
    return LibraryAsset(**{name: row[name] for name in _ASSET_FIELDS})
