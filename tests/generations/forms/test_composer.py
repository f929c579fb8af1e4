"""The composer: what a template gets of a form."""

from __future__ import annotations

import uuid
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.models import User
from generations.access import readable_asset
from generations.forms.composer import Composer, build_composer
from generations.forms.media import MediaForm
from tests.factories import make_asset, model_named


def composer_of(owner: User, name: str, data: Any = None, **more: Any) -> Composer:
    model = model_named(name)
    form = MediaForm(data, None, model=model, owner=owner, find_asset=partial(readable_asset, owner))
    return build_composer(form, models=[model], **more)


def test_every_parameter_becomes_the_control_that_fits_it(alice: User) -> None:
    shown = composer_of(alice, "doubao-seedance-2-0")

    assert {control.name: control.shape for control in shown.controls} == {
        "ratio": "ratio",
        "resolution": "select",
        "duration": "select",
        "generate_audio": "switch",
        "seed": "number",
        "return_last_frame": "switch",
        "watermark": "switch",
    }
    assert [control.name for control in shown.advanced] == ["return_last_frame", "watermark"]
    assert shown.seed is not None


def test_the_price_of_an_untouched_form_is_that_of_its_settings(alice: User) -> None:
    price = composer_of(alice, "doubao-seedance-2-0").quote.total

    assert price is not None
    assert price.amount == Decimal("5.01")


def test_no_price_is_shown_while_a_setting_is_wrong(alice: User) -> None:
    data = {"prompt": "Fog", "duration": "99", "submission_id": str(uuid.uuid4())}

    assert composer_of(alice, "doubao-seedance-2-0", data).quote.total is None


def test_groups_exclude_each_other_and_files_choose_theirs(alice: User) -> None:
    plain = composer_of(alice, "doubao-seedance-2-0")
    filled = composer_of(alice, "doubao-seedance-2-0", assets=[("reference_image", make_asset(alice))])

    assert (plain.has_choice_of_inputs, plain.chosen_group) == (True, "")
    assert filled.chosen_group == "reference"
    assert composer_of(alice, "nano-banana-pro").has_choice_of_inputs is False


def test_a_role_that_cannot_be_sent_is_off_and_says_why(alice: User, settings: Any) -> None:
    settings.GATEWAY_API_KEY, settings.PUBLIC_URL = "key", ""

    tiles = {tile.role: tile for group in composer_of(alice, "doubao-seedance-2-0").groups for tile in group.tiles}

    assert "STUDIO_PUBLIC_URL" in tiles["reference_video"].why_off
    assert tiles["first_frame"].why_off == ""


def test_a_broken_submission_id_is_replaced(alice: User) -> None:
    shown = composer_of(alice, "doubao-seedance-2-0", {"prompt": "Fog", "submission_id": "x"})

    assert uuid.UUID(shown.submission_id)
