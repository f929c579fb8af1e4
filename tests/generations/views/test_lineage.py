"""From a generation to the next: what the composer is filled with, and what the new row remembers."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.models import Asset, CatalogModel, Generation, GenerationInput, GenerationOutput
from tests.factories import make_asset, make_completed, make_generation, model_named
from tests.generations.media import samples

HTMX = {"HX-Request": "true", "HX-Target": "composer-body"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def picture_of(owner: User, **more: Any) -> Generation:
    return make_completed(
        owner, model=model_named("nano-banana-pro"), parameters={"aspect_ratio": "3:2", "resolution": "2K"}, **more
    )


def clip_of(owner: User, **more: Any) -> Generation:
    """Make a completed clip whose file really lies in storage."""
    made = make_generation(owner, status="completed", finished_at=timezone.now(), **more)
    path = default_storage.save(f"aa/{uuid.uuid4().hex}.mp4", ContentFile(samples.clip()))
    asset = make_asset(owner, media="video", mime="video/mp4", path=path, duration_ms=2000)
    GenerationOutput.objects.create(generation=made, role="video", asset=asset)
    return made


def cover_of(generation: Generation) -> Asset:
    asset = generation.outputs.first().asset  # type: ignore[union-attr]
    assert asset
    return asset


def filled(client: Client, generation: Generation, way: str, **more: str) -> str:
    words = {"from": str(generation.public_id), "as": way, **more}
    return client.get("/", words).content.decode()


def carries(text: str, generation: Generation, relation: str) -> bool:
    return (
        f'name="parent" value="{generation.public_id}" checked' in text
        and f'name="relation" value="{relation}"' in text
    )


def test_a_remix_brings_everything_back(signed_in: Client, alice: User) -> None:
    source = make_generation(alice, parameters={"resolution": "480p", "ratio": "21:9", "duration": 7, "seed": 41})
    frame = make_asset(alice)
    GenerationInput.objects.create(generation=source, asset=frame, role="first_frame")

    text = filled(signed_in, source, "remix")

    assert "A lighthouse in the fog</textarea>" in text
    assert '<option value="7" selected>' in text
    assert 'name="seed" value="41"' in text
    assert f'name="asset_first_frame" value="{frame.public_id}" checked' in text
    assert carries(text, source, "remix")


def test_a_variation_leaves_the_chance_to_the_model(signed_in: Client, alice: User) -> None:
    source = make_generation(alice, parameters={"ratio": "21:9", "seed": 41})

    text = filled(signed_in, source, "variation")

    assert 'name="seed" value=""' in text
    assert carries(text, source, "variation")


def test_an_image_is_edited_by_a_model_that_edits(signed_in: Client, alice: User) -> None:
    source = picture_of(alice)

    text = filled(signed_in, source, "edit")

    assert 'name="from_model" value="nano-banana-pro"' in text
    assert f'name="asset_edit_image" value="{cover_of(source).public_id}" checked' in text
    assert "A lighthouse in the fog</textarea>" not in text
    assert carries(text, source, "edit")


def test_one_of_several_images_can_be_meant(signed_in: Client, alice: User) -> None:
    source = picture_of(alice)
    second = make_asset(alice)
    GenerationOutput.objects.create(generation=source, role="image", asset=second, position=1)
    foreign = make_asset(alice)

    assert f'value="{second.public_id}" checked' in filled(signed_in, source, "edit", output=str(second.public_id))
    for nonsense in (str(foreign.public_id), "nonsense"):
        text = filled(signed_in, source, "edit", output=nonsense)
        assert f'name="asset_edit_image" value="{cover_of(source).public_id}" checked' in text


def test_an_image_is_animated_in_its_own_shape(signed_in: Client, alice: User) -> None:
    source = picture_of(alice)

    text = filled(signed_in, source, "animate")

    assert 'name="from_model" value="doubao-seedance-2-0"' in text
    assert f'name="asset_first_frame" value="{cover_of(source).public_id}" checked' in text
    assert 'name="ratio" value="adaptive" checked' in text
    assert "A lighthouse in the fog</textarea>" in text


def test_a_clip_goes_on_from_its_last_frame_and_asks_for_the_next(signed_in: Client, alice: User) -> None:
    source = make_completed(alice)
    frame = make_asset(alice)
    GenerationOutput.objects.create(generation=source, role="last_frame", asset=frame, position=1)

    text = filled(signed_in, source, "continue")

    assert f'name="asset_first_frame" value="{frame.public_id}" checked' in text
    assert 'id="setting-return_last_frame" name="return_last_frame" value="true" checked' in text
    assert "Take the last frame" not in text
    assert carries(text, source, "continue")


def test_without_the_gateways_frame_it_is_taken_from_the_file(signed_in: Client, alice: User) -> None:
    source = clip_of(alice)
    assert "Take the last frame" in filled(signed_in, source, "continue")

    for _time in range(2):
        answer = signed_in.post(f"/g/{source.public_id}/continuation/")

    assert answer.headers["Location"] == f"/?from={source.public_id}&as=continue"
    taken = Asset.objects.get(taken_from=cover_of(source))
    text = signed_in.get(answer.headers["Location"]).content.decode()
    assert f'name="asset_first_frame" value="{taken.public_id}" checked' in text


def test_a_frame_of_a_colleagues_clip_is_ones_own(client: Client, alice: User, bob: User, charlie: User) -> None:
    shared, private = clip_of(alice), clip_of(alice, visibility="private")
    client.force_login(bob)

    client.post(f"/g/{shared.public_id}/continuation/", headers={"HX-Request": "true"})

    assert Asset.objects.get(origin="taken").owner == bob
    client.force_login(charlie)
    assert client.post(f"/g/{private.public_id}/continuation/").status_code == 404
    assert client.post(f"/g/{uuid.uuid4()}/continuation/").status_code == 404


def test_a_clip_whose_file_cannot_be_read_says_so(signed_in: Client, alice: User) -> None:
    source = clip_of(alice)
    Path(default_storage.path(cover_of(source).path)).write_bytes(b"not a clip")

    answer = signed_in.post(f"/g/{source.public_id}/continuation/", follow=True)

    assert "could not be taken" in answer.content.decode()
    assert not Asset.objects.filter(origin="taken").exists()


def test_an_image_has_no_last_frame(signed_in: Client, alice: User) -> None:
    answer = signed_in.post(f"/g/{picture_of(alice).public_id}/continuation/", follow=True)

    assert "could not be taken" in answer.content.decode()


def test_the_order_remembers_what_it_was_made_from(signed_in: Client, alice: User) -> None:
    source = make_generation(alice)
    order = {"model": "doubao-seedance-2-0", "prompt": "Fog", "submission_id": str(uuid.uuid4())}

    answer = signed_in.post(
        "/generations/", {**order, "parent": str(source.public_id), "relation": "animate"}, headers=HTMX
    )

    made = Generation.objects.exclude(pk=source.pk).get()
    assert (made.parent, made.relation) == (source, "animate")
    assert carries(answer.content.decode(), source, "animate")


@pytest.mark.parametrize("parent", ["", "nonsense", "private", "0c54e80f-e22e-4231-a409-61b1d31f5f4b"])
def test_a_parent_that_one_may_not_see_is_left_out_without_a_word(signed_in: Client, bob: User, parent: str) -> None:
    secret = make_generation(bob, visibility="private")
    order = {"model": "doubao-seedance-2-0", "prompt": "Mine", "submission_id": str(uuid.uuid4()), "relation": "edit"}

    answer = signed_in.post(
        "/generations/", {**order, "parent": str(secret.public_id) if parent == "private" else parent}, headers=HTMX
    )

    made = Generation.objects.get(prompt="Mine")
    assert (made.parent, made.relation) == (None, "")
    assert str(secret.public_id) not in answer.content.decode()


def test_what_it_comes_from_stays_over_a_change_of_model_and_over_an_error(signed_in: Client, alice: User) -> None:
    source = make_generation(alice)
    carried = {"parent": str(source.public_id), "relation": "remix"}
    asked = {"model": "doubao-seedance-2-0-fast", "kind": "video", **carried}

    swapped = signed_in.get("/generations/composer/", asked, headers=HTMX).content.decode()
    refused = signed_in.post("/generations/", {**asked, "submission_id": str(uuid.uuid4())}, headers=HTMX)

    assert carries(swapped, source, "remix")
    assert refused.status_code == 422
    assert carries(refused.content.decode(), source, "remix")


@pytest.mark.parametrize("way", ["edit", "animate", "continue", "remix", "nonsense"])
def test_a_way_that_no_model_can_go_leaves_the_composer_as_it_is(signed_in: Client, alice: User, way: str) -> None:
    source = picture_of(alice)
    CatalogModel.objects.exclude(gateway_name="gpt-5.1").update(is_enabled=False)

    assert signed_in.get("/", {"from": str(source.public_id), "as": way}).status_code == 200
