"""The four envelopes: find the result in an answer, or say what the gateway complains about.

    /ai/*            {"code": 0, "info": "success", "result": {…}}       code ≠ 0, text in `info`
    /api/v1/open/*   {"ResponseMetadata": {…}, "Result": {…}}            ResponseMetadata.Error {Code, Message}
    /v1/*            the bare object                                     {"error": {message, type, code}}
    /v1/messages     the bare object                                     {"type": "error", "error": {type, message}}

Every function here reads all four, whatever the path: relays answer in each other's envelopes, and nest the
provider's JSON as text inside their own message.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from generations.gateway.errors import AuthError, GatewayError, OuterCode, ProtocolError, RateLimited
from generations.gateway.meanings import codes_in, meaning_of_failure, meaning_of_refusal, meaning_of_status
from generations.gateway.storable import MAY_BE_UNSTORABLE, finite, storable
from generations.gateway.types import JSON, WireResponse

RETRY_AFTER_MAX_SECONDS = 24 * 3600.0
_NESTING_MAX = 3
_JSON_TYPES = ("application/json", "text/json", "text/plain")
_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error answer says: its codes, the most telling first, and its words."""

    codes: tuple[str, ...]
    words: str

    @property
    def code(self) -> str:
        """The most telling code, or nothing."""
        return self.codes[0] if self.codes else ""


def read_object(response: WireResponse) -> dict[str, JSON]:
    """Return the JSON object of a good answer.

    An `/ai/*` answer is checked for its outer code too, and still returned whole.
    Raises: the GatewayError that the answer states; ProtocolError for HTML, broken JSON and other shapes.
    """
    parsed = _parse(response.body)
    if not 200 <= response.status < 300:
        raise error_from_answer(response, parsed)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type and not media_type.endswith("+json") and media_type not in _JSON_TYPES:
        raise ProtocolError(f"{media_type}: {_text(response.body)}", status=response.status)
    if not isinstance(parsed, dict):
        raise ProtocolError(_text(response.body), status=response.status)
    if _states_error(parsed):
        raise error_from_answer(response, parsed)
    return parsed


def read_result(response: WireResponse) -> dict[str, Any]:
    """Return the `result` of an `/ai/*` answer; an empty one if the gateway has nothing to say yet.

    Raises: as `read_object`.
    """
    answer = read_object(response)
    result = answer.get("result", answer.get("data") if "code" in answer else answer)
    if isinstance(result, str):
        result = _parse(result.encode())
    if isinstance(result, list) and result:
        result = result[0]
    if result is None:
        return {}
    if not isinstance(result, dict):
        raise ProtocolError(_text(response.body), status=response.status)
    return result


def raise_for_outer_code(response: WireResponse) -> None:
    """Raise what a poll's non-zero outer code means; return if the code is zero, absent, or the status is not 2xx.

    Raises: OuterCode, to be counted; AuthError or RateLimited, which say nothing about the task.
    """
    parsed = _parse(response.body) if 200 <= response.status < 300 else None
    if not isinstance(parsed, dict) or "code" not in parsed or _is_zero(parsed["code"]):
        return
    complaint = read_complaint(parsed)
    kind = meaning_of_failure(complaint.codes, complaint.words)
    if issubclass(kind, AuthError | RateLimited):
        raise error_from_answer(response, parsed)
    raise OuterCode(
        complaint.words,
        outer_code=str(parsed["code"])[:60],
        reason=kind.reason,
        code=complaint.code,
        status=response.status,
    )


def error_from_answer(response: WireResponse, parsed: object = None) -> GatewayError:
    """Return the error that a whole answer states.

    A 5xx whose words mean nothing known is an AnswerLost: a submit may have been accepted.
    """
    parsed = _parse(response.body) if parsed is None else parsed
    is_page = not isinstance(parsed, dict)
    complaint = read_complaint(parsed) if isinstance(parsed, dict) else Complaint((), _text(response.body))
    if 200 <= response.status < 300:
        kind = meaning_of_refusal(complaint.codes, complaint.words)
    else:
        kind = meaning_of_status(complaint.codes, complaint.words, status=response.status, is_page=is_page)
    return kind(
        complaint.words,
        code=complaint.code,
        status=response.status,
        retry_after_seconds=retry_after_seconds(response.headers),
    )


