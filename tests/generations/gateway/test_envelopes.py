"""Four envelopes, many troubles: each is recognised, and money is never risked on a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generations.gateway.envelopes import (
    error_from_answer,
    error_from_failure,
    raise_for_outer_code,
    read_object,
    read_result,
    retry_after_seconds,
)
from generations.gateway.errors import (
    AnswerLost,
    AuthError,
    BadInput,
    CreditError,
    GatewayError,
    ModelUnavailable,
    OuterCode,
    ProtocolError,
    RateLimited,
    Refused,
    TimedOut,
    UpstreamError,
)
from tests.generations.gateway.answers import answer

ARK = {"error": {"code": "InvalidParameter", "message": "bad ratio", "param": "ratio", "type": "BadRequest"}}


def openai(message: str = "no", *, kind: str = "new_api_error", code: object = "") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic(kind: str, message: str = "no") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def media(code: object, info: str) -> dict[str, Any]:
    return {"code": code, "info": info, "result": None}


def library(code: str, message: str = "no") -> dict[str, Any]:
    return {"ResponseMetadata": {"RequestId": "r", "Action": "GetAsset", "Error": {"Code": code, "Message": message}}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        # OpenAI's envelope, as New API fills it.
        (401, openai(), AuthError, "new_api_error"),
        (403, openai(code="access_denied"), AuthError, "access_denied"),
        (403, openai(code="insufficient_user_quota"), CreditError, "insufficient_user_quota"),
        (403, openai(code="pre_consume_token_quota_failed"), CreditError, "pre_consume_token_quota_failed"),
        (403, openai("insufficient quota, remaining 0"), CreditError, None),
        (403, openai("country not supported"), AuthError, None),
        (402, openai(), CreditError, None),
        (503, openai(code="model_not_found"), ModelUnavailable, "model_not_found"),
        (404, openai(code="model_not_found"), ModelUnavailable, "model_not_found"),
        (429, openai(), RateLimited, None),
        (429, openai(kind="insufficient_quota", code="insufficient_quota"), CreditError, "insufficient_quota"),
        (500, openai(code="sensitive_words_detected"), Refused, "sensitive_words_detected"),
        (400, openai(code="prompt_blocked"), Refused, "prompt_blocked"),
        (400, openai("Rejected by the safety system.", kind="invalid_request_error"), Refused, None),
        (400, openai("size is wrong", kind="invalid_request_error", code="invalid_value"), BadInput, "invalid_value"),
        (404, openai("Invalid URL (POST /v1/x)", kind="invalid_request_error"), BadInput, None),
        (413, openai(), BadInput, None),
        (422, openai(code=422), BadInput, None),
        (400, openai(kind="upstream_error", code="bad_response_status_code"), UpstreamError, None),
        (400, openai("content policy violation", kind="upstream_error"), Refused, None),
        (500, openai(kind="upstream_error", code="do_request_failed"), AnswerLost, None),
        (502, openai("rate limit, maybe"), AnswerLost, None),
        (500, openai("违规内容"), Refused, None),
        (503, openai("overloaded"), AnswerLost, None),
        (408, openai(), AnswerLost, None),
        # Anthropic's envelope.
        (400, anthropic("invalid_request_error", "max_tokens: required"), BadInput, "invalid_request_error"),
        (400, anthropic("invalid_request_error", "Output blocked by content filtering policy"), Refused, None),
        (401, anthropic("authentication_error"), AuthError, None),
        (402, anthropic("billing_error"), CreditError, None),
        (403, anthropic("permission_error"), AuthError, None),
        (404, anthropic("not_found_error"), BadInput, None),
        (413, anthropic("request_too_large"), BadInput, None),
        (429, anthropic("rate_limit_error"), RateLimited, None),
        (500, anthropic("api_error"), AnswerLost, None),
        (529, anthropic("overloaded_error"), AnswerLost, None),
        # The library's envelope.
        (400, library("InvalidParameter.DownloadFailed"), BadInput, "InvalidParameter.DownloadFailed"),
        (200, library("AccessDenied"), AuthError, "AccessDenied"),
        # The provider's own envelope, bare and nested as text.
        (400, ARK, BadInput, "InvalidParameter"),
        (400, openai("upstream said: " + json.dumps(ARK), kind="upstream_error"), BadInput, "InvalidParameter"),
        (200, media(1, json.dumps(ARK)), BadInput, "InvalidParameter"),
        (
            200,
            media(500, "call failed " + json.dumps({"code": "AccountOverdueError", "message": "pay"}) + " end"),
            CreditError,
            "AccountOverdueError",
        ),
        # The media envelope, with HTTP 200 and without.
        (200, media(400, "duration must be 4 to 15"), BadInput, "400"),
        (200, media(1, "something else"), BadInput, "1"),
        (200, media("1", "something else"), BadInput, "1"),
        (200, media(401, "key"), AuthError, "401"),
        (200, media(1, "无效的密钥"), AuthError, "1"),
        (200, media(1, "账户余额不足"), CreditError, "1"),
        (200, media(1, "提示词包含敏感内容"), Refused, "1"),
        (200, media(1, "模型不存在"), ModelUnavailable, "1"),
        (200, media(429, "later"), RateLimited, "429"),
        (200, media(500, "系统错误"), AnswerLost, "500"),
        (200, media(1, "upstream_error: trouble"), BadInput, "1"),
        (403, media(403, "AccountOverdueError: please top up. Request id: x"), CreditError, "AccountOverdueError"),
        (
            429,
            media(429, "RateLimitExceeded.EndpointRPMExceeded: slow"),
            RateLimited,
            "RateLimitExceeded.EndpointRPMExceeded",
        ),
        (500, media(500, "InternalServiceError: unexpected"), AnswerLost, "InternalServiceError"),
        (400, {"code": 400, "message": "no such field"}, BadInput, "400"),
        (200, {"code": "InvalidParameter", "message": "no such field"}, BadInput, "InvalidParameter"),
        (200, {"success": False, "message": "未授权"}, AuthError, ""),
        # Errors with HTTP 200 in the bare families.
        (200, openai(code="insufficient_user_quota"), CreditError, "insufficient_user_quota"),
        (200, {"error": "upstream_error"}, BadInput, ""),
        (200, openai("x", kind="upstream_error"), UpstreamError, "upstream_error"),
    ],
)
def test_a_stated_error_is_understood(status: int, body: object, kind: type[GatewayError], code: str | None) -> None:
    with pytest.raises(GatewayError) as caught:
        read_object(answer(body, status=status))

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert code is None or caught.value.code == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("MissingParameter", BadInput),
        ("InvalidParameter.DownloadFailed", BadInput),
        ("InputTextSensitiveContentDetected", Refused),
        ("InputImageSensitiveContentDetected.PrivacyInformation", Refused),
        ("InputVideoSensitiveContentDetected.PolicyViolation", Refused),
        ("OutputAudioSensitiveContentDetected.PolicyViolation", Refused),
        ("AuthenticationError", AuthError),
        ("AccountOverdueError", CreditError),
        ("AccessDenied", AuthError),
        ("InvalidEndpoint.NotFound", ModelUnavailable),
        ("ModelNotOpen", ModelUnavailable),
        ("RateLimitExceeded.EndpointTPMExceeded", RateLimited),
        ("ModelAccountRpmRateLimitExceeded", RateLimited),
        ("QuotaExceeded", RateLimited),
        ("ServerOverloaded", RateLimited),
    ],
)
def test_every_provider_code_has_its_meaning_wherever_it_stands(code: str, kind: type[GatewayError]) -> None:
    stated = {"error": {"code": code, "message": "words", "type": "BadRequest"}}

    for body in (stated, media(1, f"{code}: words"), media(1, "failed: " + json.dumps(stated))):
        error = error_from_answer(answer(body))
        assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<!doctype html><title>New API</title>", ProtocolError),
        (200, b'{"code": 0, "info": "succ', ProtocolError),
        (200, b"", ProtocolError),
        (200, b"[1, 2]", ProtocolError),
        (200, b"null", ProtocolError),
        (200, b"[" * 100_000, ProtocolError),
        (204, b"", ProtocolError),
        (302, b"<html>moved</html>", ProtocolError),
        (401, b"<html>who are you</html>", AuthError),
        (403, b"<html>firewall: sensitive words</html>", ProtocolError),
        (404, b"<html>nothing here</html>", BadInput),
        (429, b"slow down", RateLimited),
        (502, b"<html>bad gateway</html>", AnswerLost),
        (504, b"", AnswerLost),
        (400, b"\xff\xfe broken", BadInput),
    ],
)
def test_what_is_no_json_is_judged_by_its_status_alone(status: int, body: bytes, kind: type[GatewayError]) -> None:
    with pytest.raises(GatewayError) as caught:
        read_object(answer(body, status=status))

    assert type(caught.value) is kind


@pytest.mark.parametrize("body", [b"<html></html>", b"{broken", b"", b"<html>502</html>"])
def test_nonsense_never_says_that_an_order_was_not_accepted(body: bytes) -> None:
    for status in (200, 302, 500, 502, 503, 504):
        with pytest.raises(GatewayError) as caught:
            read_object(answer(body, status=status))
        assert not caught.value.surely_not_accepted


def test_a_page_with_the_right_words_inside_is_still_a_page() -> None:
    response = answer({"code": 0, "result": {}}, headers={"content-type": "text/html"})

    with pytest.raises(ProtocolError):
        read_object(response)


@pytest.mark.parametrize("media_type", ["application/json", "APPLICATION/JSON; charset=utf-8", "text/plain", ""])
def test_json_is_read_under_its_usual_names(media_type: str) -> None:
    response = answer(b'\xef\xbb\xbf{"code": 0, "result": {"a": 1}}', headers={"content-type": media_type})

    assert read_result(response) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": 0, "info": "success", "result": {"a": 1}}, {"a": 1}),
        ({"code": "0", "info": "success", "result": {"a": 1}}, {"a": 1}),
        ({"code": 0, "data": {"a": 1}}, {"a": 1}),
        ({"code": 0, "result": '{"a": 1}'}, {"a": 1}),
        ({"code": 0, "result": [{"a": 1}]}, {"a": 1}),
        ({"code": 0, "info": "success", "result": None}, {}),
        ({"code": 0, "info": "success"}, {}),
        ({"id": "x", "status": "running", "error": None}, {"id": "x", "status": "running", "error": None}),
    ],
)
def test_the_result_is_found(body: object, expected: object) -> None:
    assert read_result(answer(body)) == expected


@pytest.mark.parametrize("strange", ["words", 7, [], [1]])
def test_a_result_of_an_unknown_shape_is_a_protocol_error(strange: object) -> None:
    if strange == "words":
        strange = '"words"'
    with pytest.raises(ProtocolError):
        read_result(answer({"code": 0, "result": strange}))


@pytest.mark.parametrize(
    ("body", "reason", "outer_code"),
    [
        (media(1, "The output video may contain sensitive information."), "refused", "1"),
        (media(1, "unknown trouble"), "upstream", "1"),
        (media(404, "no such task"), "bad_input", "404"),
        (media(500, "InternalServiceError: try later"), "upstream", "500"),
        (media(1, "任务超时"), "timeout", "1"),
        (media(1, "余额不足"), "credit", "1"),
        (media("E77", "unknown trouble"), "upstream", "E77"),
    ],
)
def test_an_outer_code_on_a_poll_can_be_counted(body: object, reason: str, outer_code: str) -> None:
    with pytest.raises(OuterCode) as caught:
        raise_for_outer_code(answer(body))

    assert (caught.value.reason, caught.value.outer_code) == (reason, outer_code)


@pytest.mark.parametrize(("code", "kind"), [(401, AuthError), (429, RateLimited)])
def test_an_outer_code_about_the_key_or_the_pace_is_not_about_the_task(code: int, kind: type[GatewayError]) -> None:
    with pytest.raises(kind):
        raise_for_outer_code(answer(media(code, "no"), headers={"retry-after": "3"}))


@pytest.mark.parametrize("response", [answer(media(0, "success")), answer(media(1, "x"), status=500), answer(b"<p>")])
def test_without_an_outer_code_nothing_is_raised(response: Any) -> None:
    raise_for_outer_code(response)


@pytest.mark.parametrize(
    ("stated", "code", "kind"),
    [
        ({"code": "OutputVideoSensitiveContentDetected", "message": "x"}, None, Refused),
        ({"type": "overloaded_error", "message": "Overloaded"}, None, UpstreamError),
        ({"message": "size", "type": "invalid_request_error"}, None, BadInput),
        ("task expired", None, TimedOut),
        ("who knows", 404, BadInput),
        ("who knows", None, UpstreamError),
        (json.dumps(ARK), None, BadInput),
    ],
)
def test_a_task_says_why_it_failed(stated: object, code: object, kind: type[GatewayError]) -> None:
    assert type(error_from_failure(stated, code=code)) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "999999999"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 -0000"}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


def test_a_rate_limit_carries_its_wait() -> None:
    error = error_from_answer(answer(openai(), status=429, headers={"retry-after": "12"}))

    assert error.retry_after_seconds == 12.0


def test_words_that_hold_broken_or_bottomless_json_are_only_words() -> None:
    for info in ("{" * 5_000, '{broken} {"a": }', "[{]"):
        assert type(error_from_answer(answer(media(1, info)))) is BadInput


def test_an_object_in_place_of_words_is_still_read() -> None:
    assert type(error_from_answer(answer({"code": 1, "info": ARK}))) is BadInput
