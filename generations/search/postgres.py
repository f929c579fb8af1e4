"""The index on PostgreSQL: lexemes ready made, under a GIN index, beside a primary key in the order of lists.

There are two ways to an answer, and the planner's own estimates choose. The inverted index gives all rows of a rare
question, which are then sorted; it knows no order, so for a common word it would give hundreds of thousands. Then the
newest `LOOK_AT_MOST` rows are walked along the key instead, which meets enough of a common word at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from generations.search.asking import COUNT_AT_MOST, ENTRIES, Ask, Count, Found

_START, _END = -(2**63), 2**63 - 1
LOOK_AT_MOST = 20_000
# A list longer than this is read from the inverted index only together with nothing: reading it takes milliseconds.
LONG_LIST = 100_000
# How many more hits than wanted the walk should meet, so that a wrong guess still fills the page.
ENOUGH = 2
_WALK = (
    "SELECT place FROM (SELECT place, tokens FROM {table} WHERE place < %s AND place >= %s "
    "ORDER BY place DESC LIMIT %s) AS newest WHERE tokens @@ %s::tsquery LIMIT %s"
)
# Without an order inside, the planner has no reason to walk the key.
_HITS = (
    "WITH hits AS MATERIALIZED (SELECT place FROM {table} WHERE tokens @@ %s::tsquery "
    "AND place < %s AND place >= %s LIMIT %s)"
)
_GATHERED = f"{_HITS} SELECT place, (SELECT count(*) FROM hits) FROM hits ORDER BY place DESC LIMIT %s"  # noqa: S608
_GATHERED_COUNT = f"{_HITS} SELECT count(*) FROM hits"  # noqa: S608
_LAST = "SELECT place FROM {table} WHERE place < %s AND place >= %s ORDER BY place DESC LIMIT 1 OFFSET %s"


@dataclass(frozen=True, slots=True)
class Guess:
    """What the planner expects: rows of the whole question, of its rarest group, and of the table."""

    hits: float
    rarest: float
    rows: float

    def walks(self, wanted: int) -> bool:
        """Tell whether the newest rows will hold enough hits, or the inverted index too many."""
        if self.rows <= LOOK_AT_MOST or self.rarest > LONG_LIST:
            return True
        return self.hits * LOOK_AT_MOST / self.rows >= ENOUGH * wanted


def find(ask: Ask, *, limit: int) -> Found:
    """Return the newest places that fit, at most `limit`."""
    guess = _guess(ask)
    walked = _walk(ask, limit=limit) if guess.walks(limit) else None
    # Hits may lie closer together than the planner thinks, and none of them among the newest rows.
    if walked and (walked.looked_to is None or guess.rarest > LONG_LIST):
        return walked
    return _gather(ask, limit=limit) or walked or _walk(ask, limit=limit)


def _walk(ask: Ask, *, limit: int) -> Found:
    before, since, query = _bounds(ask)
    rows = _rows(_of(ask, _WALK), before, since, LOOK_AT_MOST, query, limit)
    places = [int(row[0]) for row in rows]
    return Found(places=places, looked_to=None if len(places) == limit else _last_looked_at(ask, before, since))


def _gather(ask: Ask, *, limit: int) -> Found | None:
    """Return what the inverted index has, all of it, or None where that is too much."""
    before, since, query = _bounds(ask)
    rows = _rows(_of(ask, _GATHERED), query, before, since, LOOK_AT_MOST + 1, limit)
    is_all = not rows or int(rows[0][1]) <= LOOK_AT_MOST
    return Found(places=[int(row[0]) for row in rows]) if is_all else None


def count(ask: Ask) -> Count:
    """Return how many fit, exactly up to `COUNT_AT_MOST`."""
    before, since, query = _bounds(ask)
    most = COUNT_AT_MOST + 1
    if _guess(ask).walks(most):
        number = len(_rows(_of(ask, _WALK), before, since, LOOK_AT_MOST, query, most))
        is_more = number == most or _last_looked_at(ask, before, since) is not None
    else:
        number = int(_rows(_of(ask, _GATHERED_COUNT), query, before, since, most)[0][0])
        is_more = number == most
    return Count(number=min(number, COUNT_AT_MOST), is_more=is_more)


def documents_at(places: Sequence[int], *, table: str = ENTRIES) -> dict[int, list[str]]:
    """Return the tokens of documents by place."""
    statement = f"SELECT place, tsvector_to_array(tokens) FROM {table} WHERE place = ANY(%s)"  # noqa: S608 - our words
    rows = _rows(statement, list(places))
    return {int(place): list(tokens) for place, tokens in rows}


def put(documents: Iterable[tuple[int, Sequence[str]]], *, table: str = ENTRIES) -> None:
    """Write documents at their places, over what stood there. Idempotent: yes."""
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (place, tokens) VALUES (%s, array_to_tsvector(%s)) "  # noqa: S608 - our own words
            "ON CONFLICT (place) DO UPDATE SET tokens = excluded.tokens",
            [(place, list(tokens)) for place, tokens in documents],
        )


def remove(places: Iterable[int], *, table: str = ENTRIES) -> None:
    """Take documents away. Idempotent: yes."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE place = ANY(%s)", [list(places)])  # noqa: S608 - our own words


def clear(*, table: str = ENTRIES) -> None:
    """Take all documents away."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def _of(ask: Ask, statement: str) -> str:
    return statement.replace("{table}", ask.table)


def _bounds(ask: Ask) -> tuple[int, int, str]:
    before = _END if ask.before is None else ask.before
    since = _START if ask.since is None else ask.since
    return before, since, _query(ask.groups)


def _last_looked_at(ask: Ask, before: int, since: int) -> int | None:
    """Return the oldest place that a walk looked at, or None when nothing older is left."""
    rows = _rows(_of(ask, _LAST), before, since, LOOK_AT_MOST)
    # The first row behind those that were looked at is the newest of the next search.
    return int(rows[0][0]) + 1 if rows else None


def _guess(ask: Ask) -> Guess:
    """Ask the planner, which knows how common the common tokens are."""
    queries = [_query(ask.groups), *(_query([group]) for group in ask.groups)]
    parts = [_of(ask, "SELECT 1 FROM {table} WHERE tokens @@ %s::tsquery")] * len(queries)
    statement = " UNION ALL ".join([*parts, _of(ask, "SELECT 1 FROM {table}")])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", queries)
        plan = cursor.fetchone()[0]
    plans = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plans"]
    hits, *of_groups, rows = (float(part["Plan Rows"]) for part in plans)
    return Guess(hits=hits, rarest=min(of_groups), rows=rows)


def _query(groups: Iterable[Sequence[str]]) -> str:
    """Return groups in the language of tsquery; tokens hold neither quotation marks nor backslashes."""
    return " & ".join("(" + " | ".join(f"'{token}'" for token in group) + ")" for group in groups)


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
