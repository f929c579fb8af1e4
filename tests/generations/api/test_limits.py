"""How much one may ask at a time: told in each protocol's words, with a time to wait; nobody else is held up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from accounts.models import User
from generations.api.auth import forget_what_is_known
from generations.models import ApiCall, ApiMinute, Installation
from tests.generations.api.caller import Answer, Caller, run
from tests.generations.api.conftest import MakeCaller

pytestmark = pytest.mark.django_db(transaction=True)
CHAT = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Hi [sandbox tokens=2 tps=0]"}]}
LONG = {"stream": True, "messages": [{"role": "user", "content": "Hi [sandbox tokens=80 tps=40]"}]}


def limit(**limits: int) -> None:
    Installation.objects.update_or_create(pk=1, defaults=limits)
    forget_what_is_known()


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/chat/completions", lambda body: body["error"]["type"] == "rate_limit_error"),
        ("/images/generations", lambda body: body["error"]["code"] == "rate_limit_exceeded"),
        ("/v1/messages", lambda body: body["type"] == "error" and body["error"]["type"] == "rate_limit_error"),
        ("/ai/seedance/videos", lambda body: body["code"] == 429 and body["info"].startswith("RateLimitExceeded")),
        ("/ai/gemini/image/generate", lambda body: body["error"]["code"] == "RateLimitExceeded"),
    ],
)
def test_each_protocol_is_told_in_its_own_words_how_long_to_wait(caller: Caller, path: str, where: Any) -> None:
    limit(api_requests_per_minute_per_key=1)

    async def twice() -> list[Answer]:
        # The third is for the case that a minute ends in between.
        return [await caller.acall("POST", path, CHAT) for _ in range(3)]

    answer = run(twice)[2]

    assert answer.status == 429
    assert where(answer.json())
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_a_person_is_counted_over_all_keys_and_nobody_else_with_it(
    make_caller: MakeCaller, alice: User, bob: User
) -> None:
    limit(api_calls_at_once_per_person=2)
    one, other, bobs = make_caller(alice), make_caller(alice), make_caller(bob)

    async def together() -> tuple[Answer, Answer]:
        running = [asyncio.create_task(c.acall("POST", "/v1/chat/completions", {**CHAT, **LONG})) for c in (one, other)]
        await asyncio.sleep(0.5)
        third = await other.acall("POST", "/v1/messages", {**CHAT, "model": "claude-sonnet-4-6", "max_tokens": 5})
        colleague = await bobs.acall("POST", "/v1/chat/completions", CHAT)
        await asyncio.gather(*running)
        return third, colleague

    third, colleague = run(together)

    assert third.status == 429
    assert third.json()["error"]["message"].startswith("Too many calls at once: 2 for all your API keys together")
    assert third.headers["retry-after"] == "2"
    assert colleague.status == 200
    assert not ApiCall.objects.filter(status="open").exists()


def test_a_refused_request_starts_no_call_and_is_counted_in_one_row_a_minute(caller: Caller) -> None:
    limit(api_requests_per_minute_per_key=1)

    async def thrice() -> None:
        for _ in range(3):
            await caller.acall("POST", "/v1/chat/completions", CHAT)

    run(thrice)

    own = ApiMinute.objects.filter(subject=f"key:{caller.key.pk}")
    assert sum(own.values_list("count", flat=True)) == 3
    assert ApiCall.objects.count() == own.count()


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [("/v1/models", 5), ("/v1/images/generations", 5), ("/v1/chat/completions", 65), ("/ai/seedance/videos", 65)],
)
def test_each_address_takes_bodies_of_its_own_size(caller: Caller, path: str, megabytes: int) -> None:
    size = str(megabytes * 1024 * 1024)

    answer = caller.call("POST", path, b"{}", headers={"content-length": size})

    assert answer.status == 413
    assert f"at most {megabytes - 1} MB" in answer.body.decode()
