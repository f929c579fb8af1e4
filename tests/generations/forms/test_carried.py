"""A change of model: what is kept, and what is said about the rest."""

from __future__ import annotations

import pytest

from generations.forms.carried import carry_over
from tests.factories import model_named

pytestmark = pytest.mark.django_db


def test_every_setting_that_the_new_model_also_has_is_kept() -> None:
    settings = {"ratio": "9:16", "resolution": "480p", "duration": "8", "generate_audio": "false", "seed": "7"}

    carried = carry_over(
        settings,
        to_model=model_named("doubao-seedance-2-0-fast"),
        from_model=model_named("doubao-seedance-2-0"),
    )

    assert settings.items() <= carried.parameters.items()
    assert carried.dropped == ()


def test_a_value_that_the_new_model_lacks_is_dropped_and_said() -> None:
    carried = carry_over(
        {"resolution": "1080p", "duration": "5"},
        to_model=model_named("doubao-seedance-2-0-fast"),
        from_model=model_named("doubao-seedance-2-0"),
    )

    assert "resolution" not in carried.parameters
    assert carried.dropped == ("Resolution 1080p",)


def test_the_shape_is_kept_under_its_other_name_and_defaults_go_silently() -> None:
    carried = carry_over(
        {"ratio": "9:16", "duration": "5", "watermark": "false", "resolution": "720p"},
        to_model=model_named("nano-banana-fast"),
        from_model=model_named("doubao-seedance-2-0"),
        roles=["first_frame"],
    )

    assert carried.parameters == {"aspect_ratio": "9:16"}
    assert carried.dropped == ("First frame",)
