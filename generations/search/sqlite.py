"""The index on SQLite: an FTS5 table whose row ids are places, so that newest first is its own order.

A list of rows for one token is read backwards and stops where enough are found; a conjunction leaps along the rarest
list. It looks for its next hit past any bound on row ids, so a question whose parts never meet reads their lists to the
end, bound or not: 15 to 30 ms in a million rows. An answer is therefore never cut short here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from generations.search.asking import COUNT_AT_MOST, ENTRIES, Ask, Count, Found

# Every integer of SQLite lies below.
_END = 2**63 - 1


def find(ask: Ask, *, limit: int) -> Found:
    """Return the newest places that fit, at most `limit`."""
    rows = _rows(f"{_page(ask)} LIMIT %s", _match(ask.groups), _before(ask), ask.since or 0, limit)
    return Found(places=[int(row[0]) for row in rows])


def count(ask: Ask) -> Count:
    """Return how many fit, exactly up to `COUNT_AT_MOST`."""
    query = f"SELECT count(*) FROM ({_page(ask)} LIMIT %s)"  # noqa: S608 - our own words
    return Count.of(int(_rows(query, _match(ask.groups), _before(ask), ask.since or 0, COUNT_AT_MOST + 1)[0][0]))


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


def _before(ask: Ask) -> int:
    return _END if ask.before is None else ask.before


def _match(groups: Iterable[Sequence[str]]) -> str:
    """Return groups in FTS5's language; tokens hold no quotation marks."""
    return " AND ".join("(" + " OR ".join(f'"{token}"' for token in group) + ")" for group in groups)


def _rows(query: str, *values: int | str) -> list[tuple[int | str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
