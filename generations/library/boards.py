"""Boards: collections with a name, ordered by hand; private, or the team's.

A team board is filled and ordered by everybody. Its name, note, cover, visibility and its end are its owner's, and
carry a version: a form that shows an older one is told what changed meanwhile instead of overwriting it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generations.library.changing import announce
from generations.models import Board, BoardItem, TimelineEntry, Visibility
from generations.models.collecting import BOARD_STEP, NAME_MAX_CHARACTERS, name_key

MOST_ITEMS = 5_000
NOTE_MAX_CHARACTERS = 300


class BoardRefusedError(ValueError):
    """What was asked cannot be; `field` is the one it is about, and the message is for the person."""

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class BoardChangedError(Exception):
    """Somebody changed the board after the form was shown. `current` is the board as it stands."""

    def __init__(self, current: Board) -> None:
        super().__init__(str(current.public_id))
        self.current = current


@dataclass(frozen=True, slots=True)
class BoardWords:
    """What a person writes about a board."""

    name: str
    note: str = ""
    visibility: str = Visibility.PRIVATE.value


def create(words: BoardWords, *, owner: User, now: datetime.datetime) -> Board:
    """Make an empty board and return it.

    Raises: BoardRefusedError for a name that is empty, too long, or the person's already.
    """
    name, note = _clean(words)
    try:
        with transaction.atomic():
            return Board.objects.create(
                owner=owner,
                name=name,
                key=name_key(name),
                note=note,
                visibility=words.visibility,
                created_at=now,
                changed_at=now,
            )
    except IntegrityError as error:
        raise BoardRefusedError("name", _("You have a board of this name already.")) from error


def edit(board: Board, words: BoardWords, *, version: int, now: datetime.datetime) -> Board:
    """Change what is written about a board, and return it.

    Raises: BoardRefusedError as `create`; BoardChangedError when `version` is not the board's any more.
    """
    name, note = _clean(words)
    values = {"name": name, "key": name_key(name), "note": note, "visibility": words.visibility}
    try:
        with transaction.atomic():
            changed = Board.objects.filter(pk=board.pk, version=version).update(
                version=F("version") + 1, changed_at=now, **values
            )
    except IntegrityError as error:
        raise BoardRefusedError("name", _("You have a board of this name already.")) from error
    current = Board.objects.get(pk=board.pk)
    if not changed and {field: getattr(current, field) for field in values} != values:
        raise BoardChangedError(current)
    return current


def set_cover(board: Board, entry_id: int | None, *, now: datetime.datetime) -> None:
    """Choose which of its items stands for the board; None leaves it to the first ones. Idempotent: yes."""
    is_on_it = entry_id is None or BoardItem.objects.filter(board=board, entry=entry_id).exists()
    if is_on_it:
        Board.objects.filter(pk=board.pk).update(cover=entry_id, version=F("version") + 1, changed_at=now)


def delete(board: Board) -> None:
    """End a board; its items stay where they are otherwise. Idempotent: yes."""
    Board.objects.filter(pk=board.pk).delete()


def add(board: Board, entry_ids: Sequence[int], *, person: User, now: datetime.datetime, on_top: bool = True) -> int:
    """Put items that a person may see on a board, in the order given, on top or behind all; return how many are new.

    Raises: BoardRefusedError when the board would hold more than `MOST_ITEMS`.
    Idempotent: yes.
    """
    with transaction.atomic():
        items = _held(board)
        there = set(items.filter(entry__in=entry_ids).values_list("entry", flat=True))
        visible = TimelineEntry.objects.visible_to(person.pk).kept().filter(pk__in=entry_ids)
        allowed = set(visible.values_list("pk", flat=True)) - there
        wanted = [pk for pk in dict.fromkeys(entry_ids) if pk in allowed]
        if wanted and items.count() + len(wanted) > MOST_ITEMS:
            raise BoardRefusedError("board", _("A board holds 5,000 items at most."))
        ends = items.aggregate(first=Min("position"), last=Max("position"))
        start = (ends["first"] or 0) - BOARD_STEP * (len(wanted) + 1) if on_top else ends["last"] or 0
        BoardItem.objects.bulk_create(
            BoardItem(
                board=board,
                entry_id=pk,
                position=start + BOARD_STEP * (at + 1),
                added_by=person,
                added_at=now,
            )
            for at, pk in enumerate(wanted)
        )
        if wanted:
            Board.objects.filter(pk=board.pk).update(changed_at=now)
        announce(wanted)
    return len(wanted)


def remove(board: Board, entry_ids: Sequence[int], *, now: datetime.datetime) -> int:
    """Take items off a board and return how many stood there. Idempotent: yes."""
    with transaction.atomic():
        items = _held(board).filter(entry__in=entry_ids)
        gone = sorted(items.values_list("entry", flat=True))
        items.delete()
        if gone:
            Board.objects.filter(pk=board.pk).update(changed_at=now)
            Board.objects.filter(pk=board.pk, cover__in=gone).update(cover=None)
        announce(gone)
    return len(gone)


def move(board: Board, entry_id: int, *, before: int | None) -> bool:
    """Put an item right before another one of the board, or last when `before` is None; tell whether both are there.

    Idempotent: yes.
    """
    with transaction.atomic():
        items = _held(board)
        moved = items.filter(entry=entry_id).first()
        if moved is None or entry_id == before:
            return moved is not None
        position = _between(items.exclude(pk=moved.pk), before)
        if position is None:
            _number_afresh(items)
            position = _between(items.exclude(pk=moved.pk), before)
        if position is None:
            return False
        items.filter(pk=moved.pk).update(position=position)
    return True


def boards_of(person: User) -> QuerySet[Board]:
    """Return the boards that a person may fill: their own first, then the team's, the last changed first."""
    return Board.objects.visible_to(person.pk).select_related("owner").order_by("-changed_at", "-id")


