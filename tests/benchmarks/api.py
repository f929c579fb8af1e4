"""The API against the gateway straight: what the studio adds to a call by key.

Prints: latency of whole answers one by one and 16 at a time, requests a second, CPU a request; first token at 1 and 50
streams, delay of every token, CPU for 1,000 tokens; memory of the web over 10,000 requests.

Run: python -m tests.benchmarks.api [--parts whole streams memory] [--requests 400] [--many 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.benchmarks.chat_streams import cpu_seconds, web_processes
from tests.studio_process import RunningStudio, running_studio, table

PARTS = ("whole", "streams", "memory")
TOKENS, RATE = 100, 25
WARM_UP = 100
IDLE_SECONDS = 10
NO_LIMITS = """
from generations.models import Installation
many = dict.fromkeys(("api_requests_per_minute_per_key", "api_requests_per_minute_per_person"), 10**8)
Installation.objects.update_or_create(pk=1, defaults=many)
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two addresses to compare, and the key that opens it."""

    name: str
    address: str
    key: str

    def client(self, *, connections: int) -> httpx.AsyncClient:
        """Return a client with that many connections, which stay open."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=self.address, headers=headers, limits=limits, timeout=120, trust_env=False)


@dataclass(slots=True)
class Stream:
    """When the words of one stream came. Units: seconds, from the moment it was asked for."""

    arrivals: list[float] = field(default_factory=list)

    def delays(self) -> list[float]:
        """Return how much later than its turn each token came, counted from the first one's."""
        first = self.arrivals[0]
        return [moment - first - place / RATE for place, moment in enumerate(self.arrivals)]


def body(words: str, **more: object) -> dict[str, object]:
    """Return a chat request."""
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": words}], **more}


def milliseconds(values: Sequence[float], *, percentile: int = 50) -> float:
    """Return a percentile of seconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percentile // 100)] * 1000


async def whole_answers(way: Way, *, count: int, at_once: int) -> list[float]:
    """Ask for whole answers, so many at a time, and return how long each took."""
    taken: list[float] = []
    left = iter(range(count))
    async with way.client(connections=at_once) as client:

        async def ask() -> None:
            for _number in left:
                began = time.perf_counter()
                answer = await client.post("/v1/chat/completions", json=body("Hi [sandbox tokens=20 tps=0]"))
                answer.raise_for_status()
                taken.append(time.perf_counter() - began)

        await asyncio.gather(*(ask() for _ in range(at_once)))
    return taken


async def read_stream(client: httpx.AsyncClient) -> Stream:
    """Read one stream to its end."""
    stream = Stream()
    asked = body(f"Tell me a story [sandbox tokens={TOKENS} tps={RATE}]", stream=True)
    began = time.perf_counter()
    async with client.stream("POST", "/v1/chat/completions", json=asked) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if '"content"' in line and '"content":""' not in line:
                stream.arrivals.append(time.perf_counter() - began)
    return stream


async def streams_of(way: Way, *, at_once: int) -> list[Stream]:
    """Open streams side by side, a moment apart as people do, and read them."""
    async with way.client(connections=at_once) as client:

        async def later(place: int) -> Stream:
            await asyncio.sleep(place * 0.02)
            return await read_stream(client)

        return list(await asyncio.gather(*(later(place) for place in range(at_once))))


def idle_share(web: Sequence[int]) -> float:
    """Return which share of one core the web takes while nobody asks; it is taken off what calls are said to cost."""
    used = cpu_seconds(web)
    time.sleep(IDLE_SECONDS)
    return (cpu_seconds(web) - used) / IDLE_SECONDS


def measure_whole(studio: RunningStudio, ways: Sequence[Way], *, count: int) -> None:
    """Print what whole answers take."""
    web = web_processes(studio)
    idle = idle_share(web)
    for at_once in (1, 16):
        figures = []
        medians = []
        for way in ways:
            asyncio.run(whole_answers(way, count=WARM_UP, at_once=at_once))
            used, began = cpu_seconds(web), time.perf_counter()
            taken = asyncio.run(whole_answers(way, count=count, at_once=at_once))
            seconds = time.perf_counter() - began
            used = cpu_seconds(web) - used - idle * seconds
            medians.append(milliseconds(taken))
            figures.append((f"{way.name}, median", f"{medians[-1]:.1f} ms"))
            figures.append((f"{way.name}, p99", f"{milliseconds(taken, percentile=99):.1f} ms"))
            figures.append((f"{way.name}, requests a second", f"{count / seconds:.0f}"))
        figures.append(("added, median", f"{medians[1] - medians[0]:.1f} ms"))
        figures.append(("the web while nobody asks, of one core", f"{idle:.1%}"))
        figures.append(("CPU of the web a request", f"{used / count * 1000:.2f} ms"))
        table(f"Whole answers, {at_once} at a time", figures)


def measure_streams(studio: RunningStudio, ways: Sequence[Way]) -> None:
    """Print what streams take."""
    web = web_processes(studio)
    idle = idle_share(web)
    for at_once in (1, 50):
        figures = []
        for way in ways:
            used, began = cpu_seconds(web), time.perf_counter()
            rounds = 10 if at_once == 1 else 1
            found = [stream for _ in range(rounds) for stream in asyncio.run(streams_of(way, at_once=at_once))]
            used = cpu_seconds(web) - used - idle * (time.perf_counter() - began)
            late = [delay for stream in found for delay in stream.delays()]
            tokens = sum(len(stream.arrivals) for stream in found)
            figures.append((f"{way.name}, first token", f"{milliseconds([s.arrivals[0] for s in found]):.1f} ms"))
            figures.append((f"{way.name}, delay of a token, p50", f"{milliseconds(late):.1f} ms"))
            figures.append((f"{way.name}, delay of a token, p99", f"{milliseconds(late, percentile=99):.1f} ms"))
        figures.append(("CPU of the web for 1,000 tokens", f"{used / tokens * 1e6:.0f} ms"))
        table(f"{at_once} streams, {RATE} tokens a second", figures)


def measure_memory(studio: RunningStudio, way: Way, *, count: int) -> None:
    """Print what many requests leave behind."""
    web = web_processes(studio)

    def megabytes() -> float:
        return sum(studio.pss_bytes().get(pid, 0) for pid in web) / 1e6

    asyncio.run(whole_answers(way, count=1_000, at_once=16))
    figures = [("after 1,000 requests", f"{megabytes():.0f} MB")]
    for _part in range(4):
        asyncio.run(whole_answers(way, count=count // 4, at_once=16))
        figures.append((f"after {count // 4 * (_part + 1):,} more", f"{megabytes():.0f} MB"))
    table("Memory of the web process", figures)


def main() -> None:
    """Measure on a studio of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--many", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder) / "data") as studio:
        studio.add_administrator()
        studio.manage("shell", "--no-imports", "-c", NO_LIMITS)
        key = studio.manage("createapikey", "measure", "--name", "Measure").strip()
        ways = (Way("straight", studio.sandbox_address, "sandbox"), Way("by key", studio.address, key))
        if "whole" in options.parts:
            measure_whole(studio, ways, count=options.requests)
        if "streams" in options.parts:
            measure_streams(studio, ways)
        if "memory" in options.parts:
            measure_memory(studio, ways[1], count=options.many)


if __name__ == "__main__":
    main()
