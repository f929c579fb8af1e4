"""Pages of templates: who may see and change them, filling in, and forms that were overtaken."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.library import prompt_templates as verbs
from generations.library.prompt_templates import TemplateWords
from generations.models import Draft, PromptTemplate
from tests.factories import make_completed

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(alice: User) -> PromptTemplate:
    """Alice's own template."""
    words = TemplateWords("Still life", "{{thing}} on {{surface: linen | oak = oak}}")
    return verbs.create(words, owner=alice, now=timezone.now())


def test_a_private_one_is_not_there_for_others(client: Client, bob: User, template: PromptTemplate) -> None:
    client.force_login(bob)
    address = f"/prompts/templates/{template.public_id}/"

    assert client.get(address).status_code == 404
    for verb in ("deletion/", "restoration/", "preview/", "order/", ""):
        assert client.post(f"{address}{verb}", {"name": "x", "text": "y"}).status_code == 404
    assert "Still life" not in client.get("/prompts/templates/").content.decode()


def test_a_shared_one_is_used_by_all_and_changed_by_its_owner(
    client: Client, bob: User, template: PromptTemplate
) -> None:
    PromptTemplate.objects.update(visibility="team")
    client.force_login(bob)
    address = f"/prompts/templates/{template.public_id}/"

    assert "Still life" in client.get("/prompts/").content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "x", "text": "y"}).status_code == 404
    assert client.post(f"{address}deletion/").status_code == 404


def test_filled_in_without_a_script_it_opens_the_composer(
    client: Client, alice: User, template: PromptTemplate
) -> None:
    client.force_login(alice)
    address = f"/prompts/templates/{template.public_id}/order/"

    refused = client.post(address, {"v-1": "", "v-2": "linen"})
    page = client.post(address, {"v-1": "碗 " * 900, "v-2": "linen"}, follow=True).content.decode()

    assert refused.status_code == 422
    assert "Fill in “thing”." in refused.content.decode()
    assert f"{'碗 ' * 899}碗 on linen</textarea>" in page
    assert Draft.objects.count() == 1


def test_a_preview_says_what_is_open_and_stores_nothing(client: Client, alice: User, template: PromptTemplate) -> None:
    client.force_login(alice)
    answer = client.post(f"/prompts/templates/{template.public_id}/preview/", {"v-1": "<b>bowl</b>", "v-2": "glass"})

    page = answer.content.decode()
    assert "&lt;b&gt;bowl&lt;/b&gt;" in page
    assert "surface?" in page
    assert "data-filled" not in page


def test_an_overtaken_form_is_told_and_keeps_its_words(client: Client, alice: User, template: PromptTemplate) -> None:
    client.force_login(alice)
    address = f"/prompts/templates/{template.public_id}/"
    fields = {"name": "Still life", "visibility": "private", "kind": "", "version": "1"}
    client.post(address, {**fields, "text": "words of one tab"})

    told = client.post(address, {**fields, "text": "words of the other"})

    page = told.content.decode()
    assert told.status_code == 409
    assert "words of one tab" in page
    assert "words of the other</textarea>" in page
    assert 'name="version" value="2"' in page


def test_deleting_can_be_undone(client: Client, alice: User, template: PromptTemplate) -> None:
    client.force_login(alice)
    address = f"/prompts/templates/{template.public_id}/"

    page = client.post(f"{address}deletion/", follow=True).content.decode()
    assert "“Still life” was deleted." in page
    assert client.get(address).status_code == 404

    assert client.post(f"{address}restoration/", follow=True).status_code == 200
    assert client.get(address).status_code == 200


def test_one_is_made_of_a_prompt_that_may_be_seen(client: Client, alice: User, bob: User) -> None:
    shown = make_completed(alice, prompt="a {{thing}} at 100%")
    hidden = make_completed(alice, prompt="only mine", visibility="private")
    client.force_login(bob)

    page = client.get(f"/prompts/templates/new/?prompt_of={shown.public_id}").content.decode()

    assert r"a \{{thing}} at 100%</textarea>" in page
    assert client.get(f"/prompts/templates/new/?prompt_of={hidden.public_id}").status_code == 404
    assert client.get(f"/prompts/templates/new/?prompt_of={uuid.uuid4()}").status_code == 404
    assert client.get("/prompts/templates/new/?prompt_of=nothing").status_code == 404


@pytest.mark.parametrize("words", ["x" * 10_000, "'; --", "100%", "\x00"], ids=["long", "operators", "percent", "NUL"])
def test_odd_searches_are_answered(client: Client, alice: User, template: PromptTemplate, words: str) -> None:
    client.force_login(alice)

    answer = client.get("/prompts/templates/", {"t": words})

    assert answer.status_code in {200, 400}
    assert "Still life" not in answer.content.decode() or not words.strip("\x00")
