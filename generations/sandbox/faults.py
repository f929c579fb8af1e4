"""Trouble on demand: refused keys, and answers that a directive asks for.

Source of the ``/v1`` shapes: the New API project (github.com/Calcium-Ion/new-api). Its checks of key, credit, rate
and channel answer in the OpenAI shape on every path, ``/v1/messages`` included.
"""

import asyncio
from collections.abc import Mapping

from generations.sandbox.envelopes import (
    Refusal,
    anthropic_error,
    asset_error,
    html_reply,
    media_error,
    openai_error,
    request_id,
)
from generations.sandbox.exchange import HangUp, Reply
from generations.sandbox.scenarios import Scenario

MEDIA, ASSETS, OPENAI, ANTHROPIC = "media", "assets", "openai", "anthropic"

_MEDIA_INFO = {
    401: "AuthenticationError: the API key is missing or not valid.",
    403: "AccountOverdueError: the account balance is insufficient, please top up.",
    404: "NotFound: the requested resource does not exist.",
    429: "RateLimitExceeded.EndpointRPMExceeded: too many requests, please slow down.",
    500: "InternalServiceError: the service met an unexpected error.",
}
_NEW_API = {
    401: ("new_api_error", "", "Invalid token"),
    403: ("new_api_error", "insufficient_user_quota", "The user quota is not enough"),
    429: ("new_api_error", "", "Too many requests, please slow down"),
    503: ("new_api_error", "model_not_found", "No available channel for this model under the current group"),
}
_ANTHROPIC_KINDS = {
    400: "invalid_request_error",
    402: "billing_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    504: "timeout_error",
    529: "overloaded_error",
}


def trouble(family: str, status: int) -> Reply:
    """Return the answer of a family with this HTTP status."""
    headers = {"Retry-After": "2"} if status == 429 else {}
    if family == ASSETS and status in _MEDIA_INFO:
        code, _, message = _MEDIA_INFO[status].partition(": ")
        reply = asset_error("", Refusal(code, message, status))
        reply.headers.update(headers)
        return reply
    if family == MEDIA and status != 503:
        info = _MEDIA_INFO.get(status, f"UpstreamError: the upstream answered {status}.")
        return media_error(status, f"{info} Request id: {request_id()}", status=status, headers=headers)
    if status in _NEW_API:
        kind, code, message = _NEW_API[status]
        return openai_error(status, f"{message} (request id: {request_id()})", kind=kind, code=code, headers=headers)
    if family == ANTHROPIC:
        return anthropic_error(status, _ANTHROPIC_KINDS.get(status, "api_error"), f"upstream answered {status}")
    return openai_error(status, f"upstream answered {status}", kind="upstream_error", code="bad_response_status_code")


def read_key(headers: Mapping[str, str], *, family: str) -> str:
    """Return the key of the header that the family documents; empty if there is none.

    Source: the media paths take ``AIKey``, the others a Bearer token; ``/v1/messages`` also takes ``x-api-key``.
    """
    if family == MEDIA:
        return headers.get("aikey", "").strip()
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return headers.get("x-api-key", "").strip() if family == ANTHROPIC else ""


def refuse_key(key: str, *, family: str, pays: bool) -> Reply | None:
    """Return the refusal of a missing or ill-fated key: ``bad…`` 401, ``poor…`` 403 if it pays, ``slow…`` 429."""
    if not key or key.startswith("bad"):
        return trouble(family, 401)
    if pays and key.startswith("poor"):
        return trouble(family, 403)
    return trouble(family, 429) if key.startswith("slow") else None


def refuse_on_demand(scenario: Scenario, *, family: str) -> Reply | None:
    """Return the answer of a directive that means "not accepted"."""
    if scenario.http is not None:
        return trouble(family, scenario.http)
    return html_reply() if scenario.html else None


async def spoil_answer(scenario: Scenario) -> Reply | None:
    """Act out what a directive wants after acceptance: delay, hang up, or return broken JSON.

    Raises: HangUp for ``[sandbox drop]``.
    """
    if scenario.slow:
        await asyncio.sleep(scenario.slow)
    if scenario.drop:
        raise HangUp
    return Reply(b'{"code": 0, "info": "success", "result": {"task_id": "cgt-') if scenario.badjson else None


async def spoil_poll(scenario: Scenario, *, polls: int) -> Reply | None:
    """Act out ``[sandbox poll=…]`` on the first ``pollfaults`` polls.

    It may be a status, ``html``, ``badjson``, ``code`` (an outer one that is not 0) or ``drop``.

    Raises: HangUp for ``poll=drop``.
    """
    if not scenario.poll or polls > scenario.pollfaults:
        return None
    if scenario.poll.isdigit():
        return trouble(MEDIA, int(scenario.poll))
    if scenario.poll == "drop":
        raise HangUp
    if scenario.poll == "code":
        return media_error(500, "InternalServiceError: the result could not be read, try again later.")
    return html_reply() if scenario.poll == "html" else Reply(b'{"code": 0, "result": {"status": "run')
