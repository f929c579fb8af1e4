"""The form of an order: only what the model has, and a sentence beside every field that is wrong."""

from __future__ import annotations

import io
import uuid
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from PIL import Image

from accounts.models import User
from generations.access import readable_asset
from generations.forms.media import MediaForm
from generations.models import CatalogModel, ModelInput, ModelParameter
from tests.factories import make_asset, model_named

SEEDANCE = "doubao-seedance-2-0"


def picture(width: int = 640, height: int = 480, *, format: str = "PNG", name: str = "a.png") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, format)
    return SimpleUploadedFile(name, file.getvalue())


def form_of(owner: User, model: str = SEEDANCE, files: dict[str, list[Any]] | None = None, **data: Any) -> MediaForm:
    words = {"prompt": "A lighthouse in the fog", "submission_id": str(uuid.uuid4()), **data}
    values = {name: value if isinstance(value, list) else [value] for name, value in words.items()}
    query = QueryDict(mutable=True)
    for name, several in values.items():
        query.setlist(name, several)
    form = MediaForm(
        query,
        MultiValueDict(files or {}),
        model=model_named(model),
        owner=owner,
        find_asset=partial(readable_asset, owner),
    )
    form.is_valid()
    return form


def test_what_was_not_sent_takes_the_models_defaults(alice: User) -> None:
    form = form_of(alice)

    assert form.errors == {}
    assert form.parameters == {
        "ratio": "16:9",
        "resolution": "720p",
        "duration": 5,
        "generate_audio": True,
        "return_last_frame": False,
        "watermark": False,
    }


def test_an_empty_prompt_is_refused_beside_the_prompt(alice: User) -> None:
    assert form_of(alice, prompt="  ").errors["prompt"] == ["Write what you want to see."]


def test_pictures_say_enough_for_a_video_without_words(alice: User) -> None:
    form = form_of(alice, prompt="", files={"input_first_frame": [picture()]})

    assert form.errors == {}
    assert [item.role for item in form.given] == ["first_frame"]


def test_an_image_model_needs_words_even_with_a_picture(alice: User) -> None:
    form = form_of(alice, "nano-banana-fast", prompt="", files={"input_edit_image": [picture()]})

    assert "prompt" in form.errors


def test_the_fast_model_cannot_be_asked_for_1080p(alice: User) -> None:
    form = form_of(alice, "doubao-seedance-2-0-fast", resolution="1080p")

    assert form.errors == {"resolution": ["Choose one of: 480p, 720p."]}


def test_a_name_that_the_model_does_not_have_is_refused(alice: User) -> None:
    form = form_of(alice, camera_fixed="true")

    assert "Fixed camera" in form.non_field_errors()[0]


def test_a_setting_whose_condition_fails_is_refused_beside_it(alice: User) -> None:
    form = form_of(alice, "gpt-image-2", output_format="png", output_compression="50")

    assert form.errors == {"output_compression": ["Only while File format is JPEG or WebP."]}


def test_a_setting_whose_condition_fails_is_not_sent(alice: User) -> None:
    assert "output_compression" not in form_of(alice, "gpt-image-2").parameters
    assert (
        form_of(alice, "gpt-image-2", output_format="webp", output_compression="50").parameters["output_compression"]
        == 50
    )


def test_a_size_typed_by_hand_outranks_the_list(alice: User) -> None:
    form = form_of(alice, "gpt-image-2", size="auto", size_other="1536 × 1024")

    assert form.parameters["size"] == "1536x1024"


def test_a_wrong_size_typed_by_hand_is_refused_beside_it(alice: User) -> None:
    form = form_of(alice, "gpt-image-2", size="auto", size_other="1000x1000")

    assert form.errors == {"size_other": ["Width and height must be divisible by 16."]}


def test_frames_and_references_exclude_each_other(alice: User) -> None:
    form = form_of(alice, files={"input_first_frame": [picture()], "input_reference_image": [picture()]})

    assert form.errors == {"input_reference_image": ["References and Frames cannot be combined. Remove one of them."]}


def test_files_of_a_group_out_of_sight_are_left_out(alice: User) -> None:
    files = {"input_first_frame": [picture()], "input_reference_image": [picture()]}

    form = form_of(alice, input_group="reference", files=files)

    assert form.errors == {}
    assert [item.role for item in form.given] == ["reference_image"]


def test_a_last_frame_alone_is_refused(alice: User) -> None:
    form = form_of(alice, files={"input_last_frame": [picture()]})

    assert form.errors == {"input_last_frame": ["Last frame alone is not enough: add First frame."]}


def test_sound_alone_is_refused(alice: User) -> None:
    sound = make_asset(alice, media="audio", mime="audio/mpeg", width=None, height=None, duration_ms=4_000)

    form = form_of(alice, asset_reference_audio=str(sound.public_id))

    assert "add Reference image or Reference video" in form.errors["input_reference_audio"][0]


