"""Library: everything a person may see, and how it goes on."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.library import searching
from generations.models import Thread, TimelineEntry
from tests.factories import make_completed, make_generation, model_named

NOW = timezone.now()
MORE = {"HX-Request": "true", "HX-Target": "timeline-more"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def make_thread(owner: User, title: str) -> Thread:
    thread = Thread.objects.create(
        owner=owner,
        title=title,
        model=model_named("gpt-5.1"),
        submission_id=uuid.uuid4(),
        created_at=NOW,
        changed_at=NOW,
    )
    TimelineEntry.objects.record_thread(thread)
    return thread


def cards_in(text: str) -> list[str]:
    return re.findall(r'<li class="[\w-]+" id="card-([0-9a-f-]+)"', text)


def test_media_and_threads_stand_in_one_list(signed_in: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice, "About lighthouses")
    mine, theirs = make_completed(alice), make_completed(bob)
    make_completed(bob, visibility="private")
    make_thread(bob, "Bob's own")

    text = signed_in.get("/library/").content.decode()

    assert set(cards_in(text)) == {str(row.public_id) for row in (thread, mine, theirs)}
    assert "About lighthouses" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", 3), ("scope=mine", 2), ("scope=team", 2), ("show=chat", 1), ("show=image", 0), ("scope=x&show=y", 3)],
)
def test_filters_are_words_of_the_address(signed_in: Client, alice: User, bob: User, query: str, expected: int) -> None:
    make_thread(alice, "A chat")
    make_completed(alice)
    make_completed(bob)

    assert len(cards_in(signed_in.get(f"/library/?{query}").content.decode())) == expected


def test_scrolling_brings_every_card_once(signed_in: Client, alice: User) -> None:
    for number in range(60):
        make_generation(alice, now=NOW - datetime.timedelta(hours=number))
    text = signed_in.get("/library/").content.decode()
    found = cards_in(text)

    while more := re.search(r'id="timeline-more" hx-get="([^"]+)"', text):
        text = signed_in.get(more[1].replace("&amp;", "&"), headers=MORE).content.decode()
        assert text.count('id="timeline-more"') == 1
        found += cards_in(text)

    assert len(found) == len(set(found)) == 60


def test_the_next_page_goes_on_under_the_same_day(signed_in: Client, alice: User) -> None:
    noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    for number in range(30):
        make_generation(alice, now=noon - datetime.timedelta(minutes=number))
    more = re.search(r'id="timeline-more" hx-get="([^"]+)"', signed_in.get("/library/").content.decode())
    assert more

    text = signed_in.get(more[1].replace("&amp;", "&"), headers=MORE).content.decode()

    assert 'hx-swap-oob="beforeend:#day-2026-03-01"' in text
    assert "<h2" not in text


def test_without_a_script_the_way_on_is_a_link_to_a_whole_page(signed_in: Client, alice: User) -> None:
    for number in range(30):
        make_generation(alice, now=NOW - datetime.timedelta(minutes=number))
    more = re.search(r'<a class="button"[^>]* href="([^"]*after=[^"]+)"', signed_in.get("/library/").content.decode())
    assert more

    text = signed_in.get(more[1].replace("&amp;", "&")).content.decode()

    assert "<!doctype html>" in text
    assert len(cards_in(text)) == 6
    assert 'id="timeline-top"' not in text


def test_a_made_up_cursor_is_the_first_page(signed_in: Client, alice: User) -> None:
    make_completed(alice)

    assert len(cards_in(signed_in.get("/library/?after=W10:abc").content.decode())) == 1


def test_an_empty_library_says_what_to_do(signed_in: Client) -> None:
    assert b"Make the first one" in signed_in.get("/library/").content


def test_a_list_costs_the_same_for_five_and_for_fifteen(signed_in: Client, alice: User, bob: User) -> None:
    signed_in.get("/library/")
    counts = []
    for number in (5, 10):
        for position in range(number):
            make_completed(bob if position % 2 else alice)
            make_thread(alice, f"Chat {position}") if position % 3 == 0 else None
            make_generation(alice)
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/library/")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_how_many_a_search_finds_is_asked_for_apart(signed_in: Client, alice: User, bob: User) -> None:
    make_completed(alice, prompt="Paper boats at dusk")
    make_completed(bob, prompt="Paper boats at dawn")
    make_completed(bob, prompt="Paper boats in private", visibility="private")
    make_completed(alice, prompt="A kite")

    page = signed_in.get("/library/?q=paper+boats").content.decode()
    asked = re.search(r'id="found-count" role="status" hx-get="([^"]+)"', page)

    assert asked
    assert signed_in.get(asked[1].replace("&amp;", "&")).content.decode().strip() == "2 found"
    assert signed_in.get("/library/count/?q=paper+boats&scope=mine").content.decode().strip() == "1 found"
    assert signed_in.get("/library/count/?q=dragons").content.decode().strip() == "0 found"


@pytest.mark.parametrize("query", ["", "scope=team", "scope=favourites", "q=kind:nothing"])
def test_what_is_no_search_counts_nothing(signed_in: Client, alice: User, query: str) -> None:
    make_completed(alice, prompt="Paper boats")

    text = signed_in.get(f"/library/?{query}").content.decode()

    assert 'id="found-count"' not in text


def test_a_search_that_was_cut_says_what_it_found_when_it_comes_to_its_end(
    signed_in: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "CANDIDATES_AT_ONCE", 3)
    monkeypatch.setattr(searching, "MOST_CANDIDATES", 6)
    for number in range(8):
        make_generation(alice, prompt="猫在橘猫", now=NOW + datetime.timedelta(seconds=number))

    first = signed_in.get("/library/?q=橘猫在").content.decode()
    way = re.search(r'<a class="button" href="([^"]+)" hx-get="[^"]+" hx-target="#timeline-more"', first)
    assert way
    last = signed_in.get(way[1].replace("&amp;", "&"), headers=MORE).content.decode()

    assert "Nothing so far." in first
    assert "Nothing found" not in first
    assert 'id="timeline-empty" hx-swap-oob="true"' in last
    assert "Nothing found" in last