def _held(board: Board) -> QuerySet[BoardItem]:
    """Hold a board's row, so that of two people who order it one comes after the other; return its items."""
    Board.objects.select_for_update().filter(pk=board.pk).first()
    return BoardItem.objects.filter(board=board)


def _between(items: QuerySet[BoardItem], before: int | None) -> int | None:
    """Return a free position right before an item, or behind all; None when there is no room, or no such item."""
    if before is None:
        last: int | None = items.aggregate(last=Max("position"))["last"]
        return (last or 0) + BOARD_STEP
    next_one = items.filter(entry=before).values_list("position", "pk").first()
    if next_one is None:
        return None
    position, pk = next_one
    ahead = items.filter(Q(position__lt=position) | Q(position=position, pk__lt=pk))
    previous: int | None = ahead.aggregate(last=Max("position"))["last"]
    if previous is None:
        return int(position) - BOARD_STEP
    return (previous + position) // 2 if position - previous > 1 else None


def _number_afresh(items: QuerySet[BoardItem]) -> None:
    rows = list(items.order_by("position", "pk").only("pk", "position"))
    for at, row in enumerate(rows):
        row.position = at * BOARD_STEP
    BoardItem.objects.bulk_update(rows, ["position"], batch_size=500)


def _clean(words: BoardWords) -> tuple[str, str]:
    name = " ".join("".join(sign for sign in words.name if sign.isprintable() or sign.isspace()).split())
    if not name_key(name):
        raise BoardRefusedError("name", _("Give the board a name."))
    if len(name) > NAME_MAX_CHARACTERS:
        raise BoardRefusedError("name", _("A name has 60 characters at most."))
    note = words.note.strip()
    if len(note) > NOTE_MAX_CHARACTERS:
        raise BoardRefusedError("note", _("A note has 300 characters at most."))
    if words.visibility not in Visibility.values:
        raise BoardRefusedError("visibility", _("Choose who may see the board."))
    return name, note
