"""Selections: the items that an action is about, chosen one by one or as *all that match*.

*All that match* is a stored question, asked again with every step, and bounded at the moment of choosing: what is
made afterwards is not meant. An export reads a selection with `batches`; a bulk action walks it with `advance`.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from generations.library import boards, favourites, searching, sharing, tags, trash
from generations.library.asked import Asked
from generations.library.listing import Listing
from generations.library.timeline import count
from generations.models import Board, Selection, Tag, TimelineEntry
from generations.models.library import place_at
from generations.search.asking import Count

# Rows changed in one transaction: on SQLite nobody else can write meanwhile.
CHUNK = 200
# An action that nobody has looked after for so long is gone on with by upkeep.
PATIENCE = datetime.timedelta(seconds=30)
KEPT = datetime.timedelta(days=7)
MOST_CHOSEN = 5_000


def choose(entry_ids: Sequence[int], *, owner: User, now: datetime.datetime) -> Selection:
    """Store a selection of single items, in their order."""
    return Selection.objects.create(owner=owner, entry_ids=list(entry_ids)[:MOST_CHOSEN], created_at=now)


def choose_all(asked: Asked, *, owner: User, now: datetime.datetime) -> Selection:
    """Store the question that finds everything of a list as it is now."""
    return Selection.objects.create(owner=owner, query=asked.words, upto_place=place_at(now) + 1, created_at=now)


def listing_of(selection: Selection) -> Listing:
    """Return the list that *all that match* means; its days count from when it was chosen."""
    return Asked(**selection.query).listing(selection.owner, now=selection.created_at)


def size(selection: Selection) -> Count:
    """Return how many items there are, exactly to a thousand."""
    return count(listing_of(selection)) if selection.upto_place is not None else Count(number=len(selection.entry_ids))


def batches(selection: Selection, *, at_once: int = CHUNK) -> Iterator[list[TimelineEntry]]:
    """Yield the entries that the owner may see now, newest first or in the order chosen, a few at a time.

    No memory of what came before is kept, however many there are.
    """
    cursor: int | None = None
    while True:
        entries, cursor = _step(selection, cursor, at_once=at_once)
        if entries:
            yield entries
        if cursor is None:
            return


def begin(selection: Selection, verb: str, *, argument: dict[str, Any], now: datetime.datetime) -> None:
    """Say what is to be done with a selection; `advance` does it."""
    selection.verb, selection.argument, selection.due_at = verb, argument, now + PATIENCE
    selection.save(update_fields=["verb", "argument", "due_at"])


def advance(selection: Selection, *, now: datetime.datetime) -> Selection:
    """Do the next step and return the selection as it then stands; without a verb there is nothing left.

    Two who advance the same one take turns, so that each item is dealt with once.
    """
    with transaction.atomic():
        held = Selection.objects.select_for_update().select_related("owner").get(pk=selection.pk)
        if not held.verb:
            return held
        entries, cursor = _step(held, held.cursor, at_once=CHUNK)
        refused = ""
        done = 0
        try:
            done = VERBS[held.verb](held, [entry.pk for entry in entries], now) if entries else 0
        except boards.BoardRefusedError as error:
            refused = str(error.message)
        held.done_count += done
        held.skipped_count += len(entries) - done
        held.cursor, held.due_at = cursor, now + PATIENCE
        if refused:
            held.argument = {**held.argument, "refused": refused}
        if cursor is None or refused:
            held.argument = {**held.argument, "did": held.verb}
            held.verb, held.due_at = "", None
        held.save(update_fields=["verb", "argument", "cursor", "done_count", "skipped_count", "due_at"])
    return held


def tend(*, clock: Callable[[], datetime.datetime], seconds: float) -> int:
    """Go on with actions that nobody looks after, for so long at most, and forget old selections; return the steps.

    Idempotent: yes.
    """
    until = time.monotonic() + seconds
    steps = 0
    for selection in list(Selection.objects.filter(due_at__lte=clock()).order_by("due_at")[:20]):
        while time.monotonic() < until and advance(selection, now=clock()).verb:
            steps += 1
    Selection.objects.filter(created_at__lt=clock() - KEPT, due_at__isnull=True).delete()
    return steps


def _step(selection: Selection, cursor: int | None, *, at_once: int) -> tuple[list[TimelineEntry], int | None]:
    """Return the entries behind a cursor and the next cursor, None at the end."""
    if selection.upto_place is not None:
        before = cursor if cursor is not None else selection.upto_place
        return searching.places_of(listing_of(selection), before=before, limit=at_once)
    start = cursor or 0
    ids = selection.entry_ids[start : start + at_once]
    found = {entry.pk: entry for entry in TimelineEntry.objects.visible_to(selection.owner_id).filter(pk__in=ids)}
    is_last = start + at_once >= len(selection.entry_ids)
    return [found[pk] for pk in ids if pk in found], None if is_last else start + at_once


def _add_to_board(selection: Selection, entries: list[int], now: datetime.datetime) -> int:
    board = Board.objects.visible_to(selection.owner_id).filter(pk=selection.argument["board"]).first()
    if board is None:
        return 0
    return boards.add(board, entries, person=selection.owner, now=now, on_top=selection.upto_place is None)


def _remove_from_board(selection: Selection, entries: list[int], now: datetime.datetime) -> int:
    board = Board.objects.visible_to(selection.owner_id).filter(pk=selection.argument["board"]).first()
    return boards.remove(board, entries, now=now) if board else 0


def _tags(selection: Selection) -> list[Tag]:
    return list(Tag.objects.filter(pk__in=selection.argument["tags"]))


# What can be done with a selection: each takes it, some of its entries and the time, and returns how many it changed.
VERBS: dict[str, Callable[[Selection, list[int], datetime.datetime], int]] = {
    "favourite": lambda chosen, ids, now: favourites.add(ids, person=chosen.owner, now=now),
    "unfavourite": lambda chosen, ids, _now: favourites.remove(ids, person=chosen.owner),
    "board": _add_to_board,
    "unboard": _remove_from_board,
    "tag": lambda chosen, ids, _now: tags.add(ids, owner=chosen.owner, tags=_tags(chosen)),
    "untag": lambda chosen, ids, _now: tags.remove(ids, owner=chosen.owner, tags=_tags(chosen)),
    "visibility": lambda chosen, ids, _now: sharing.set_visibility(
        ids, owner=chosen.owner, visibility=chosen.argument["visibility"]
    ),
    "trash": lambda chosen, ids, _now: trash.trash(ids, owner=chosen.owner, now=chosen.created_at),
    "restore": lambda chosen, ids, _now: trash.restore(ids, owner=chosen.owner),
    "delete": lambda chosen, ids, now: trash.delete_now(ids, owner=chosen.owner, now=now),
}
