"""Orders of every kind, faults in the gateway, and random kills and freezes of every process, for some minutes.

    python -m pytest tests/chaos/test_chaos_run.py --minutes 10 -s

Once on SQLite, once on PostgreSQL. Afterwards every order is a row, every prompt stands in the gateway's ledger at
most once for each time that a person chose it, every completed row has its bytes, and what is uncertain really was in
doubt.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.orders import People
from tests.chaos.strikes import Striker
from tests.chaos.verdict import accepted_by_prompt, judge, read_rows, settle, show
from tests.servers import Postgres
from tests.studio_process import running_studio

pytestmark = pytest.mark.chaos

# 500 submits and more in the usual two minutes.
ORDERS_PER_SECOND = 4.5
LEAST_ORDERS = 500
# Shorter runs freeze nothing for long, wait for no choice, and have no row that is told to slow down twenty times.
WHOLE_RUN_MINUTES = 2.0
CALM_SECONDS = (0.5, 4.0)
# A picture's blocking submit may hold its row that long, and a minute more, after its engine was frozen.
BLOCKING_SECONDS = "20"


def test_nothing_is_lost_or_paid_twice_under_fire(
    tmp_path: Path, database: Postgres | None, minutes: float, seed: int
) -> None:
    kind = "PostgreSQL" if database else "SQLite"
    print(f"\n{kind}, seed {seed}, {minutes} minutes")
    is_whole = minutes >= WHOLE_RUN_MINUTES
    where = {"DATABASE_URL": database.new_database()} if database else {}
    with running_studio(tmp_path / "data", STUDIO_BLOCKING_SUBMIT_SECONDS=BLOCKING_SECONDS, **where) as studio:
        studio.add_administrator("alice")
        studio.add_administrator("bob")
        clients = [studio.sign_in(name) for name in ("alice", "bob")]
        people = People(
            studio,
            random.Random(f"{seed} people"),
            rate_per_second=ORDERS_PER_SECOND,
            most_rate_limited=2 if is_whole else 0,
        )
        striker = Striker(studio, random.Random(f"{seed} strikes"), database)
        threads = people.begin(clients)
        if is_whole:
            striker.strike(is_long_freeze=True)
        deadline = time.monotonic() + minutes * 60
        while time.monotonic() < deadline or len(people.orders) < LEAST_ORDERS * is_whole:
            time.sleep(striker.dice.uniform(*CALM_SECONDS))
            striker.strike()
        people.is_over.set()
        for thread in threads:
            thread.join()

        settled_seconds = settle(studio)
        if is_whole and people.decide_at_the_end(clients[0]):
            settle(studio)
        for client in clients:
            client.close()
        rows = read_rows(studio)
        broken = judge(studio, orders=people.orders, strikes=striker.strikes, rows=rows)
        accepted = accepted_by_prompt(studio)
        met = {pk for strike in striker.strikes for pk in strike.rows_under_way}
        redelivered = sum(row.pk in met and row.status == "completed" for row in rows)
        doubted = [row for row in rows if row.doubts]
        chosen_again = sum(row.chosen_again for row in rows)
        more = Counter(
            {
                "once uncertain": len(doubted),
                "still uncertain": sum(row.status == "uncertain" for row in rows),
                "of those once uncertain, accepted": sum(accepted[row.prompt] > 0 for row in doubted),
                "submitted again by a person": chosen_again,
                "paid twice by that choice": sum(accepted[row.prompt] > 1 for row in rows),
                "arrived late": sum(row.is_late for row in rows),
                "redelivered: met by a blow, completed": redelivered,
                "seconds until all was settled": round(settled_seconds),
            }
        )
        title = f"chaos on {kind}, {minutes:g} minutes, seed {seed}"
        show(title, orders=people.orders, strikes=striker.strikes, rows=rows, broken=broken, more=more)

    assert people.problems == []
    assert broken == dict.fromkeys(broken, 0), f"seed {seed}"
    assert doubted, "nothing was in doubt, so this run has shown nothing"
    assert redelivered, "no kill met anything under way, so this run has shown nothing"
    assert chosen_again or not is_whole, "nobody chose to submit again, so this run has not shown that"
