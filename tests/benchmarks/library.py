"""Lists, filters, searches, counts and the changes poll at 10,000, 100,000 and 1,000,000 entries, on both databases.

Run: python -m tests.benchmarks.library [--database sqlite|postgresql] [--sizes 10000,100000,1000000] [--rounds 40]
     [--keep FOLDER] [--server postgres://…] [--only WORD] [--explain WORD]

Prints a table: server time (median and 99th percentile), queries or the number found, and how the median grows from
the smallest size to the largest. Pages and polls are whole requests; filters and searches are all of one but its
template, which is the same for 24 cards of whatever list and would only hide what grows.

With `--keep`, databases stay in a folder, with `--server` on a PostgreSQL that is there already, and are used again;
else PostgreSQL is one of its own. `--only` measures what has a word in its name, `--rounds 0` only fills; `--explain`
shows the slowest statements of such a request at the largest size.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from tests.benchmarks.library_worker import NEWCOMER
from tests.conftest import ROOT
from tests.servers import start_postgres

SIZES = (10_000, 100_000, 1_000_000)
SEEDS = {10_000: 1, 100_000: 2, 1_000_000: 3}
PAGE_LIMIT_MS = 50
GROWTH_LIMIT = 1.5
SLOW_STATEMENTS = 6
# What each filter is asked with; the words' shares of all rows as `seed_words` draws them.
FILTERS = (
    "kind:video", "kind:chat", "model:seedance-2-0-fast", "by:ada", "by:newcomer", "status:done", "status:failed",
    "status:uncertain", "status:running", "tag:night", "tag:night tag:draft", "cost>1", "cost<1", "after:7d",
    "is:favourite", "is:private",
)  # fmt: skip
SEARCHES = {
    "English word in 4 %": "poppies",
    "English word in 36 %": "a",
    "English word in 57 %": "take",
    "Chinese word in 29 %": "的",
    "Chinese pair in 5 %": "灯塔",
    "Chinese, 3 signs": "霓虹灯",
    "full-width": "ｌｉｇｈｔｈｏｕｓｅ",
    "mixed": "灯塔 film",
    "mixed, phrase": '灯塔 "35 mm film"',
    "two common words": "的 take",
    "never together": "poppies lighthouse",
    "no hit: word": "zeppelin",
    "no hit: pair": "鲸鱼",
    "word and filters": "灯塔 kind:video status:done by:me",
}
NARROW = "by:me tag:night cost>1"
COUNTS = (
    "", "poppies", "take", "灯塔", "霓虹灯", "poppies lighthouse", "tag:night", "tag:night tag:draft", "cost>1",
    "status:running", NARROW,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to measure: an order to a worker. `is_page`: a whole page, which has a limit of its own."""

    name: str
    order: dict[str, Any]
    is_page: bool = True


