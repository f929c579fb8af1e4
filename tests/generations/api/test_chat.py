"""Chat by key: the gateway's bytes as they are, the bill beside them, and errors that each SDK understands."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

import httpx
import pytest
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, User
from generations.models import ApiCall, ApiCallContent, ApiUsage, CallStatus
from generations.relay import switchboard
from tests import loopback
from tests.generations.api.caller import Answer, Caller, run
from tests.generations.api.conftest import MakeCaller

pytestmark = pytest.mark.django_db(transaction=True)
OPENAI, ANTHROPIC = "/v1/chat/completions", "/v1/messages"
# What differs between two answers to the same question: ids and the time.
VOLATILE = re.compile(rb'chatcmpl-\w+|msg_\w+|toolu_\w+|call_\w+|"created": ?\d+')


def openai(prompt: str, **more: Any) -> dict[str, Any]:
    text = prompt if "tps=" in prompt else f"{prompt} [sandbox tps=0]"
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": text}], **more}


def anthropic(prompt: str, **more: Any) -> dict[str, Any]:
    return {**openai(prompt), "model": "claude-sonnet-4-6", "max_tokens": 500, **more}


def straight(gateway: str, path: str, body: dict[str, Any]) -> httpx.Response:
    """Ask the sandbox itself."""
    return loopback.post(f"{gateway}{path}", json=body, headers={"Authorization": "Bearer sandbox"})


def plain(body: bytes) -> bytes:
    return VOLATILE.sub(b"*", body)


def heard(gateway: str, path: str) -> dict[str, Any]:
    """Return the last request that the sandbox got at this address."""
    rows = loopback.get(f"{gateway}/sandbox/requests?limit=20").json()
    found: dict[str, Any] = [row for row in rows if row["path"] == path][-1]
    return found


TOOLS = {
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
            },
        }
    ]
}
CLAUDE_TOOLS = {"tools": [{"name": "get_weather", "input_schema": TOOLS["tools"][0]["function"]["parameters"]}]}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (OPENAI, openai("你好 [sandbox tokens=12]")),
        (OPENAI, openai("Hi [sandbox tokens=12]", stream=True, stream_options={"include_usage": True})),
        (OPENAI, openai("What is the weather?", **TOOLS)),
        (OPENAI, openai("What is the weather?", stream=True, stream_options={"include_usage": True}, **TOOLS)),
        (OPENAI, openai("Think [sandbox reasoning tokens=8]", stream=True, stream_options={"include_usage": True})),
        (ANTHROPIC, anthropic("你好 [sandbox tokens=12]")),
        (ANTHROPIC, anthropic("Hi [sandbox tokens=12 pings]", stream=True)),
        (ANTHROPIC, anthropic("What is the weather?", stream=True, **CLAUDE_TOOLS)),
        (ANTHROPIC, anthropic("Think [sandbox reasoning tokens=8]", stream=True)),
        (ANTHROPIC, anthropic("Hi [sandbox badutf8 tokens=6]", stream=True)),
    ],
)
def test_the_gateways_bytes_arrive_as_they_are(caller: Caller, gateway: str, path: str, body: dict[str, Any]) -> None:
    direct = straight(gateway, path, body)

    answer = caller.post(path, body)

    assert answer.status == 200
    assert answer.is_whole
    assert answer.headers["content-type"] == direct.headers["content-type"]
    assert plain(answer.body) == plain(direct.content)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions", "/v1/v1/chat/completions"])
def test_a_stream_comes_piece_by_piece(caller: Caller, path: str) -> None:
    answer = caller.post(path, openai("Hi [sandbox tokens=10 tps=100]", stream=True))

    assert len(answer.pieces) >= 5
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert answer.headers["content-type"] == "text/event-stream"


def test_usage_is_asked_for_and_taken_out_again_when_the_caller_did_not_ask(caller: Caller, gateway: str) -> None:
    answer = caller.post(OPENAI, openai("Hi [sandbox tokens=7]", stream=True))

    assert heard(gateway, OPENAI)["json"]["stream_options"] == {"include_usage": True}
    assert all(event["choices"] for event in answer.events)
    call = ApiCall.objects.get()
    assert (call.output_tokens, call.is_usage_estimated) == (7, False)
    assert call.input_tokens


def test_other_stream_options_of_the_caller_stay(caller: Caller, gateway: str) -> None:
    caller.post(OPENAI, openai("Hi", stream=True, stream_options={"include_obfuscation": False}))

    assert heard(gateway, OPENAI)["json"]["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_every_field_that_the_studio_does_not_know_is_passed_on(caller: Caller, gateway: str) -> None:
    extra = {
        "response_format": {"type": "json_object"},
        "reasoning_effort": "low",
        "x_unknown": {"deep": [1, 2.5, None, "é\u2028"]},
        "seed": 12345678901234567890,
    }
    caller.post(OPENAI, openai("Hi", **extra), headers={"openai-beta": "x=1"})
    sent = heard(gateway, OPENAI)
    caller.post(ANTHROPIC, anthropic("Hi", thinking={"type": "disabled"}), headers={"anthropic-beta": "b-1"})
    sent_too = heard(gateway, ANTHROPIC)

    assert {name: sent["json"][name] for name in extra} == extra
    assert sent["headers"]["openai-beta"] == "x=1"
    assert sent_too["json"]["thinking"] == {"type": "disabled"}
    assert sent_too["headers"]["anthropic-beta"] == "b-1"
    assert sent_too["headers"]["anthropic-version"] == "2023-06-01"
    assert "sandbox" not in caller.secret
    assert caller.secret not in json.dumps([sent, sent_too])


def test_usage_cost_and_words_are_recorded(caller: Caller, alice: User) -> None:
    turns = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look [sandbox tokens=9 tps=0]"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
            ],
        },
    ]
    answer = caller.post(OPENAI, {"model": "gpt-5.1", "messages": turns}, headers={"user-agent": "Test/1 \x07"})

    call = ApiCall.objects.select_related("content").get()
    assert call.status == CallStatus.COMPLETED
    assert (call.key, call.person, call.model.gateway_name) == (caller.key, alice, "gpt-5.1")
    assert (call.http_status, call.output_tokens, call.finish_reason) == (200, 9, "stop")
    assert call.charge_amount
    assert (call.client_address, call.client_name) == ("127.0.0.1", "Test/1 ")
    assert call.request_id == answer.headers["x-request-id"]
    assert call.content.turns == [
        {"role": "system", "text": "Be brief."},
        {"role": "user", "text": "Look [sandbox tokens=9 tps=0]\n[image]"},
    ]
    assert call.content.reply == answer.json()["choices"][0]["message"]["content"]
    assert call.content.excerpt.startswith("Look")
    usage = ApiUsage.objects.get(key=caller.key)
    assert (usage.call_count, usage.output_tokens) == (1, 9)
    assert usage.amount == call.charge_amount


@pytest.mark.parametrize("stream", [False, True])
def test_a_key_for_metadata_keeps_counts_and_cost_and_no_word(
    make_caller: MakeCaller, alice: User, stream: bool
) -> None:
    caller = make_caller(alice, content="metadata")

    caller.post(OPENAI, openai("My secret [sandbox tokens=5]", stream=stream))

    call = ApiCall.objects.get()
    assert (call.output_tokens, call.status) == (5, CallStatus.COMPLETED)
    assert not ApiCallContent.objects.exists()


def test_without_usage_an_estimate_is_recorded_and_marked(caller: Caller) -> None:
    caller.post(OPENAI, openai("Hi [sandbox nousage tokens=30]", stream=True))
    caller.post(ANTHROPIC, anthropic("Hi [sandbox nousage tokens=30]"))

    for call in ApiCall.objects.all():
        assert call.is_usage_estimated
        assert 10 < call.output_tokens < 90
        assert call.charge_amount


def test_tool_calls_are_kept_whole(caller: Caller) -> None:
    caller.post(OPENAI, openai("What is the weather?", stream=True, **TOOLS))
    caller.post(ANTHROPIC, anthropic("What is the weather?", stream=True, **CLAUDE_TOOLS))
    caller.post(ANTHROPIC, anthropic("What is the weather?", **CLAUDE_TOOLS))

    for content in ApiCallContent.objects.all():
        assert [tool["name"] for tool in content.tool_calls] == ["get_weather"]
        assert "city" in json.loads(content.tool_calls[0]["arguments"])


@pytest.mark.parametrize(
    ("directive", "path", "status", "kind"),
    [
        ("http=401", OPENAI, 503, "gateway_unavailable"),
        ("http=403", OPENAI, 503, "gateway_unavailable"),
        ("http=429", OPENAI, 429, ""),
        ("http=500", OPENAI, 502, "upstream_error"),
        ("http=503", OPENAI, 404, "model_not_found"),
        ("fail=moderation", OPENAI, 400, "sensitive_words_detected"),
        ("fail=upstream", OPENAI, 502, "upstream_error"),
        ("html", OPENAI, 502, "upstream_error"),
        ("drop", OPENAI, 502, "upstream_error"),
        ("badjson", OPENAI, 502, "upstream_error"),
        ("http=401", ANTHROPIC, 503, "overloaded_error"),
        ("http=429", ANTHROPIC, 429, "rate_limit_error"),
        ("http=500", ANTHROPIC, 502, "api_error"),
        ("http=503", ANTHROPIC, 404, "not_found_error"),
        ("fail=moderation", ANTHROPIC, 400, "invalid_request_error"),
        ("html", ANTHROPIC, 502, "api_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_gateways_troubles_are_told_in_the_callers_protocol(
    caller: Caller, directive: str, path: str, status: int, kind: str, stream: bool
) -> None:
    make = openai if path == OPENAI else anthropic
    answer = caller.post(path, make(f"Hi [sandbox {directive}]", stream=stream))

    body = answer.json()
    assert answer.status == status
    assert kind in (body["error"]["type"], body["error"].get("code"))
    assert ("type" in body) == (path == ANTHROPIC)
    assert "sandbox" not in str(body).replace("[sandbox", "")
    if status == 429:
        assert answer.headers["retry-after"]
    if status == 503:
        assert answer.headers["x-should-retry"] == "false"
    call = ApiCall.objects.get()
    assert call.status == CallStatus.FAILED
    assert call.charge_amount is None


def test_a_gateway_that_is_not_there_is_told_as_trouble(caller: Caller, settings: Any) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    answer = caller.post(OPENAI, openai("Hi"))

    assert (answer.status, answer.json()["error"]["code"]) == (502, "upstream_error")
    assert ApiCall.objects.get().failure_reason == "upstream"


@pytest.mark.parametrize("path", [OPENAI, ANTHROPIC])
def test_a_stream_that_breaks_at_the_gateway_breaks_here_and_what_came_is_kept(caller: Caller, path: str) -> None:
    make = openai if path == OPENAI else anthropic
    answer = caller.post(path, make("Hi [sandbox tokens=30 cut=5]", stream=True))

    call = ApiCall.objects.select_related("content").get()
    assert answer.status == 200
    assert not answer.is_whole
    assert (call.status, call.failure_reason) == (CallStatus.FAILED, "upstream")
    assert call.content.reply
    assert call.is_usage_estimated
    assert call.charge_amount


@pytest.mark.parametrize("path", [OPENAI, ANTHROPIC])
def test_an_error_told_within_a_stream_passes_and_is_recorded(caller: Caller, path: str) -> None:
    make = openai if path == OPENAI else anthropic
    answer = caller.post(path, make("Hi [sandbox tokens=30 error=4]", stream=True))

    assert answer.is_whole
    assert b"error" in answer.body
    assert ApiCall.objects.get().status == CallStatus.FAILED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"model": "gpt-5.1", "messages": [{"role": "user", "content": "a\\u0000b"}]}',
        b'{"model": "gpt-5.1", "messages": [{"role": "user", "content": "\\ud83d"}]}',
        b'{"model": "gpt-5.1", "messages": [{"role": "user", "content": "\xff"}]}',
        b'{"model": "gpt-5.1", "messages": [{"role": "user", "content": "x"}], "temperature": NaN}',
        b'{"model": "gpt-5.1", "messages": [{"role": "user", "content": "x"}], "temperature": 1e999}',
        b'{"model": "gpt-5.1", "\\u0000": 1, "messages": [{}]}',
        b'{"a":' * 100_000,
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("path", [OPENAI, ANTHROPIC])
def test_what_is_no_json_that_could_be_sent_on_is_refused(caller: Caller, path: str, body: bytes) -> None:
    answer = caller.post(path, body)

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert not ApiCall.objects.exists()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [{}]}, "model"),
        ({"model": 5, "messages": [{}]}, "model"),
        ({"model": "gpt-5.1"}, "messages"),
        ({"model": "gpt-5.1", "messages": []}, "messages"),
        ({"model": "gpt-5.1", "messages": "Hi"}, "messages"),
        ({"model": "gpt-5.1", "messages": [{}], "stream": "yes"}, "stream"),
        ({"model": "gpt-5.1", "messages": [{}], "stream": True, "stream_options": 1}, "stream_options"),
    ],
)
def test_a_bad_field_is_named(caller: Caller, body: dict[str, Any], param: str) -> None:
    answer = caller.post(OPENAI, body)

    assert (answer.status, answer.json()["error"]["param"]) == (400, param)


def test_what_only_the_gateway_knows_to_be_wrong_is_told_in_its_own_words(caller: Caller) -> None:
    answer = caller.post(OPENAI, {"model": "gpt-5.1", "messages": [{"role": "wizard", "content": "Hi"}]})
    other = caller.post(ANTHROPIC, {"model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": "Hi"}]})

    assert (answer.status, answer.json()["error"]["param"]) == (400, "messages[0].role")
    assert (other.status, other.json()["error"]["message"]) == (400, "max_tokens: Field required")


def test_a_client_that_hangs_up_stops_the_gateway_and_pays_for_what_came(caller: Caller, gateway: str) -> None:
    answer = caller.post(
        OPENAI,
        openai("Count [sandbox tokens=400 tps=100]", stream=True),
        until=lambda so_far: so_far.body.count(b'"content"') > 5,
    )

    call = ApiCall.objects.select_related("content").get()
    assert not answer.is_whole
    assert call.status == CallStatus.STOPPED
    assert call.is_usage_estimated
    assert 2 < call.output_tokens < 100
    assert call.charge_amount
    assert call.content.reply
    deadline = time.monotonic() + 5
    while not heard(gateway, OPENAI).get("client_left") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert heard(gateway, OPENAI)["client_left"]


def test_a_client_that_leaves_after_the_last_word_has_had_a_whole_answer(caller: Caller) -> None:
    caller.post(OPENAI, openai("Hi [sandbox tokens=5]", stream=True), until=lambda so_far: b"[DONE]" in so_far.body)

    assert ApiCall.objects.get().status == CallStatus.COMPLETED


def test_a_client_that_leaves_before_a_whole_answer_pays_for_its_question(caller: Caller) -> None:
    async def leave() -> Answer:
        task = asyncio.create_task(
            caller.acall("POST", OPENAI, openai("Hi [sandbox slow=3 tokens=5]"), until=lambda _so_far: True)
        )
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return Answer()

    run(leave)

    call = ApiCall.objects.get()
    assert call.status == CallStatus.STOPPED
    assert call.input_tokens


def test_a_revoked_key_ends_its_running_streams_and_nobody_elses(
    caller: Caller, make_caller: MakeCaller, alice: User
) -> None:
    other = make_caller(alice)
    body = openai("Count [sandbox tokens=150 tps=50]", stream=True)
    ended_after: list[float] = []

    async def both() -> list[Answer]:
        streams = [asyncio.create_task(one.acall("POST", OPENAI, body)) for one in (caller, other)]
        await asyncio.sleep(0.6)
        began = time.monotonic()
        await switchboard.current().in_database(
            lambda: keys.revoke(ApiKey.objects.get(pk=caller.key.pk), actor=alice, now=timezone.now())
        )
        first = await streams[0]
        ended_after.append(time.monotonic() - began)
        return [first, await streams[1]]

    cut, whole = run(both)

    assert not cut.is_whole
    assert whole.body.endswith(b"data: [DONE]\n\n")
    assert ended_after[0] < 1.5
    assert ApiCall.objects.get(key=caller.key).status == CallStatus.STOPPED


def test_a_stop_of_the_process_interrupts_what_it_cannot_finish(caller: Caller) -> None:
    async def stop() -> list[Answer]:
        long = openai("Count [sandbox tokens=500 tps=50]", stream=True)
        short = openai("Hi [sandbox tokens=20 tps=40]", stream=True)
        streams = [asyncio.create_task(caller.acall("POST", OPENAI, body)) for body in (long, short)]
        await asyncio.sleep(0.4)
        await switchboard.current().stop(deadline_seconds=1.5)
        late = await caller.acall("POST", OPENAI, openai("Hi"))
        return [await streams[0], await streams[1], late]

    cut, whole, late = run(stop)

    assert (cut.is_whole, whole.is_whole) == (False, True)
    assert late.status == 503
    statuses = sorted(ApiCall.objects.values_list("status", flat=True))
    assert statuses == [CallStatus.COMPLETED, CallStatus.INTERRUPTED]


def test_a_large_body_of_a_stranger_is_not_read(caller: Caller) -> None:
    answer = caller.call("POST", ANTHROPIC, b"x" * 2_000_000, headers={"authorization": ""})

    assert answer.status == 401
    assert answer.json()["error"]["type"] == "authentication_error"


@pytest.mark.parametrize(("path", "code"), [(OPENAI, "request_too_large"), (ANTHROPIC, "request_too_large")])
def test_a_body_beyond_the_limit_is_refused_in_the_callers_protocol(caller: Caller, path: str, code: str) -> None:
    answer = caller.call("POST", path, b"{}", headers={"content-length": str(500 * 1024 * 1024)})

    body = answer.json()
    assert answer.status == 413
    assert code in (body["error"]["type"], body["error"].get("code"))
