"""A file with a recipe fills the composer, with what the person may use, and says what could not come back."""

from __future__ import annotations

import io
import json
import re
import struct
import uuid
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from generations.library.drafts import CREATE, drafts_set_aside
from generations.media.recipe.inscribing import inscribed
from generations.media.recipe.words import FORMAT, Inscription, inscription_of
from generations.models import CatalogModel, Generation, GenerationInput
from tests.factories import model_named
from tests.generations.library.test_exporting import CLIP, PICTURE, made, stored
from tests.generations.media import samples
from tests.generations.media.recipe.test_hostile import chunk, png_with

MEGABYTE = 1024 * 1024
LARGE = samples.picture(width=640, height=400)


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def carrying(generation: Generation, content: bytes = PICTURE, mime: str = "image/png") -> bytes:
    asset = generation.outputs.get().asset
    assert asset is not None
    with inscribed(io.BytesIO(content), mime, inscription_of(generation, asset, producer="studio")) as file:
        return file.read()


def forged(**more: Any) -> bytes:
    recipe = {"format": FORMAT, "model": "doubao-seedance-2-0", "kind": "video", "prompt": "forged", **more}
    with inscribed(io.BytesIO(PICTURE), "image/png", Inscription(json.dumps(recipe), "{}", "")) as file:
        return file.read()


def drop(client: Client, content: bytes, *, name: str = "fog.png", **fields: str) -> Any:
    return client.post(
        "/recipes/", {"file": SimpleUploadedFile(name, content), **fields}, headers={"HX-Request": "true"}
    )


@pytest.mark.parametrize(("content", "mime"), [(PICTURE, "image/png"), (CLIP, "video/mp4")], ids=["picture", "clip"])
def test_prompt_model_settings_and_files_are_back(signed_in: Client, alice: User, content: bytes, mime: str) -> None:
    source = stored(alice, LARGE)
    item = made(
        alice, prompt="雾中的灯塔", parameters={"resolution": "1080p", "ratio": "9:16", "duration": 7, "seed": 42}
    )
    GenerationInput.objects.create(generation=item, asset=source, role="first_frame")

    answer = drop(signed_in, carrying(item, content, mime))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "雾中的灯塔</textarea>" in text
    assert f'name="asset_first_frame" value="{source.public_id}"' in text
    for value in ("1080p", "9:16", "fixed"):
        assert re.search(rf'value="{value}"[^>]* (checked|selected)', text)
    assert re.search(r'name="seed"[^>]* value="42"', text)
    assert f'name="parent" value="{item.public_id}" checked' in text
    assert "Restored from “fog.png”: prompt, Seedance 2.0, settings and files." in text


def test_what_was_typed_is_kept_as_a_draft(signed_in: Client, alice: User) -> None:
    answer = drop(signed_in, carrying(made(alice)), prompt="half a thought", kind="video", draft_tab="t")

    (draft,) = drafts_set_aside(alice, CREATE)
    assert draft.fields == {"prompt": ["half a thought"], "kind": ["video"]}
    assert "What you had typed is under Drafts." in answer.content.decode()
    assert "half a thought" in answer.content.decode()


def test_a_recipe_that_claims_the_ids_of_others_gives_nothing_of_them(
    signed_in: Client, alice: User, bob: User
) -> None:
    private = made(bob, visibility="private", prompt="Bob's secret")
    asset = private.outputs.get().asset
    assert asset is not None
    inputs = [{"role": "first_frame", "asset": str(one)} for one in (asset.public_id, uuid.uuid4())]

    text = drop(signed_in, forged(inputs=inputs, generation=str(private.public_id))).content.decode()

    assert str(asset.public_id) not in text
    assert str(private.public_id) not in text
    assert "secret" not in text
    # Somebody else's and nobody's are told alike.
    assert "2 files that were given are not here, or not yours to use." in text


def test_a_file_of_the_team_comes_back_for_everybody(signed_in: Client, bob: User) -> None:
    asset = made(bob, LARGE).outputs.get().asset
    assert asset is not None

    text = drop(signed_in, forged(inputs=[{"role": "first_frame", "asset": str(asset.public_id)}])).content.decode()

    assert f'name="asset_first_frame" value="{asset.public_id}"' in text


