"""Streams of replies as a benchmark reads them: straight from the gateway, and through the studio as a browser does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.studio_process import RunningStudio

MODEL = "gpt-5.1"
STREAM_URL = re.compile(r'data-stream-url="([^"]+)"')
UNPOOLED = httpx.Limits(max_connections=None, max_keepalive_connections=0)
# About what a page takes, so that both kinds are opened at the same pace.
PAUSE_SECONDS = 0.05
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Arrival:
    """When a stream was asked for, and when how much of its text had come. Units: seconds, characters."""

    asked: float
    reached: list[tuple[float, int]] = field(default_factory=list)

    def note(self, characters: int) -> None:
        """Write down that so much is here."""
        if characters and (not self.reached or characters > self.reached[-1][1]):
            self.reached.append((time.perf_counter(), characters))

    @property
    def first_seconds(self) -> float:
        """How long the first words took."""
        return self.reached[0][0] - self.asked

    def delays(self, ends: Sequence[int], *, rate: int, since: float, until: float) -> list[float]:
        """Return how much later than on its own beat each token of a while came, by where the text of each ends."""
        late, step = [], 0
        for number, end in enumerate(ends):
            while step < len(self.reached) and self.reached[step][1] < end:
                step += 1
            if step < len(self.reached) and since <= self.reached[step][0] < until:
                late.append(self.reached[step][0] - number / rate)
        return [one - min(late) for one in late]


async def straight(http: httpx.AsyncClient, studio: RunningStudio, prompt: str, arrival: Arrival) -> None:
    """Read one reply from the sandbox itself."""
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": prompt}]}
    headers = {"Authorization": "Bearer sandbox"}
    address = f"{studio.sandbox_address}/v1/chat/completions"
    characters = 0
    async with http.stream("POST", address, json=body, headers=headers) as answer:
        async for line in answer.aiter_lines():
            characters += len(_said(line))
            arrival.note(characters)


def _said(line: str) -> str:
    if not line.startswith("data: {"):
        return ""
    choices = json.loads(line.removeprefix("data: ")).get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or ""


async def through(http: httpx.AsyncClient, studio: RunningStudio, address: str, arrival: Arrival) -> None:
    """Read one reply from the studio, as a browser does whose page has just appeared."""
    async with http.stream("GET", f"{studio.address}{address}", headers={"Accept": "text/event-stream"}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                arrival.note(int(re.split(r"[.-]", line.removeprefix("id: "))[0]))


def begin(client: httpx.Client, studio: RunningStudio, prompt: str) -> str:
    """Begin a thread and return the address of its reply's stream."""
    form = {"text": prompt, "model": MODEL, "visibility": "private", "submission_id": str(uuid.uuid4())}
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": studio.address}
    page = client.post("/chat/", data=form, headers=headers)
    found = STREAM_URL.search(page.text)
    if found is None:
        raise RuntimeError(f"the thread's page has no stream ({page.status_code})")
    return found[1]


class Reading:
    """So many streams at once, opened one after the other as by people, of one kind."""

    def __init__(self, studio: RunningStudio, client: httpx.Client, *, is_straight: bool) -> None:
        self.studio = studio
        self.client = client
        self.is_straight = is_straight
        self.arrivals: list[Arrival] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._http = httpx.AsyncClient(limits=UNPOOLED, timeout=120, trust_env=False, cookies=client.cookies)

    async def open(self, prompt: str) -> None:
        """Open one more stream and go on reading it."""
        address = "" if self.is_straight else await asyncio.to_thread(begin, self.client, self.studio, prompt)
        arrival = Arrival(time.perf_counter())
        self.arrivals.append(arrival)
        reading = (
            straight(self._http, self.studio, prompt, arrival)
            if self.is_straight
            else through(self._http, self.studio, address, arrival)
        )
        self._tasks.append(asyncio.create_task(reading))
        if self.is_straight:
            await asyncio.sleep(PAUSE_SECONDS)

    async def finish(self) -> None:
        """Read every stream to its end."""
        await asyncio.gather(*self._tasks)
        await self._http.aclose()

    async def leave(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()


def token_ends(studio: RunningStudio, prompt: str) -> list[int]:
    """Return where each token of a reply ends; the sandbox says the same to the same question."""
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": prompt}]}
    headers = {"Authorization": "Bearer sandbox"}
    ends = [0]
    address = f"{studio.sandbox_address}/v1/chat/completions"
    with httpx.stream("POST", address, json=body, headers=headers, timeout=120, trust_env=False) as answer:
        for line in answer.iter_lines():
            if _said(line):
                ends.append(ends[-1] + len(_said(line)))
    return ends[1:]


def web_processes(studio: RunningStudio) -> list[int]:
    """Return the ids of the studio's web server and its workers."""
    found = []
    for pid in studio.processes():
        with contextlib.suppress(OSError):
            if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes() and str(studio.process.pid) != str(pid):
                found.append(pid)
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return how much processor time these processes have used."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND
