"""Everything that the API refuses or cannot do, each in the envelope and with the status of the caller's protocol.

    family      envelope                                                                    SDK's exception follows from
    openai      {"error": {"message", "type", "param", "code"}}                             the status
    anthropic   {"type": "error", "error": {"type", "message"}, "request_id"}               the status
    tasks       {"code": status, "info": "Code: message", "error": {"code", "message"}}     (there is no SDK)

`x-should-retry` tells the official SDKs whether to repeat by themselves.
Source: https://developers.openai.com/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors,
https://www.volcengine.com/docs/82379/1299023 (codes of the tasks family).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from generations.api.families import Family
from generations.api.http import ApiAnswer
from generations.gateway.errors import GatewayError


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of error is called: HTTP status, then type and code for each family."""

    status: int
    openai_type: str
    openai_code: str | None
    anthropic_type: str
    tasks_code: str


_BAD = "invalid_request_error"
_SERVER = "server_error"


class Kind(Enum):
    """What went wrong."""

    INVALID_KEY = Words(401, _BAD, "invalid_api_key", "authentication_error", "AuthenticationError")
    NOT_ALLOWED = Words(403, _BAD, "not_allowed", "permission_error", "AccessDenied")
    MODEL_NOT_FOUND = Words(404, _BAD, "model_not_found", "not_found_error", "InvalidEndpoint.NotFound")
    NOT_FOUND = Words(404, _BAD, "not_found", "not_found_error", "NotFound")
    METHOD_NOT_ALLOWED = Words(405, _BAD, "method_not_allowed", _BAD, "MethodNotAllowed")
    BAD_BODY = Words(400, _BAD, "invalid_body", _BAD, "InvalidParameter")
    BAD_FIELD = Words(400, _BAD, "invalid_value", _BAD, "InvalidParameter")
    MISSING_FIELD = Words(400, _BAD, "missing_required_parameter", _BAD, "MissingParameter")
    REFUSED = Words(400, _BAD, "content_policy_violation", _BAD, "SensitiveContentDetected")
    TOO_SLOW = Words(408, _BAD, "request_timeout", _BAD, "RequestTimeout")
    CONFLICT = Words(409, _BAD, "conflict", "conflict_error", "Conflict")
    LENGTH_REQUIRED = Words(411, _BAD, "length_required", _BAD, "LengthRequired")
    TOO_LARGE = Words(413, _BAD, "request_too_large", "request_too_large", "RequestTooLarge")
    UNPROCESSABLE = Words(422, _BAD, "unprocessable", _BAD, "InvalidParameter")
    RATE_LIMITED = Words(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error", "RateLimitExceeded")
    INTERNAL = Words(500, _SERVER, "internal_error", "api_error", "InternalServiceError")
    UPSTREAM = Words(502, _SERVER, "upstream_error", "api_error", "InternalServiceError")
    UNCERTAIN = Words(502, _SERVER, "uncertain", "api_error", "Uncertain")
    UNAVAILABLE = Words(503, _SERVER, "unavailable", "overloaded_error", "ServerOverloaded")
    TIMED_OUT = Words(504, _SERVER, "timeout", "timeout_error", "Timeout")


class ApiError(Exception):
    """One answer that is no success. The message goes to the caller: English, without anything secret."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after_seconds: float | None = None,
        should_retry: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.message = message
        self.param = param
        self.code = code
        self.retry_after_seconds = retry_after_seconds
        self.should_retry = should_retry
        self.headers = dict(headers or {})


def missing(name: str) -> ApiError:
    """Return the error for a field that must be there."""
    return ApiError(Kind.MISSING_FIELD, f"Missing required parameter: '{name}'.", param=name)


def bad_field(name: str, sentence: str) -> ApiError:
    """Return the error for a field that is there and wrong."""
    return ApiError(Kind.BAD_FIELD, f"{name}: {sentence}", param=name)


def answer_to(error: ApiError, *, family: Family, request_id: str) -> ApiAnswer:
    """Return the answer that says an error in the caller's protocol."""
    words = error.kind.value
    headers = error.headers
    if error.retry_after_seconds is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after_seconds)))
    if error.should_retry is not None:
        headers["x-should-retry"] = "true" if error.should_retry else "false"
    body = _envelope(error, family=family, request_id=request_id)
    return ApiAnswer(json.dumps(body, ensure_ascii=False).encode(), status=words.status, headers=headers)


def _envelope(error: ApiError, *, family: Family, request_id: str) -> dict[str, object]:
    words = error.kind.value
    if family is Family.ANTHROPIC:
        inner = {"type": words.anthropic_type, "message": error.message}
        return {"type": "error", "error": inner, "request_id": request_id}
    if family is Family.TASKS:
        code = error.code or words.tasks_code
        inner = {"code": code, "message": error.message, **({"param": error.param} if error.param else {})}
        return {"code": words.status, "info": f"{code}: {error.message}", "error": inner}
    stated_code = error.code or words.openai_code
    stated = {"message": error.message, "type": words.openai_type, "param": error.param, "code": stated_code}
    return {"error": stated}


_BY_REASON = {
    "refused": Kind.REFUSED,
    "bad_input": Kind.BAD_FIELD,
    "rate": Kind.RATE_LIMITED,
    "model_unavailable": Kind.MODEL_NOT_FOUND,
    "timeout": Kind.TIMED_OUT,
    "upstream": Kind.UPSTREAM,
    "protocol": Kind.UPSTREAM,
}
_SENTENCES = {
    "auth": "The studio's gateway is not available: its key was not accepted. An administrator has to look at it.",
    "credit": "The studio's gateway is not available: its account has no credit left.",
    "refused": "The content was refused.",
    "bad_input": "The gateway cannot take this request.",
    "rate": "The gateway asks to slow down.",
    "model_unavailable": "The gateway does not offer this model.",
    "timeout": "The gateway gave up on this request.",
    "upstream": "There was trouble at the gateway.",
    "protocol": "The gateway's answer was not understood.",
}


def kind_of_reason(reason: str) -> Kind:
    """Return what kind of error a failure reason is for a caller; trouble behind the studio if nothing is known."""
    if reason in {"auth", "credit"}:
        return Kind.UNAVAILABLE
    return _BY_REASON.get(reason, Kind.UPSTREAM)


def sentence_of_reason(reason: str) -> str:
    """Return the sentence for a gateway's failure reason, or an empty text for one of the studio's own."""
    return _SENTENCES.get(reason, "")


def from_gateway(error: GatewayError) -> ApiError:
    """Return what a gateway's trouble means for a caller.

    The gateway's own key or credit is never the caller's fault, so it is no 401: that would send people looking at a
    key that is fine. The gateway's words go on only where they are about the request itself.
    """
    if error.reason in {"auth", "credit"}:
        return ApiError(Kind.UNAVAILABLE, _SENTENCES[error.reason], code="gateway_unavailable", should_retry=False)
    words = error.detail if error.reason in {"refused", "bad_input"} and error.detail else _SENTENCES[error.reason]
    return ApiError(
        _BY_REASON[error.reason],
        words,
        code=error.code or None if error.reason in {"refused", "bad_input"} else None,
        retry_after_seconds=error.retry_after_seconds,
    )
