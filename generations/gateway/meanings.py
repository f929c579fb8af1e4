"""One table from the codes and words of providers to the errors of this package.

Source: https://www.volcengine.com/docs/82379/1299023 (Ark's codes), the New API project's error codes
(github.com/QuantumNous/new-api), https://developers.openai.com/docs/guides/error-codes,
https://platform.claude.com/docs/en/api/errors; read 2026-11.
"""

from __future__ import annotations

import re

from generations.gateway.errors import (
    AnswerLost,
    AuthError,
    BadInput,
    CreditError,
    GatewayError,
    ModelUnavailable,
    ProtocolError,
    RateLimited,
    Refused,
    TimedOut,
    UpstreamError,
)

# The first row whose pattern is found in a code wins, so money and moderation stand before the general.
_CODES: tuple[tuple[str, type[GatewayError]], ...] = (
    (
        r"Sensitive|PolicyViolation|PrivacyInformation|content_policy|content_filter|moderation|prompt_blocked|safety"
        r"|ContentSecurity|^refusal$",
        Refused,
    ),
    (r"Overdue|insufficient_?(user_)?(token_)?(quota|balance|credit)|pre_consume_token_quota|billing", CreditError),
    (
        r"ModelNotOpen|InvalidEndpoint|model_?not_?(found|available|exist)|ModelNotFound|no_available_channel",
        ModelUnavailable,
    ),
    (r"RateLimit|rate_limit|QuotaExceeded|ServerOverloaded|too_many_requests|TooManyRequests", RateLimited),
    (
        r"AuthenticationError|authentication_error|AccessDenied|access_denied|permission_error|invalid_api_?key",
        AuthError,
    ),
    (r"MissingParameter|InvalidParameter|InvalidArgument|not_found_error|request_too_large|conflict_error", BadInput),
    (r"^timeout_error$|TaskTimeout|^expired$", TimedOut),
)
# A relay puts these around whatever the provider said, so the words are asked first.
_RELAY_CODES = re.compile(
    r"overloaded|upstream|^api_error$|InternalServiceError|bad_response|do_request_failed|empty_response", re.IGNORECASE
)
# These name a field or a body so vaguely that the words are asked first.
_VAGUE_CODES = re.compile(
    r"^(invalid_request_error|BadRequest|bad_request|invalid_value|image_generation_user_error)$", re.IGNORECASE
)

_WORDS: tuple[tuple[str, type[GatewayError]], ...] = (
    (
        r"sensitive|content (filter|polic)|content filtering|usage polic|moderat|safety system|prohibited|inappropriate"
        r"|敏感|违规|违禁|审核|不合规|不当内容|涉嫌",
        Refused,
    ),
    (r"insufficient (quota|balance|credit|funds)|out of credit|余额不足|额度不足|欠费|积分不足", CreditError),
    (r"rate limit|too many requests|slow down|请求过于频繁|请求频率|限流", RateLimited),
    (
        r"invalid (api )?key|unauthori[sz]ed|api key (is )?(invalid|missing)"
        r"|无效的?(密钥|令牌|key)|密钥(无效|错误)|未授权",
        AuthError,
    ),
    (
        r"model .{0,60}(not found|does not exist|not available)|no available channel|模型(不存在|未开通)|无可用渠道",
        ModelUnavailable,
    ),
)

# Words that only a task says about itself; in an answer to a submit "expired" is about keys.
_TIME_WORDS = re.compile(r"timed? ?out|expired|超时|已过期", re.IGNORECASE)
# An unknown 5xx may hide an accepted order. Its words may fail a row, but never send it a second time by themselves.
_BELIEVED_WITH_5XX: frozenset[type[GatewayError]] = frozenset({Refused, ModelUnavailable})

_compiled_codes = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _CODES)
_compiled_words = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _WORDS)


_CAMEL_CASE = re.compile(r"\b[A-Z][a-z]+(?:[A-Z]+[a-z]+)+(?:\.[A-Z]\w+)*", re.ASCII)


def codes_in(words: str) -> tuple[str, ...]:
    """Return the known codes that stand in a sentence: Ark writes "AccountOverdueError: …" into its messages."""
    return tuple(code for code in _CAMEL_CASE.findall(words[:20_000]) if _by_code((code,)) or _RELAY_CODES.search(code))


def meaning_of_status(codes: tuple[str, ...], words: str, *, status: int, is_page: bool) -> type[GatewayError]:
    """Return what an answer with an HTTP error status means: by its codes, then its words, then the status.

    `is_page` says that the body is not the gateway's own JSON; its words are then nobody's.
    """
    found = _by_code(codes)
    if found is None and not is_page and status not in {401, 429}:
        found = _by_words(words)
        if status >= 500 and found not in _BELIEVED_WITH_5XX:
            found = None
    if found is None and status < 500 and any(_RELAY_CODES.search(code) for code in codes):
        found = UpstreamError
    return found or _by_status(status, is_page=is_page)


def meaning_of_refusal(codes: tuple[str, ...], words: str) -> type[GatewayError]:
    """Return what an error inside an HTTP 200 means. Its numbers mimic HTTP where they mean anything at all."""
    found = _by_code(codes) or _by_words(words)
    if found is None and any(_RELAY_CODES.search(code) for code in codes):
        found = UpstreamError
    return found or _by_number(codes) or BadInput


def meaning_of_failure(codes: tuple[str, ...], words: str) -> type[GatewayError]:
    """Return what the failure of a running task or reply means; trouble behind the gateway if nothing is known."""
    found = _by_code(codes) or _by_words(words)
    if found is None and _TIME_WORDS.search(words):
        found = TimedOut
    if found is None and any(_VAGUE_CODES.search(code) for code in codes):
        found = BadInput
    return found or _by_number(codes) or UpstreamError


def _by_code(codes: tuple[str, ...]) -> type[GatewayError] | None:
    matches = (kind for code in codes for pattern, kind in _compiled_codes if pattern.search(code))
    return next(matches, None)


def _by_words(words: str) -> type[GatewayError] | None:
    return next((kind for pattern, kind in _compiled_words if pattern.search(words)), None)


def _by_number(codes: tuple[str, ...]) -> type[GatewayError] | None:
    number = next((int(code) for code in codes if re.fullmatch(r"[45]\d\d", code)), None)
    return None if number is None else _by_status(number, is_page=False)


def _by_status(status: int, *, is_page: bool) -> type[GatewayError]:
    if status == 401:
        return AuthError
    if status == 402:
        return CreditError
    if status == 429:
        return RateLimited
    if status == 403:
        # Without a body of the gateway's own it is a firewall in between, which says nothing about the key.
        return ProtocolError if is_page else AuthError
    if status in {408, 499} or status >= 500:
        return AnswerLost
    if status >= 400:
        return BadInput
    return ProtocolError
