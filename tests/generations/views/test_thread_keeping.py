"""Threads kept in order: the list, pins, the archive, the trash, files to take along, copies of what others share."""

from __future__ import annotations

import asyncio
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from generations.models import Message, Thread
from tests.factories import make_thread

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def listed(page: Client, query: str = "") -> str:
    """Return the list at the side."""
    return page.get(f"/chat/{query}").content.decode().split('id="thread-list"')[1].split("</nav>")[0]


def act(page: Client, thread: Thread, noun: str, **values: str) -> Any:
    return page.post(f"/chat/{thread.public_id}/{noun}/", values, headers=HTMX)


def test_a_pinned_thread_stands_above_newer_ones(page: Client, alice: User) -> None:
    old = make_thread(alice, text="the old one")
    make_thread(alice, text="the new one")

    act(page, old, "pin", pinned="1")
    shown = listed(page)
    act(page, old, "pin", pinned="0")

    assert shown.index("the old one") < shown.index("the new one")
    assert "Pinned" in shown
    assert "Pinned" not in listed(page)


def test_an_archived_thread_leaves_the_list_and_comes_back(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="out of the way")

    answer = act(page, thread, "archive", archived="1")

    assert "out of the way" not in answer.content.decode()
    assert "out of the way" in listed(page, "?scope=archived")
    act(page, thread, "archive", archived="0")
    assert "out of the way" in listed(page)


def test_a_trashed_thread_answers_with_the_way_back(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="thrown away")

    answer = act(page, thread, "trash")
    gone = listed(page)
    act(page, thread, "restoration")

    assert f"/chat/{thread.public_id}/restoration/" in answer.content.decode()
    assert "thrown away" not in gone
    assert "thrown away" in listed(page)


def test_a_thread_in_the_trash_can_be_read_by_its_owner_alone(page: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice, visibility="team")

    address = act(page, thread, "trash", open=str(thread.public_id)).headers["HX-Redirect"]

    assert "is in the trash" in page.get(address).content.decode()
    assert "chat-composer" not in page.get(f"/chat/{thread.public_id}/").content.decode()
    page.force_login(bob)
    assert page.get(f"/chat/{thread.public_id}/").status_code == 404


def test_an_open_thread_stands_in_the_list_however_old_it_is(page: Client, alice: User) -> None:
    old = make_thread(alice, text="long ago")
    for number in range(30):
        make_thread(alice, text=f"newer {number}")

    shown = page.get(f"/chat/{old.public_id}/").content.decode()

    assert shown.count(f'id="thread-name-{old.public_id}"') == 1


def test_the_list_costs_the_same_queries_whatever_its_length(page: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page.get("/chat/")
        return len(captured)

    for _ in range(5):
        make_thread(alice)
    page.get("/chat/")
    before = queries()
    for _ in range(10):
        make_thread(alice)

    assert queries() == before


def test_what_the_team_shares_has_a_list_of_its_own(page: Client, alice: User, bob: User) -> None:
    make_thread(bob, text="for everybody", visibility="team")
    make_thread(bob, text="for nobody")

    shown = listed(page, "?scope=team")

    assert "for everybody" in shown
    assert "for nobody" not in shown


async def read_all(answer: Any) -> str:
    return b"".join([part async for part in answer.streaming_content]).decode()


def export(page: Client, thread: Thread, suffix: str) -> str:
    answer = page.get(f"/chat/{thread.public_id}/export.{suffix}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    content = answer.streaming_content
    if hasattr(content, "__aiter__"):
        return asyncio.run(read_all(answer))
    return b"".join(content).decode()


@pytest.mark.django_db(transaction=True)
def test_an_export_holds_what_was_said(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="What is a fermata?", reply="A **pause**.", title='Music: "notes"/1')

    markdown = export(page, thread, "md")
    whole = json.loads(export(page, thread, "json"))

    assert markdown.startswith('# Music: "notes"/1\n')
    assert "What is a fermata?" in markdown
    assert "A **pause**." in markdown
    assert [one["role"] for one in whole["messages"]] == ["user", "assistant"]
    assert whole["messages"][1]["parent"] == whole["messages"][0]["id"]


@pytest.mark.django_db(transaction=True)
def test_an_export_of_an_unknown_kind_does_not_exist(page: Client, alice: User) -> None:
    assert page.get(f"/chat/{make_thread(alice).public_id}/export.exe").status_code == 404


def test_a_copy_goes_on_in_ones_own_name_and_costs_nothing(page: Client, alice: User, bob: User) -> None:
    thread = make_thread(bob, text="shared words", visibility="team", system_prompt="Be kind.")
    Message.objects.filter(pk=thread.leaf_id).update(input_tokens=5, output_tokens=7, charge_amount=Decimal(1))

    first = page.post(f"/chat/{thread.public_id}/copies/")
    again = page.post(f"/chat/{thread.public_id}/copies/")

    copy = Thread.objects.get(owner=alice)
    assert first.headers["Location"] == again.headers["Location"] == f"/chat/{copy.public_id}/"
    assert (copy.visibility, copy.system_prompt, copy.source) == ("private", "Be kind.", thread)
    assert [one.text for one in copy.messages.order_by("pk")] == ["shared words", "An **answer**."]
    assert copy.messages.filter(charge_amount__isnull=False).count() == 0
    form = {"text": "and mine", "model": "gpt-5.1", "submission_id": str(uuid.uuid4())}
    assert page.post(f"/chat/{copy.public_id}/messages/", form).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "noun"),
    [
        ("get", "header/"), ("get", "settings/"), ("post", "settings/"), ("post", "prompt/"), ("get", "actions/"),
        ("post", "pin/"), ("post", "archive/"), ("post", "trash/"), ("post", "restoration/"), ("post", "copies/"),
        ("get", "export.md"), ("get", "export.json"), ("post", "queue/release/"),
        ("post", "queue/0c54e80f-e22e-4231-a409-61b1d31f5f4b/return/"),
    ],
)  # fmt: skip
def test_charlie_finds_nothing_of_a_private_thread(
    client: Client, alice: User, charlie: User, method: str, noun: str
) -> None:
    thread = make_thread(alice)
    client.force_login(charlie)

    assert getattr(client, method)(f"/chat/{thread.public_id}/{noun}").status_code == 404


def test_charlie_keeps_no_draft_in_a_thread_of_alice(client: Client, alice: User, charlie: User) -> None:
    thread = make_thread(alice)
    client.force_login(charlie)

    form = {"thread": str(thread.public_id), "text": "mine", "submission_id": str(uuid.uuid4())}
    assert client.post("/chat/drafts/", form).status_code == 404
