"""The log of calls by key, newest first, read by position and never by offset."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from accounts.models import ApiKey, User
from generations.models import ApiCall

PAGE_SIZE = 50
SALT = "generations.library.api_calls"


@dataclass(frozen=True, slots=True)
class CallPage:
    """One stretch of the log; `next_cursor` is empty at its end."""

    calls: tuple[ApiCall, ...]
    next_cursor: str


def read_calls(person: User, *, key: ApiKey | None = None, cursor: str = "", size: int = PAGE_SIZE) -> CallPage:
    """Return a person's calls, or those of one key, with all that a row shows. One query."""
    calls = ApiCall.objects.filter(key=key) if key else ApiCall.objects.filter(person=person)
    if before := _read(cursor):
        calls = calls.filter(pk__lt=before)
    rows = calls.select_related("key", "model", "generation", "content").order_by("-id")
    # Long texts stay where they are.
    rows = rows.defer("content__turns", "content__reply", "content__reasoning", "content__tool_calls")
    rows = rows.defer("generation__raw_reply", "generation__failure_detail", "generation__usage", "failure_detail")
    found = list(rows[: size + 1])
    more = signing.Signer(salt=SALT).sign_object(found[size - 1].pk) if len(found) > size else ""
    return CallPage(calls=tuple(found[:size]), next_cursor=more)


def _read(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        return int(signing.Signer(salt=SALT).unsign_object(cursor))
    except (signing.BadSignature, ValueError, TypeError):
        return None