@dataclass(slots=True)
class Station:
    """A worker over one database of one size, and what it measured by case."""

    size: int
    process: subprocess.Popen[str]
    places: dict[str, Any] = field(default_factory=dict)
    taken: dict[str, list[float]] = field(default_factory=dict)

    def order(self, do: str, **more: Any) -> dict[str, Any]:
        """Give one order and return the answer. Raises: RuntimeError when the worker ended."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.size:,} rows ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def library(q: str = "", **words: str) -> str:
    """Return the address of a list."""
    words = {**words, **({"q": q} if q else {})}
    return f"/library/?{urlencode(words)}" if words else "/library/"


def cases_of(places: dict[str, Any]) -> list[Case]:
    """Return what is measured; addresses at depth differ from database to database."""
    more = {"part": "timeline-more"}
    pages = {
        "Create": {"path": "/"},
        "Create of a newcomer": {"path": "/", "person": NEWCOMER},
        "Create at half": {"path": f"/?after={places['half']}"},
        "Library": {"path": library()},
        "Library, mine": {"path": library(scope="mine")},
        "Library, team": {"path": library(scope="team")},
        "Library, favourites": {"path": library(scope="favourites")},
        "Library, trash": {"path": library(scope="trash")},
        "Library, videos": {"path": library(show="video")},
        "Library, threads": {"path": library(show="chat")},
        "Library of a newcomer, mine": {"path": library(scope="mine"), "person": NEWCOMER},
        "Library at half": {"path": library(after=places["half"])},
        "Library at the end": {"path": library(after=places["end"])},
        "Library, a day": {"path": library(on=places["day"])},
        "more at half": {"path": library(after=places["half"]), **more},
        "more of a search": {"path": library("take", after=places["half"]), **more},
    }
    asked = {
        **{f"filter {text}": text for text in FILTERS},
        "filter board": f'board:"{places["board"]}"',
        "filter before:": f"before:{places['before']}",
        "filter by + tag + cost": NARROW,
        "filter without a hit": "tag:nobody-has-it",
        "filters without a hit": "status:uncertain cost>900",
        **{f"search {name}": text for name, text in SEARCHES.items()},
    }
    polls = {
        "changes, none": {"path": f"/changes/?scope=mine&page=create&revision={places['number']}"},
        "changes, team, none": {"path": f"/changes/?page=library&revision={places['team_number']}"},
        "changes, one": {"path": f"/changes/?scope=mine&page=create&top=1&revision={places['number'] - 1}"},
        "changes, one, team": {"path": f"/changes/?page=library&top=1&revision={places['team_number'] - 1}"},
        "changes, one, searched": {
            "path": f"/changes/?page=library&q=%E7%81%AF%E5%A1%94&revision={places['team_number'] - 1}"
        },
    }
    return [
        *(Case(name, {"do": "ask", **order}) for name, order in pages.items()),
        *(Case(name, {"do": "lists", "q": text}) for name, text in asked.items()),
        *(Case(name, {"do": "ask", **order}, is_page=False) for name, order in polls.items()),
        *(Case(f"count {text or 'of all'}", {"do": "counts", "q": text}, is_page=False) for text in COUNTS),
        *(Case(f"count in {scope}", {"do": "counts", "scope": scope}, is_page=False) for scope in ("mine", "team")),
    ]


def measure(stations: Sequence[Station], *, rounds: int, only: str) -> None:
    """Ask all stations for every case in turn, so often, and print the table."""
    cases = {station.size: cases_of(station.places) for station in stations}
    names = [case for case in cases[stations[0].size] if only in case.name]
    for place, case in enumerate(cases[stations[0].size]):
        if case not in names:
            continue
        for turn in range(rounds + 1):
            for station in stations:
                answer = station.order(**cases[station.size][place].order)
                if answer.get("status", 200) not in {200, 204}:
                    raise RuntimeError(f"{case.name} answered {answer['status']}")
                if turn:  # The first time compiles templates and warms the page cache.
                    station.taken.setdefault(case.name, []).append(answer["ms"])
        print_row(case, [cases[station.size][place].order for station in stations], stations)


def print_row(case: Case, orders: Sequence[dict[str, Any]], stations: Sequence[Station]) -> None:
    """Print one case: times by size, queries or the number found, growth, and what is beyond its limit."""
    medians = [statistics.median(station.taken[case.name]) for station in stations]
    late = [statistics.quantiles(station.taken[case.name], n=100)[-1] for station in stations]
    growth = medians[-1] / medians[0]
    told = [
        str(station.order(**{**order, "do": "queries"} if order["do"] == "ask" else order)["count"])
        for order, station in zip(orders, stations, strict=True)
    ]
    times = "".join(f"{median:>9.1f} /{high:>7.1f}" for median, high in zip(medians, late, strict=True))
    beyond = [
        *(["grows"] if growth > GROWTH_LIMIT else []),
        *(["slow"] if case.is_page and medians[-1] > PAGE_LIMIT_MS else []),
    ]
    print(f"{case.name:<40}{times}{' '.join(told):>22}{growth:>8.2f}  {' '.join(beyond)}", flush=True)


def explain(station: Station, word: str) -> None:
    """Print the slowest statements of the requests with a word in their name."""
    for case in cases_of(station.places):
        if word in case.name and case.order["do"] == "ask":
            station.order(**case.order)
            found = station.order(**{**case.order, "do": "queries"})
            print(f"\n{case.name}: {found['count']} queries")
            for seconds, statement in sorted(found["statements"], reverse=True)[:SLOW_STATEMENTS]:
                print(f"  {float(seconds) * 1000:.0f} ms  {statement[:1500]}")


@contextlib.contextmanager
def databases(kind: str, folder: Path, *, server: str) -> Iterator[Any]:
    """Yield what makes a size's environment out of the next smaller size's."""
    if kind == "sqlite":

        def environment(size: int, smaller: int | None) -> dict[str, str]:
            data = folder / f"sqlite-{size}"
            if smaller and not data.exists():
                shutil.copytree(folder / f"sqlite-{smaller}", data)
            return {"STUDIO_DATA_DIR": str(data)}

        yield environment
        return
    if server:
        yield lambda size, smaller: _on_postgres(server, folder, size, smaller)
        return
    own = start_postgres()
    try:
        yield lambda size, smaller: _on_postgres(own.url, folder, size, smaller)
    finally:
        own.discard()


def _on_postgres(server: str, folder: Path, size: int, smaller: int | None) -> dict[str, str]:
    name = f"library_{size}"
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            template = f" TEMPLATE library_{smaller}" if smaller else ""
            connection.execute(f"CREATE DATABASE {name}{template}".encode())
    address = urlsplit(server)._replace(path=f"/{name}").geturl()
    return {"STUDIO_DATA_DIR": str(folder / f"postgresql-{size}"), "DATABASE_URL": address}


def station_of(size: int, environment: dict[str, str]) -> Station:
    """Start a worker on a database."""
    Path(environment["STUDIO_DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.library_worker"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings", **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return Station(size=size, process=process)


def grow(station: Station) -> None:
    """Fill a station's database, and say how fast."""
    grown = station.order("grow", to=station.size, seed=SEEDS.get(station.size, station.size))
    print(f"{grown['rows']:,} entries, filled in {grown['seconds']:.0f} s", flush=True)


