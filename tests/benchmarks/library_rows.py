"""Multiply a seeded history inside the database: a million rows in a minute, where making each would take ten.

Every copy keeps texts, people, times and what lists filter by, and gets keys, public ids and places of its own. So a
word's share of all rows, and a filter's, is the same at every size.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, models, transaction
from django.db.models import Max

from generations.models import (
    BoardItem,
    EntryTag,
    Favourite,
    Generation,
    GenerationEvent,
    GenerationOutput,
    Message,
    Thread,
    TimelineEntry,
)

# Places are microseconds; a copy stands some seconds beside its original, and never where a copy of a copy does.
STRIDE = 1_000_003
WIDENING = 17
COPIED: tuple[type[models.Model], ...] = (
    *(Thread, Message, Generation, GenerationEvent, GenerationOutput, TimelineEntry),
    *(EntryTag, Favourite, BoardItem),
)


def multiply(times: int) -> None:
    """Make the history so many times as long."""
    tops = {model: model._default_manager.aggregate(top=Max("pk"))["top"] or 0 for model in COPIED}
    stride = STRIDE + WIDENING * tops[TimelineEntry]
    for copy in range(1, times):
        with transaction.atomic():
            for model in COPIED:
                _copy(model, copy, tops, stride)
            _run(
                f"INSERT INTO generations_search ({_place()}, tokens) "
                f"SELECT {_place()} + {stride * copy}, tokens FROM generations_search WHERE {_place()} IN "
                f"(SELECT place FROM generations_timelineentry WHERE id <= {tops[TimelineEntry]})"
            )


def _copy(model: type[models.Model], copy: int, tops: Mapping[type[models.Model], int], stride: int) -> None:
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = connection.ops.quote_name(field.column)
        columns.append(column)
        values.append(_value(field, column, copy, tops, stride))
    table = connection.ops.quote_name(model._meta.db_table)
    names, made = ", ".join(columns), ", ".join(values)
    _run(f"INSERT INTO {table} ({names}) SELECT {made} FROM {table} WHERE id <= {tops[model]}")


def _value(
    field: models.Field[object, object],
    column: str,
    copy: int,
    tops: Mapping[type[models.Model], int],
    stride: int,
) -> str:
    """Return what a copy has in a column."""
    target = field.related_model if field.is_relation else field.model if field.primary_key else None
    if isinstance(target, type) and target in tops:
        return f"{column} + {tops[target] * copy}"
    if field.name == "place":
        return f"{column} + {stride * copy}"
    if field.name in {"public_id", "submission_id"}:
        made = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {made} END"
    return column


def _place() -> str:
    return "place" if connection.vendor == "postgresql" else "rowid"


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
