"""One item's boards, tags and visibility, changed together as one form shows them.

The form says what it showed, and only what the person changed of that is done: what another tab has added or taken
away meanwhile stays so.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from generations.library import boards, sharing, tags
from generations.library.boards import BoardRefusedError, BoardWords
from generations.models import Board, Tag, TimelineEntry, Visibility


class OrganisingRefusedError(ValueError):
    """Something cannot be done; `field` is the one it is about, and nothing was changed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a form says: boards by public id and tags, as they were shown and as they are wanted."""

    boards: frozenset[str]
    boards_were: frozenset[str]
    new_board: str
    tag_text: str | None
    tags_were: str
    visibility: str

    @classmethod
    def of(cls, form: QueryDict) -> Wishes:
        """Return what a posted form says."""
        return cls(
            boards=frozenset(form.getlist("boards")),
            boards_were=frozenset(form.getlist("boards_were")),
            new_board=form.get("new_board", "").strip(),
            tag_text=form.get("tags"),
            tags_were=form.get("tags_were", ""),
            visibility=form.get("visibility", ""),
        )


def boards_with(entry: TimelineEntry, *, person: User) -> list[Board]:
    """Return the boards that an item is on, of those that a person sees."""
    return list(Board.objects.visible_to(person.pk).filter(items__entry=entry))


def organise(entry: TimelineEntry, wishes: Wishes, *, person: User, now: datetime.datetime) -> bool:
    """Do what a form wishes and tell whether anything changed.

    Raises: OrganisingRefusedError; then nothing was changed, but for a board that was made.
    """
    added, removed = _tags(entry, wishes, person=person, now=now)
    visible = {str(board.public_id): board for board in Board.objects.visible_to(person.pk)}
    joined = [visible[one] for one in wishes.boards - wishes.boards_were if one in visible]
    left = [visible[one] for one in wishes.boards_were - wishes.boards if one in visible]
    try:
        if wishes.new_board:
            joined.append(boards.create(BoardWords(name=wishes.new_board), owner=person, now=now))
        count = sum(boards.add(board, [entry.pk], person=person, now=now) for board in joined)
    except BoardRefusedError as error:
        raise OrganisingRefusedError("boards", str(error.message)) from error
    count += sum(boards.remove(board, [entry.pk], now=now) for board in left)
    count += tags.remove([entry.pk], owner=person, tags=removed) if removed else 0
    count += tags.add([entry.pk], owner=person, tags=added) if added else 0
    if wishes.visibility in Visibility.values:
        count += sharing.set_visibility([entry.pk], owner=person, visibility=wishes.visibility)
    return bool(count)


def _tags(entry: TimelineEntry, wishes: Wishes, *, person: User, now: datetime.datetime) -> tuple[list[Tag], list[Tag]]:
    """Return the tags to put on and to take off."""
    if wishes.tag_text is None or entry.owner_id != person.pk:
        return [], []
    try:
        wanted = {tag.pk: tag for tag in tags.ensure(tags.split_names(wishes.tag_text), now=now)}
        were = {tag.pk: tag for tag in tags.ensure(tags.split_names(wishes.tags_were), now=now)}
    except tags.TagRefusedError as error:
        raise OrganisingRefusedError("tags", _("A tag has 60 characters at most.")) from error
    present = {tag.pk for tag in tags.tags_of([entry.pk])[entry.pk]}
    added = [tag for pk, tag in wanted.items() if pk not in were]
    removed = [tag for pk, tag in were.items() if pk not in wanted]
    if len(present - {tag.pk for tag in removed} | {tag.pk for tag in added}) > tags.MOST_OF_AN_ITEM:
        raise OrganisingRefusedError("tags", _("An item carries 30 tags at most."))
    return added, removed
