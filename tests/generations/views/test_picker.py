"""The picker: what may be picked, by whom, a page at a time."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from generations.models import Asset
from tests.factories import make_asset, make_completed, model_named

HTMX = {"HX-Request": "true"}
PICK = re.compile(r'data-pick="([0-9a-f-]+)"')


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def make_picture(owner: User, **more: object) -> Asset:
    generation = make_completed(owner, model=model_named("nano-banana-fast"), **more)
    asset = generation.outputs.get().asset
    assert asset is not None
    return asset


def picks(client: Client, target: str = "", **asked: str) -> list[str]:
    answer = client.get("/picker/", {"media": "image", **asked}, headers={**HTMX, "HX-Target": target})
    assert answer.status_code == 200
    return PICK.findall(answer.content.decode())


def test_ones_own_pictures_are_offered_newest_first(signed_in: Client, alice: User, bob: User) -> None:
    first, second = make_picture(alice), make_picture(alice)
    make_picture(bob)
    make_completed(alice)

    assert picks(signed_in) == [str(second.public_id), str(first.public_id)]


def test_the_teams_pictures_are_offered_and_private_ones_are_not(signed_in: Client, bob: User) -> None:
    shared = make_picture(bob)
    make_picture(bob, visibility="private")

    assert picks(signed_in, scope="team") == [str(shared.public_id)]


def test_uploads_are_offered_to_their_owner_alone(signed_in: Client, alice: User, bob: User) -> None:
    mine = make_asset(alice, origin="upload", original_name="beach 100%.png")
    make_asset(bob, origin="upload")

    assert picks(signed_in, scope="uploads") == [str(mine.public_id)]
    assert picks(signed_in, scope="uploads", words="100%") == [str(mine.public_id)]
    assert picks(signed_in, scope="uploads", words="50%") == []


def test_only_the_media_that_the_place_takes_are_offered(signed_in: Client, alice: User) -> None:
    make_picture(alice)
    sound = make_asset(alice, origin="upload", media="audio", mime="audio/mpeg", duration_ms=3000)

    assert picks(signed_in, media="audio", scope="uploads") == [str(sound.public_id)]
    assert picks(signed_in, media="audio", scope="mine") == []
    assert len(picks(signed_in, media="nonsense")) == 1


def test_scrolling_reaches_every_file_once(signed_in: Client, alice: User) -> None:
    expected = [str(make_asset(alice, origin="upload").public_id) for _one in range(30)][::-1]
    answer = signed_in.get("/picker/", {"media": "image", "scope": "uploads"}, headers=HTMX).content.decode()
    address = re.search(r'hx-get="(/picker/\?[^"]+)"', answer[answer.index("picker-grid") :])

    assert address
    more = signed_in.get(address[1].replace("&amp;", "&"), headers={**HTMX, "HX-Target": "picker-more"})

    assert PICK.findall(answer) + PICK.findall(more.content.decode()) == expected
    assert b"<dialog" not in more.content


@pytest.mark.parametrize("words", ["'; DROP TABLE", "%", '"', "x" * 10_000, "海边 OR 1"])
def test_any_words_may_be_searched_for(signed_in: Client, alice: User, words: str) -> None:
    make_picture(alice)

    assert picks(signed_in, words=words) == []
    assert picks(signed_in, words=words, scope="uploads", after="nonsense") == []


def test_a_picker_has_no_page_of_its_own(signed_in: Client, client: Client) -> None:
    assert signed_in.get("/picker/").headers["Location"] == "/library/"
    client.logout()
    assert client.get("/picker/", headers=HTMX).status_code in {302, 401}


@pytest.mark.parametrize("scope", ["mine", "uploads"])
def test_a_page_costs_the_same_for_five_and_for_fifteen(signed_in: Client, alice: User, scope: str) -> None:
    picks(signed_in)
    counts = []
    for number in (5, 10):
        for _one in range(number):
            make_picture(alice)
            make_asset(alice, origin="upload")
        with CaptureQueriesContext(connection) as captured:
            picks(signed_in, scope=scope)
        counts.append(len(captured))

    assert counts[0] == counts[1]