def test_clips_are_too_long_together(alice: User) -> None:
    clips = [make_asset(alice, media="video", mime="video/mp4", duration_ms=9_000) for _number in range(2)]

    form = form_of(alice, asset_reference_video=[str(clip.public_id) for clip in clips])

    assert form.errors == {"input_reference_video": ["Together they last 18.0 s; at most 15 s are taken."]}


def test_too_many_files_are_refused(alice: User) -> None:
    form = form_of(alice, files={"input_first_frame": [picture(), picture()]})

    assert form.errors == {"input_first_frame": ["At most 1 file is taken here."]}


def mask(width: int = 640, height: int = 480) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 0, 0)).save(file, "PNG")
    return SimpleUploadedFile("mask.png", file.getvalue())


def test_a_mask_must_have_the_shape_of_the_first_image(alice: User) -> None:
    files = {"input_edit_image": [picture(640, 480)], "input_mask": [mask(480, 480)]}

    form = form_of(alice, "gpt-image-2", files=files)

    assert form.errors == {"input_mask": ["The mask must have the shape of the first image, 640 × 480."]}


def test_a_mask_of_the_same_shape_is_brought_to_the_size_of_the_first_image(alice: User) -> None:
    files = {"input_edit_image": [picture(640, 480)], "input_mask": [mask(320, 240)]}

    form = form_of(alice, "gpt-image-2", files=files)

    assert form.errors == {}
    assert [(item.role, item.fit.width) for item in form.given] == [("edit_image", 640), ("mask", 640)]


def test_a_mask_that_marks_nothing_is_refused(alice: User) -> None:
    form = form_of(alice, "gpt-image-2", files={"input_edit_image": [picture()], "input_mask": [picture()]})

    assert "transparent" in form.errors["input_mask"][0]


def test_a_mask_without_an_image_is_refused(alice: User) -> None:
    form = form_of(alice, "gpt-image-2", files={"input_mask": [mask()]})

    assert "add Image to edit" in form.errors["input_mask"][0]


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("empty.png", b""),
        SimpleUploadedFile("words.png", b"These are words, not a picture, whatever the name says."),
        SimpleUploadedFile("cut.png", picture().read()[:200]),
        picture(60, 60),
        picture(3000, 600),
    ],
    ids=["empty", "text", "truncated", "too small", "too wide"],
)
def test_an_upload_that_does_not_fit_is_refused_beside_its_control(alice: User, upload: SimpleUploadedFile) -> None:
    form = form_of(alice, files={"input_first_frame": [upload]})

    assert list(form.errors) == ["input_first_frame"]
    assert form.errors["input_first_frame"][0].startswith(str(upload.name))
    assert form.given == []


def test_what_a_file_is_follows_from_its_bytes(alice: User) -> None:
    form = form_of(alice, files={"input_first_frame": [picture(format="JPEG", name="lies.txt")]})

    assert form.given[0].facts.mime == "image/jpeg"


def test_an_asset_of_the_person_goes_along_without_an_upload(alice: User) -> None:
    asset = make_asset(alice)

    form = form_of(alice, asset_first_frame=str(asset.public_id))

    assert [item.asset for item in form.given] == [asset]


def test_another_persons_private_asset_is_not_there(alice: User, bob: User) -> None:
    asset = make_asset(bob)

    form = form_of(alice, asset_first_frame=[str(asset.public_id), "not an id"])

    assert form.given == []
    assert set(form.errors["input_first_frame"]) == {"A file that was chosen is not there any more."}


def test_a_role_that_cannot_be_sent_says_what_is_missing(alice: User, settings: Any) -> None:
    settings.GATEWAY_API_KEY, settings.PUBLIC_URL = "key", ""
    clip = make_asset(alice, media="video", mime="video/mp4", duration_ms=4_000)

    form = form_of(alice, asset_reference_video=str(clip.public_id))

    assert "STUDIO_PUBLIC_URL" in form.errors["input_reference_video"][0]


def test_a_model_added_by_rows_alone_gets_a_form_with_its_limits(alice: User) -> None:
    model = CatalogModel.objects.create(
        gateway_name="doubao-seedance-1-5-pro", protocol="seedance", kind="video", name_en="Seedance 1.5"
    )
    ModelParameter.objects.create(model=model, name="resolution", values="480p,720p", default="480p")
    ModelParameter.objects.create(
        model=model, name="duration", type="integer", minimum=4, maximum=12, default="5", label_en="Length"
    )
    ModelInput.objects.create(model=model, role="first_frame")

    assert form_of(alice, model.gateway_name, duration="12").parameters == {"resolution": "480p", "duration": 12}
    refused = form_of(alice, model.gateway_name, duration="13", resolution="1080p")
    assert refused.errors == {
        "duration": ["Enter a number from 4 to 12."],
        "resolution": ["Choose one of: 480p, 720p."],
    }


def test_a_form_without_its_id_is_refused(alice: User) -> None:
    assert "submission_id" in form_of(alice, submission_id="").errors


def test_files_sent_without_a_choice_of_group_count(alice: User) -> None:
    form = form_of(alice, input_group="none", files={"input_first_frame": [picture()]})

    assert [item.role for item in form.given] == ["first_frame"]
