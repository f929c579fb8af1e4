"""Calls that come again: because the caller says so with an `Idempotency-Key`, or because an SDK repeats by itself.

Compared is a digest of the parsed fields and the files, so that a new boundary between parts or another order of
names is no other call. The official SDKs repeat without any such header, and count in `x-stainless-retry-count`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.models import ApiKey
from generations.api.errors import ApiError, Kind
from generations.api.http import ApiRequest
from generations.models import ApiCall, ApiReplay, CallStatus, Generation
from generations.relay import replays
from generations.relay.replays import AnotherBodyError, Standing

HEADER = "idempotency-key"
HEADER_MAX_CHARACTERS = 255
RETRY_COUNT = "x-stainless-retry-count"
# The official SDKs give up long before.
JOINED_FOR = datetime.timedelta(minutes=15)


def value_of(request: ApiRequest) -> str:
    """Return the digest of a request's `Idempotency-Key`, or an empty text without one. Raises: ApiError."""
    text = request.headers.get(HEADER, "").strip()
    if len(text) > HEADER_MAX_CHARACTERS:
        sentence = f"Idempotency-Key: at most {HEADER_MAX_CHARACTERS} characters."
        raise ApiError(Kind.BAD_FIELD, sentence, param="Idempotency-Key")
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else ""


def is_retry(request: ApiRequest) -> bool:
    """Tell whether an SDK says that it has sent this before."""
    count = request.headers.get(RETRY_COUNT, "").strip()
    return count.isascii() and count.isdigit() and int(count[:9]) > 0


def digest_of(path: str, fields: Any, files: Sequence[tuple[str, UploadedFile]] = ()) -> str:
    """Return the digest of what a request asks for: its fields, and name and bytes of its files."""
    whole = hashlib.sha256(path.encode())
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    whole.update(text.encode())
    for name, file in files:
        one = hashlib.sha256(name.encode("utf-8", "replace"))
        file.seek(0)
        for chunk in file.chunks():
            one.update(chunk)
        whole.update(one.digest())
    return whole.hexdigest()


def claim(key: ApiKey, *, value: str, path: str, body: str, now: datetime.datetime) -> tuple[Standing, ApiReplay]:
    """Become the one who runs this call, or find its answer. Raises: ApiError for another body."""
    try:
        return replays.claim(key, value=value, path=path, body=body, now=now)
    except AnotherBodyError:
        sentence = "This Idempotency-Key was used before with other fields or files."
        raise ApiError(Kind.UNPROCESSABLE, sentence, code="idempotency_key_reused", should_retry=False) from None


def earlier_call(key: ApiKey, digest: str, *, now: datetime.datetime) -> tuple[Standing, Generation | None]:
    """Return the generation of an equal media call of the last minutes, or that such a call is just being read."""
    earlier = ApiCall.objects.filter(key=key, digest=digest, started_at__gt=now - JOINED_FOR, is_joined=False)
    call = earlier.select_related("generation__model").order_by("-id").first()
    if call is None:
        return Standing.MINE, None
    if call.generation is not None:
        return Standing.DONE, call.generation
    is_being_read = call.status == CallStatus.OPEN and call.open_until is not None and call.open_until > now
    return (Standing.RUNNING if is_being_read else Standing.MINE), None


def still_running() -> ApiError:
    """Return the error for a repeated stream whose first one still runs: it cannot be joined half-way."""
    sentence = "A call with this Idempotency-Key is still running."
    return ApiError(Kind.CONFLICT, sentence, code="idempotency_key_in_use", should_retry=False)


def not_kept() -> ApiError:
    """Return the error for an answer that cannot be given again."""
    sentence = (
        "A call with this Idempotency-Key was answered, and its reply was not kept: the API key keeps counts only, "
        "or the reply was too long."
    )
    return ApiError(Kind.UNPROCESSABLE, sentence, code="reply_not_kept", should_retry=False)
