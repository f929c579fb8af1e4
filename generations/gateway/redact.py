"""Cut keys, signed queries and base64 out of text before a log, a page or a database column sees it."""

from __future__ import annotations

import logging
import re

CUT = "…"

# JSON may write "/" as "\/": the backslash is part of a run and of an address.
_BASE64 = re.compile(r"[A-Za-z0-9+/_\\-]{200,}={0,2}")
_DATA_URI = re.compile(r"data:([\w.+-]+\\?/[\w.+-]+)(?:;[\w=.+-]+)*,[A-Za-z0-9+/=_%\\-]+")
_CREDENTIALS = re.compile(r"(https?:(?:\\?/){2})[^\s/\"'@?#]+@", re.IGNORECASE)
_QUERY = re.compile(r"((?:https?|wss?):(?:\\?/){2}[^\s\"'<>?#]{1,4000})[?#][^\s\"'<>]*", re.IGNORECASE)
_ENCODED_ADDRESS = re.compile(r"(https?%3A%2F%2F[^\s\"'<>&]{1,4000}?)%3F[^\s\"'<>&]*", re.IGNORECASE)
_SCHEME_KEY = re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;)\]}]+", re.IGNORECASE)
_NAMED_KEY = re.compile(
    r"(\b(?:AIKey|api[_-]?key|x-api-key|authorization|access[_-]?token|account_?pass|secret|password|set-cookie|cookie)\b"
    r"(?:\\?[\"']\s*[:,]|\s*[:=]|%3D)\s*(?:b?\\?[\"'])?)(?!(?:Bearer|Basic)\b)[^\s\"',;)\]}&\\]+",
    re.IGNORECASE,
)
_SIGNED_PARAMETER = re.compile(
    r"\b((?:x-(?:amz|tos|oss|goog)-[\w-]+|signature|sig|sign|token|expires)(?:=|%3D))[^\s\"'&<>]+", re.IGNORECASE
)
_BARE_KEY = re.compile(r"\b(?:sk|rk|pk|ak)-[A-Za-z0-9_-]{8,}")
_JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?")


def redact(text: str) -> str:
    """Return the text without base64 runs, keys, credentials and the queries of addresses.

    Idempotent: yes.
    """
    text = _without_base64(text)
    text = _CREDENTIALS.sub(r"\1", text)
    text = _QUERY.sub(rf"\1?{CUT}", text)
    text = _ENCODED_ADDRESS.sub(rf"\1%3F{CUT}", text)
    text = _SCHEME_KEY.sub(r"\1 ***", text)
    text = _NAMED_KEY.sub(r"\1***", text)
    text = _SIGNED_PARAMETER.sub(r"\1***", text)
    text = _JSON_WEB_TOKEN.sub("***", text)
    return _BARE_KEY.sub("***", text)


def redact_body(body: bytes, *, max_bytes: int) -> str:
    """Return a body as clean text of at most `max_bytes` of UTF-8, saying so when it was longer."""
    head = _without_base64(body.decode("utf-8", "replace"))[: max_bytes * 4]
    clean = redact(head).replace("\x00", "\N{REPLACEMENT CHARACTER}")
    encoded = clean.encode("utf-8", "replace")
    if len(encoded) <= max_bytes:
        return clean
    return encoded[: max_bytes - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def redact_detail(text: str, *, max_characters: int) -> str:
    """Return the gateway's own words, clean, on one line, and short enough for a column."""
    # JSON escapes can spell half a character, which no database column takes.
    whole = text.encode("utf-8", "replace").decode()
    clean = " ".join(redact(whole).replace("\x00", " ").split())
    return clean if len(clean) <= max_characters else clean[: max_characters - 1] + CUT


class RedactFilter(logging.Filter):
    """Cleans every record that passes: httpx logs whole addresses at INFO, and tracebacks quote values."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message and traceback in place, and let it pass."""
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


def _without_base64(text: str) -> str:
    return _BASE64.sub(_shorten, _DATA_URI.sub(rf"data:\1,{CUT}", text))


def _shorten(match: re.Match[str]) -> str:
    run = match.group()
    return f"{run[:8]}{CUT}[{len(run)} characters]"
