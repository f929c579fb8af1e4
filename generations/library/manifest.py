"""The list that lies in every export: what each file is and what it was made from, as JSON and as a table.

Both are written to temporary files while the export goes on, so that their length costs no memory.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

from generations.media.paths import temporary_folder
from generations.models import Generation, Thread

FORMAT = "studio-export/1"
# A cell that begins so is a formula to a spreadsheet, also behind blanks and in full width.
# Source: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11-25)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
COLUMNS = (
    "file", "item", "kind", "status", "prompt", "model", "parameters", "inputs", "author", "visibility", "created_at",
    "finished_at", "cost", "currency", "role", "bytes", "sha256_stored", "sha256_exported", "has_recipe", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an item. `name` is empty when it could not be exported, and `note` says why, for programs.

    Units: `bytes` as exported.
    """

    name: str
    role: str = ""
    mime: str = ""
    bytes: int = 0
    sha256_stored: str = ""
    sha256_exported: str = ""
    has_recipe: bool = False
    note: str = ""


def generation_facts(generation: Generation) -> dict[str, Any]:
    """Return what the manifest says of a generation; model, person and inputs must be loaded."""
    cost = generation.charge_amount
    return {
        "item": str(generation.public_id),
        "kind": generation.kind,
        "status": generation.status,
        "prompt": generation.prompt,
        "model": generation.model.gateway_name,
        "parameters": generation.parameters,
        "used": generation.resolved,
        "inputs": [
            {"role": one.role, "asset": str(one.asset.public_id), "name": one.asset.original_name,
             "sha256": one.asset.sha256}
            for one in generation.inputs.all()
        ],
        "author": generation.owner.display_name,
        "visibility": generation.visibility,
        "created_at": generation.created_at.isoformat(),
        "finished_at": generation.finished_at.isoformat() if generation.finished_at else None,
        # Text, because a program that reads JSON numbers as floats would change amounts of money.
        "cost": str(cost) if cost is not None else None,
        "currency": generation.currency,
    }  # fmt: skip


def thread_facts(thread: Thread, *, cost: Any, currency: str) -> dict[str, Any]:
    """Return what the manifest says of a thread; model and person must be loaded."""
    return {
        "item": str(thread.public_id),
        "kind": "chat",
        "status": "",
        "prompt": thread.title,
        "model": thread.model.gateway_name,
        "parameters": thread.parameters,
        "inputs": [],
        "author": thread.owner.display_name,
        "visibility": thread.visibility,
        "created_at": thread.created_at.isoformat(),
        "finished_at": thread.changed_at.isoformat(),
        "cost": str(cost) if cost is not None else None,
        "currency": currency,
    }


class Manifest:
    """Takes one item after another, and has two whole files in the end."""

    def __init__(self, *, made_at: str) -> None:
        self.json: IO[bytes] = tempfile.TemporaryFile(dir=temporary_folder())  # noqa: SIM115 - `close` closes it
        self.table: IO[bytes] = tempfile.TemporaryFile(dir=temporary_folder())  # noqa: SIM115 - `close` closes it
        self.count = 0
        head = json.dumps({"format": FORMAT, "made_at": made_at})
        self.json.write(f'{head[:-1]}, "items": ['.encode())
        # The mark by which spreadsheets know UTF-8.
        self.table.write("\ufeff".encode())
        self._write_row(dict(zip(COLUMNS, COLUMNS, strict=True)))

    def add(self, facts: dict[str, Any], files: list[ExportedFile]) -> None:
        """Note an item with its files, in both."""
        item = {**facts, "files": [asdict(one) for one in files]}
        self.json.write(("," if self.count else "").encode() + b"\n" + json.dumps(item, ensure_ascii=False).encode())
        self.count += 1
        for one in files or [ExportedFile(name="")]:
            values = {**facts, **asdict(one), "file": one.name}
            self._write_row({name: values.get(name) for name in COLUMNS})

    def end(self, *, is_cut: bool) -> None:
        """Write what stands behind the last item."""
        self.json.write(f'\n], "count": {self.count}, "is_cut": {json.dumps(is_cut)}}}\n'.encode())

    def close(self) -> None:
        """Let go of both files."""
        self.json.close()
        self.table.close()

    def _write_row(self, values: dict[str, Any]) -> None:
        line = _Line()
        csv.writer(line).writerow([_cell(values[name]) for name in COLUMNS])
        self.table.write(line.text.encode("utf-8", "replace"))


class _Line:
    """Takes what the writer of tables writes."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)


def _cell(value: Any) -> str:
    """Return a cell's text, which no spreadsheet takes for a formula."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) or text.lstrip().startswith(_FORMULA_SIGNS) else text


def rewound(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning, piece by piece."""
    file.seek(0)
    while piece := file.read(256 * 1024):
        yield piece