def test_what_the_studio_has_no_place_for_is_named(signed_in: Client) -> None:
    text = drop(
        signed_in,
        forged(
            model="sora-9",
            parameters={"resolution": "16K", "duration": 5, "steps": 30, "<img src=x>": 1},
            inputs=[{"role": "hologram", "asset": str(uuid.uuid4())}],
        ),
        name="<script>alert(1)</script>.png",
    ).content.decode()

    assert "sora-9 is not offered here, Seedance 2.0 stands in." in text
    assert "does not take: Resolution 16K, Steps" in text
    assert "1 file that was given is not here" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_a_model_that_was_switched_off_gives_way(signed_in: Client, alice: User) -> None:
    content = carrying(made(alice, model=model_named("nano-banana-pro"), prompt="Fog"))
    CatalogModel.objects.filter(gateway_name="nano-banana-pro").update(is_enabled=False)

    text = drop(signed_in, content).content.decode()

    assert "nano-banana-pro is not offered here" in text
    assert "Fog</textarea>" in text


@pytest.mark.parametrize(
    "content",
    [PICTURE, CLIP, samples.wave(), b"", b"not a file", PICTURE[:50]],
    ids=["picture", "clip", "sound", "empty", "words", "cut"],
)
def test_a_file_without_a_recipe_is_none_of_ours(signed_in: Client, alice: User, content: bytes) -> None:
    assert drop(signed_in, content, prompt="typed").status_code == 204
    assert drafts_set_aside(alice, CREATE) == ()


@pytest.mark.parametrize(
    "content",
    [
        png_with(chunk(b"iTXt", b"studio-recipe\0\0\0\0\0" + b"{" * (100 * MEGABYTE))).getvalue(),
        png_with(chunk(b"zTXt", b"studio-recipe\0\0" + zlib.compress(bytes(40 * MEGABYTE), 9))).getvalue(),
        png_with(chunk(b"iTXt", b"studio-recipe\0\0\0\0\0" + b"[" * 200_000)).getvalue(),
        png_with(chunk(b"tEXt", b"studio-recipe\0{}")).getvalue(),
    ],
    ids=["hundred megabytes", "bomb", "deep", "empty"],
)
def test_a_recipe_that_means_harm_is_refused_in_words_and_touches_nothing(
    signed_in: Client, alice: User, content: bytes
) -> None:
    answer = drop(signed_in, content, prompt="typed")

    assert answer.status_code == 422
    assert "cannot be read: it is too long or damaged" in answer.content.decode()
    assert drafts_set_aside(alice, CREATE) == ()


def test_scripts_in_the_title_of_a_clip_and_in_a_prompt_stay_words(signed_in: Client, alice: User) -> None:
    item = made(alice, prompt="</textarea><script>alert(1)</script>")

    text = drop(signed_in, carrying(item, CLIP, "video/mp4")).content.decode()

    assert "<script>" not in text
    assert "&lt;/textarea&gt;&lt;script&gt;" in text


def test_a_draft_that_is_too_long_stops_it(signed_in: Client, alice: User) -> None:
    answer = drop(signed_in, carrying(made(alice)), prompt="x" * 200_001)

    assert answer.status_code == 422
    assert "too long to be set aside" in answer.content.decode()


@pytest.mark.parametrize(
    "hidden",
    [
        chunk(b"tEXt", b"Comment\0" + b"x" * (100 * MEGABYTE)),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(40 * MEGABYTE), 9)),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(40 * MEGABYTE), 9)),
    ],
    ids=["hundred megabytes", "zTXt", "iTXt"],
)
def test_as_an_input_such_a_picture_is_refused_before_it_is_decoded(signed_in: Client, hidden: bytes) -> None:
    form = {
        "model": "doubao-seedance-2-0",
        "role": "first_frame",
        "file": SimpleUploadedFile("fog.png", png_with(hidden).getvalue()),
    }
    answer = signed_in.post("/inputs/", form, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "more hidden text than the studio reads" in answer.content.decode()


def test_a_box_of_a_clip_that_lies_about_its_size_is_no_recipe(signed_in: Client) -> None:
    lying = CLIP.replace(struct.pack(">I", CLIP.index(b"moov")), b"\xff\xff\xff\xff")

    assert drop(signed_in, lying[: len(lying) // 2]).status_code == 204


def test_a_stranger_restores_nothing(client: Client, db: None) -> None:
    assert drop(client, PICTURE).status_code in {302, 401}
