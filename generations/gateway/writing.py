"""What every request builder shares: headers, time-outs, and the strictness about fields."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from generations.gateway.errors import BadInput
from generations.gateway.types import JSON, InputFile

JSON_HEADERS = (("Content-Type", "application/json; charset=UTF-8"),)

# Shorter than the leases that cover them: a poll is leased for 15 s, a submit for 60 s.
POLL_READ_SECONDS = 8.0
SUBMIT_READ_SECONDS = 30.0
CHAT_READ_SECONDS = 300.0
# The service answers a picture only when it is drawn, which takes minutes at the highest quality.
BLOCKING_READ_SECONDS = 600.0

_COMMON_MIMES = {"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav"}


def checked_parameters(parameters: Mapping[str, JSON], *, allowed: frozenset[str]) -> dict[str, JSON]:
    """Return the parameters to send: those with a value.

    Raises: BadInput for a name that the protocol does not document; sent on, it would be refused or ignored.
    """
    unknown = sorted(set(parameters) - allowed)
    if unknown:
        raise BadInput(f"This protocol has no parameter {', '.join(unknown)}.")
    return {name: value for name, value in parameters.items() if value is not None}


def data_uri_or_address(file: InputFile) -> str:
    """Return a file as the text that stands for it: its address, or a data URI with a lower-case type."""
    if file.url is not None:
        return file.url
    return f"data:{clean_mime(file.mime)};base64,{base64_text(file)}"


def base64_text(file: InputFile) -> str:
    """Return the bytes of a file as base64."""
    return base64.b64encode(file.content or b"").decode("ascii")


def clean_mime(mime: str) -> str:
    """Return a media type in lower case, without parameters, under its registered name."""
    bare = mime.partition(";")[0].strip().lower()
    return _COMMON_MIMES.get(bare, bare)
