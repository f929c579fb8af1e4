"""The index on SQLite: an FTS5 table whose row ids are places, so that newest first is its own order.

A list of rows for one token is read backwards and stops where enough are found; a conjunction leaps along the rarest
list. What bounds a request is therefore how many rows the rarest group has: if it has more than `LOOK_AT_MOST`
before the page begins, the page ends at the last of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from generations.search.asking import COUNT_AT_MOST, ENTRIES, LOOK_AT_MOST, Ask, Count, Found

# Every integer of SQLite lies below.
_END = 2**63 - 1


def find(ask: Ask, *, limit: int) -> Found:
    """Return the newest places that fit, at most `limit`."""
    since = _look_to(ask)
    rows = _rows(f"{_page(ask)} LIMIT %s", _match(ask.groups), _before(ask), since, limit)
    is_all = len(rows) == limit or since == (ask.since or 0)
    return Found(places=[int(row[0]) for row in rows], looked_to=None if is_all else since)


def count(ask: Ask) -> Count:
    """Return how many fit, exactly up to `COUNT_AT_MOST`."""
    since = _look_to(ask)
    query = f"SELECT count(*) FROM ({_page(ask)} LIMIT %s)"  # noqa: S608 - our own words
    number = int(_rows(query, _match(ask.groups), _before(ask), since, COUNT_AT_MOST + 1)[0][0])
    return Count(number=min(number, COUNT_AT_MOST), is_more=number > COUNT_AT_MOST or since != (ask.since or 0))


def documents_at(places: Sequence[int], *, table: str = ENTRIES) -> dict[int, list[str]]:
    """Return the tokens of documents by place."""
    marks = ", ".join(["%s"] * len(places))
    query = f"SELECT rowid, tokens FROM {table} WHERE rowid IN ({marks})"  # noqa: S608 - our own words
    return {int(place): str(text).split() for place, text in _rows(query, *places)} if places else {}


def put(documents: Iterable[tuple[int, Sequence[str]]], *, table: str = ENTRIES) -> None:
    """Write documents at their places, over what stood there. Idempotent: yes."""
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT OR REPLACE INTO {table} (rowid, tokens) VALUES (%s, %s)",  # noqa: S608 - our own words
            [(place, " ".join(tokens)) for place, tokens in documents],
        )


def remove(places: Iterable[int], *, table: str = ENTRIES) -> None:
    """Take documents away. Idempotent: yes."""
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {table} WHERE rowid = %s", [(place,) for place in places])  # noqa: S608


def clear(*, table: str = ENTRIES) -> None:
    """Take all documents away."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words


def _page(ask: Ask) -> str:
    table = ask.table
    return (
        f"SELECT rowid FROM {table} WHERE {table} MATCH %s AND rowid < %s AND rowid >= %s "  # noqa: S608 - our own words
        "ORDER BY rowid DESC"
    )


def _look_to(ask: Ask) -> int:
    """Return the oldest place that a request looks at."""
    since = ask.since or 0
    if len(ask.groups) == 1:
        # Every row of the only list is a hit.
        return since
    bounds = []
    for group in ask.groups:
        if len(group) > 1 and group is ask.groups[-1]:
            # One's own and the team's: nearly everything, so it bounds nothing.
            continue
        far = _rows(f"{_page(ask)} LIMIT 1 OFFSET %s", _match([group]), _before(ask), since, LOOK_AT_MOST)
        if not far:
            return since
        bounds.append(int(far[0][0]))
    return min(bounds, default=since)


def _before(ask: Ask) -> int:
    return _END if ask.before is None else ask.before


def _match(groups: Iterable[Sequence[str]]) -> str:
    """Return groups in FTS5's language; tokens hold no quotation marks."""
    return " AND ".join("(" + " OR ".join(f'"{token}"' for token in group) + ")" for group in groups)


def _rows(query: str, *values: int | str) -> list[tuple[int | str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
