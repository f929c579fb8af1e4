"""Two files over each other: by the ids of files or of items, and only what one may see."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from generations.models import Asset, Generation
from tests.factories import make_asset, make_completed, make_generation


def cover_of(generation: Generation) -> Asset:
    asset = generation.outputs.get().asset
    assert asset
    return asset


def test_two_items_are_shown_with_what_differs(client: Client, alice: User, bob: User) -> None:
    one = make_completed(alice, prompt="Dunes at noon", parameters={"ratio": "16:9", "seed": 7})
    two = make_completed(bob, prompt="Dunes at dusk", parameters={"ratio": "16:9", "duration": 4})
    client.force_login(alice)

    text = client.get("/compare/", {"a": str(one.public_id), "b": str(cover_of(two).public_id)}).text

    assert f"/media/{cover_of(one).public_id}/original/" in text
    assert f"/media/{cover_of(two).public_id}/original/" in text
    assert text.count("data-differs") == 3
    assert f'href="?a={cover_of(two).public_id}&amp;b={cover_of(one).public_id}"' in text


def test_a_file_that_nobody_made_is_compared_by_its_name(client: Client, alice: User) -> None:
    upload = make_asset(alice, origin="upload", original_name='"><b>.png')
    one = make_completed(alice)
    client.force_login(alice)

    text = client.get("/compare/", {"a": str(upload.public_id), "b": str(one.public_id)}).text

    assert "&quot;&gt;&lt;b&gt;.png" in text
    assert '<th scope="row">Prompt' in text


def test_a_picture_and_a_clip_stand_side_by_side(client: Client, alice: User) -> None:
    clip = make_asset(alice, media="video", mime="video/mp4")
    client.force_login(alice)

    text = client.get("/compare/", {"a": str(clip.public_id), "b": str(make_asset(alice).public_id)}).text

    assert "compare-divider" not in text
    assert "<video" in text


@pytest.mark.parametrize(
    "other", ["", "nonsense", "0c54e80f-e22e-4231-a409-61b1d31f5f4b", "private", "unfinished", "sound"]
)
def test_what_cannot_be_seen_is_not_found(client: Client, alice: User, bob: User, other: str) -> None:
    secret = make_completed(bob, visibility="private")
    ids = {
        "private": secret.public_id,
        "unfinished": make_generation(alice).public_id,
        "sound": make_asset(alice, media="audio").public_id,
    }
    client.force_login(alice)

    own = str(make_completed(alice).public_id)
    assert client.get("/compare/", {"a": own, "b": str(ids.get(other, other))}).status_code == 404
    assert client.get("/compare/", {"a": str(ids.get(other, other)), "b": own}).status_code == 404
