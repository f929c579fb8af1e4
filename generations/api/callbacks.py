"""`callback_url` of a media request: where its caller wants to be told the end. Ours, and never forwarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generations.api.errors import bad_field
from generations.models import Installation
from generations.notify.webhooks import URL_MAX_CHARACTERS, address_problem, read_private_hosts

NAME = "callback_url"
_SENTENCES = {
    "invalid": f"must be an http(s) address of at most {URL_MAX_CHARACTERS} characters.",
    "private": "lies inside a private network. An administrator can allow it for webhooks.",
}


def callback_of(fields: Mapping[str, Any]) -> str:
    """Return the address that a request names, or an empty text. Raises: ApiError for what is no text."""
    value = fields.get(NAME)
    if value is not None and not isinstance(value, str):
        raise bad_field(NAME, _SENTENCES["invalid"])
    return value or ""


def check_callback(url: str) -> None:
    """Refuse what is no web address, and what plainly lies inside a private network. Raises: ApiError."""
    trusted = read_private_hosts(Installation.current().webhook_private_hosts) if url else ()
    if url and (problem := address_problem(url, trusted=trusted)):
        raise bad_field(NAME, _SENTENCES[problem])
