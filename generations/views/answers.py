"""Answers that several pages of the library give: back to the list, and the way back from the trash."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.http import AuthenticatedHttpRequest

SALT = "generations.views.undo"
# More cards than this are not put back one by one: the list is read again.
MOST_PUT_BACK = 200


def go_back(request: AuthenticatedHttpRequest, *, otherwise: str = "library") -> HttpResponseRedirect:
    """Return to the page that the form stood on, if it is one of ours."""
    came_from = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(came_from) if is_ours else redirect(reverse(otherwise))


def undo_context(text: str, *, moment: datetime.datetime, ids: Sequence[str]) -> dict[str, Any]:
    """Return what a notice with *Undo* shows; `ids` are the items whose cards the page puts out of sight."""
    return {"text": text, "moment": signing.dumps(moment.isoformat(), salt=SALT), "ids": list(ids)[:MOST_PUT_BACK]}


def read_moment(text: str) -> datetime.datetime | None:
    """Return the moment of an action that is to be undone, or None when the text is not ours."""
    try:
        return datetime.datetime.fromisoformat(signing.loads(text, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
