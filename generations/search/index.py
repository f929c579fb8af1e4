"""Write to the index and ask it.

Entries say by `is_indexed` whether the index knows them as they are. Whoever changes one calls `write` at the end of
the same transaction; what was forgotten or never written is written by upkeep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType

from django.db import connection, transaction

from generations.models import TimelineEntry
from generations.models.library import index_status
from generations.search import documents, postgres, sqlite
from generations.search.asking import ENTRIES, Ask, Count, Found

AT_ONCE = 500


def write(entries: Iterable[TimelineEntry]) -> None:
    """Bring the index up to date with these entries, if anything it knows of them has changed.

    Call inside the change's own transaction, before the revisions are raised. Idempotent: yes.
    """
    by_id = {entry.pk: entry for entry in entries}
    _write([entry for entry in by_id.values() if not entry.is_indexed])


def rewrite(entry_ids: Sequence[int]) -> None:
    """Write these entries again after something beside them changed: a favourite, a tag, a board. Idempotent: yes."""
    _write(list(TimelineEntry.objects.filter(pk__in=entry_ids)))


def write_waiting(*, at_once: int = AT_ONCE) -> int:
    """Write entries that the index does not know as they are, oldest first; return how many. Idempotent: yes."""
    with transaction.atomic():
        waiting = TimelineEntry.objects.filter(is_indexed=False).order_by("id")
        entries = list(waiting.select_for_update(skip_locked=True)[:at_once])
        _write(entries)
    return len(entries)


def rebuild() -> None:
    """Forget the whole index; `write_waiting`, called until it returns 0, makes it afresh."""
    with transaction.atomic():
        _table().clear()
        TimelineEntry.objects.update(is_indexed=False)


def find(ask: Ask, *, limit: int) -> Found:
    """Return the newest places that fit, at most `limit`, in a bounded time however large the index is."""
    if any(not group for group in ask.groups):
        return Found(places=[])
    found: Found = _table().find(ask, limit=limit)
    return found


def count(ask: Ask) -> Count:
    """Return how many fit: exactly to a thousand, and then that there are more."""
    if any(not group for group in ask.groups):
        return Count(number=0)
    counted: Count = _table().count(ask)
    return counted


def fitting(ask: Ask, places: Sequence[int]) -> frozenset[int]:
    """Return which of these places fit, in one query. For few: an open page asks about what has changed."""
    found: dict[int, list[str]] = _table().documents_at(places)
    return frozenset(place for place, document in found.items() if ask.fits(place, document))


def put(made: Iterable[tuple[int, Sequence[str]]], *, table: str = ENTRIES) -> None:
    """Write documents whose tokens the caller knows already, by place. Idempotent: yes."""
    _table().put(made, table=table)


def remove(places: Sequence[int], *, table: str = ENTRIES) -> None:
    """Take documents away whose entries are deleted. Idempotent: yes."""
    _table().remove(places, table=table)


def clear(*, table: str) -> None:
    """Take all documents of a table away; its owner writes them again."""
    _table().clear(table=table)


def _table() -> ModuleType:
    return postgres if connection.vendor == "postgresql" else sqlite


def _write(entries: Sequence[TimelineEntry]) -> None:
    if not entries:
        return
    facets = documents.facets(entries)
    words = documents.generation_words([entry.generation_id for entry in entries if entry.generation_id])
    found = [
        (entry.place, [*facets[entry.pk], *(words.get(entry.generation_id or 0) or _thread_words(entry))])
        for entry in entries
    ]
    left = [entry.left_place for entry in entries if entry.left_place is not None]
    if left:
        _table().remove(left)
    _table().put(found)
    by_status: dict[str, list[int]] = {}
    for entry in entries:
        by_status.setdefault(index_status(entry.status), []).append(entry.pk)
        entry.is_indexed = True
    for status, ids in by_status.items():
        TimelineEntry.objects.filter(pk__in=ids).update(is_indexed=True, indexed_status=status)


def _thread_words(entry: TimelineEntry) -> list[str]:
    if entry.thread_id is None:
        return []
    at = entry.left_place or entry.place
    return documents.thread_words(entry, stored=_table().documents_at([at]).get(at, []))
