"""The server's side of drawing: one worker process for pictures, one for films, each started when needed.

A worker reads jobs as JSON lines and answers in JSON lines. It runs at a lower priority, goes away after 30 idle
seconds, and ends itself when the pipe to the server closes, so that no death of the server leaves it behind.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import sys
from typing import Any

IDLE_SECONDS = 30.0
_ROOT = pathlib.Path(__file__).resolve().parents[2]
# One thread per library: a drawing must not take every core from those who are waiting for an answer.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


class CannotDraw(Exception):
    """The worker refused the job or died twice over it; ``code`` is one of the service's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


async def _start_worker() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "generations.sandbox.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env=os.environ | _ENVIRONMENT,
        # A Ctrl-C in the terminal is for the server; the worker follows when its pipe closes.
        start_new_session=True,
    )


class Lane:
    """One worker process and the queue before it."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._worker: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    async def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return the worker's answer to a job, waiting for those in front.

        Raises: CannotDraw if the job is impossible.
        """
        async with self._turn:
            if self._idle:
                self._idle.cancel()
            try:
                for _attempt in range(2):
                    answer = await self._ask(job)
                    if answer is not None:
                        break
                else:
                    raise CannotDraw("InternalServiceError", "The drawing process died twice over this job.")
            finally:
                self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._dismiss)
        if "error" in answer:
            raise CannotDraw(answer["error"], answer["message"])
        return answer

    async def _ask(self, job: dict[str, Any]) -> dict[str, Any] | None:
        if self._closed:
            raise asyncio.CancelledError
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await _start_worker()
        stdin, stdout = self._worker.stdin, self._worker.stdout
        if stdin is None or stdout is None:
            return None
        try:
            stdin.write(json.dumps(job).encode() + b"\n")
            await stdin.drain()
            line = await stdout.readline()
        except asyncio.CancelledError:
            # The answer to a job that nobody waits for must not be taken for the next one's.
            self._kill()
            raise
        except (ConnectionError, BrokenPipeError):
            line = b""
        if not line:
            self._kill()
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _dismiss(self) -> None:
        if not self._turn.locked():
            self._kill()

    def _kill(self) -> None:
        worker, self._worker = self._worker, None
        if worker and worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.send_signal(signal.SIGKILL)

    async def close(self) -> None:
        """End the worker, whatever it is doing, and wait until it is gone."""
        self._closed = True
        if self._idle:
            self._idle.cancel()
        worker = self._worker
        self._kill()
        if worker:
            await worker.wait()


class Easel:
    """Both lanes; a picture never waits behind a film."""

    def __init__(self) -> None:
        self.pictures = Lane()
        self.films = Lane()

    async def draw(self, job: dict[str, Any]) -> dict[str, Any]:
        """Run a job in the lane of its kind. Raises: CannotDraw."""
        return await (self.films if job["kind"] == "film" else self.pictures).run(job)

    async def close(self) -> None:
        """End both workers."""
        await asyncio.gather(self.pictures.close(), self.films.close())