def end(station: Station) -> None:
    """Let a worker come to its end."""
    if station.process.stdin:
        station.process.stdin.close()
    station.process.wait(60)


def run(kind: str, folder: Path, sizes: Sequence[int], *, rounds: int, only: str, explained: str, server: str) -> None:
    """Make one kind of database in every size, and measure."""
    print(f"\n{kind}: median / 99th percentile in ms at {', '.join(f'{size:,}' for size in sizes)} entries;")
    print("queries or the number counted, at each size; growth of the median", flush=True)
    with databases(kind, folder, server=server) as environment, contextlib.ExitStack() as stack:
        stations: list[Station] = []
        chosen: list[dict[str, str]] = []
        for place, size in enumerate(sizes):
            # A database is copied while nobody has it open.
            chosen.append(environment(size, sizes[place - 1] if place else None))
            station = station_of(size, chosen[-1])
            grow(station)
            end(station)
        for size, variables in zip(sizes, chosen, strict=True):
            station = station_of(size, variables)
            stack.callback(end, station)
            station.order("touch")
            station.places = station.order("places")
            stations.append(station)
        if explained:
            explain(stations[-1], explained)
        elif rounds:
            measure(stations, rounds=rounds, only=only)


def main() -> None:
    """Measure on one database or on both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--sizes", default=",".join(str(size) for size in SIZES))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--server", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--explain", default="")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        for kind in chosen.database or ("sqlite", "postgresql"):
            folder = chosen.keep or Path(temporary)
            run(
                kind,
                folder,
                sizes,
                rounds=chosen.rounds,
                only=chosen.only,
                explained=chosen.explain,
                server=chosen.server,
            )


if __name__ == "__main__":
    main()
