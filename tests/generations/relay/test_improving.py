"""Improving a prompt: one call by the relay, counted to its person, in a thread that stands in no list."""

from __future__ import annotations

import uuid

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.forms.chat import opening_model
from generations.models import Message, MessageStatus, Purpose, Thread, TimelineEntry
from generations.relay import improving
from generations.relay.context import build_order
from generations.relay.improving import Wish
from generations.sandbox.improving import improve as sandbox_improves
from generations.sandbox.improving import is_asked
from tests.factories import model_named

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ask(person: User, prompt: str = "雪地里的狐狸", **more: object) -> improving.Improvement:
    wish = Wish(prompt, model_named("gpt-5.1"), more.pop("submission_id", None) or uuid.uuid4(), **more)  # type: ignore[arg-type]
    return improving.improve(wish, owner=person, now=NOW)[0]


def answer(found: improving.Improvement, text: str, status: str = MessageStatus.COMPLETED) -> None:
    Message.objects.filter(pk=found.reply.pk).update(status=status, text=text)


def test_a_submission_id_asks_once(alice: User) -> None:
    submission_id = uuid.uuid4()
    first = ask(alice, submission_id=submission_id)

    again = ask(alice, prompt="other words", submission_id=submission_id)

    assert again.thread.pk == first.thread.pk
    assert again.original == "雪地里的狐狸"
    assert Message.objects.filter(role="assistant").count() == 1


def test_the_model_is_told_what_to_do_and_the_prompt_is_the_message(alice: User) -> None:
    found = ask(alice, kind="video", wish="more about\nthe light")

    order = build_order(Message.objects.get(pk=found.reply.pk))

    assert [turn.text for turn in order.turns] == ["雪地里的狐狸"]
    assert "short videos" in order.system
    assert "wishes: more about the light." in order.system
    assert is_asked(order.system)


def test_it_stands_in_no_list_and_chooses_no_model_for_chats(client: Client, alice: User) -> None:
    found = ask(alice)
    client.force_login(alice)

    assert not TimelineEntry.objects.exists()
    assert found.thread.purpose == Purpose.IMPROVEMENT
    assert "狐狸" not in client.get("/chat/").content.decode()
    assert client.get(f"/chat/{found.thread.public_id}/").status_code == 404
    assert "狐狸" not in client.get("/palette/?q=狐狸").content.decode().replace("“狐狸”", "").replace('"狐狸"', "")
    first = opening_model(alice)
    Thread.objects.update(model=model_named("claude-sonnet-4-6"))
    assert opening_model(alice) == first


def test_only_its_person_sees_it(alice: User, bob: User) -> None:
    with pytest.raises(Http404):
        improving.own_improvement(bob, ask(alice).thread.public_id)


def test_the_estimate_grows_with_the_prompt() -> None:
    short = improving.estimate(model_named("gpt-5.1"), "fox")
    long = improving.estimate(model_named("gpt-5.1"), "fox " * 500)

    assert short is not None
    assert long is not None
    assert 0 < short < long


@pytest.mark.parametrize(
    ("text", "bare"),
    [('"a fox"', "a fox"), ("```\na fox\n```", "a fox"), ("“狐狸”", "狐狸"), ('say "a fox"', 'say "a fox"')],
    ids=["quoted", "fenced", "Chinese marks", "marks within"],
)
def test_what_models_put_around_a_prompt_is_taken_off(text: str, bare: str) -> None:
    assert improving.bare(text) == bare


@pytest.mark.parametrize("prompt", ["a fox in snow", "雪地里的狐狸"])
def test_the_sandbox_answers_with_a_longer_prompt_in_its_language(prompt: str) -> None:
    improved = sandbox_improves(prompt)

    assert improved.startswith(prompt)
    assert len(improved) > len(prompt) + 10
    assert ("，" in improved) == (prompt == "雪地里的狐狸")


def test_the_page_offers_a_price_and_asks_only_when_pressed(client: Client, alice: User) -> None:
    client.force_login(alice)

    page = client.get("/prompts/improvements/?prompt=fox").content.decode()
    price = client.post("/prompts/improvements/price/", {"prompt": "fox " * 400}).content.decode()

    assert "about ¥" in page
    assert "about ¥" in price
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prompt": " "}, "Write a prompt first."),
        ({"prompt": "a\x00b"}, "characters that are not text"),
        ({"prompt": "x" * 20_001}, "at most 20000 characters"),
        ({"prompt": "fox", "wish": "y" * 501}, "A wish has 500 characters at most."),
    ],
    ids=["nothing", "NUL", "too long", "long wish"],
)
def test_what_cannot_be_asked_is_told_and_costs_nothing(
    client: Client, alice: User, fields: dict[str, str], sentence: str
) -> None:
    client.force_login(alice)

    refused = client.post("/prompts/improvements/", {**fields, "submission_id": str(uuid.uuid4())})

    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert not Message.objects.exists()


def test_a_repeated_post_shows_the_first_answer(client: Client, alice: User) -> None:
    client.force_login(alice)
    fields = {"prompt": "a red fox", "model": "gpt-5.1", "submission_id": str(uuid.uuid4())}
    first = client.post("/prompts/improvements/", fields)
    answer(improving.own_improvement(alice, Thread.objects.get().public_id), "a small red fox")

    again = client.post("/prompts/improvements/", fields, follow=True)

    assert first.status_code == 302
    assert '<ins class="improvement__added">' in again.content.decode()
    assert Message.objects.filter(role="assistant").count() == 1


def test_a_stopped_one_keeps_the_prompt(client: Client, alice: User) -> None:
    client.force_login(alice)
    found = ask(alice, prompt="a red fox")

    page = client.post(f"/prompts/improvements/{found.thread.public_id}/stop/", follow=True).content.decode()

    assert "Stopped. Your prompt is as it was." in page
    assert "a red fox</textarea>" in page
