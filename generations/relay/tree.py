"""The tree of messages: the way from a message up to where its thread begins, and the versions beside a message.

A way is walked by the database, row by row and no further than asked: opening a thread of 2,000 messages reads as
many rows as opening one of 20. Messages that a person removed are on no way, because what followed them was moved up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from generations.models import Message

# More messages than any thread has; a walk that is not limited ends here at the latest.
WAY_MAX = 100_000
_TABLE = Message._meta.db_table
_UP = f"""
WITH RECURSIVE way(id, parent_id, step) AS (
    SELECT id, parent_id, 1 FROM {_TABLE} WHERE id = %s
    UNION ALL
    SELECT above.id, above.parent_id, way.step + 1
    FROM way JOIN {_TABLE} above ON above.id = way.parent_id
    WHERE way.step < %s
)
SELECT id FROM way ORDER BY step
"""  # noqa: S608 - the name is our own
_DOWN = f"""
WITH RECURSIVE way(id, step) AS (
    SELECT CAST({{start}} AS bigint), 0
    UNION ALL
    SELECT (SELECT max(below.id) FROM {_TABLE} below WHERE below.parent_id = way.id AND below.removed_at IS NULL),
        way.step + 1
    FROM way WHERE way.id IS NOT NULL AND way.step < {WAY_MAX}
)
SELECT max(id) FROM way
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Versions:
    """Where a message stands among those that answer the same one. `number` begins at 1."""

    number: int
    count: int
    previous: UUID | None
    following: UUID | None


ALONE = Versions(number=1, count=1, previous=None, following=None)


def way_up(message_id: int | None, *, limit: int = WAY_MAX) -> list[int]:
    """Return the ids from a message up to the root, the message itself first; at most `limit` rows are read."""
    if message_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_UP, [message_id, limit])
        return [row[0] for row in cursor.fetchall()]


def walk_up(message_id: int | None, *, stride: int) -> Iterator[int]:
    """Yield the ids from a message up to the root, asking the database for `stride` at a time, as far as is read."""
    while message_id is not None:
        stretch = way_up(message_id, limit=stride + 1)
        yield from stretch[:stride]
        message_id = stretch[stride] if len(stretch) > stride else None


def newest_leaf(message_id: int) -> int:
    """Return the message in which the newest versions below a message end; itself when nothing follows it."""
    with connection.cursor() as cursor:
        cursor.execute(_DOWN.format(start=int(message_id)))
        return int(cursor.fetchone()[0])


def versions_of(messages: Sequence[Message]) -> dict[int, Versions]:
    """Return where each of these messages of one thread stands among its versions, by id. One query."""
    if not messages:
        return {}
    beside: dict[int | None, list[tuple[int, UUID]]] = {}
    for pk, public_id, parent_id in _beside(messages).values_list("pk", "public_id", "parent_id"):
        beside.setdefault(parent_id, []).append((pk, public_id))
    return {message.pk: _place(message, beside.get(message.parent_id, [])) for message in messages}


def version_ids(message: Message) -> list[int]:
    """Return the ids of a message and its other versions, oldest first."""
    return list(_beside([message]).values_list("pk", flat=True))


def _beside(messages: Collection[Message]) -> QuerySet[Message]:
    """Return all that hang where these messages hang; all are of one thread."""
    parents = {message.parent_id for message in messages}
    hanging = Q(parent_id__in=[parent for parent in parents if parent is not None])
    if None in parents:
        hanging |= Q(parent__isnull=True, thread_id=next(iter(messages)).thread_id)
    return Message.objects.filter(hanging, removed_at=None).order_by("pk")


def _place(message: Message, beside: Sequence[tuple[int, UUID]]) -> Versions:
    index = next((index for index, (pk, _public_id) in enumerate(beside) if pk == message.pk), None)
    if index is None:
        return ALONE
    return Versions(
        number=index + 1,
        count=len(beside),
        previous=beside[index - 1][1] if index else None,
        following=beside[index + 1][1] if index + 1 < len(beside) else None,
    )
