"""Chat pages: what a message becomes, once, what is refused, and who may see what."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import CatalogModel, Message, MessageStatus, StudioPreferences, Thread
from generations.relay import turns

HTMX = {"HX-Request": "true"}
OPENAI = "gpt-5.1"
ANTHROPIC = "claude-sonnet-4-6"


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def message(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"text": text, "model": OPENAI, "submission_id": str(uuid.uuid4()), **more}


def make_thread(
    owner: User, *, text: str = "hello", visibility: str = "private", now: datetime.datetime | None = None
) -> Thread:
    """Make a thread whose first reply has ended well."""
    model = CatalogModel.objects.get(gateway_name=OPENAI)
    question = turns.Question(text=text, model=model, submission_id=uuid.uuid4())
    thread, _ = turns.start_thread(question, owner=owner, visibility=visibility, now=now or timezone.now())
    end_reply(thread)
    return Thread.objects.get(pk=thread.pk)


def end_reply(thread: Thread, *, status: str = MessageStatus.COMPLETED, **more: Any) -> None:
    values = {"status": status, "text": "An **answer**.", **more}
    Message.objects.filter(thread=thread, status=MessageStatus.PENDING).update(**values)


def messages_url(thread: Thread) -> str:
    return f"/chat/{thread.public_id}/messages/"


def leaf_url(thread: Thread, noun: str = "") -> str:
    leaf = Message.objects.get(pk=Thread.objects.get(pk=thread.pk).leaf_id)
    return f"/chat/{thread.public_id}/messages/{leaf.public_id}/{noun}"


def test_a_first_message_becomes_a_thread(page: Client, alice: User) -> None:
    answer = page.post("/chat/", message("Three shots, please", visibility="private"))

    thread = Thread.objects.get()
    assert answer.headers["Location"] == f"/chat/{thread.public_id}/"
    assert (thread.owner, thread.title, thread.visibility) == (alice, "Three shots, please", "private")
    shown = page.get(answer.headers["Location"]).content.decode()
    assert 'data-behavior="stream"' in shown
    assert "Three shots, please" in shown


def test_a_script_is_sent_to_the_new_thread(page: Client) -> None:
    answer = page.post("/chat/", message(visibility="private"), headers=HTMX)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/chat/{Thread.objects.get().public_id}/"


def test_the_same_form_twice_shows_the_first_thread(page: Client) -> None:
    form = message(visibility="private")

    first, second = page.post("/chat/", form), page.post("/chat/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Message.objects.count() == 2


def test_the_same_form_twice_shows_the_first_message(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    form = message("once more")

    first, second = (page.post(messages_url(thread), form, headers=HTMX) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert thread.messages.filter(text="once more").count() == 1
    assert thread.messages.count() == 4


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twenty_times_at_once_makes_one_message(alice: User) -> None:
    thread = make_thread(alice)
    form = message("at once")
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(alice)

    def send(client: Client) -> int:
        try:
            return client.post(messages_url(thread), form).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(send, clients))

    assert statuses == {302}
    assert thread.messages.count() == 4


def test_a_sent_message_adds_its_turn_and_turns_send_into_stop(page: Client, alice: User) -> None:
    thread = make_thread(alice)

    text = page.post(messages_url(thread), message("and then?"), headers=HTMX).content.decode()

    assert text.count("<article") == 2
    assert 'id="composer-action" hx-swap-oob="true"' in text
    assert "Stop" in text
    assert 'id="submission-id"' in text


def test_a_message_may_go_to_another_model(page: Client, alice: User) -> None:
    thread = make_thread(alice)

    page.post(messages_url(thread), message("and then?", model=ANTHROPIC))

    assert Thread.objects.get().model.gateway_name == ANTHROPIC


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write something first."),
        ("  \n ", "Write something first."),
        ("a\x00b", "characters that are not text"),
        ("long " * 200_000, "at most"),
    ],
    ids=["empty", "blank", "nul", "long"],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["script", "plain"])
def test_a_bad_text_is_refused_beside_its_field_and_stays(
    page: Client, alice: User, text: str, sentence: str, headers: dict[str, str]
) -> None:
    thread = make_thread(alice)

    for address, more in (("/chat/", {"visibility": "private"}), (messages_url(thread), {})):
        answer = page.post(address, message(text, **more), headers=headers)

        shown = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in shown
        assert 'aria-invalid="true"' in shown
        assert text.strip("\x00 \n")[:40] in shown
    assert Message.objects.count() == 2


@pytest.mark.parametrize("text", ["\u202eabc", "👩‍👩‍👧‍👦 family", "שלום", "a\u0301"])
def test_marks_of_direction_and_emoji_are_kept(page: Client, alice: User, text: str) -> None:
    thread = make_thread(alice)

    page.post(messages_url(thread), message(text))

    assert thread.messages.filter(text=text).exists()


def test_line_ends_and_indents_of_a_message_are_kept(page: Client, alice: User) -> None:
    thread = make_thread(alice)

    page.post(messages_url(thread), message("def f():\r\n    return 1"))

    assert thread.messages.filter(text="def f():\n    return 1").exists()


@pytest.mark.parametrize(
    "more", [{"model": "no-such"}, {"model": "gpt-image-2"}, {"submission_id": "x"}, {"model": ""}]
)
def test_a_bad_form_is_refused(page: Client, alice: User, more: dict[str, str]) -> None:
    thread = make_thread(alice)

    assert page.post(messages_url(thread), message(**more), headers=HTMX).status_code == 422
    assert thread.messages.count() == 2


@pytest.mark.parametrize("status", ["failed", "interrupted", "stopped"])
def test_a_reply_that_ended_badly_says_so_and_can_be_asked_again(page: Client, alice: User, status: str) -> None:
    thread = make_thread(alice)
    page.post(messages_url(thread), message("and then?"))
    end_reply(thread, status=status, failure_reason="upstream" if status == "failed" else "", text="half a")
    form = {"submission_id": str(uuid.uuid4())}
    address = leaf_url(thread, "replies/")

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()
    first, second = page.post(address, form, headers=HTMX), page.post(address, form, headers=HTMX)

    assert "half a" in shown
    assert "Ask again" in shown
    assert (first.status_code, second.status_code) == (200, 200)
    assert thread.messages.filter(role="assistant").count() == 3
    assert Message.objects.get(pk=Thread.objects.get().leaf_id).status == MessageStatus.PENDING


def test_a_reply_under_way_cannot_be_asked_again(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    page.post(messages_url(thread), message("and then?"))

    answer = page.post(leaf_url(thread, "replies/"), {"submission_id": str(uuid.uuid4())}, headers=HTMX)

    assert answer.status_code == 409
    assert "notice" in answer.content.decode()


def test_stop_leaves_a_wish_on_the_row(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    page.post(messages_url(thread), message("and then?"))
    Message.objects.filter(status=MessageStatus.PENDING).update(status=MessageStatus.STREAMING)

    answer = page.post(leaf_url(thread, "stoppage/"), headers=HTMX)

    assert answer.status_code == 204
    assert Message.objects.get(status=MessageStatus.STREAMING).stop_requested_at


def test_a_thread_can_be_renamed_and_shared(page: Client, alice: User) -> None:
    thread = make_thread(alice)

    page.post(f"/chat/{thread.public_id}/title/", {"title": "  Harbour \n film "})
    page.post(f"/chat/{thread.public_id}/visibility/", {"visibility": "team"})

    thread.refresh_from_db()
    assert (thread.title, thread.visibility) == ("Harbour film", "team")


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "a\x00b"])
def test_a_bad_name_is_refused_beside_its_field(page: Client, alice: User, title: str) -> None:
    thread = make_thread(alice)

    answer = page.post(f"/chat/{thread.public_id}/title/", {"title": title}, headers=HTMX)

    assert answer.status_code == 422
    assert 'class="field__error"' in answer.content.decode()
    assert Thread.objects.get().title == "hello"


def every_request(client: Client, thread: Thread) -> dict[str, int]:
    """Return how each address of a thread answers somebody."""
    base = f"/chat/{thread.public_id}/"
    form = message("intruder")
    asked = {
        "page": client.get(base),
        "earlier": client.get(messages_url(thread)),
        "message": client.get(leaf_url(thread)),
        "stream": client.get(leaf_url(thread, "stream/")),
        "post": client.post(messages_url(thread), form),
        "stop": client.post(leaf_url(thread, "stoppage/")),
        "again": client.post(leaf_url(thread, "replies/"), {"submission_id": str(uuid.uuid4())}),
        "title": client.post(f"{base}title/", {"title": "mine"}),
        "visibility": client.post(f"{base}visibility/", {"visibility": "team"}),
    }
    return {name: answer.status_code for name, answer in asked.items()}


@pytest.mark.django_db(transaction=True)
def test_charlie_finds_nothing_of_a_private_thread(client: Client, alice: User, charlie: User) -> None:
    thread = make_thread(alice)
    client.force_login(charlie)

    assert set(every_request(client, thread).values()) == {404}
    assert thread.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_colleague_reads_a_shared_thread_and_writes_nothing(client: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice, visibility="team")
    client.force_login(bob)

    answers = every_request(client, thread)

    assert {answers[name] for name in ("page", "message", "stream")} == {200}
    assert {answers[name] for name in ("post", "stop", "again", "title", "visibility")} == {404}
    shown = client.get(f"/chat/{thread.public_id}/").content.decode()
    assert "chat-composer" not in shown
    assert not [noun for noun in ("title", "pin", "archive", "trash", "settings") if f"/{noun}/" in shown]


def test_a_message_of_another_thread_is_not_found(page: Client, alice: User) -> None:
    mine, other = make_thread(alice), make_thread(alice)
    leaf = Message.objects.get(pk=other.leaf_id)

    assert page.get(f"/chat/{mine.public_id}/messages/{leaf.public_id}/").status_code == 404


@pytest.mark.parametrize("address", ["/chat/", "/chat/00000000-0000-4000-8000-000000000000/"])
def test_a_stranger_is_sent_to_sign_in(client: Client, db: None, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_a_submit_of_an_ended_session_is_answered_401_and_works_later(client: Client, alice: User) -> None:
    thread = make_thread(alice)
    form = message("still here")

    lost = client.post(messages_url(thread), form, headers=HTMX)
    client.force_login(alice)
    later = client.post(messages_url(thread), form, headers=HTMX)

    assert (lost.status_code, later.status_code) == (401, 200)
    assert thread.messages.filter(text="still here").count() == 1


def test_the_list_shows_own_threads_newest_first_and_more_on_demand(page: Client, alice: User, bob: User) -> None:
    begin = timezone.now() - datetime.timedelta(days=3)
    for number in range(30):
        make_thread(alice, text=f"mine-{number:02}", now=begin + datetime.timedelta(minutes=number))
    make_thread(bob, text="theirs", visibility="team")

    first = page.get("/chat/").content.decode()
    more = page.get(
        "/chat/?" + first.split('hx-get="/chat/?')[1].split('"')[0].replace("&amp;", "&"), headers=HTMX
    ).content.decode()

    assert "theirs" not in first
    assert first.index("mine-29") < first.index("mine-10")
    assert "mine-00" not in first
    assert "mine-00" in more
    assert "mine-29" not in more


def test_a_thread_page_costs_the_same_queries_whatever_its_length(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    model = thread.model

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert page.get(f"/chat/{thread.public_id}/").status_code == 200
        return len(captured)

    queries()
    before = queries()
    for number in range(15):
        question = turns.Question(text=str(number), model=model, submission_id=uuid.uuid4())
        turns.add_turn(thread, question, now=timezone.now())
        end_reply(thread)

    assert queries() == before


def test_a_long_thread_opens_at_its_end_and_shows_the_rest_on_demand(page: Client, alice: User) -> None:
    thread = make_thread(alice, text="the-first")
    for number in range(25):
        question = turns.Question(text=f"turn-{number:02}", model=thread.model, submission_id=uuid.uuid4())
        turns.add_turn(thread, question, now=timezone.now())
        end_reply(thread)

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()
    log = shown.split('id="turns"')[1]
    earlier = page.get(log.split('hx-get="')[1].split('"')[0], headers=HTMX).content.decode()

    assert "turn-24" in log
    assert "the-first" not in log
    assert "the-first" in earlier
    assert "turn-24" not in earlier


def test_the_composer_begins_with_the_persons_own_choice_of_visibility(page: Client, alice: User) -> None:
    StudioPreferences.objects.create(person=alice, thread_visibility="team")

    assert '<option value="team" selected>' in page.get("/chat/").content.decode()


def test_an_example_fills_the_composer(page: Client) -> None:
    assert "Ink &amp; mist</textarea>" in page.get("/chat/?text=Ink %26 mist").content.decode()


def test_a_hostile_reply_is_shown_harmless(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    Message.objects.filter(pk=thread.leaf_id).update(
        text="<script>alert(1)</script> [x](javascript:alert(1))", reasoning="<script>alert(2)</script>"
    )

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()

    assert "<script>alert" not in shown
    assert 'href="javascript:' not in shown


@pytest.mark.parametrize("status", MessageStatus.values)
def test_a_message_can_be_fetched_in_every_state(page: Client, alice: User, status: str) -> None:
    thread = make_thread(alice)
    Message.objects.filter(pk=thread.leaf_id).update(status=status)

    answer = page.get(leaf_url(thread))

    assert answer.status_code == 200
    assert f'data-status="{status}"' in answer.content.decode()


def test_the_page_speaks_chinese(page: Client, alice: User) -> None:
    answer = page.get("/chat/", headers={"Accept-Language": "zh-CN"})

    assert answer.headers["Content-Language"] == "zh-hans"


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_stream_comes_in_the_readers_time_zone(client: Client, alice: User) -> None:
    alice.time_zone = "Asia/Shanghai"
    alice.save()
    client.force_login(alice)
    thread = make_thread(alice)
    Message.objects.filter(pk=thread.leaf_id).update(
        created_at=datetime.datetime(2026, 1, 1, 20, 30, tzinfo=datetime.UTC)
    )

    answer = client.get(leaf_url(thread, "stream/"))

    async def read() -> str:
        return b"".join([piece async for piece in answer]).decode()

    body = asyncio.run(read())
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "event: done" in body
    assert "04:30" in body