def error_from_failure(error: object, *, code: object = None) -> GatewayError:
    """Return the error that a task or a reply states about itself: an object, a text, JSON inside a text."""
    complaint = read_complaint({"error": error, "code": code})
    return meaning_of_failure(complaint.codes, complaint.words)(complaint.words, code=complaint.code)


def read_complaint(answer: Mapping[str, Any]) -> Complaint:
    """Return codes and words of an error in any of the four envelopes, nested ones first."""
    found = list(_complaints(answer, depth=0))
    # The innermost envelope is the provider's own, and names the trouble best.
    stated = [code for complaint in reversed(found) for code in complaint.codes]
    words = max((complaint.words for complaint in found), key=len)
    # A number says less than a code by name, wherever that stands.
    names = [code for code in stated if not _is_number(code)]
    return Complaint(tuple(dict.fromkeys([*names, *codes_in(words), *stated])), words)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the wait that `Retry-After` asks for, as seconds or as a date measured against `Date`.

    Units: seconds, between 0 and a day.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), RETRY_AFTER_MAX_SECONDS) if math.isfinite(seconds) else None


def _complaints(answer: Mapping[str, Any], *, depth: int) -> Iterator[Complaint]:
    error = answer.get("error")
    metadata = answer.get("ResponseMetadata")
    if isinstance(metadata, dict):
        error = metadata.get("Error") or error
    inner = error if isinstance(error, dict) else {}
    words = _first_text(inner, "message", "Message", "msg", "info") or (error if isinstance(error, str) else "")
    words = words or _first_text(answer, "info", "message", "msg", "errorMessage", "error_message")
    codes = [
        str(code)
        for code in (inner.get("code"), inner.get("Code"), inner.get("type"), answer.get("code"))
        if isinstance(code, str | int | float) and not isinstance(code, bool) and str(code)
    ]
    yield Complaint(tuple(codes), words)
    if depth < _NESTING_MAX:
        nested = next((found for text in (words, _first_text(answer, "info")) if (found := _object_in(text))), None)
        if nested:
            yield from _complaints(nested if "error" in nested else {"error": nested}, depth=depth + 1)


def _object_in(text: str) -> dict[str, Any] | None:
    """Return the first JSON object that stands in a text, as relays nest a provider's answer."""
    for brace in re.finditer(r"\{", text[:20_000]):
        try:
            found, _end = _decoder.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _states_error(answer: Mapping[str, Any]) -> bool:
    code = answer.get("code")
    if isinstance(code, str | int | float) and not isinstance(code, bool) and not _is_zero(code):
        return any(name in answer for name in ("info", "result", "message", "msg"))
    metadata = answer.get("ResponseMetadata")
    if isinstance(metadata, dict) and metadata.get("Error"):
        return True
    if answer.get("type") == "error" or answer.get("success") is False:
        return True
    # Beside a result, an error belongs to the task or the reply, and is read there.
    carries_result = any(name in answer for name in ("result", "data", "choices", "content", "status"))
    return bool(answer.get("error")) and not carries_result


def _is_number(code: str) -> bool:
    return code.strip().lstrip("-").replace(".", "", 1).isdigit()


def _is_zero(code: object) -> bool:
    return not isinstance(code, bool) and str(code).strip() in {"0", "0.0"}


def _first_text(holder: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = holder.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, dict) and value:
            return _dump(value)
    return ""


def _dump(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _parse(body: bytes) -> Any:
    text = body.decode("utf-8-sig", "replace")
    try:
        parsed = json.loads(text, parse_constant=finite, parse_float=finite)
        return storable(parsed) if MAY_BE_UNSTORABLE.search(text) else parsed
    except (ValueError, RecursionError):
        return None


def _text(body: bytes) -> str:
    return body[:20_000].decode("utf-8", "replace")
