"""The page of prompts: a bounded number of queries, one click back into the composer, odd questions in words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from generations.models import GenerationOutput
from tests.factories import make_completed, model_named

pytestmark = pytest.mark.django_db


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/prompts/", "/prompts/?q=prompt", "/prompts/?q=by:me+kind:video"])
def test_its_queries_do_not_grow_with_the_list(client: Client, alice: User, bob: User, path: str) -> None:
    client.force_login(alice)
    for number in range(3):
        make_completed(alice, prompt=f"prompt {number}")
    GenerationOutput.objects.update(role="video")
    few = queries_of(client, path)

    for number in range(18):
        made = make_completed(alice, prompt=f"prompt {number}")
        make_completed(bob, prompt=f"prompt {number}", model=model_named("nano-banana-fast"))
        made.outputs.update(role="video")

    assert queries_of(client, path) == few


def test_it_shows_a_new_prompt_on_the_next_load(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "Every prompt that is used will stand here" in client.get("/prompts/").content.decode()

    make_completed(alice, prompt="Evening swell")

    assert "Evening swell" in client.get("/prompts/").content.decode()


def test_a_prompt_goes_back_into_the_composer_as_far_as_it_may_be_seen(
    client: Client, alice: User, charlie: User
) -> None:
    shown = make_completed(alice, prompt="Evening swell", model=model_named("nano-banana-fast"))
    hidden = make_completed(alice, prompt="Only mine", visibility="private")
    client.force_login(charlie)

    page = client.get(f"/?prompt_of={shown.public_id}&kind=image").content.decode()

    assert "Evening swell</textarea>" in page
    assert "Only mine" not in client.get(f"/?prompt_of={hidden.public_id}").content.decode()
    assert client.get(f"/prompts/words/{hidden.public_id}/").status_code == 404
    assert client.get(f"/prompts/words/{shown.public_id}/").content == b"Evening swell"


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/prompts/").status_code == 302


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("x" * 10_000, "A search has 500 characters at most."),
        ("tag:night", "Prompts know no “tag:”."),
        ("by:nobody-here", "Nobody here is called"),
        ("%00", "Nothing found"),
        ('100% "OR 1=1-- <script>', "Nothing found"),
    ],
    ids=["too long", "a filter of items", "nobody", "percent", "operators"],
)
def test_odd_questions_are_answered_in_words(client: Client, alice: User, question: str, sentence: str) -> None:
    make_completed(alice)
    client.force_login(alice)

    answer = client.get("/prompts/", {"q": question})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "<script>" not in answer.content.decode().replace('<script type="module"', "").replace("<script src", "")


def test_an_address_with_a_nul_is_a_search_without_it(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get("/prompts/?q=a%00b").status_code in {200, 400}
