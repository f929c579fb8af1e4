"""Whatever arrives, a reader returns a result or raises a GatewayError: anything else would lose a paid answer."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generations.gateway import assets, models
from generations.gateway.adapters import CHAT_ADAPTERS, MEDIA_ADAPTERS
from generations.gateway.errors import GatewayError
from generations.gateway.types import WireResponse

NAMES = [
    *("code", "info", "result", "error", "message", "type", "status", "data", "url", "images", "videos", "content"),
    *("task_id", "taskCode", "video_url", "imageUrl", "b64_json", "choices", "delta", "usage", "finish_reason"),
    *("ResponseMetadata", "Error", "Result", "Items", "Id", "errorMessage", "errorCode", "stop_reason", "success"),
]
WORDS = [
    *(
        "",
        "null",
        "success",
        "failed",
        "running",
        "1",
        "0",
        "https://x/a",
        "data:,",
        "error",
        "message_delta",
        "\ud83d",
    ),
    *("\x00", '{"error": {"code": "InvalidParameter"}}', "{", "message_start", "content_block_delta"),
]
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=20))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=6), st.just({"code": 0})
    ),
    max_leaves=25,
)
READERS: list[Any] = [
    *(adapter.read_submit for adapter in MEDIA_ADAPTERS.values()),
    *(adapter.read_poll for adapter in MEDIA_ADAPTERS.values()),
    *(adapter.read_whole for adapter in CHAT_ADAPTERS.values()),
    *(assets.read_asset, assets.read_page, models.read_list),
]


def try_every_reader(body: bytes, *, status: int) -> None:
    """Read one answer in every way; only GatewayErrors are expected."""
    response = WireResponse(status=status, headers={"content-type": "application/json"}, body=body)
    for read in READERS:
        try:
            read(response)
        except GatewayError as error:
            f"{error} {error.detail} {error.code}".encode()


@settings(max_examples=120, deadline=None, database=None)
@given(value=values, status=st.sampled_from([200, 200, 200, 400, 404, 500]), is_wrapped=st.booleans())
def test_no_json_surprises_a_reader(value: object, status: int, is_wrapped: bool) -> None:
    body = {"code": 0, "info": "success", "result": value} if is_wrapped else value

    try_every_reader(json.dumps(body).encode(), status=status)


@settings(max_examples=80, deadline=None, database=None)
@given(payloads=st.lists(st.dictionaries(st.sampled_from(NAMES), values, max_size=6), max_size=4))
def test_no_event_surprises_a_stream_reader(payloads: list[dict[str, Any]]) -> None:
    for adapter in CHAT_ADAPTERS.values():
        reader = adapter.reader()
        for payload in payloads:
            with contextlib.suppress(GatewayError):
                reader.feed(str(payload.get("type", "")), json.dumps(payload))


@settings(max_examples=100, deadline=None, database=None)
@given(body=st.binary(max_size=200), status=st.integers(100, 599))
def test_no_bytes_surprise_a_reader(body: bytes, status: int) -> None:
    try_every_reader(body, status=status)


@pytest.mark.parametrize("depth", [400, 900, 960, 980, 990, 100_000])
@pytest.mark.parametrize(("start", "end"), [('{"error":', "}"), ('{"result":', "}"), ("[", "]"), ('{"info":', "}")])
def test_no_depth_surprises_a_reader(start: str, end: str, depth: int) -> None:
    nested = start * depth + "1" + end * depth

    for body in (
        nested,
        f'{{"code": 0, "result": {nested}}}',
        f'{{"code": 0, "result": {{"status": 5, "error": {nested}}}}}',
    ):
        try_every_reader(body.encode(), status=200)
