"""Every list costs the same number of queries whatever its length, with every kind of row in it."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.library import boards, favourites, prompt_templates, tags, trash
from generations.library.boards import BoardWords
from generations.library.prompt_templates import TemplateWords
from generations.models import Board, Generation, GenerationOutput, Status, TimelineEntry
from tests.factories import make_asset, make_completed, make_generation, make_thread, model_named

NOW = timezone.now()
FEW, MANY = 2, 7
LISTS = (
    "/",
    "/?show=image",
    "/library/",
    "/library/?scope=mine",
    "/library/?scope=team",
    "/library/?scope=favourites",
    "/library/?scope=trash",
    "/library/?view=timeline&show=chat",
    "/library/?q=boats",
    "/library/?q=boats+by:me+tag:night+cost>0",
    "/library/?q=is:favourite+status:done",
    "/library/count/?q=boats",
    "/library/suggestions/?q=tag:&at=4",
    "/library/boards/",
    "{board}",
    "/prompts/",
    "/prompts/?q=boats",
    "/prompts/templates/",
    "/prompts/templates/picker/",
    "/picker/?media=image",
    "/palette/?q=boats",
    "/chat/",
    "/changes/?page=library&revision=0",
    "/changes/?scope=mine&page=create&revision=0&top=1",
)
SERIAL = itertools.count()


def make_everything(owner: User, other: User, board: Board) -> None:
    """Add one row of every kind that a list can hold, each with all that a card shows of it."""
    number = next(SERIAL)
    moment = NOW - datetime.timedelta(hours=number)
    image = model_named("nano-banana-pro")
    made = [
        make_completed(owner, prompt=f"boats {number}", model=image, now=moment, charge_amount=Decimal("0.5")),
        make_completed(other, prompt=f"their boats {number}", now=moment),
        make_generation(owner, prompt=f"boats in line {number}", now=moment),
        make_generation(owner, prompt=f"boats under way {number}", status=Status.IN_PROGRESS, now=moment),
        make_generation(owner, prompt="boats", status=Status.FAILED, failure_reason="refused", now=moment),
        make_generation(owner, prompt="boats", status=Status.UNCERTAIN, failure_reason="no_answer", now=moment),
    ]
    GenerationOutput.objects.create(generation=made[0], role="image", position=1, asset=make_asset(owner))
    make_thread(owner, text=f"boats {number}", title=f"Boats {number}")
    make_thread(other, text=f"boats {number}", visibility="team")
    entries = [TimelineEntry.objects.get(generation=one).pk for one in made]
    favourites.add(entries[:3], person=owner, now=NOW)
    tags.add(entries[:1], owner=owner, tags=tags.ensure(["night", f"tag {number}"], now=NOW))
    boards.add(board, entries[:2], person=owner, now=NOW)
    boards.add(_board(other, f"Theirs {number}"), entries[1:2], person=other, now=NOW)
    thrown = TimelineEntry.objects.get(generation=make_completed(owner, prompt="boats", now=moment))
    trash.trash([thrown.pk], owner=owner, now=NOW)
    prompt_templates.create(TemplateWords(name=f"Boats {number}", text="{{boats}} at dusk"), owner=owner, now=NOW)


def _board(owner: User, name: str) -> Board:
    return boards.create(BoardWords(name=name, visibility="team"), owner=owner, now=NOW)


def queries_of(client: Client, address: str) -> int:
    headers = {"HX-Request": "true"} if address.startswith("/picker/") else {}
    client.get(address, headers=headers)  # What is remembered for a while is asked for once.
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, headers=headers).status_code == 200
    return len(captured)


@pytest.fixture
def lists(alice: User, bob: User, client: Client) -> dict[str, tuple[int, int]]:
    """The queries of every list, with few rows and with many."""
    client.force_login(alice)
    board = _board(alice, "Harbour")
    addresses = [address.format(board=f"/library/boards/{board.public_id}/") for address in LISTS]
    for _row in range(FEW):
        make_everything(alice, bob, board)
    few = {address: queries_of(client, address) for address in addresses}
    for _row in range(MANY - FEW):
        make_everything(alice, bob, board)
    return {address: (few[address], queries_of(client, address)) for address in addresses}


def test_no_list_costs_more_queries_with_more_rows(lists: dict[str, tuple[int, int]]) -> None:
    grown = {address: counts for address, counts in lists.items() if counts[1] > counts[0]}

    assert not grown
    assert Generation.objects.count() >= MANY * 6
