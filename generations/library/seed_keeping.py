"""Tags, stars and boards of a seeded history: some of everything, so that every filter finds something."""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from generations.library import boards, tags
from generations.library.seed_rows import insert
from generations.models import Board, BoardItem, EntryTag, Favourite, Status, Tag, TimelineEntry
from generations.models.collecting import BOARD_STEP, name_key
from generations.search.tokens import board_facet, favourite_facet, tag_facet

TAG_NAMES = ("night", "draft", "final", "client", "夜景", "草稿", "定稿", "参考", "b-roll", "poster", "春季", "harbour")
BOARDS = (("Harbour film", "team"), ("Spring catalogue", "team"), ("水墨系列", "team"), ("Title cards", "private"))
TAGGED_SHARE = 0.08
STARRED_SHARE = 0.03
BOARDED_SHARE = 0.02
LEAST_ON_A_BOARD, MOST_ON_A_BOARD = 12, 120


@dataclass(slots=True)
class Keeper:
    """Keeps some of a person's entries. Made once for a run; its boards are filled up to their measure."""

    owner: User
    now: datetime.datetime
    tags: list[Tag] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    filled: dict[int, int] = field(default_factory=dict)

    def keep(self, entry_ids: Sequence[int], chance: random.Random) -> dict[int, list[str]]:
        """Tag, star and board some of these entries; return what the index has to know of it, by entry id."""
        if not self.tags:
            self._begin()
        facets: dict[int, list[str]] = defaultdict(list)
        tagged, starred, boarded = [], [], []
        for entry in entry_ids:
            draw = chance.random()
            if draw < TAGGED_SHARE:
                tag = self.tags[int(draw / TAGGED_SHARE * len(self.tags))]
                tagged.append({"entry_id": entry, "tag_id": tag.pk})
                facets[entry].append(tag_facet(tag.pk))
            if chance.random() < STARRED_SHARE:
                starred.append({"entry_id": entry, "person_id": self.owner.pk, "created_at": self.now})
                facets[entry].append(favourite_facet(self.owner.pk))
            if chance.random() < BOARDED_SHARE and (item := self._item(entry, chance)):
                boarded.append(item)
                facets[entry].append(board_facet(item["board_id"]))
        insert(EntryTag, tagged)
        insert(Favourite, starred)
        insert(BoardItem, boarded)
        return facets

    def end(self) -> None:
        """Put something on boards that are nearly empty: of a short history hardly anything falls on one by chance."""
        done = TimelineEntry.objects.kept().of_person(self.owner.pk).filter(status=Status.COMPLETED)
        newest = list(
            done.filter(generation__isnull=False)
            .order_by("-place")
            .values_list("pk", flat=True)[: LEAST_ON_A_BOARD * len(self.boards)]
        )
        for at, board in enumerate(self.boards):
            if self.filled[board.pk] < LEAST_ON_A_BOARD:
                self.filled[board.pk] += boards.add(
                    board, newest[at :: len(self.boards)], person=self.owner, now=self.now
                )

    def _begin(self) -> None:
        self.tags = tags.ensure(TAG_NAMES, now=self.now)
        for name, visibility in BOARDS:
            board, _made = Board.objects.get_or_create(
                owner=self.owner,
                key=name_key(name),
                defaults={"name": name, "visibility": visibility, "created_at": self.now, "changed_at": self.now},
            )
            self.boards.append(board)
            self.filled[board.pk] = board.items.count()

    def _item(self, entry: int, chance: random.Random) -> dict[str, Any] | None:
        board = chance.choice(self.boards).pk
        if self.filled[board] >= MOST_ON_A_BOARD:
            return None
        self.filled[board] += 1
        return {
            "board_id": board,
            "entry_id": entry,
            "position": -BOARD_STEP * self.filled[board],
            "added_by_id": self.owner.pk,
            "added_at": self.now,
        }
