"""Keys, signed queries and base64 do not get through."""

from __future__ import annotations

import io
import logging
import sys

import httpx
import pytest

from generations.gateway.redact import RedactFilter, redact, redact_detail


@pytest.mark.parametrize(
    "dirty",
    [
        "Authorization: Bearer S3CRETS3CRET",
        '{"Authorization": "Bearer S3CRETS3CRET"}',
        "AIKey: S3CRETS3CRET",
        "{'AIKey': 'S3CRETS3CRET', 'x': 1}",
        "[(b'AIKey', b'S3CRETS3CRET')]",
        '{\\"api_key\\": \\"S3CRETS3CRET\\"}',
        "x-api-key=S3CRETS3CRET&y=1",
        "invalid token sk-S3CRETS3CRET given",
        "GET https://tos.test/a.mp4?X-Tos-Signature=S3CRETS3CRET done",
        '"https:\\/\\/tos.test\\/a.mp4?sig=S3CRETS3CRET"',
        "https://tos.test/a.mp4#S3CRETS3CRET",
        "https://user:S3CRETS3CRET@tos.test/a.mp4",
        "?to=https%3A%2F%2Ftos.test%2Fa%3Fsig%3DS3CRETS3CRET",
        "X-Amz-Signature=S3CRETS3CRET",
        "token eyJhbGciOiJIUzI1NiJ9.S3CRETS3CRET.S3CRETS3CRET",
        "data:image/png;base64,S3CRETS3CRET",
        "A" * 200 + "S3CRETS3CRET",
    ],
)
def test_secrets_are_cut_out(dirty: str) -> None:
    assert "S3CRET" not in redact(dirty)


@pytest.mark.parametrize(
    "clean",
    [
        '{"code": 0, "info": "success", "result": {"task_id": "cgt-20261123-abcde"}}',
        '"usage": {"total_tokens": 108900, "completion_tokens": 108900}',
        "The request failed because the input text may contain sensitive information.",
        "余额不足，请充值后再试。",
        "https://files.test/a.mp4",
    ],
)
def test_ordinary_words_stay(clean: str) -> None:
    assert redact(clean) == clean


def test_redacting_twice_changes_nothing() -> None:
    once = redact("Bearer abcdef https://a.test/b?c=d data:image/png;base64,AAAA AIKey: abc")

    assert redact(once) == once


def test_a_detail_is_one_short_line() -> None:
    assert redact_detail("a\n\x00 b\tc", max_characters=100) == "a b c"
    assert redact_detail("x" * 50, max_characters=10) == "xxxxxxxxx…"


def test_httpx_logs_addresses_without_their_queries() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactFilter())
    logger = logging.getLogger("httpx")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(200))) as http:
            http.get("https://files.test/a.png", params={"sig": "S3CRET"})
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)

    assert "https://files.test/a.png?…" in stream.getvalue()
    assert "S3CRET" not in stream.getvalue()


def test_a_traceback_in_the_log_is_cleaned() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "failed for %s", ("Bearer S3CRET",), None)
    try:
        raise ValueError("https://files.test/a.png?sig=S3CRET")
    except ValueError:
        record.exc_info = sys.exc_info()

    assert RedactFilter().filter(record)

    assert "S3CRET" not in logging.Formatter().format(record)
    assert "ValueError" in logging.Formatter().format(record)
