"""The five requests of the gateway's quick start, as they stand there, leave this client over real HTTP.

Source: https://apidoc.3hei.com/zh/docs/guide/quickstart
"""

from __future__ import annotations

from typing import Any

import pytest

from generations.gateway.adapters import CHAT_ADAPTERS, MEDIA_ADAPTERS
from generations.gateway.types import Accepted, ChatOrder, ChatTurn, Delivered, MediaOrder, WireRequest
from tests.generations.gateway.conftest import SandboxGateway

BY_KEY_HEADER = {"aikey", "content-type"}
BY_BEARER = {"authorization", "content-type"}


def check(gateway: SandboxGateway, request: WireRequest, *, path: str, headers: set[str], json: Any) -> None:
    """Look at what the gateway heard: method, path, who asked, and the body as parsed values."""
    heard = gateway.last_request(path)

    assert heard["method"] == "POST"
    assert heard["query"] == {}
    assert headers <= set(heard["headers"])
    assert not ({"aikey", "authorization", "x-api-key"} - headers) & set(heard["headers"])
    assert heard["headers"].get("aikey", "Bearer ").startswith(("your", "Bearer "))
    assert heard["headers"].get("authorization", "Bearer ").startswith("Bearer ")
    assert heard["headers"]["content-type"] == "application/json; charset=UTF-8"
    assert heard["json"] == json
    assert request.path == path


def test_a_video_with_seedance(plain_gateway: SandboxGateway) -> None:
    adapter = MEDIA_ADAPTERS["seedance"]
    request = adapter.build_submit(
        MediaOrder(
            model="doubao-seedance-2-0-fast",
            prompt="一只毛茸茸的橘猫在阳光明媚的草地上奔跑",
            parameters={"resolution": "720p", "ratio": "16:9", "duration": 5},
        )
    )

    answer = adapter.read_submit(plain_gateway.send(request))

    assert isinstance(answer, Accepted)
    check(
        plain_gateway,
        request,
        path="/ai/seedance/videos",
        headers=BY_KEY_HEADER,
        json={
            "model": "doubao-seedance-2-0-fast",
            "content": [{"type": "text", "text": "一只毛茸茸的橘猫在阳光明媚的草地上奔跑"}],
            "resolution": "720p",
            "ratio": "16:9",
            "duration": 5,
        },
    )
    plain_gateway.poll("seedance", answer.task_id)
    asked = plain_gateway.last_request("/ai/seedance/result")
    assert (asked["method"], asked["query"]) == ("GET", {"task_id": answer.task_id})
    assert "aikey" in asked["headers"]


def test_a_picture_with_nano_banana(plain_gateway: SandboxGateway) -> None:
    adapter = MEDIA_ADAPTERS["gemini_images"]
    request = adapter.build_submit(
        MediaOrder(
            model="nano-banana-fast",
            prompt="未来城市夜景,霓虹灯倒映在湿润的街道上",
            parameters={"aspect_ratio": "16:9"},
        )
    )

    answer = adapter.read_submit(plain_gateway.send(request))

    assert isinstance(answer, Accepted)
    check(
        plain_gateway,
        request,
        path="/ai/gemini/image/generate",
        headers=BY_KEY_HEADER,
        json={
            "prompt": "未来城市夜景,霓虹灯倒映在湿润的街道上",
            "action": "generate",
            "model": "nano-banana-fast",
            "aspect_ratio": "16:9",
        },
    )
    plain_gateway.poll("gemini_images", answer.task_id)
    asked = plain_gateway.last_request("/ai/gemini/result")
    assert (asked["method"], asked["query"]) == ("GET", {"code": answer.task_id})
    assert "aikey" in asked["headers"]


def test_a_picture_with_openais_own_protocol(plain_gateway: SandboxGateway) -> None:
    adapter = MEDIA_ADAPTERS["openai_images"]
    request = adapter.build_submit(
        MediaOrder(
            model="gpt-image-2", prompt="一本儿童绘本插画,画着兽医正用听诊器倾听一只小水獭的心跳。", parameters={}
        )
    )

    answer = adapter.read_submit(plain_gateway.send(request))

    assert isinstance(answer, Delivered)
    assert [(output.role, output.mime) for output in answer.outputs] == [("image", "image/png")]
    check(
        plain_gateway,
        request,
        path="/v1/images/generations",
        headers=BY_BEARER,
        json={"model": "gpt-image-2", "prompt": "一本儿童绘本插画,画着兽医正用听诊器倾听一只小水獭的心跳。"},
    )


def test_a_chat_with_openais_protocol(plain_gateway: SandboxGateway) -> None:
    adapter = CHAT_ADAPTERS["openai_chat"]
    request = adapter.build(
        ChatOrder(model="gpt-5.1", system="你是一个有帮助的助手。", turns=(ChatTurn("user", "你好!"),), stream=False)
    )

    reply = adapter.read_whole(plain_gateway.send(request))

    assert reply.text
    check(
        plain_gateway,
        request,
        path="/v1/chat/completions",
        headers=BY_BEARER,
        json={
            "model": "gpt-5.1",
            "messages": [
                {"role": "system", "content": "你是一个有帮助的助手。"},
                {"role": "user", "content": "你好!"},
            ],
        },
    )


def test_a_chat_with_claudes_protocol(plain_gateway: SandboxGateway) -> None:
    adapter = CHAT_ADAPTERS["anthropic_messages"]
    request = adapter.build(
        ChatOrder(model="claude-sonnet-4-6", turns=(ChatTurn("user", "你好!"),), max_output_tokens=1024, stream=False)
    )

    reply = adapter.read_whole(plain_gateway.send(request))

    assert reply.text
    check(
        plain_gateway,
        request,
        path="/v1/messages",
        headers=BY_BEARER,
        json={
            "model": "claude-sonnet-4-6",
            "max_tokens": 1024,
            "messages": [{"role": "user", "content": "你好!"}],
        },
    )
    assert plain_gateway.last_request("/v1/messages")["headers"]["anthropic-version"] == "2023-06-01"


@pytest.mark.parametrize("path", ["/ai/seedance/videos", "/v1/messages"])
def test_the_whole_key_reaches_the_gateway_and_a_bad_one_is_refused(plain_gateway: SandboxGateway, path: str) -> None:
    stranger = SandboxGateway(plain_gateway.endpoint.base_url, key="bad-key-of-a-stranger")

    assert stranger.send(WireRequest(method="POST", path=path, json={})).status == 401
