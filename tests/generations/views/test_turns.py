"""What can be done with one message: who may, what comes back, and what is refused."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import CatalogModel, Message, MessageStatus, Thread
from generations.relay import turns, versions
from generations.relay.tree import way_up

HTMX = {"HX-Request": "true"}
OPENAI = "gpt-5.1"
ANTHROPIC = "claude-sonnet-4-6"


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def thread(alice: User) -> Thread:
    """A thread of alice with two turns that ended well."""
    return make_thread(alice, turns_count=2)


def make_thread(owner: User, *, turns_count: int, visibility: str = "private") -> Thread:
    model = CatalogModel.objects.get(gateway_name=OPENAI)
    now = timezone.now()
    thread, _ = turns.start_thread(ask("q1", model), owner=owner, visibility=visibility, now=now)
    end(thread, "r1")
    for number in range(2, turns_count + 1):
        turns.add_turn(thread, ask(f"q{number}", model), now=now)
        end(thread, f"r{number}")
    return Thread.objects.get(pk=thread.pk)


def ask(text: str, model: CatalogModel) -> turns.Question:
    return turns.Question(text=text, model=model, submission_id=uuid.uuid4())


def end(thread: Thread, text: str = "an answer", **more: Any) -> None:
    values = {"status": MessageStatus.COMPLETED, "text": text, **more}
    Message.objects.filter(thread=thread, status=MessageStatus.PENDING).update(**values)


def message(thread: Thread, text: str) -> Message:
    return thread.messages.get(text=text)


def url(one: Message, noun: str) -> str:
    return f"/chat/{one.thread.public_id}/messages/{one.public_id}/{noun}/"


def form(**more: Any) -> dict[str, Any]:
    return {"submission_id": str(uuid.uuid4()), **more}


def words(thread: Thread) -> list[str]:
    rows = Message.objects.in_bulk(way_up(Thread.objects.get(pk=thread.pk).leaf_id))
    return [rows[pk].text for pk in sorted(rows)]


def test_an_own_message_opens_as_a_form_with_its_text(page: Client, thread: Thread) -> None:
    text = page.get(url(message(thread, "q1"), "versions"), headers=HTMX).content.decode()

    assert re.search(r"<textarea[^>]*>\s*q1</textarea>", text)
    assert 'data-kind="chat"' in text
    assert "<html" not in text


def test_without_a_script_the_form_is_a_page(page: Client, thread: Thread) -> None:
    text = page.get(url(message(thread, "q1"), "versions")).content.decode()

    assert "<html" in text
    assert "q1</textarea>" in text


def test_an_edited_message_answers_with_the_way_from_there_on(page: Client, thread: Thread) -> None:
    data = form(text="q1 again", model=OPENAI)

    answers = [page.post(url(message(thread, "q1"), "versions"), data, headers=HTMX) for _ in range(2)]

    text = answers[0].content.decode()
    assert words(thread) == ["q1 again", ""]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert text.count("<article") == 2
    assert "2 / 2" in text
    assert 'id="composer-action" hx-swap-oob="true"' in text


def test_without_a_script_an_edit_leads_back_to_its_place(page: Client, thread: Thread) -> None:
    answer = page.post(url(message(thread, "q1"), "versions"), form(text="q1 again", model=OPENAI))

    made = message(thread, "q1 again")
    assert answer.headers["Location"] == f"/chat/{thread.public_id}/#message-{made.public_id}"


@pytest.mark.parametrize("text", ["", "  ", "a\x00b"])
def test_a_bad_edit_is_refused_in_its_place(page: Client, thread: Thread, text: str) -> None:
    answer = page.post(url(message(thread, "q1"), "versions"), form(text=text, model=OPENAI), headers=HTMX)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert words(thread) == ["q1", "r1", "q2", "r2"]


def test_an_edit_during_a_reply_is_refused_with_its_text(page: Client, thread: Thread) -> None:
    turns.add_turn(thread, ask("q3", thread.model), now=timezone.now())

    answer = page.post(url(message(thread, "q1"), "versions"), form(text="too early", model=OPENAI), headers=HTMX)

    assert answer.status_code == 422
    assert "too early" in answer.content.decode()
    assert "A reply is still being written" in answer.content.decode()


def test_a_reply_can_be_asked_for_again_from_another_model(page: Client, thread: Thread) -> None:
    reply = message(thread, "r2")

    menu = page.get(url(reply, "replies"), headers=HTMX).content.decode()
    text = page.post(url(reply, "replies"), form(model=ANTHROPIC), headers=HTMX).content.decode()

    assert f'value="{ANTHROPIC}"' in menu
    made = thread.messages.get(status=MessageStatus.PENDING)
    assert made.model is not None
    assert (made.model.gateway_name, made.parent_id) == (ANTHROPIC, reply.parent_id)
    assert Thread.objects.get(pk=thread.pk).model.gateway_name == ANTHROPIC
    assert "2 / 2" in text
    assert 'data-behavior="stream"' in text


def test_a_reply_in_the_middle_can_be_asked_for_again(page: Client, thread: Thread) -> None:
    page.post(url(message(thread, "r1"), "replies"), form(), headers=HTMX)

    assert words(thread) == ["q1", ""]


def test_another_version_is_shown_with_what_follows_it(page: Client, thread: Thread) -> None:
    asked = message(thread, "q1")
    versions.edit(asked, ask("q1 again", thread.model), now=timezone.now())
    end(thread, "r1 again")

    text = page.post(url(asked, "showing"), headers=HTMX).content.decode()

    assert words(thread) == ["q1", "r1", "q2", "r2"]
    assert text.count("<article") == 4
    assert "1 / 2" in text


@pytest.mark.parametrize(
    ("status", "more", "is_offered"),
    [
        ("interrupted", {}, True),
        ("stopped", {}, True),
        ("failed", {"failure_reason": "upstream"}, True),
        ("failed", {"failure_reason": "refused"}, False),
        ("failed", {"failure_reason": "upstream", "text": ""}, False),
        ("completed", {"finish_reason": "length"}, True),
        ("completed", {"finish_reason": "stop"}, False),
    ],
)
def test_only_a_reply_that_was_cut_goes_on(
    page: Client, thread: Thread, status: str, more: dict[str, str], is_offered: bool
) -> None:
    reply = message(thread, "r2")
    Message.objects.filter(pk=reply.pk).update(**{"status": status, "text": "half a", **more})

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()
    answer = page.post(url(reply, "continuation"), form(), headers=HTMX)

    assert ("Continue" in shown) == is_offered
    assert answer.status_code == (200 if is_offered else 409)
    reply.refresh_from_db()
    assert (reply.status == MessageStatus.PENDING) == is_offered


def test_a_wish_to_go_on_that_comes_twice_counts_once(page: Client, thread: Thread) -> None:
    reply = message(thread, "r2")
    Message.objects.filter(pk=reply.pk).update(status="interrupted", text="half a")
    data = form()

    first = page.post(url(reply, "continuation"), data, headers=HTMX)
    Message.objects.filter(pk=reply.pk).update(status="interrupted", text="half a reply")
    second = page.post(url(reply, "continuation"), data, headers=HTMX)

    reply.refresh_from_db()
    assert (first.status_code, second.status_code, reply.status) == (200, 200, "interrupted")
    assert reply.continued_from == len("half a")


def test_a_turn_is_deleted_and_comes_back(page: Client, thread: Thread) -> None:
    reply = message(thread, "r1")

    text = page.post(url(reply, "removal"), headers=HTMX).content.decode()
    assert words(thread) == ["q2", "r2"]
    asked = message(thread, "q1")
    assert f"message-{asked.public_id} message-{reply.public_id}" in text
    assert url(asked, "restoration") in text
    assert page.get(url(asked, "source")).status_code == 404

    back = page.post(url(asked, "restoration"), headers=HTMX).content.decode()
    assert words(thread) == ["q1", "r1", "q2", "r2"]
    assert back.count("<article") == 4


def test_a_branch_opens_as_a_thread_of_its_own(page: Client, thread: Thread) -> None:
    data = form()

    first, second = (page.post(url(message(thread, "r1"), "branches"), data) for _ in range(2))
    scripted = page.post(url(message(thread, "r1"), "branches"), form(), headers=HTMX)

    assert first.headers["Location"] == second.headers["Location"]
    made = Thread.objects.exclude(pk=thread.pk).order_by("pk")[0]
    assert first.headers["Location"] == f"/chat/{made.public_id}/"
    assert words(made) == ["q1", "r1"]
    assert (scripted.status_code, "HX-Redirect" in scripted.headers) == (204, True)


def test_a_message_can_be_read_as_it_was_written(page: Client, thread: Thread) -> None:
    Message.objects.filter(text="r1").update(text="**bold** <script>")

    answer = page.get(url(thread.messages.get(text__startswith="**"), "source"))

    assert answer.content.decode() == "**bold** <script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("noun", ["versions", "replies", "menu"])
def test_menus_and_forms_are_pages_without_a_script(page: Client, thread: Thread, noun: str) -> None:
    one = message(thread, "q1" if noun == "versions" else "r1")

    assert "<html" in page.get(url(one, noun)).content.decode()
    assert "<html" not in page.get(url(one, noun), headers=HTMX).content.decode()


def every_request(client: Client, thread: Thread) -> dict[str, int]:
    """Return how each address answers somebody."""
    own, reply = message(thread, "q1"), message(thread, "r1")
    asked = {noun: client.post(url(reply, noun), form()) for noun in ("replies", "showing", "continuation", "removal")}
    asked |= {noun: client.post(url(reply, noun), form()) for noun in ("branches",)}
    asked["edit"] = client.post(url(own, "versions"), form(text="mine", model=OPENAI))
    asked["restoration"] = client.post(url(own, "restoration"))
    asked |= {f"get {noun}": client.get(url(reply, noun), headers=HTMX) for noun in ("replies", "menu")}
    asked["get form"] = client.get(url(own, "versions"), headers=HTMX)
    asked |= {f"read {noun}": client.get(url(reply, noun), headers=HTMX) for noun in ("source", "earlier", "later")}
    return {name: answer.status_code for name, answer in asked.items()}


def test_charlie_finds_nothing_of_a_private_thread(client: Client, thread: Thread, charlie: User) -> None:
    client.force_login(charlie)

    assert set(every_request(client, thread).values()) == {404}
    assert words(thread) == ["q1", "r1", "q2", "r2"]


def test_a_colleague_reads_a_shared_thread_and_changes_nothing(client: Client, alice: User, bob: User) -> None:
    shared = make_thread(alice, turns_count=2, visibility="team")
    client.force_login(bob)

    answers = every_request(client, shared)

    assert {status for name, status in answers.items() if name.startswith("read")} == {200}
    assert {status for name, status in answers.items() if not name.startswith("read")} == {404}
    assert words(shared) == ["q1", "r1", "q2", "r2"]
    page = client.get(f"/chat/{shared.public_id}/").content.decode()
    assert not re.search(r"data-edit-message|data-ask-again|/removal/|/branches/|/showing/", page)


def test_a_reply_is_no_message_to_edit_and_a_question_none_to_ask_for(page: Client, thread: Thread) -> None:
    assert page.get(url(message(thread, "r1"), "versions")).status_code == 404
    assert page.post(url(message(thread, "q1"), "replies"), form()).status_code == 404
    assert page.post(url(message(thread, "q1"), "branches"), form()).status_code == 404


def test_a_long_thread_is_read_in_stretches_that_meet(page: Client, alice: User) -> None:
    thread = make_thread(alice, turns_count=45)
    seen: list[str] = []
    address = f"/chat/{thread.public_id}/"
    while address:
        text = page.get(address, headers=HTMX if seen else {}).content.decode()
        found = re.findall(r'id="message-([0-9a-f-]{36})"', text)
        seen = found + seen
        more = re.search(r'hx-get="(/chat/[^"]+/earlier/)"', text)
        address = more[1] if more else ""

    assert seen == [str(one.public_id) for one in thread.messages.order_by("pk")]


def test_a_version_with_a_long_way_behind_it_is_read_in_stretches_too(page: Client, alice: User) -> None:
    thread = make_thread(alice, turns_count=25)
    first = message(thread, "q1")
    versions.edit(first, ask("q1 again", thread.model), now=timezone.now())
    end(thread, "r1 again")

    text = page.post(url(first, "showing"), headers=HTMX).content.decode()
    later = re.search(r'hx-get="(/chat/[^"]+/later/)"', text)
    assert later
    rest = page.get(later[1], headers=HTMX).content.decode()

    ids = [re.findall(r'id="message-([0-9a-f-]{36})"', part) for part in (text, rest)]
    assert (len(ids[0]), len(ids[1])) == (40, 10)
    assert not set(ids[0]) & set(ids[1])


def test_very_long_messages_come_one_by_one(page: Client, thread: Thread) -> None:
    Message.objects.filter(thread=thread, role="assistant").update(text="word " * 70_000)

    text = page.get(f"/chat/{thread.public_id}/").content.decode()

    assert text.count("<article") == 2
    assert "/earlier/" in text


def test_opening_a_thread_reads_as_many_rows_however_long_it_is(page: Client, alice: User) -> None:
    short, long = (make_thread(alice, turns_count=count) for count in (25, 60))

    def queries(one: Thread) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert page.get(f"/chat/{one.public_id}/").status_code == 200
        return [query["sql"] for query in captured]

    queries(short)
    assert len(queries(short)) == len(queries(long))


def test_a_version_under_way_in_another_tab_is_shown_as_it_grows(page: Client, thread: Thread) -> None:
    asked = message(thread, "q1")
    turn = versions.edit(asked, ask("q1 again", thread.model), now=timezone.now())
    Message.objects.filter(pk=turn.reply.pk).update(
        status=MessageStatus.STREAMING, producer_until=timezone.now() + datetime.timedelta(seconds=60)
    )
    turn.reply.pieces.create(end=8, text_start=0, text="so far, ", reasoning_start=0)

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()

    assert "so far," in shown
    assert 'aria-busy="true"' in shown
