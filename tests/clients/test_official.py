"""The official SDKs as they come: whole and streamed, tools, pictures, and each trouble as the SDK's own exception."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.clients.conftest import HERE, Studio, findings

FOUND: dict[str, dict[str, Any]] = {}
OPENAI = ("openai_python", "openai_node")
ANTHROPIC = ("anthropic_python", "anthropic_old", "anthropic_node")
NODE = ("openai_node", "anthropic_node")


@pytest.fixture(params=OPENAI + ANTHROPIC)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def found(name: str, studio: Studio) -> dict[str, Any]:
    """What a client found; its program runs once."""
    if name not in FOUND:
        script = str(HERE / "anthropic_python/checks.py") if name == "anthropic_old" else ""
        FOUND[name] = findings(studio, name, script=script)
    return FOUND[name]


def test_the_address_works_with_and_without_v1(name: str, found: dict[str, Any]) -> None:
    # Anthropic's for Python also asks with `auth_token`, which is the Bearer header.
    count = 5 if name in ("anthropic_python", "anthropic_old") else 4

    assert found["whole"] == [[True, 5]] * count
    assert found["models"] == [["claude-sonnet-4-6", "doubao-seedance-2-0"]] * 2


def test_a_stream_has_its_words_its_usage_and_its_end(name: str, found: dict[str, Any]) -> None:
    ends = {"words": True, "usage": 8, "finish": "stop" if name in OPENAI else "end_turn"}

    assert found["streamed"] == (ends | {"nobody_asked": []} if name in OPENAI else ends)


def test_tools_are_called_and_answered(name: str, found: dict[str, Any]) -> None:
    called = {"name": "get_weather", "arguments": ["city"], "second": True}
    more = {"finish": "tool_calls", "streamed": ["city"]} if name in OPENAI else {"finish": "tool_use"}

    assert found["tools"] == called | more


def test_pictures_go_in_and_thinking_comes_out(name: str, found: dict[str, Any]) -> None:
    assert found["pictures"] == 4
    if name in ANTHROPIC:
        assert found["thinking"] == ["thinking", "text"]


@pytest.mark.parametrize(
    ("trouble", "raised", "status"),
    [
        ("bad_key", "AuthenticationError", 401),
        ("no_such_model", "NotFoundError", 404),
        ("not_allowed", "PermissionDeniedError", 403),
        ("bad_field", "BadRequestError", 400),
        ("refused", "BadRequestError", 400),
        ("rate", "RateLimitError", 429),
        ("upstream", "InternalServerError", 502),
        ("nobody_there", "APIConnectionError", None),
    ],
)
def test_each_trouble_is_the_sdks_own_exception(found: dict[str, Any], trouble: str, raised: str, status: Any) -> None:
    assert (found[trouble]["raised"], found[trouble]["status"]) == (raised, status), found[trouble]


def test_a_time_out_is_one(name: str, found: dict[str, Any]) -> None:
    assert found["timed_out"]["raised"] == ("APIConnectionTimeoutError" if name in NODE else "APITimeoutError")


def test_what_is_too_large_is_told_so(name: str, found: dict[str, Any]) -> None:
    assert found["too_large"]["status"] == 413, found["too_large"]
    assert "at most 64 MB" in found["too_large"]["text"]


def test_openai_for_python_sees_a_broken_stream_and_the_time_to_wait(studio: Studio) -> None:
    found = FOUND.get("openai_python") or findings(studio, "openai_python")

    assert found["structured"] == "stop"
    assert found["raw_headers"] == {"retry-after": True, "request_id": True}
    assert "raised" in found["broken"]


def test_streams_that_were_aborted_are_stopped_at_the_gateway(found: dict[str, Any], studio: Studio) -> None:
    assert found["aborted"] == "closed"

    def still_open() -> int:
        return len(studio.running.query("SELECT id FROM generations_apicall WHERE status = 'open'"))

    deadline = time.monotonic() + 15
    while still_open() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert still_open() == 0
    assert studio.running.query("SELECT id FROM generations_apicall WHERE status = 'stopped' AND is_stream")
