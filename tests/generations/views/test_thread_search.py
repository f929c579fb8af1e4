"""Searching threads in chat: by two Chinese characters or any word, in titles and messages, and on to the message."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import CatalogModel, Message, MessageStatus, Thread
from generations.relay import turns, versions
from tests.generations.views.test_threads import HTMX, make_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def found(page: Client, words: str, **more: str) -> str:
    """Return the list as a script gets it while somebody types."""
    return page.get("/chat/", {"q": words, **more}, headers={**HTMX, "HX-Target": "thread-list"}).content.decode()


def links(html: str) -> list[str]:
    return re.findall(r'class="thread-list__found" href="([^"]+)"', html)


def say_more(thread: Thread, question: str, answer: str) -> Message:
    """Put a whole turn behind a thread and return its reply."""
    present = Thread.objects.select_related("model").get(pk=thread.pk)
    asked = turns.Question(text=question, model=present.model, submission_id=uuid.uuid4())
    reply = turns.add_turn(present, asked, now=timezone.now()).reply
    Message.objects.filter(pk=reply.pk).update(status=MessageStatus.COMPLETED, text=answer)
    turns.rename(present, title=present.title)
    return reply


def test_two_characters_find_the_message_and_show_it(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="Harbour")
    reply = say_more(thread, "And in Chinese?", "清晨的**港口**很安静。")

    html = found(page, "港口")

    address = f"/chat/{thread.public_id}/?at={reply.public_id}&amp;q=%E6%B8%AF%E5%8F%A3#message-{reply.public_id}"
    assert links(html) == [address]
    assert "<mark>港口</mark>" in html
    assert html.lstrip().startswith('<div class="thread-list" id="thread-list">')


def test_full_width_and_capitals_find_the_same(page: Client, alice: User) -> None:
    make_thread(alice, text="A quiet harbour at dawn")

    assert len(links(found(page, "ＨＡＲＢＯＵＲ"))) == 1


def test_a_title_is_found_and_marked(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    turns.rename(thread, title="预算说明与灯塔")

    html = found(page, "灯塔")

    assert "预算说明与<mark>灯塔</mark>" in html
    assert links(html)[0].startswith(f"/chat/{thread.public_id}/?q=")


def test_only_what_a_person_may_read_is_found(page: Client, alice: User, bob: User) -> None:
    make_thread(bob, text="A secret lighthouse")
    shared = make_thread(bob, text="A shared lighthouse", visibility="team")
    thrown = make_thread(alice, text="A lost lighthouse")
    page.post(f"/chat/{thrown.public_id}/trash/")

    html = found(page, "lighthouse")

    assert [str(shared.public_id) in link for link in links(html)] == [True]
    assert bob.display_name in html


def test_what_was_archived_is_found(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="An archived lighthouse")
    page.post(f"/chat/{thread.public_id}/archive/", {"archived": "1"})

    assert len(links(found(page, "lighthouse"))) == 1


def test_nothing_found_says_so_and_nothing_asked_gives_the_list_back(page: Client, alice: User) -> None:
    make_thread(alice, text="Harbour")

    assert "No title and no message has" in found(page, "灯塔")
    assert "thread-list__link" in found(page, " ")


def test_without_a_script_the_page_shows_what_was_found(page: Client, alice: User) -> None:
    make_thread(alice, text="Harbour")

    html = page.get("/chat/", {"q": "harbour"}).content.decode()

    assert len(links(html)) == 1
    assert 'value="harbour"' in html


def test_a_search_that_is_too_long_is_told_so(page: Client) -> None:
    assert "characters at most" in found(page, "word " * 200)


def test_what_was_found_opens_where_it_stands_with_ways_to_what_is_around(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="Beginning")
    middle = say_more(thread, "Middle", "The needle.")
    for number in range(25):
        say_more(thread, f"More {number}", "hay")

    html = page.get(f"/chat/{thread.public_id}/", {"at": str(middle.public_id), "q": "needle"}).content.decode()

    ids = re.findall(r'<article class="message" id="message-([0-9a-f-]+)"', html)
    assert ids[0] == str(middle.public_id)
    assert len(ids) == 40
    assert 'id="earlier"' in html
    assert 'id="later"' in html
    assert 'data-found-words="needle"' in html
    # The way to the end is a link, because the end is not on the page.
    assert re.search(r'<a class="button conversation__to-end"', html)


def test_what_stands_in_another_version_is_led_to(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="A needle")
    first = thread.messages.get(role=Message.Role.USER)
    model = CatalogModel.objects.get(pk=thread.model_id)
    turn = versions.edit(first, turns.Question(text="Hay", model=model, submission_id=uuid.uuid4()), now=timezone.now())
    Message.objects.filter(pk=turn.reply.pk).update(status=MessageStatus.COMPLETED, text="Yes.")

    html = page.get(f"/chat/{thread.public_id}/", {"at": str(first.public_id)}).content.decode()

    assert "stands in another version" in html
    way = f"/chat/{thread.public_id}/messages/{first.public_id}/showing/"
    assert f'action="{way}"' in html
    assert page.post(way).headers["Location"].endswith(f"#message-{first.public_id}")
    assert (
        "stands in another version" not in page.get(f"/chat/{thread.public_id}/?at={first.public_id}").content.decode()
    )


@pytest.mark.parametrize("at", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_an_address_of_nothing_opens_the_thread_at_its_end(page: Client, alice: User, at: str) -> None:
    thread = make_thread(alice, text="Harbour")

    html = page.get(f"/chat/{thread.public_id}/", {"at": at}).content.decode()

    assert "Harbour" in html
    assert "stands in another version" not in html


def test_finding_many_asks_the_database_as_often_as_finding_few(page: Client, alice: User) -> None:
    counts = []
    found(page, "lighthouse")
    for total in (5, 15):
        for number in range(Thread.objects.count(), total):
            make_thread(alice, text=f"Lighthouse {number}")
        with CaptureQueriesContext(connection) as queries:
            assert len(links(found(page, "lighthouse"))) == total
        counts.append(len(queries))

    assert counts[0] == counts[1]
