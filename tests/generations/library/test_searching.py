"""Searches of the library: each filter, and what a person may find."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from generations.library import boards, favourites, filters, searching, sharing, tags, trash
from generations.library.boards import BoardWords
from generations.library.listing import Listing
from generations.library.timeline import count, holding, read_cursor, read_page
from generations.models import Generation, Status, TimelineEntry
from tests.factories import make_generation, model_named

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def search(person: User, text: str, *, scope: str = "", now: datetime.datetime = NOW) -> Listing:
    return Listing(person_id=person.pk, scope=scope, question=filters.ask(text, person=person, now=now))


def found(person: User, text: str, *, scope: str = "") -> set[int | None]:
    return {entry.generation_id for entry in read_page(search(person, text, scope=scope)).entries}


def entry_of(row: Generation) -> TimelineEntry:
    return TimelineEntry.objects.get(generation=row)


@pytest.fixture
def rows(alice: User, bob: User) -> dict[str, Generation]:
    day = datetime.timedelta(days=1)
    return {
        "video": make_generation(
            alice, prompt="A fox in fresh snow, 雪地里的狐狸", status=Status.COMPLETED, charge_amount=Decimal("5.01")
        ),
        "image": make_generation(
            alice,
            prompt="A fox, 一只狐狸和雪",
            status=Status.FAILED,
            model=model_named("nano-banana-fast"),
            now=NOW - 10 * day,
        ),
        "hidden": make_generation(bob, prompt="A secret fox", visibility="private"),
        "shared": make_generation(bob, prompt="A shared fox", status=Status.IN_PROGRESS, now=NOW - 400 * day),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("fox", {"video", "image", "shared"}),
        ("狐狸", {"video", "image"}),
        ("雪地里", {"video"}),
        ("的狐狸", {"video"}),
        ("ＦＯＸ", {"video", "image", "shared"}),
        ("雪", {"video", "image"}),
        ('"fresh snow"', {"video"}),
        ('"snow fresh"', set()),
        ("kind:video", {"video", "shared"}),
        ("kind:video kind:image fox", {"video", "image", "shared"}),
        ("kind:video,image", {"video", "image", "shared"}),
        ("model:seedance", {"video", "shared"}),
        ("model:banana fox", {"image"}),
        ("by:me", {"video", "image"}),
        ("by:bob fox", {"shared"}),
        ("status:done", {"video"}),
        ("status:failed", {"image"}),
        ("status:running", {"shared"}),
        ("status:queued", set()),
        ("状态:进行中", {"shared"}),
        ("cost>5", {"video"}),
        ("cost>5.01", set()),
        ("cost>=5.01", {"video"}),
        ("cost<6 cost>5", {"video"}),
        ("cost<5", set()),
        ("cost>=5 cost<7", {"video"}),
        ("cost:5.01", {"video"}),
        ("before:7d", {"image", "shared"}),
        ("after:7d", {"video"}),
        ("after:30d before:7d", {"image"}),
        ("is:team", {"video", "image", "shared"}),
        ("is:private", set()),
        ("fox -- ' OR 1=1 %", set()),
    ],
)
def test_each_filter_finds_what_it_says(alice: User, rows: dict[str, Generation], text: str, names: set[str]) -> None:
    assert found(alice, text) == {rows[name].pk for name in names}


def test_scopes_narrow_a_search(alice: User, bob: User, rows: dict[str, Generation]) -> None:
    assert found(alice, "fox", scope="mine") == {rows["video"].pk, rows["image"].pk}
    assert found(bob, "fox", scope="mine") == {rows["hidden"].pk, rows["shared"].pk}
    assert found(bob, "fox", scope="team") == {rows["video"].pk, rows["image"].pk, rows["shared"].pk}


def test_favourites_are_a_persons_own(alice: User, bob: User, rows: dict[str, Generation]) -> None:
    favourites.add([entry_of(rows["shared"]).pk], person=alice, now=NOW)

    assert found(alice, "", scope="favourites") == {rows["shared"].pk}
    assert found(alice, "is:favourite") == {rows["shared"].pk}
    assert found(bob, "", scope="favourites") == set()


def test_boards_and_tags_narrow(alice: User, rows: dict[str, Generation]) -> None:
    board = boards.create(BoardWords(name="Winter film"), owner=alice, now=NOW)
    boards.add(board, [entry_of(rows["video"]).pk, entry_of(rows["shared"]).pk], person=alice, now=NOW)
    tags.add([entry_of(rows["video"]).pk], owner=alice, tags=tags.ensure(["night", "夜景"], now=NOW))
    tags.add([entry_of(rows["image"]).pk], owner=alice, tags=tags.ensure(["night"], now=NOW))

    assert found(alice, 'board:"Winter film"') == {rows["video"].pk, rows["shared"].pk}
    assert found(alice, "board:winter tag:夜景") == {rows["video"].pk}
    assert found(alice, "tag:night") == {rows["video"].pk, rows["image"].pk}
    assert found(alice, "tag:night tag:夜景") == {rows["video"].pk}


def test_a_private_board_of_a_colleague_is_not_known(alice: User, bob: User, rows: dict[str, Generation]) -> None:
    boards.create(BoardWords(name="Secret film"), owner=bob, now=NOW)

    question = filters.ask("board:secret", person=alice, now=NOW)

    assert [problem.without for problem in question.problems] == [""]
    assert found(alice, "board:secret") == set()


def test_an_item_that_is_no_longer_shared_is_not_found_by_tag_board_or_star(
    alice: User, bob: User, rows: dict[str, Generation]
) -> None:
    entry = entry_of(rows["shared"])
    favourites.add([entry.pk], person=alice, now=NOW)
    sharing.set_visibility([entry.pk], owner=bob, visibility="private")

    assert found(alice, "", scope="favourites") == set()


def test_the_trash_can_be_searched(alice: User, rows: dict[str, Generation]) -> None:
    trash.trash([entry_of(rows["video"]).pk], owner=alice, now=NOW)

    assert found(alice, "fox", scope="trash") == {rows["video"].pk}
    assert found(alice, "fox by:me kind:video", scope="trash") == {rows["video"].pk}
    assert found(alice, "", scope="trash") == {rows["video"].pk}
    assert found(alice, "fox", scope="mine") == {rows["image"].pk}


@pytest.mark.parametrize(
    "text",
    [
        *("kind:movie", "model:foo", "by:nobody", "status:odd", "board:none", "cost>abc", "cost>NaN", "cost>-1"),
        *("before:tomorrowish", "before:2026-13-40", "is:odd", "by:", "cost>1e99", "x" * 10_000, "after:0001"),
    ],
)
def test_a_filter_that_means_nothing_is_said_so_and_finds_nothing(
    alice: User, rows: dict[str, Generation], text: str
) -> None:
    question = filters.ask(f"{text}", person=alice, now=NOW)

    assert len(question.problems) == 1
    assert question.problems[0].message
    assert found(alice, f"fox {text}") == set()


def test_chips_speak_the_persons_language_and_can_be_taken_off(alice: User, rows: dict[str, Generation]) -> None:
    with translation.override("zh-hans"):
        question = filters.ask("狐狸 kind:video by:me", person=alice, now=NOW)
        shown = [(str(chip.label), chip.value, chip.without) for chip in question.narrowings]

    assert shown == [("类型", "视频", "狐狸 by:me"), ("成员", "我", "狐狸 kind:video")]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(alice: User) -> None:
    rows = [
        make_generation(
            alice, prompt="橘猫在草地上" if number % 3 else "猫在橘猫", now=NOW + datetime.timedelta(seconds=number)
        )
        for number in range(30)
    ]
    wanted = [row.pk for number, row in reversed(list(enumerate(rows))) if number % 3]
    listing = search(alice, "橘猫在")
    seen: list[int | None] = []
    page = read_page(listing, size=7)
    seen += [entry.generation_id for entry in page.entries]
    while page.next_cursor:
        page = read_page(listing, after=read_cursor(page.next_cursor), size=7)
        seen += [entry.generation_id for entry in page.entries]

    assert seen == wanted
    assert count(listing).number == len(wanted)


def test_a_search_that_looked_at_enough_says_where_to_go_on(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "CANDIDATES_AT_ONCE", 3)
    monkeypatch.setattr(searching, "MOST_CANDIDATES", 6)
    make_generation(alice, prompt="橘猫在", now=NOW - datetime.timedelta(days=1))
    for number in range(8):
        make_generation(alice, prompt="猫在橘猫", now=NOW + datetime.timedelta(seconds=number))

    page = read_page(search(alice, "橘猫在"))
    assert (page.entries, page.is_cut) == ((), True)

    page = read_page(search(alice, "橘猫在"), after=read_cursor(page.next_cursor))
    assert len(page.entries) == 1
    assert page.next_cursor == ""


def test_an_open_page_learns_which_changed_items_are_still_in_its_list(
    alice: User, rows: dict[str, Generation]
) -> None:
    entries = list(TimelineEntry.objects.order_by("pk"))

    held = holding(search(alice, "fox status:running"), entries)

    assert [entry.generation_id for entry in held] == [rows["shared"].pk]


def test_the_number_of_queries_does_not_grow_with_the_hits(
    alice: User,
) -> None:
    counts = []
    for _round in range(2):
        for number in range(5):
            make_generation(alice, prompt=f"fox {number} 雪地里的狐狸")
        listing = search(alice, "雪地里的 kind:video")
        with CaptureQueriesContext(connection) as queries:
            read_page(listing)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 6
