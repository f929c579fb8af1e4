"""What strikes a running studio: ends and freezes of its processes, and how long each takes to be overcome."""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import loopback
from tests.servers import Postgres
from tests.studio_process import DATABASE_AWAY, RunningStudio, moment

# A cluster frozen by a lost lock is noticed after 20 s of silence, ended, and needs a few seconds to be back.
PATIENCE_SECONDS = 120.0
LONG_FREEZE_SECONDS = 70.0
NOT_TO_BE_MISSED = frozenset({"kill the gateway", "kill the engine's worker"})
HITS_A_SUBMIT = frozenset({"engine", "sandbox"})
UNDER_WAY = "SELECT id FROM generations_generation WHERE status IN ('submitting', 'in_progress', 'storing')"


@dataclass(slots=True)
class Strike:
    """One blow: what it hit, from when to when, and how long until everything worked again."""

    name: str
    hits: frozenset[str]
    began_at: datetime.datetime
    ended_at: datetime.datetime
    recovery_seconds: float = 0.0
    rows_under_way: frozenset[int] = frozenset()


Blow = tuple[str, frozenset[str], Callable[[], None]]


@dataclass
class Striker:
    """Strikes one studio with a seeded choice, every kind of blow before any comes twice, and keeps a record."""

    studio: RunningStudio
    dice: random.Random
    database: Postgres | None = None
    strikes: list[Strike] = field(default_factory=list)
    deck: list[Blow] = field(default_factory=list)

    def strike(self, *, is_long_freeze: bool = False) -> Strike:
        """Hit something, wait until all of it works again, and return the record.

        Raises: AssertionError when it does not recover.
        """
        if is_long_freeze:
            name, hits, blow = "freeze engine and supervisor for 70 s", frozenset({"engine"}), self._freeze_long
        else:
            if not self.deck:
                self.deck = self._blows()
                self.dice.shuffle(self.deck)
                # What no run may miss comes first, and is taken from the end.
                done = {strike.name for strike in self.strikes}
                self.deck.sort(key=lambda blow: blow[0] in NOT_TO_BE_MISSED - done)
            name, hits, blow = self.deck.pop()
        under_way = frozenset(int(str(pk)) for (pk,) in self.studio.query(UNDER_WAY))
        began_at = _now()
        blow()
        strike = Strike(name=name, hits=hits, began_at=began_at, ended_at=_now(), rows_under_way=under_way)
        self.strikes.append(strike)
        strike.recovery_seconds = self._wait_until_recovered(strike)
        return strike

    def _blows(self) -> list[Blow]:
        blows: list[Blow] = [
            ("kill a job worker", frozenset({"jobs"}), lambda: self._kill_worker("studio")),
            ("kill the engine's worker", frozenset({"engine"}), lambda: self._kill_worker("engine")),
            ("kill the engine's sentinel", frozenset({"engine"}), lambda: self._kill_sentinel("engine")),
            ("kill the jobs' sentinel", frozenset({"jobs"}), lambda: self._kill_sentinel("studio")),
            ("kill the engine's cluster", frozenset({"engine"}), lambda: _kill(self._cluster("engine"))),
            ("kill the job cluster", frozenset({"jobs"}), lambda: _kill(self._cluster("studio"))),
            ("kill the web server", frozenset({"web"}), lambda: _kill(self._running("granian"))),
            ("kill the gateway", frozenset({"sandbox"}), lambda: _kill(self._running("generations.sandbox"))),
            ("kill all but supervisor and gateway", frozenset({"engine", "jobs", "web"}), self._kill_all_but_two),
            ("kill everything", frozenset({"engine", "jobs", "web", "sandbox"}), self._kill_everything),
            ("freeze the engine", frozenset({"engine"}), lambda: self._freeze(self._cluster("engine"), 2, 25)),
            ("freeze the gateway", frozenset({"sandbox"}), lambda: self._freeze(self._running("sandbox"), 2, 8)),
            ("freeze the web server", frozenset({"web"}), lambda: self._freeze(self._running("granian"), 2, 5)),
        ]
        if self.database is not None:
            blows.append(("restart the database", frozenset({"database"}), self._restart_database))
        else:
            blows.append(("lock the database", frozenset({"database"}), self._lock_database))
        return blows

    def _restart_database(self) -> None:
        if self.database is not None:
            self.database.stop()
            time.sleep(self.dice.uniform(0.5, 5))
            self.database.start()

    def _lock_database(self) -> None:
        # Past ten seconds whoever waits is told "database is locked".
        path = self.studio.data_dir / "studio.sqlite3"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            time.sleep(self.dice.uniform(2, 14))
            writer.execute("ROLLBACK")

    def _kill_worker(self, cluster: str) -> None:
        workers = [pid for pid in self._cluster(cluster) if self._depth(pid) == 2]
        if workers:
            _kill([self.dice.choice(workers)])

    def _kill_sentinel(self, cluster: str) -> None:
        _kill([pid for pid in self._cluster(cluster) if self._depth(pid) == 1])

    def _kill_all_but_two(self) -> None:
        _kill(self.studio.cluster_and_web())

    def _kill_everything(self) -> None:
        _kill([self.studio.process.pid, *self.studio.processes()])
        self.studio.start_again()

    def _freeze(self, pids: list[int], shortest: float, longest: float) -> None:
        _send(pids, signal.SIGSTOP)
        time.sleep(self.dice.uniform(shortest, longest))
        _send(pids, signal.SIGCONT)

    def _freeze_long(self) -> None:
        # With the supervisor, which would end a silent engine after 20 s: as if the machine had slept.
        pids = [self.studio.process.pid, *self._cluster("engine")]
        _send(pids, signal.SIGSTOP)
        time.sleep(LONG_FREEZE_SECONDS)
        _send(reversed(pids), signal.SIGCONT)

    def _cluster(self, name: str) -> list[int]:
        return self._running(f"qcluster\0--name\0{name}\0")

    def _running(self, words: str) -> list[int]:
        found = []
        for pid in self.studio.processes():
            with contextlib.suppress(OSError):
                if words.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def _depth(self, pid: int) -> int:
        """Return how many processes of its own cluster stand above this one."""
        with contextlib.suppress(OSError):
            return 1 + self._depth(_parent(pid)) if _is_forked(pid) else 0
        return -1

    def _wait_until_recovered(self, strike: Strike) -> float:
        began = time.monotonic()
        while not self._is_recovered(strike):
            assert time.monotonic() - began < PATIENCE_SECONDS, f"no recovery from “{strike.name}”"
            time.sleep(0.1)
        return time.monotonic() - began

    def _is_recovered(self, strike: Strike) -> bool:
        if "jobs" in strike.hits:
            beat = self.studio.data_dir / "run" / "studio.beat"
            if not beat.exists() or beat.stat().st_mtime <= strike.ended_at.timestamp():
                return False
        try:
            renewed = self.studio.query("SELECT max(renewed_at) FROM generations_engineshift")[0][0]
        except DATABASE_AWAY:
            return False
        is_on_shift = renewed is not None and moment(renewed) > strike.ended_at
        answers = (f"{self.studio.address}/healthz", f"{self.studio.sandbox_address}/sandbox/health")
        return is_on_shift and all(_is_up(address) for address in answers)


def _is_up(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return loopback.get(address, timeout=2).status_code == 200
    return False


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _is_forked(pid: int) -> bool:
    """Tell whether a process runs its parent's command: the queue forks, the supervisor starts."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() == Path(f"/proc/{_parent(pid)}/cmdline").read_bytes()


def _kill(pids: list[int]) -> None:
    _send(pids, signal.SIGKILL)


def _send(pids: list[int] | reversed[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
