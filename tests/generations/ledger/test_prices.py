"""The arithmetic of money, checked against published figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from generations.ledger.prices import charge, charge_chat, estimate, rule_errors
from tests.factories import model_named

pytestmark = pytest.mark.django_db


def cost(name: str, **parameters: Any) -> Decimal:
    found = estimate(model_named(name), parameters)
    assert found is not None
    return found.amount


def test_five_seconds_of_720p_cost_what_their_tokens_cost() -> None:
    # 108,900 tokens at 46 and 37 yuan per million.
    assert cost("doubao-seedance-2-0", resolution="720p", ratio="16:9", duration=5) == Decimal("5.01")
    assert cost("doubao-seedance-2-0-fast", resolution="720p", ratio="16:9", duration=5) == Decimal("4.03")


def test_1080p_has_its_own_price() -> None:
    # 245,025 tokens at 51 yuan per million.
    assert cost("doubao-seedance-2-0", resolution="1080p", ratio="16:9", duration=5) == Decimal("12.50")


def test_an_input_video_lowers_the_price_and_adds_its_seconds() -> None:
    model = model_named()
    parameters = {"resolution": "720p", "ratio": "16:9", "duration": 5}

    found = estimate(model, parameters, roles=["reference_video"], input_seconds=5)

    assert found is not None
    assert found.amount == Decimal("6.07")


def test_a_length_left_to_the_model_is_an_upper_bound() -> None:
    found = estimate(model_named(), {"resolution": "720p", "duration": -1})

    assert found is not None
    assert found.is_upper_bound
    assert found.amount == cost("doubao-seedance-2-0", resolution="720p", duration=15)


def test_a_larger_picture_costs_more() -> None:
    assert cost("nano-banana-pro", resolution="4K") > cost("nano-banana-pro", resolution="1K") > 0
    small = cost("gpt-image-2", size="1024x1024", quality="medium")
    assert cost("gpt-image-2", size="1536x1024", quality="medium") > small
    assert cost("gpt-image-2", size="1024x1024", quality="medium", n=4) == pytest.approx(small * 4, rel=Decimal("0.05"))


def test_the_charge_follows_the_tokens_that_the_gateway_reports() -> None:
    model = model_named()

    amount = charge(model, parameters={"resolution": "720p"}, resolved={}, usage={"completion_tokens": 108_900})

    assert amount == Decimal("5.01")


def test_without_usage_the_charge_follows_what_was_really_made() -> None:
    asked = {"resolution": "720p", "ratio": "adaptive", "duration": -1}

    amount = charge(model_named(), parameters=asked, resolved={"ratio": "16:9", "duration": 5}, usage={})

    assert amount == Decimal("5.01")


def test_a_reply_costs_input_and_output_tokens() -> None:
    model = model_named("gpt-5.1")

    assert charge_chat(model, input_tokens=1_000_000, output_tokens=100_000) == Decimal("16.000000")
    assert charge_chat(model_named(), input_tokens=1, output_tokens=1) is None


def test_a_model_without_a_price_has_no_estimate() -> None:
    model = model_named()
    model.price_rule = {}

    assert estimate(model, {}) is None


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "unknown"},
        {"rule": "seedance_tokens"},
        {"rule": "seedance_tokens", "per_million": {"720p": [46]}},
        {"rule": "seedance_tokens", "per_million": {"720p": ["a", "b"]}},
        {"rule": "image_tokens", "output_tokens": {}, "output_per_million": "1"},
        {"rule": "chat_tokens", "input_per_million": "-1", "output_per_million": "1"},
    ],
)
def test_a_rule_that_cannot_be_read_is_named(rule: dict[str, Any]) -> None:
    assert rule_errors(rule)
