"""One prompt for several models, each in variations: what each is asked for, what it costs, what cannot join."""

from __future__ import annotations

import uuid
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import User
from generations.access import readable_asset
from generations.forms.ensemble import parts_of, quote_of, seeded, submission_of
from generations.forms.media import MediaForm
from generations.forms.remembered import offered_media_models
from generations.models import CatalogModel
from tests.factories import make_asset, make_completed, model_named

FAST = "doubao-seedance-2-0-fast"


def form_of(owner: User, model: str = "doubao-seedance-2-0", **data: Any) -> MediaForm:
    query = QueryDict(mutable=True)
    for name, value in {"prompt": "Fog", "submission_id": str(uuid.uuid4()), **data}.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return MediaForm(query, model=model_named(model), owner=owner, find_asset=partial(readable_asset, owner))


def parts(owner: User, model: str = "doubao-seedance-2-0", **data: Any) -> tuple[MediaForm, list[Any]]:
    form = form_of(owner, model, **data)
    return form, parts_of(form, offered_media_models())


def test_another_model_gets_every_setting_that_it_also_has(alice: User) -> None:
    form, (own, other) = parts(alice, also=[FAST], resolution="1080p", duration="9", ratio="9:16")

    assert form.errors == {}
    assert own.parameters["resolution"] == "1080p"
    assert other.parameters == {**own.parameters, "resolution": "720p"}
    assert other.dropped == ("Resolution 1080p",)


def test_the_shape_of_a_picture_goes_along_under_its_other_name(alice: User) -> None:
    _form, (_own, other) = parts(alice, "gpt-image-2", also=["nano-banana-2"], size="1536x1024")

    assert other.parameters == {"aspect_ratio": "1:1", "resolution": "1K"}


def test_a_model_that_takes_no_mask_cannot_join_and_says_so(alice: User) -> None:
    image = make_asset(alice)
    mask = make_asset(alice)

    form, _parts = parts(
        alice,
        "gpt-image-2",
        also=["nano-banana-pro"],
        asset_edit_image=str(image.public_id),
        asset_mask=str(mask.public_id),
    )

    assert form.errors["also"] == ["Nano Banana Pro: It takes no file as: Mask."]


def test_a_prompt_that_one_model_takes_may_be_too_long_for_another(alice: User) -> None:
    form, _parts = parts(alice, "gpt-image-2", also=["nano-banana-pro"], prompt="x" * 25_000)

    assert form.errors["also"][0].startswith("Nano Banana Pro: This model takes at most 20000 characters.")


@pytest.mark.parametrize("also", [["gpt-5.1"], ["nonsense"], ["nano-banana-fast"]])
def test_only_offered_models_of_the_same_kind_can_join(alice: User, also: list[str]) -> None:
    form, found = parts(alice, also=also)

    assert form.errors["also"] == ["One of the models that you chose is not offered any more."]
    assert len(found) == 1


def test_at_most_four_models_are_asked_at_once(alice: User) -> None:
    for number in range(4):
        twin = CatalogModel.objects.create(
            gateway_name=f"twin-{number}", protocol="gemini_images", kind="image", name_en=f"Twin {number}"
        )
        assert twin.is_enabled
    also = ["nano-banana-pro", "twin-0", "twin-1", "twin-2"]

    form, _parts = parts(alice, "nano-banana-fast", also=also)

    assert form.errors["also"] == ["At most 4 models at once."]


@pytest.mark.parametrize("count", ["0", "5", "x", "-1"])
def test_one_to_four_variations_can_be_made(alice: User, count: str) -> None:
    form, _parts = parts(alice, variations=count)

    assert form.errors["variations"] == ["One to four variations can be made at once."]


def test_the_price_is_the_sum_over_models_and_variations(alice: User) -> None:
    _form, found = parts(alice, also=[FAST])

    quote = quote_of(found, prompt="Fog", variations=3)

    assert quote.count == 6
    assert quote.total is not None
    assert quote.total.amount == 3 * (Decimal("5.01") + Decimal("4.03"))


def test_an_unknown_price_leaves_the_sum_unknown(alice: User) -> None:
    CatalogModel.objects.filter(gateway_name=FAST).update(price_rule={})

    _form, found = parts(alice, also=[FAST])

    assert quote_of(found, prompt="Fog", variations=1).total is None


def test_a_fixed_seed_counts_up_and_chance_stays_chance() -> None:
    assert [seeded({"seed": 7}, number)["seed"] for number in range(3)] == [7, 8, 9]
    assert seeded({"seed": -1}, 2) == {"seed": -1}
    assert seeded({}, 2) == {}


def test_submission_ids_are_derived_and_differ(alice: User) -> None:
    form_id, own, other = uuid.uuid4(), model_named(), model_named(FAST)

    ids = [submission_of(form_id, model, number, is_first=False) for model in (own, other) for number in range(3)]

    assert submission_of(form_id, own, 0, is_first=True) == form_id
    assert len({form_id, *ids}) == 7
    assert ids[1] == submission_of(form_id, own, 1, is_first=False)


@pytest.mark.parametrize(
    ("asked", "seed"),
    [
        ({}, None),
        ({"seed": "5"}, 5),
        ({"seed": "5", "seed_mode": "fixed"}, 5),
        ({"seed": "5", "seed_mode": "random"}, None),
        ({"seed": "nonsense", "seed_mode": "random"}, None),
        ({"seed": "5", "seed_mode": "last"}, 4711),
    ],
)
def test_a_seed_is_random_fixed_or_the_last_one(alice: User, asked: dict[str, str], seed: int | None) -> None:
    make_completed(alice, resolved={"seed": 4711})
    form = form_of(alice, **asked)

    assert form.is_valid(), form.errors
    assert form.parameters.get("seed") == seed
