"""News: each end is told once, on the page that is looked at, or by the browser when none is."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import User
from generations.lifecycle.transitions import changes, transition
from generations.models import ApiCall, Generation, Message, MessageStatus, News, Status, StudioPreferences
from generations.relay.claims import announce
from tests.factories import make_generation, make_thread

HTMX = {"HX-Request": "true", "HX-Target": "changes"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def fail(row: Generation, *, minutes_ago: int = 0) -> None:
    at = timezone.now() - datetime.timedelta(minutes=minutes_ago)
    with changes() as batch:
        transition(row, Status.FAILED, now=at, batch=batch, failure_reason="upstream")


def running(person: User) -> Generation:
    return make_generation(person, status=Status.IN_PROGRESS)


def look(client: Client, *, eyes: str = "here", turned: str = "1", **more: str) -> str:
    words = {"page": "elsewhere", "eyes": eyes, "turned": turned, **more}
    return client.get("/changes/", words, headers=HTMX).content.decode()


def said(text: str) -> list[str]:
    """Return the sentences of the notices, without their markup."""
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r'notice__text">(.*?)</', text, re.S)]


def summary(text: str) -> str:
    found = re.search(r'notice__text">\s*<p>(.*?)</p>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def test_what_ends_is_told_on_another_page_once(signed_in: Client, alice: User) -> None:
    row = running(alice)
    fail(row)

    first = look(signed_in)

    assert said(first) == ["Failed: A lighthouse in the fog"]
    assert f'href="/g/{row.public_id}/"' in first
    assert said(look(signed_in)) == []
    assert not News.objects.exists()


def test_the_page_that_shows_it_says_it_by_itself(signed_in: Client, alice: User) -> None:
    row = running(alice)
    fail(row)

    assert said(look(signed_in, shown=str(row.public_id)[:8])) == []
    assert said(look(signed_in)) == []


def test_the_item_that_is_open_is_not_told(signed_in: Client, alice: User) -> None:
    row = running(alice)
    fail(row)

    assert said(look(signed_in, opened=str(row.public_id))) == []


def test_after_an_absence_there_is_one_sum_that_leads_to_them(signed_in: Client, alice: User) -> None:
    for _row in range(2):
        fail(running(alice), minutes_ago=20)
    lost = make_generation(alice, status=Status.SUBMITTING)
    with changes() as batch:
        transition(lost, Status.UNCERTAIN, now=timezone.now(), batch=batch, failure_reason="upstream")

    text = look(signed_in, shown=str(lost.public_id)[:8])

    assert summary(text) == "While you were away: 2 failed, 1 needs your decision"
    assert "q=status%3Afailed+after%3A" in text
    assert f'href="/g/{lost.public_id}/"' in text
    assert summary(look(signed_in)) == ""


def test_many_at_once_are_summed_up(signed_in: Client, alice: User) -> None:
    for _row in range(4):
        fail(running(alice))

    assert summary(look(signed_in)) == "4 failed"


def test_a_hidden_tab_lets_the_browser_speak_once_and_the_page_later(signed_in: Client, alice: User) -> None:
    StudioPreferences.objects.create(person=alice, wants_notifications=True)
    row = running(alice)
    fail(row)

    first, second = look(signed_in, eyes="away"), look(signed_in, eyes="away")

    assert f'data-announce="{row.public_id}-failed"' in first
    assert "data-announce" not in second
    assert said(look(signed_in)) == ["Failed: A lighthouse in the fog"]


def test_the_browser_is_silent_until_it_is_asked_to_speak(signed_in: Client, alice: User) -> None:
    fail(running(alice))

    assert "data-announce" not in look(signed_in, eyes="away")


def test_a_tab_behind_another_one_leaves_the_news_to_that(signed_in: Client, alice: User) -> None:
    fail(running(alice))

    assert said(look(signed_in, eyes="other")) == []
    assert said(look(signed_in)) == ["Failed: A lighthouse in the fog"]


def test_nothing_is_told_of_others_of_the_canceled_and_of_the_trash(signed_in: Client, alice: User, bob: User) -> None:
    fail(running(bob))
    canceled = running(alice)
    with changes() as batch:
        transition(canceled, Status.CANCELED, now=timezone.now(), batch=batch)
    thrown = running(alice)
    fail(thrown)
    signed_in.post(f"/library/items/{thrown.public_id}/trashing/", headers=HTMX)

    assert said(look(signed_in)) == []


def test_what_a_script_made_is_told_to_the_script(signed_in: Client, alice: User) -> None:
    row = running(alice)
    key, _secret = keys.issue(alice, name="Render farm", now=timezone.now())
    ApiCall.objects.create(
        key=key, person=alice, model=row.model, protocol=row.model.protocol, generation=row, started_at=timezone.now()
    )
    fail(row)

    assert not News.objects.exists()


def test_an_end_that_is_taken_back_is_not_told(signed_in: Client, alice: User) -> None:
    lost = make_generation(alice, status=Status.SUBMITTING)
    with changes() as batch:
        transition(lost, Status.UNCERTAIN, now=timezone.now(), batch=batch)
    with changes() as batch:
        transition(lost, Status.QUEUED, now=timezone.now(), batch=batch)

    assert said(look(signed_in)) == []


def test_a_reply_is_told_where_its_thread_is_not_open(signed_in: Client, alice: User) -> None:
    thread = make_thread(alice)
    reply = Message.objects.create(
        thread=thread, role="assistant", status=MessageStatus.STREAMING, text="Fog", created_at=timezone.now()
    )
    thread.leaf = reply
    thread.save(update_fields=["leaf"])
    announce([thread])
    Message.objects.filter(pk=reply.pk).update(status=MessageStatus.COMPLETED)
    reply.refresh_from_db()
    announce([thread])

    text = look(signed_in)

    assert said(text)[0].startswith("A reply is ready")
    assert f'href="/chat/{thread.public_id}/"' in text


@pytest.mark.parametrize("path", ["/accounts/", "/keys/", "/chat/", "/library/boards/"])
def test_pages_without_a_list_ask_too_and_soon_when_there_is_news(signed_in: Client, alice: User, path: str) -> None:
    quiet = signed_in.get(path).content.decode()
    fail(running(alice))
    busy = signed_in.get(path).content.decode()

    assert quiet.count('id="changes"') == 1
    assert "page=elsewhere" in quiet
    assert "data-news-waits" not in quiet
    assert "data-news-waits" in busy


def test_a_page_elsewhere_is_told_nothing_until_something_changes(signed_in: Client, alice: User) -> None:
    row = running(alice)
    number = re.search(r"revision=(\d+)", look(signed_in))
    assert number

    words = {"page": "elsewhere", "eyes": "here", "revision": number[1]}
    assert signed_in.get("/changes/", words).status_code == 204
    fail(row)
    answer = signed_in.get("/changes/", words)

    assert answer.status_code == 200
    assert 'data-pace-hidden=""' in answer.content.decode()


def test_what_is_under_way_sets_the_pace(signed_in: Client, alice: User) -> None:
    running(alice)

    assert 'data-pace-visible="3" data-pace-hidden="20"' in look(signed_in)


def test_a_person_turns_notices_of_the_browser_on_and_off(signed_in: Client, alice: User) -> None:
    signed_in.post("/preferences/notifications/", {"on": "1"}, headers=HTMX)
    assert StudioPreferences.objects.get(person=alice).wants_notifications

    signed_in.post("/preferences/notifications/", {"on": "0"})

    assert not StudioPreferences.objects.get(person=alice).wants_notifications
