"""Chat through the studio against chat straight from the gateway, long threads, and many that are open.

Prints: time to the first token and delay of every token at 1, 20 and 50 streams, CPU for 1,000 tokens; opening times of
threads of 20, 200 and 2,000 messages; memory with 200 idle open threads; rendering of the worst texts.

Run: python -m tests.benchmarks.chat [--parts streams opening memory rendering] [--streams 1 20 50] [--rounds 15]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.benchmarks.chat_streams import Reading, cpu_seconds, token_ends, web_processes
from tests.studio_process import RunningStudio, running_studio, table

PARTS = ("streams", "opening", "memory", "rendering")
LENGTHS = (20, 200, 2_000)
IDLE = 200
OPENINGS = 25
WAYS = (("straight", True), ("through the studio", False))


def milliseconds(values: Sequence[float], *, percentile: int = 50) -> str:
    """Return a percentile of seconds as a figure."""
    ordered = sorted(values)
    return f"{ordered[min(len(ordered) - 1, len(ordered) * percentile // 100)] * 1000:.1f} ms"


def measure_streams(studio: RunningStudio, client: httpx.Client, options: argparse.Namespace) -> None:
    """Compare the two ways at each number of streams."""
    for streams in options.streams:
        rounds = options.rounds if streams == 1 else 1
        figures = []
        for name, is_straight in WAYS:
            first = asyncio.run(first_tokens(studio, client, streams=streams, rounds=rounds, is_straight=is_straight))
            figures.append((f"first token, {name}", milliseconds(first)))
        for name, is_straight in WAYS:
            late, share, cpu_ms = asyncio.run(steady(studio, client, options, streams=streams, is_straight=is_straight))
            figures.append((f"delay of a token, {name}, p50", milliseconds(late)))
            figures.append((f"delay of a token, {name}, p99", milliseconds(late, percentile=99)))
            figures.append((f"tokens that came in their time, {name}", f"{share:.1%}"))
        figures.append(("CPU of the web for 1,000 tokens", f"{cpu_ms:.0f} ms"))
        table(f"{streams} streams, {options.rate} tokens a second", figures)


async def first_tokens(
    studio: RunningStudio, client: httpx.Client, *, streams: int, rounds: int, is_straight: bool
) -> list[float]:
    """Return how long the first words took, opened one after the other."""
    found: list[float] = []
    for _ in range(rounds):
        reading = Reading(studio, client, is_straight=is_straight)
        for _ in range(streams):
            await reading.open("Say little [sandbox tokens=40 tps=50]")
        await reading.finish()
        found += [arrival.first_seconds for arrival in reading.arrivals]
    return found


async def steady(
    studio: RunningStudio, client: httpx.Client, options: argparse.Namespace, *, streams: int, is_straight: bool
) -> tuple[list[float], float, float]:
    """Return delays, the share of tokens that came, and CPU, of a while in which all streams are open.

    Units: seconds; milliseconds of CPU for 1,000 tokens.
    """
    opening_seconds = streams * 0.2 + 2
    tokens = int((opening_seconds + 2 * options.seconds) * options.rate)
    prompt = f"Tell me a story [sandbox tokens={tokens} tps={options.rate}]"
    ends = await asyncio.to_thread(token_ends, studio, prompt.replace(f"tps={options.rate}", "tps=5000"))
    reading = Reading(studio, client, is_straight=is_straight)
    for _ in range(streams):
        await reading.open(prompt)
    await asyncio.sleep(1)
    web = web_processes(studio)
    since, began = time.perf_counter(), cpu_seconds(web)
    await asyncio.sleep(options.seconds)
    until, used_seconds = time.perf_counter(), cpu_seconds(web) - began
    await reading.leave()
    expected = streams * options.rate * (until - since)
    late = [one for a in reading.arrivals for one in a.delays(ends, rate=options.rate, since=since, until=until)]
    # What goes on without a reader would disturb the next measurement.
    await asyncio.sleep(tokens / options.rate - (until - reading.arrivals[0].asked) + 1)
    return late, len(late) / expected, used_seconds / expected * 1e6


def measure_opening(studio: RunningStudio, client: httpx.Client) -> None:
    """Print how long threads of different lengths take to open, and to go one stretch back in."""
    figures = []
    for length in LENGTHS:
        studio.manage(
            "seedhistory", "measure", "--generations=0", "--threads=1", f"--messages={length}", f"--seed={length}"
        )
        rows = studio.query(
            "SELECT thread.public_id FROM generations_thread thread JOIN generations_message message"
            " ON message.thread_id = thread.id GROUP BY thread.id HAVING count(*) = ?",
            length,
        )
        address = f"/chat/{uuid.UUID(str(rows[0][0]))}/"
        page = client.get(address)
        figures.append((f"{length} messages, the page", milliseconds(_asked(client, address, {}))))
        earlier = re.search(r'hx-get="(/chat/[^"]+/earlier/)"', page.text)
        if earlier:
            figures.append(
                (f"{length} messages, earlier ones", milliseconds(_asked(client, earlier[1], {"HX-Request": "true"})))
            )
    table("Opening a thread", figures)


def _asked(client: httpx.Client, address: str, headers: dict[str, str]) -> list[float]:
    taken = []
    for _ in range(OPENINGS):
        began = time.perf_counter()
        client.get(address, headers=headers).raise_for_status()
        taken.append(time.perf_counter() - began)
    return taken


async def measure_memory(studio: RunningStudio, client: httpx.Client) -> None:
    """Print what 200 open threads cost whose replies are under way and say nothing."""
    web = web_processes(studio)
    before = sum(studio.pss_bytes().get(pid, 0) for pid in web)
    reading = Reading(studio, client, is_straight=False)
    for number in range(IDLE):
        await reading.open(f"Silent {number} [sandbox stuck]")
    await asyncio.sleep(3)
    during = sum(studio.pss_bytes().get(pid, 0) for pid in web)
    began = cpu_seconds(web)
    await asyncio.sleep(10)
    used_seconds = cpu_seconds(web) - began
    await reading.leave()
    table(
        f"{IDLE} idle open threads, each with its stream and a silent reply",
        [
            ("web processes before", f"{before / 1e6:.0f} MB"),
            ("web processes with them", f"{during / 1e6:.0f} MB"),
            ("for each", f"{(during - before) / IDLE / 1000:.0f} kB"),
            ("CPU of the web, of one core", f"{used_seconds * 10:.1f} %"),
        ],
    )


def measure_rendering() -> None:
    """Print what the worst texts that we know take."""
    from generations.relay.markdown import render

    texts = {
        "1 MB of paragraphs": "a b c d e f g.\n\n" * 62_500,
        "a line of 200,000 characters": "a" * 200_000,
        "1 MB of <script>": "<script>alert(1)</script>" * 40_000,
        "lists 10,000 deep": "- " * 10_000 + "deep",
        "quotations 10,000 deep": ">" * 10_000 + " deep",
        "20,000 formulas": "".join(f"$x_{{{number}}}+\\frac{{a}}{{{number}}}$ " for number in range(20_000)),
        "8,000 blocks of C++": "".join(f"```cpp\nint f{n}(int a) {{ return a; }}\n```\n\n" for n in range(8_000)),
        "500,000 pictures": "![" * 500_000,
    }
    figures = []
    for name, text in texts.items():
        began = time.process_time()
        render(text)
        figures.append((name, f"{(time.process_time() - began) * 1000:.0f} ms"))
    table("Rendering, CPU", figures)


def main() -> None:
    """Start a studio and measure what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 20, 50])
    parser.add_argument("--rounds", type=int, default=15, help="How often a single stream is read.")
    parser.add_argument("--seconds", type=float, default=5.0, help="How long all streams are watched at once.")
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--web-workers", default="2")
    chosen = parser.parse_args()
    if "rendering" in chosen.parts:
        measure_rendering()
    if set(chosen.parts) == {"rendering"}:
        return
    with tempfile.TemporaryDirectory() as folder:
        options = ("--web-workers", chosen.web_workers)
        with running_studio(Path(folder) / "data", *options) as studio:
            studio.add_administrator()
            client = studio.sign_in()
            if "streams" in chosen.parts:
                measure_streams(studio, client, chosen)
            if "opening" in chosen.parts:
                measure_opening(studio, client)
            if "memory" in chosen.parts:
                asyncio.run(measure_memory(studio, client))


if __name__ == "__main__":
    main()
