"""A person's own defaults for who sees new items: kept, followed, and nobody else's business."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from generations.forms.chat import thread_visibility
from generations.forms.remembered import default_visibility
from generations.models import Installation, StudioPreferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_the_account_page_says_what_the_studio_does(as_alice: Client) -> None:
    page = as_alice.get("/accounts/").content.decode()

    assert "Who sees what you make" in page
    assert "As the studio does (Team)" in page
    assert not StudioPreferences.objects.exists(), "looking at a page writes nothing"


def test_a_choice_is_followed_and_outranks_the_installation(as_alice: Client, alice: User, bob: User) -> None:
    form = {"media_visibility": "private", "thread_visibility": "team"}

    assert as_alice.post("/preferences/sharing/", form).status_code == 302

    assert (default_visibility(alice), thread_visibility(alice)) == ("private", "team")
    assert (default_visibility(bob), thread_visibility(bob)) == ("team", "private")


def test_an_empty_choice_follows_the_installation(as_alice: Client, alice: User) -> None:
    Installation.objects.create(pk=1, media_visibility="private")

    as_alice.post("/preferences/sharing/", {"media_visibility": "", "thread_visibility": ""})

    assert default_visibility(alice) == "private"


def test_a_choice_that_does_not_exist_is_refused_beside_its_field(as_alice: Client, alice: User) -> None:
    answer = as_alice.post("/preferences/sharing/", {"media_visibility": "everyone"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert b'id="sharing"' in answer.content
    assert default_visibility(alice) == "team"
