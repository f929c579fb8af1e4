"""The palette: pages, models, one's own threads and actions, by what somebody types."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import Thread
from tests.factories import model_named

LIST = {"HX-Request": "true", "HX-Target": "palette-list"}


def make_thread(owner: User, title: str) -> Thread:
    now = timezone.now()
    return Thread.objects.create(
        owner=owner,
        title=title,
        model=model_named("gpt-5.1"),
        submission_id=uuid.uuid4(),
        created_at=now,
        changed_at=now,
    )


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def typed(client: Client, words: str) -> str:
    return client.get("/palette/", {"q": words}, headers=LIST).text


def test_it_opens_with_pages_threads_and_actions(signed_in: Client, alice: User) -> None:
    make_thread(alice, "Harbour light")

    text = signed_in.get("/palette/", headers={"HX-Request": "true"}).text

    assert text.lstrip().startswith("<dialog")
    for words in ("Library", "Harbour light", "Dark theme"):
        assert words in text
    assert "Administration" not in text


def test_an_administrator_finds_the_administration(client: Client, admin: User) -> None:
    client.force_login(admin)

    assert 'href="/admin/"' in typed(client, "admin")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("lib", "/library/"),
        ("ＬＩＢＲＡＲＹ", "/library/"),
        ("seedance", "/?model=doubao-seedance-2-0"),
        ("GPT-5", "/chat/?model=gpt-5.1"),
        ("快速版", "/?model=nano-banana-fast"),
        ("vid", "/?kind=video"),
    ],
)
def test_a_few_letters_find_it(signed_in: Client, words: str, address: str) -> None:
    assert f'href="{address}"' in typed(signed_in, words)


def test_only_ones_own_threads_are_found(signed_in: Client, alice: User, bob: User) -> None:
    make_thread(alice, "黄昏的码头")
    make_thread(bob, "码头的秘密")

    text = typed(signed_in, "码头")

    assert "黄昏的码头" in text
    assert "秘密" not in text


def test_what_nothing_fits_may_still_be_searched_for(signed_in: Client) -> None:
    text = typed(signed_in, '50% "<b>')

    assert text.count('role="option"') == 1
    assert 'href="/library/?q=50%25+%22%3Cb%3E"' in text
    assert "<b>" not in text


@pytest.mark.parametrize("words", ["x" * 10_000, "%", "'; --", "\\", "🙂", " "])
def test_nonsense_is_answered(signed_in: Client, words: str) -> None:
    assert signed_in.get("/palette/", {"q": words}, headers=LIST).status_code == 200


def test_many_threads_cost_no_more_queries(signed_in: Client, alice: User) -> None:
    typed(signed_in, "harbour")
    counts = []
    for number in (5, 15):
        for one in range(number):
            make_thread(alice, f"Harbour {one}")
        with CaptureQueriesContext(connection) as captured:
            text = typed(signed_in, "harbour")
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert text.count('href="/chat/') == 6


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/palette/").status_code == 302
