"""Create: what an order becomes, once, and what is refused."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from PIL import Image

from accounts.models import User
from generations.models import Asset, CatalogModel, Generation, Installation, StudioPreferences
from tests.factories import make_asset, make_completed, make_generation, make_thread

HTMX = {"HX-Request": "true", "HX-Target": "composer-body"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def order(**more: Any) -> dict[str, Any]:
    return {
        "model": "doubao-seedance-2-0",
        "prompt": "A lighthouse in the fog",
        "ratio": "16:9",
        "resolution": "480p",
        "duration": "4",
        "submission_id": str(uuid.uuid4()),
        **more,
    }


def picture(width: int = 640, height: int = 480) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return SimpleUploadedFile("frame.png", file.getvalue())


def test_the_page_shows_composer_and_price(signed_in: Client) -> None:
    text = signed_in.get("/").content.decode()

    assert 'id="composer"' in text
    assert "¥5.01" in text


def test_an_order_becomes_a_queued_generation(signed_in: Client, alice: User) -> None:
    answer = signed_in.post("/generations/", order())

    made = Generation.objects.get()
    assert answer.headers["Location"] == f"/?from={made.public_id}"
    assert (made.status, made.owner, made.prompt) == ("queued", alice, "A lighthouse in the fog")
    assert made.parameters["duration"] == 4
    assert made.parameters["generate_audio"] is True
    assert made.estimate_amount is not None


def test_the_same_form_sent_twice_makes_one_generation(signed_in: Client) -> None:
    sent = order()

    first, second = (signed_in.post("/generations/", sent, headers=HTMX) for _time in range(2))

    made = Generation.objects.get()
    assert f'id="card-{made.public_id}"' not in second.content.decode()
    assert (first.status_code, second.status_code) == (200, 200)


def test_the_answer_is_a_fresh_form_with_the_card_out_of_band(signed_in: Client) -> None:
    sent = order(resolution="720p", timeline_top="0000-00-00 mine video,image")

    answer = signed_in.post("/generations/", sent, headers=HTMX)

    text = answer.content.decode()
    assert text.lstrip().startswith('<div class="composer__body" id="composer-body">')
    assert sent["submission_id"] not in text
    assert "A lighthouse in the fog" in text
    assert '<option value="720p" selected>' in text
    assert 'hx-swap-oob="afterbegin:#timeline-days"' in text
    assert f'id="card-{Generation.objects.get().public_id}"' in text
    assert "changes:now" in answer.headers["HX-Trigger-After-Settle"]


def test_a_card_joins_the_first_day_of_the_page(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(timeline_top="9999-12-31 mine video,image"), headers=HTMX)

    assert 'hx-swap-oob="afterbegin:#day-9999-12-31"' in answer.content.decode()


def test_a_page_of_images_does_not_get_a_clip(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(timeline_top="0000-00-00 mine image"), headers=HTMX)

    assert "data-card" not in answer.content.decode()


@pytest.mark.parametrize("top", ["", "x", "0000-00-00", "0000-00-00 <b> <b>", "a b c d"])
def test_a_page_may_say_nonsense_about_its_top(signed_in: Client, top: str) -> None:
    assert signed_in.post("/generations/", order(timeline_top=top), headers=HTMX).status_code == 200


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"prompt": ""}, "Write what you want to see."),
        ({"prompt": "Fog\x00"}, "characters that are not text"),
        ({"prompt": "x" * 100_000}, "at most 20000 characters"),
        ({"duration": "16"}, "from 4 to 15"),
        ({"resolution": "8K"}, "Choose one of: 480p, 720p, 1080p."),
        ({"model": "doubao-seedance-2-0-fast", "resolution": "1080p"}, "Choose one of: 480p, 720p."),
        ({"camera_fixed": "true"}, "has no setting"),
        ({"submission_id": "x"}, "This form was not complete."),
        ({"visibility": "world"}, "Select a valid choice"),
    ],
)
def test_a_wrong_order_is_refused_in_words_and_keeps_the_prompt(
    signed_in: Client, more: dict[str, str], sentence: str
) -> None:
    sent = order(**more)

    answer = signed_in.post("/generations/", sent, headers=HTMX)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert escape(sent["prompt"]) in answer.content.decode()
    assert not Generation.objects.exists()


def test_without_a_script_the_refusal_is_a_whole_page(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(prompt=""))

    assert answer.status_code == 422
    assert b"<!doctype html>" in answer.content
    assert b"Write what you want to see." in answer.content


def test_marks_of_direction_and_emoji_go_along(signed_in: Client) -> None:
    prompt = "‏مرحبا‏ 👩‍👩‍👧‍👦 一只橘猫"

    signed_in.post("/generations/", order(prompt=prompt))

    assert Generation.objects.get().prompt == prompt


def test_an_upload_becomes_an_asset_in_its_role(signed_in: Client, alice: User) -> None:
    signed_in.post("/generations/", order(input_first_frame=picture()), headers=HTMX)

    given = Generation.objects.get().inputs.get()
    assert (given.role, given.asset.owner, given.asset.width) == ("first_frame", alice, 640)


def test_after_an_order_its_files_lie_in_the_tray_as_assets(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(input_first_frame=picture()), headers=HTMX)

    text = answer.content.decode()
    assert f'name="asset_first_frame" value="{Asset.objects.get().public_id}"' in text


def test_a_refused_order_stores_nothing(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(prompt="", input_last_frame=picture()), headers=HTMX)

    assert answer.status_code == 422
    assert not Asset.objects.exists()


def test_the_same_form_sent_twice_stores_its_files_once(signed_in: Client) -> None:
    submission_id = str(uuid.uuid4())

    for _time in range(2):
        signed_in.post("/generations/", order(submission_id=submission_id, input_first_frame=picture()), headers=HTMX)

    assert Asset.objects.count() == 1


def test_a_change_of_model_keeps_what_fits_and_says_what_does_not(signed_in: Client) -> None:
    asked = {**order(resolution="1080p", duration="9"), "from_model": "doubao-seedance-2-0"}
    asked |= {"model": "doubao-seedance-2-0-fast", "kind": "video"}

    text = signed_in.get("/generations/composer/", asked, headers=HTMX).content.decode()

    assert '<option value="9" selected>' in text
    assert "does not have: Resolution 1080p." in text
    assert asked["submission_id"] in text


def test_a_change_of_kind_brings_a_model_of_that_kind(signed_in: Client) -> None:
    asked = {"kind": "image", "model": "doubao-seedance-2-0", "from_model": "doubao-seedance-2-0", "ratio": "9:16"}

    text = signed_in.get("/generations/composer/", asked, headers=HTMX).content.decode()

    assert 'name="from_model" value="nano-banana-fast"' in text
    assert 'value="9:16" checked' in text


def test_the_price_follows_the_settings(signed_in: Client) -> None:
    text = signed_in.post("/generations/estimate/", order(resolution="720p", duration="5")).content.decode()

    assert "¥5.01" in text
    assert not Generation.objects.exists()


def test_a_clip_as_input_changes_the_price_before_the_click(signed_in: Client, alice: User) -> None:
    clip = make_asset(alice, media="video", mime="video/mp4", duration_ms=5000, frame_rate=24)
    plain = signed_in.post("/generations/estimate/", order()).content
    with_clip = signed_in.post("/generations/estimate/", order(asset_reference_video=str(clip.public_id))).content

    assert plain != with_clip


def test_what_does_not_go_together_is_said_before_the_click(signed_in: Client, alice: User) -> None:
    asset = make_asset(alice)

    text = signed_in.post("/generations/estimate/", order(asset_last_frame=str(asset.public_id))).content.decode()

    assert "Last frame alone is not enough: add First frame." in text
    assert 'id="composer-problems" role="status" hx-swap-oob="true"' in text


def test_settings_are_remembered_for_each_model(signed_in: Client, alice: User) -> None:
    signed_in.post("/generations/", order(duration="11", seed="7"))

    assert StudioPreferences.objects.get(person=alice).last_parameters["doubao-seedance-2-0"]["duration"] == 11
    text = signed_in.get("/").content.decode()
    assert '<option value="11" selected>' in text
    assert 'name="seed" value=""' in text


def test_the_composer_can_be_filled_from_a_generation_that_one_may_see(
    signed_in: Client, alice: User, bob: User
) -> None:
    theirs = make_generation(bob, prompt="Bob's lighthouse")
    private = make_generation(bob, prompt="Bob's secret", visibility="private")

    assert "Bob&#x27;s lighthouse" in signed_in.get(f"/?from={theirs.public_id}").content.decode()
    assert "secret" not in signed_in.get(f"/?from={private.public_id}").content.decode()
    assert signed_in.get("/?from=nonsense").status_code == 200


def test_an_image_can_be_animated(signed_in: Client, alice: User) -> None:
    asset = make_asset(alice)

    text = signed_in.get(f"/?kind=video&asset_first_frame={asset.public_id}").content.decode()

    assert f'name="asset_first_frame" value="{asset.public_id}" checked' in text


def test_the_visibility_is_the_persons_then_the_installations(signed_in: Client, alice: User) -> None:
    Installation.objects.create(pk=1, media_visibility="private")
    signed_in.post("/generations/", order())
    StudioPreferences.objects.filter(person=alice).update(media_visibility="team")
    signed_in.post("/generations/", order())
    signed_in.post("/generations/", order(visibility="private"))

    assert [row.visibility for row in Generation.objects.order_by("id")] == ["private", "team", "private"]


def test_without_any_model_the_page_says_what_to_do(signed_in: Client) -> None:
    CatalogModel.objects.update(is_enabled=False)

    answer = signed_in.get("/")

    assert answer.status_code == 200
    assert b"No model is switched on" in answer.content
    assert signed_in.post("/generations/", order()).status_code == 404


def test_the_page_costs_the_same_for_five_and_for_fifteen(signed_in: Client, alice: User) -> None:
    signed_in.get("/")
    counts = []
    for number in (5, 10):
        for _one in range(number):
            make_completed(alice)
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_chat_message_becomes_a_prompt(client: Client, alice: User, charlie: User) -> None:
    thread = make_thread(alice, text="**A calm harbour** at dawn")
    words = thread.messages.get(role="user")
    address = f"/?kind=image&message={words.public_id}"

    client.force_login(alice)
    assert "A calm harbour at dawn</textarea>" in client.get(address).content.decode()
    client.force_login(charlie)
    assert "A calm harbour" not in client.get(address).content.decode()
