"""What the sandbox accepted: one row a submit, written before the answer leaves.

Tests of "never submitted twice" count these rows, so a dropped connection still leaves one.
"""

import sqlite3
import time
from typing import Any


class Ledger:
    """Rows in the order of acceptance; outlives a restart."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def record(self, *, path: str, prompt: str, accepted_id: str, model: str) -> None:
        """Write one accepted submit."""
        self._connection.execute(
            "INSERT INTO ledger (at, path, prompt, id, model) VALUES (?, ?, ?, ?, ?)",
            (time.time(), path, prompt, accepted_id, model),
        )

    def rows(self, *, prompt: str | None = None) -> list[dict[str, Any]]:
        """Return accepted submits, oldest first, of one exact prompt if given. Units: ``time`` is Unix seconds."""
        statement = "SELECT at AS time, path, prompt, id, model FROM ledger"
        if prompt is None:
            found = self._connection.execute(f"{statement} ORDER BY number")
        else:
            found = self._connection.execute(f"{statement} WHERE prompt = ? ORDER BY number", (prompt,))
        return [dict(row) for row in found]
