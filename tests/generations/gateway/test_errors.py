"""Errors answer the two questions that money depends on, and tell no secrets."""

from __future__ import annotations

import pytest

from generations.gateway import errors
from generations.gateway.errors import (
    AnswerLost,
    AuthError,
    BadInput,
    ConnectionNotMade,
    CreditError,
    GatewayError,
    ModelUnavailable,
    OuterCode,
    ProtocolError,
    RateLimited,
    Refused,
    StreamCut,
    TimedOut,
    UpstreamError,
)


@pytest.mark.parametrize(
    ("kind", "reason", "surely_not_accepted", "may_be_repeated"),
    [
        (AuthError, "auth", True, False),
        (CreditError, "credit", True, False),
        (Refused, "refused", True, False),
        (BadInput, "bad_input", True, False),
        (RateLimited, "rate", True, True),
        (ModelUnavailable, "model_unavailable", True, False),
        (UpstreamError, "upstream", False, True),
        (ConnectionNotMade, "upstream", True, True),
        (AnswerLost, "upstream", False, True),
        (StreamCut, "upstream", False, True),
        (TimedOut, "timeout", False, False),
        (ProtocolError, "protocol", False, False),
    ],
)
def test_each_error_answers_both_questions(
    kind: type[GatewayError], reason: str, surely_not_accepted: bool, may_be_repeated: bool
) -> None:
    error = kind("words")

    assert error.reason == reason
    assert error.surely_not_accepted is surely_not_accepted
    assert error.may_be_repeated is may_be_repeated
    assert kind.__name__ in (errors.__doc__ or "")


def test_one_error_may_know_better_than_its_kind() -> None:
    assert UpstreamError("stated before work began", surely_not_accepted=True).surely_not_accepted


def test_the_text_of_an_error_tells_status_and_code_but_never_the_gateways_words() -> None:
    error = BadInput("the prompt was: a secret cat", code="InvalidParameter", status=400)

    assert str(error) == "bad_input: The gateway cannot take this request, HTTP 400, code InvalidParameter"
    assert "secret cat" not in repr(error)
    assert error.detail == "the prompt was: a secret cat"


@pytest.mark.parametrize("code", ["a secret cat", "sk-abcdefghijkl", "x" * 61, "", None])
def test_a_code_that_is_no_code_is_dropped(code: str | None) -> None:
    assert BadInput("", code=code).code == ""


def test_an_outer_code_borrows_its_reason() -> None:
    error = OuterCode("words", outer_code="1", reason="refused")

    assert (error.reason, error.outer_code, error.code) == ("refused", "1", "1")
    assert not error.surely_not_accepted


def test_detail_is_redacted_and_bounded() -> None:
    error = UpstreamError("Bearer abcdef " + "long " * 1_000)

    assert len(error.detail) <= 2_000
    assert "abcdef" not in error.detail
