"""Rows by the thousand: written with the columns that vary, the others with their default.

SQLite takes them by `executemany`, PostgreSQL several times faster by COPY.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import connection, models


def next_key(model: type[models.Model]) -> int:
    """Return the key that the next row of a table gets."""
    highest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(highest or 0) + 1


def insert(model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    """Insert rows given by attribute name; the other columns take their field's default."""
    if not rows:
        return
    auto = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.AutoField)}
    fields = [field for field in model._meta.concrete_fields if field.attname in rows[0] or field.attname not in auto]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    constants = {
        field.attname: field.get_db_prep_save(field.get_default(), connection)
        for field in fields
        if field.attname not in rows[0]
    }
    shared = _reader(models.DateTimeField())
    readers = [
        (field.attname, shared if isinstance(field, models.DateTimeField) else _reader(field)) for field in fields
    ]
    table = quote(model._meta.db_table)
    values = ([constants[name] if name in constants else read(row[name]) for name, read in readers] for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            return
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values))  # noqa: S608 - our own names


def _reader(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """Return what turns a Python value into the column's; most need nothing, and equal ones are turned once."""
    if connection.vendor == "sqlite":
        if isinstance(field, models.JSONField):
            return json.dumps
        if isinstance(field, models.UUIDField):
            return lambda value: value and value.hex
    if isinstance(field, (models.UUIDField, models.DateTimeField, models.DecimalField, models.JSONField)):
        known: dict[Any, Any] = {}

        def read(value: Any) -> Any:
            if isinstance(value, dict):
                return field.get_db_prep_save(value, connection)
            if value not in known:
                known[value] = field.get_db_prep_save(value, connection)
            return known[value]

        return read
    return lambda value: value
