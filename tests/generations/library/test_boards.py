"""Boards: their names, their order by hand, and two people at once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library import boards, covers
from generations.library.boards import BoardWords
from generations.models import Board, BoardItem, TimelineEntry, Visibility
from generations.search import asking
from generations.search.asking import Count
from tests.factories import make_completed

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_board(owner: User, name: str = "Harbour film", **more: str) -> Board:
    return boards.create(BoardWords(name=name, **more), owner=owner, now=NOW)


def make_entries(owner: User, count: int, **more: object) -> list[int]:
    return [TimelineEntry.objects.get(generation=make_completed(owner, **more)).pk for _ in range(count)]


def order_of(board: Board) -> list[int]:
    return list(board.items.order_by("position", "pk").values_list("entry", flat=True))


def test_new_items_go_on_top_in_their_order(alice: User) -> None:
    board, entries = make_board(alice), make_entries(alice, 4)
    boards.add(board, entries[:2], person=alice, now=NOW)

    assert boards.add(board, entries[1:], person=alice, now=NOW) == 2
    assert order_of(board) == [*entries[2:], *entries[:2]]


def test_an_item_is_put_before_another_or_last(alice: User) -> None:
    board, (a, b, c) = make_board(alice), make_entries(alice, 3)
    boards.add(board, [a, b, c], person=alice, now=NOW)

    assert boards.move(board, c, before=a)
    assert order_of(board) == [c, a, b]
    assert boards.move(board, c, before=None)
    assert order_of(board) == [a, b, c]
    assert boards.move(board, a, before=c)
    assert order_of(board) == [b, a, c]


def test_an_order_has_room_for_any_number_of_moves(alice: User) -> None:
    board, (a, b, c) = make_board(alice), make_entries(alice, 3)
    boards.add(board, [a, b, c], person=alice, now=NOW)

    for _turn in range(15):
        boards.move(board, c, before=b)
        boards.move(board, b, before=c)

    assert order_of(board) == [a, b, c]
    assert len(set(board.items.values_list("position", flat=True))) == 3


def test_what_is_not_on_the_board_is_not_moved(alice: User) -> None:
    board, (a, b) = make_board(alice), make_entries(alice, 2)
    boards.add(board, [a], person=alice, now=NOW)

    assert not boards.move(board, b, before=a)
    assert not boards.move(board, a, before=b)


def test_a_board_takes_only_what_the_person_may_see(alice: User, bob: User) -> None:
    board = make_board(alice)
    hidden, shared = make_entries(bob, 1, visibility="private"), make_entries(bob, 1)

    assert boards.add(board, [*hidden, *shared], person=alice, now=NOW) == 1
    assert order_of(board) == shared


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 61, "\x00"])
def test_a_name_that_cannot_be_is_refused_beside_its_field(alice: User, name: str) -> None:
    with pytest.raises(boards.BoardRefusedError) as refused:
        make_board(alice, name)

    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE boards;--", "100 %", 'a "quoted" AND kind:video', "<b>bold</b>"]
)
def test_a_name_may_hold_any_sign(alice: User, name: str) -> None:
    assert make_board(alice, name).name == name


def test_a_person_has_one_board_of_a_name_however_it_is_written(alice: User, bob: User) -> None:
    make_board(alice, "Harbour Film")
    make_board(bob, "Harbour Film")

    with pytest.raises(boards.BoardRefusedError):
        make_board(alice, "ｈａｒｂｏｕｒ  film")


def test_a_form_that_shows_an_older_board_overwrites_nothing(alice: User) -> None:
    board = make_board(alice)
    boards.edit(board, BoardWords(name="First tab", note="kept"), version=1, now=NOW)

    with pytest.raises(boards.BoardChangedError) as changed:
        boards.edit(board, BoardWords(name="Second tab"), version=1, now=NOW)

    assert changed.value.current.name == "First tab"
    assert changed.value.current.note == "kept"


def test_the_same_form_sent_twice_is_no_conflict(alice: User) -> None:
    board, words = make_board(alice), BoardWords(name="Same", visibility=Visibility.TEAM)
    boards.edit(board, words, version=1, now=NOW)

    assert boards.edit(board, words, version=1, now=NOW).name == "Same"


def test_a_cover_is_one_of_the_items_and_goes_with_it(alice: User) -> None:
    board, (a, b) = make_board(alice), make_entries(alice, 2)
    boards.add(board, [a], person=alice, now=NOW)

    boards.set_cover(board, b, now=NOW)
    assert Board.objects.get().cover_id is None
    boards.set_cover(board, a, now=NOW)
    assert Board.objects.get().cover_id == a
    boards.remove(board, [a], now=NOW)
    assert Board.objects.get().cover_id is None


def test_a_board_has_an_end_to_its_items(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MOST_ITEMS", 2)
    board = make_board(alice)

    with pytest.raises(boards.BoardRefusedError):
        boards.add(board, make_entries(alice, 3), person=alice, now=NOW)

    assert not BoardItem.objects.exists()


def test_a_card_counts_what_its_reader_sees_and_only_so_far(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (asking, covers):
        monkeypatch.setattr(module, "COUNT_AT_MOST", 3)
    board, empty = make_board(alice), make_board(alice, "Empty")
    boards.add(board, make_entries(alice, 1, visibility="private"), person=alice, now=NOW)
    boards.add(board, make_entries(alice, 2), person=alice, now=NOW)

    seen = {
        reader: [card.count for card in covers.covered([board, empty], reader_id=reader.pk)] for reader in (alice, bob)
    }
    boards.add(board, make_entries(alice, 1), person=alice, now=NOW)

    assert seen == {alice: [Count(number=3), Count(number=0)], bob: [Count(number=2), Count(number=0)]}
    assert covers.covered([board], reader_id=alice.pk)[0].count == Count(number=3, is_more=True)


def test_deleting_a_board_keeps_its_items(alice: User) -> None:
    board, entries = make_board(alice), make_entries(alice, 2)
    boards.add(board, entries, person=alice, now=NOW)

    boards.delete(board)

    assert TimelineEntry.objects.filter(pk__in=entries).count() == 2
