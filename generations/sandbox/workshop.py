"""Everything that a request handler needs, in one object; and the drawing of tasks in the background."""

import asyncio
import collections
import hmac
import pathlib
import secrets
import time
from typing import Any

from generations.sandbox.easel import CannotDraw, Easel
from generations.sandbox.inputs import FOLDER as INPUTS_FOLDER
from generations.sandbox.ledger import Ledger
from generations.sandbox.store import Store, Task, open_database
from generations.sandbox.switches import Switches

FILES_FOLDER = "sandbox-files"
KEEP_TASKS_SECONDS = 7 * 86400
KEEP_FILES_SECONDS = 2 * 86400
REMEMBERED_REQUESTS = 200


class Workshop:
    """The sandbox's state: file, switches, workers, and the tasks being drawn."""

    def __init__(self, *, data_dir: pathlib.Path, pace: float) -> None:
        self.data_dir = data_dir
        self.files_dir = data_dir / FILES_FOLDER
        connection = open_database(data_dir)
        self.files_dir.mkdir(exist_ok=True)
        self.store = Store(connection)
        self.ledger = Ledger(connection)
        self.switches = Switches(pace=pace)
        self.requests: collections.deque[dict[str, Any]] = collections.deque(maxlen=REMEMBERED_REQUESTS)
        # Of result files, since the start: what tells a resumed download from one begun anew.
        self.served_bytes = 0
        self._secret = self.store.fact("link_secret", default=secrets.token_hex(16)).encode()
        self._easel: Easel | None = None
        self._drawings: set[asyncio.Task[None]] = set()
        self._being_drawn: set[str] = set()

    @property
    def easel(self) -> Easel:
        """Return the workers; made late, because they belong to the running event loop."""
        if self._easel is None:
            self._easel = Easel()
        return self._easel

    def resume(self) -> None:
        """Draw again what a restart interrupted, and drop what is too old to be asked for. Idempotent: yes."""
        now = time.time()
        self.store.forget_before(now - KEEP_TASKS_SECONDS)
        for folder, seconds in (
            (self.files_dir, KEEP_FILES_SECONDS),
            (self.data_dir / INPUTS_FOLDER, KEEP_TASKS_SECONDS),
        ):
            for path in folder.iterdir() if folder.exists() else ():
                if path.stat().st_mtime < now - seconds:
                    path.unlink(missing_ok=True)
        for task in self.store.undrawn_tasks():
            self.start_drawing(task)

    def start_drawing(self, task: Task) -> None:
        """Draw a task in the background; a failure becomes the task's. Idempotent: yes."""
        if task.id in self._being_drawn:
            return
        self._being_drawn.add(task.id)
        drawing = asyncio.get_running_loop().create_task(self._draw(task))
        self._drawings.add(drawing)
        drawing.add_done_callback(self._drawings.discard)

    async def _draw(self, task: Task) -> None:
        try:
            result = await self.easel.draw(task.request["job"])
            self.store.change_task(task.id, state="drawn", result=result, updated_at=time.time())
        except CannotDraw as problem:
            error = {"code": problem.code, "message": problem.message}
            self.store.change_task(task.id, state="broken", result={"error": error}, updated_at=time.time())
        finally:
            self._being_drawn.discard(task.id)

    def sign_link(self, name: str, *, expires_at: int, gone: bool = False) -> str:
        """Return the token of a file link; ``gone`` makes one that is never honoured."""
        message = f"{name}|{expires_at}|{'gone' if gone else 'good'}".encode()
        return hmac.new(self._secret, message, "sha256").hexdigest()[:32]

    def link(self, base_url: str, name: str, *, now: float, gone: bool = False) -> str:
        """Return an address for a result file, valid for the switch's ``file_seconds``."""
        expires_at = int(now + self.switches.file_seconds)
        token = self.sign_link(name, expires_at=expires_at, gone=gone)
        return f"{base_url}/files/{name}?expires={expires_at}&token={token}"

    async def close(self) -> None:
        """Stop drawing and close the file; undrawn tasks are drawn after the next start."""
        drawings = list(self._drawings)
        for drawing in drawings:
            drawing.cancel()
        if self._easel:
            await self._easel.close()
        await asyncio.gather(*drawings, return_exceptions=True)
        self.store.close()
