"""Inputs: files judged, made to fit and stored as soon as they are chosen, or refused in words."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from accounts.models import User
from generations.models import Asset, Generation
from tests.factories import make_asset
from tests.generations.media import samples

SEEDANCE = "doubao-seedance-2-0"


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def picture(width: int = 640, height: int = 480, kind: str = "PNG", name: str = "frame.png") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return SimpleUploadedFile(name, file.getvalue())


def send(client: Client, **more: Any) -> HttpResponse:
    form = {"model": SEEDANCE, "role": "first_frame", **more}
    return client.post("/inputs/", form, headers={"HX-Request": "true"})


def test_a_file_that_fits_becomes_an_item_of_its_tile(signed_in: Client, alice: User) -> None:
    answer = send(signed_in, file=picture())

    asset = Asset.objects.get()
    text = answer.content.decode()
    assert (asset.owner, asset.origin, asset.original_name) == (alice, "upload", "frame.png")
    assert f'name="asset_first_frame" value="{asset.public_id}" checked' in text
    assert 'data-note=""' in text


def test_a_large_file_is_kept_and_gets_a_copy_that_fits(signed_in: Client) -> None:
    text = send(signed_in, file=picture(8000, 6000, "JPEG")).content.decode()

    original = Asset.objects.get(origin="upload")
    copy = Asset.objects.get(origin="fitted")
    assert (copy.width, copy.height, copy.taken_from) == (6000, 4500, original)
    assert "Scaled from 8000 × 6000 to 6000 × 4500." in text
    assert str(original.public_id) in text


def test_the_copy_is_what_an_order_sends(signed_in: Client) -> None:
    send(signed_in, file=picture(8000, 6000, "JPEG"))
    original, copy = Asset.objects.get(origin="upload"), Asset.objects.get(origin="fitted")
    form = {"model": SEEDANCE, "prompt": "Fog", "submission_id": str(uuid.uuid4())}

    answer = signed_in.post(
        "/generations/", {**form, "asset_first_frame": str(original.public_id)}, headers={"HX-Request": "true"}
    )

    assert Generation.objects.get().inputs.get().asset == copy
    assert f'name="asset_first_frame" value="{original.public_id}"' in answer.content.decode()
    assert Asset.objects.count() == 2


def test_a_file_without_a_script_is_made_to_fit_by_the_order(signed_in: Client) -> None:
    form = {"model": SEEDANCE, "prompt": "Fog", "submission_id": str(uuid.uuid4())}

    signed_in.post("/generations/", {**form, "input_first_frame": picture(7000, 3500, "JPEG")})

    sent = Generation.objects.get().inputs.get().asset
    assert (sent.width, sent.height, sent.origin) == (6000, 3000, "fitted")


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("words.png", b"These are words."), "not a picture, clip or sound"),
        (SimpleUploadedFile("empty.png", b"\x89PNG\r\n\x1a\n"), "damaged"),
        (picture(40, 40), "at least 300 pixels"),
        (SimpleUploadedFile("phone.heic", b"\x00\x00\x00\x18ftypheic" + bytes(99)), "HEIC"),
        (SimpleUploadedFile("clip.mp4", samples.clip()), "MP4 files are not taken here."),
    ],
    ids=["text", "damaged", "small", "heic", "clip"],
)
def test_what_cannot_be_made_to_fit_is_refused_in_words_and_not_kept(
    signed_in: Client, file: SimpleUploadedFile, sentence: str
) -> None:
    answer = send(signed_in, file=file)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Asset.objects.exists()


def test_a_wide_picture_is_kept_with_an_offer_to_cut_it(signed_in: Client) -> None:
    offered = send(signed_in, file=picture(3000, 900)).content.decode()
    original = Asset.objects.get()
    assert "too wide" in offered
    assert "Cut its sides off" in offered

    done = send(signed_in, asset=str(original.public_id), cut="1").content.decode()

    cut = Asset.objects.get(origin="fitted")
    assert (cut.width, cut.height) == (2249, 900)
    assert f'value="{cut.public_id}" checked' in done


def test_an_asset_of_the_library_is_judged_like_an_upload(signed_in: Client, alice: User, bob: User) -> None:
    mine = make_asset(alice)
    theirs = make_asset(bob)

    assert send(signed_in, asset=str(mine.public_id)).status_code == 200
    assert send(signed_in, asset=str(theirs.public_id)).status_code == 404
    assert send(signed_in, asset="nonsense").status_code == 404


@pytest.mark.parametrize("more", [{"model": "nonsense"}, {"role": "nonsense"}, {"model": "gpt-5.1"}, {"role": ""}])
def test_a_role_that_no_model_has_is_not_found(signed_in: Client, more: dict[str, str]) -> None:
    assert send(signed_in, file=picture(), **more).status_code == 404
    assert not Asset.objects.exists()


def test_a_mask_that_marks_nothing_is_refused(signed_in: Client) -> None:
    answer = send(signed_in, model="gpt-image-2", role="mask", file=picture())

    assert answer.status_code == 422
    assert "transparent" in answer.content.decode()


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>.png', "../../etc/passwd\x00.png", "x" * 5000 + ".png"])
def test_a_hostile_name_is_only_a_name(signed_in: Client, name: str) -> None:
    text = send(signed_in, file=picture(name=name)).content.decode()

    assert "<script>" not in text
    assert len(Asset.objects.get().original_name) <= 200


@pytest.mark.django_db
def test_a_stranger_cannot_bring_files(client: Client) -> None:
    assert send(client, file=picture()).status_code in {302, 401}
    assert not Asset.objects.exists()


def test_a_mask_is_painted_over_a_picture_that_one_may_see(signed_in: Client, alice: User, bob: User) -> None:
    mine, theirs = make_asset(alice), make_asset(bob)
    clip = make_asset(alice, media="video", mime="video/mp4")

    shown = signed_in.get(f"/inputs/mask/?image={mine.public_id}&mask={mine.public_id}").content.decode()

    assert f"/media/{mine.public_id}/large/" in shown
    assert f'data-mask="/media/{mine.public_id}/original/"' in shown
    for hidden in (theirs.public_id, clip.public_id, "nonsense", ""):
        assert signed_in.get(f"/inputs/mask/?image={hidden}").status_code == 404
    assert (
        "data-mask"
        not in signed_in.get(f"/inputs/mask/?image={mine.public_id}&mask={theirs.public_id}").content.decode()
    )
