"""Boards as cards: a cover of up to three pictures, and how many of their items a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from generations.models import Asset, Board, BoardItem, GenerationOutput, Status, Visibility
from generations.search.asking import COUNT_AT_MOST, Count

PICTURES = 3


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A board with the pictures on its cover, the chosen one first."""

    board: Board
    pictures: tuple[Asset, ...]
    count: Count


class CountRows(Func):
    """How many rows a subquery has; with a slice, no more are read than that."""

    template = "(SELECT COUNT(*) FROM %(expressions)s AS counted)"
    output_field = IntegerField()


def covered(boards: Sequence[Board], *, reader_id: int) -> list[BoardCard]:
    """Return boards as cards, in their order, in three queries however many there are."""
    ids = [board.pk for board in boards]
    rows = Board.objects.filter(pk__in=ids).annotate(
        count=CountRows(Subquery(_seen(reader_id).values("pk")[: COUNT_AT_MOST + 1])),
        chosen=Subquery(_pictured(reader_id).filter(entry=OuterRef("cover")).values("entry__generation")[:1]),
        **{
            f"picture_{at}": Subquery(_pictured(reader_id).values("entry__generation")[at : at + 1])
            for at in range(PICTURES)
        },
    )
    names = ("chosen", *(f"picture_{at}" for at in range(PICTURES)))
    found = {row["pk"]: row for row in rows.values("pk", "count", *names)}
    wanted = {row[name] for row in found.values() for name in names if row[name]}
    pictures = _pictures(wanted)
    return [
        BoardCard(
            board=board,
            count=Count.of(found[board.pk]["count"]),
            pictures=tuple(
                pictures[pk]
                for pk in list(dict.fromkeys(found[board.pk][name] for name in names if found[board.pk][name]))[
                    :PICTURES
                ]
                if pk in pictures
            ),
        )
        for board in boards
        if board.pk in found
    ]


def seen_items(board: Board, *, reader_id: int) -> QuerySet[BoardItem]:
    """Return the items of a board that a person may see, in the board's order."""
    visible = Q(entry__owner=reader_id) | Q(entry__visibility=Visibility.TEAM)
    return BoardItem.objects.filter(visible, board=board, entry__trashed_at=None).order_by("position", "pk")


def _seen(reader_id: int) -> QuerySet[BoardItem]:
    visible = Q(entry__owner=reader_id) | Q(entry__visibility=Visibility.TEAM)
    return BoardItem.objects.filter(visible, board=OuterRef("pk"), entry__trashed_at=None)


def _pictured(reader_id: int) -> QuerySet[BoardItem]:
    seen = _seen(reader_id).filter(entry__status=Status.COMPLETED, entry__generation__isnull=False)
    return seen.order_by("position", "pk")


def _pictures(generation_ids: set[int]) -> dict[int, Asset]:
    outputs = (
        GenerationOutput.objects.filter(generation__in=generation_ids, asset__media__in=("image", "video"))
        .exclude(asset__small_path="")
        .exclude(role="last_frame")
        .select_related("asset")
        .order_by("generation", "-position")
    )
    return {output.generation_id: output.asset for output in outputs if output.asset}
