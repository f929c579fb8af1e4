"""Calls that come again: answered as the first one was, joined while it runs, refused when they are another."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from generations.api import media
from generations.models import ApiCall, ApiReplay, Generation
from generations.relay import replays
from tests.generations.api.caller import Answer, Caller, run
from tests.generations.api.conftest import MakeCaller
from tests.generations.api.engine_beside import engine_beside
from tests.generations.api.following import EDITS, IMAGES, PICTURES, VIDEOS, banana, clip, poster
from tests.generations.media.samples import picture

pytestmark = pytest.mark.django_db(transaction=True)
KEYED = {"idempotency-key": "order-1"}
RETRY = {"x-stainless-retry-count": "1"}
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


def openai(text: str = "Hi [sandbox tokens=3 tps=0]", **more: Any) -> dict[str, Any]:
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": text}], **more}


def anthropic(text: str = "Hi [sandbox tokens=3 tps=0]", **more: Any) -> dict[str, Any]:
    return {**openai(text, **more), "model": "claude-sonnet-4-6", "max_tokens": 50}


@pytest.mark.parametrize(("path", "make"), [(VIDEOS, clip), (IMAGES, banana)])
def test_a_repeated_order_gets_the_first_ones_task(caller: Caller, path: str, make: Callable[[], Any]) -> None:
    answers = [caller.post(path, make(), headers=KEYED) for _ in range(3)]

    assert {answer.body for answer in answers} == {answers[0].body}
    assert Generation.objects.count() == 1
    assert list(ApiCall.objects.order_by("id").values_list("is_joined", flat=True)) == [False, True, True]


def test_the_order_of_names_makes_no_other_order(caller: Caller) -> None:
    body = banana()
    caller.post(IMAGES, body, headers=KEYED)

    assert caller.post(IMAGES, dict(reversed(body.items())), headers=KEYED).status == 200
    assert Generation.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(caller: Caller) -> None:
    caller.post(IMAGES, banana(), headers=KEYED)

    others = [
        caller.post(IMAGES, banana("Another bowl"), headers=KEYED),
        caller.post(VIDEOS, clip(), headers=KEYED),
        caller.post(CHAT, openai(), headers=KEYED),
    ]

    assert [answer.status for answer in others] == [422] * 3
    assert {answer.headers["x-should-retry"] for answer in others} == {"false"}
    assert others[0].json()["error"]["code"] == "idempotency_key_reused"
    assert Generation.objects.count() == 1


def test_the_keys_of_two_api_keys_are_strangers(caller: Caller, make_caller: MakeCaller, alice: User) -> None:
    caller.post(IMAGES, banana(), headers=KEYED)
    make_caller(alice).post(IMAGES, banana(), headers=KEYED)

    assert Generation.objects.count() == 2


def test_after_a_day_the_key_is_free_again(caller: Caller) -> None:
    caller.post(IMAGES, banana(), headers=KEYED)
    ApiReplay.objects.update(created_at=timezone.now() - datetime.timedelta(hours=24, seconds=1))

    assert caller.post(IMAGES, banana("Another bowl"), headers=KEYED).status == 200
    assert Generation.objects.count() == 2


def test_a_refused_order_leaves_its_key_free(caller: Caller) -> None:
    refused = caller.post(IMAGES, banana(aspect_ratio="9:1"), headers=KEYED)

    assert refused.status == 400
    assert caller.post(IMAGES, banana(), headers=KEYED).status == 200


def test_a_key_that_is_too_long_is_refused(caller: Caller) -> None:
    answer = caller.post(IMAGES, banana(), headers={"idempotency-key": "x" * 256})

    assert (answer.status, answer.json()["error"]["param"]) == (400, "Idempotency-Key")


def test_ten_at_the_same_moment_are_one_order(caller: Caller) -> None:
    async def whole() -> list[Answer]:
        return await asyncio.gather(*(caller.acall("POST", VIDEOS, clip(), headers=KEYED) for _ in range(10)))

    answers = run(whole)

    assert {answer.body for answer in answers} == {answers[0].body}
    assert {answer.status for answer in answers} == {200}
    assert Generation.objects.count() == 1


def test_who_comes_again_waits_until_the_first_has_been_placed(caller: Caller) -> None:
    first = caller.post(VIDEOS, clip(), headers=KEYED)
    # As it stands while another process is still storing the files of the first one.
    placed = Generation.objects.get()
    ApiReplay.objects.update(generation=None, running_until=timezone.now() + datetime.timedelta(minutes=1))

    async def whole() -> tuple[bool, Answer]:
        again = asyncio.create_task(caller.acall("POST", VIDEOS, clip(), headers=KEYED))
        await asyncio.sleep(0.6)
        was_waiting = not again.done()
        await asyncio.to_thread(ApiReplay.objects.update, generation=placed, running_until=None)
        return was_waiting, await again

    was_waiting, again = run(whole)

    assert was_waiting
    assert again.body == first.body
    assert Generation.objects.count() == 1


def test_another_boundary_is_the_same_form_and_another_file_is_not(caller: Caller) -> None:
    async def whole() -> list[Answer]:
        fields, same = poster("Blue [sandbox tiny]"), [("image", picture())]
        async with engine_beside():
            first = await caller.apost_form(EDITS, fields, same, headers=KEYED)
            again = await caller.apost_form(EDITS, fields, same, headers=KEYED)
            other = await caller.apost_form(EDITS, fields, [("image", picture("JPEG"))], headers=KEYED)
            return [first, again, other]

    first, again, other = run(whole)

    assert first.json()["data"] == again.json()["data"]
    assert (first.status, again.status, other.status) == (200, 200, 422)


def test_what_an_sdk_repeats_by_itself_joins_the_call_of_the_same_words(caller: Caller) -> None:
    first = caller.post(VIDEOS, clip())
    again = caller.post(VIDEOS, clip(), headers=RETRY)
    deliberate = caller.post(VIDEOS, clip(), headers={"x-stainless-retry-count": "0"})
    other = caller.post(VIDEOS, clip("Other words"), headers=RETRY)

    assert again.body == first.body
    assert len({first.body, deliberate.body, other.body}) == 3
    assert Generation.objects.count() == 3


def test_a_repetition_joins_only_the_last_minutes_and_only_its_own_key(
    caller: Caller, make_caller: MakeCaller, alice: User
) -> None:
    caller.post(VIDEOS, clip())
    make_caller(alice).post(VIDEOS, clip(), headers=RETRY)
    ApiCall.objects.update(started_at=timezone.now() - datetime.timedelta(minutes=15, seconds=1))
    caller.post(VIDEOS, clip(), headers=RETRY)

    assert Generation.objects.count() == 3


def test_repetitions_of_a_call_that_never_came_are_one_order(caller: Caller) -> None:
    async def whole() -> list[Answer]:
        return await asyncio.gather(*(caller.acall("POST", VIDEOS, clip(), headers=RETRY) for _ in range(5)))

    assert len({answer.body for answer in run(whole)}) == 1
    assert Generation.objects.count() == 1


def test_who_hangs_up_in_the_middle_finds_the_order_placed(caller: Caller) -> None:
    async def whole() -> Answer:
        first = asyncio.create_task(caller.acall("POST", PICTURES, poster()))
        while not await asyncio.to_thread(ApiCall.objects.exists):
            await asyncio.sleep(0.002)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        async with engine_beside():
            return await caller.acall("POST", PICTURES, poster("A poster [sandbox tiny]"), headers=RETRY)

    assert run(whole).status == 200
    assert Generation.objects.count() == 1


def test_a_joined_call_costs_nothing_of_its_own(caller: Caller) -> None:
    from generations.library.key_figures import figures_of

    caller.post(VIDEOS, clip(), headers=KEYED)
    once = figures_of([caller.key])[caller.key.pk].amount
    caller.post(VIDEOS, clip(), headers=KEYED)

    figures = figures_of([caller.key])[caller.key.pk]
    assert (figures.calls, figures.amount) == (2, once)


@pytest.mark.parametrize(("path", "make"), [(CHAT, openai), (MESSAGES, anthropic)])
def test_a_reply_is_given_again_byte_by_byte(caller: Caller, path: str, make: Callable[..., Any]) -> None:
    first = caller.post(path, make(), headers=KEYED)
    again = caller.post(path, make(), headers=KEYED)

    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert ApiCall.objects.count() == 1


@pytest.mark.parametrize(("path", "make"), [(CHAT, openai), (MESSAGES, anthropic)])
def test_a_stream_that_has_ended_is_given_again(caller: Caller, path: str, make: Callable[..., Any]) -> None:
    first = caller.post(path, make(stream=True), headers=KEYED)
    again = caller.post(path, make(stream=True), headers=KEYED)

    assert (again.body, again.headers["content-type"]) == (first.body, first.headers["content-type"])
    assert ApiCall.objects.count() == 1


def test_a_stream_under_way_is_told_not_to_come_again(caller: Caller) -> None:
    slow = openai("Hi [sandbox tokens=20 tps=20]", stream=True)

    async def whole() -> list[Answer]:
        first = asyncio.create_task(caller.acall("POST", CHAT, slow, headers=KEYED))
        while not await asyncio.to_thread(ApiCall.objects.exists):
            await asyncio.sleep(0.02)
        second = await caller.acall("POST", CHAT, slow, headers=KEYED)
        return [await first, second]

    first, second = run(whole)

    assert (first.is_whole, second.status) == (True, 409)
    assert second.headers["x-should-retry"] == "false"
    assert second.json()["error"]["code"] == "idempotency_key_in_use"


def test_a_whole_reply_under_way_is_waited_for(caller: Caller) -> None:
    slow = openai("Hi [sandbox tokens=10 tps=20]")

    async def whole() -> list[Answer]:
        first = asyncio.create_task(caller.acall("POST", CHAT, slow, headers=KEYED))
        while not await asyncio.to_thread(ApiCall.objects.exists):
            await asyncio.sleep(0.02)
        return [await caller.acall("POST", CHAT, slow, headers=KEYED), await first]

    second, first = run(whole)

    assert second.body == first.body
    assert ApiCall.objects.count() == 1


def test_a_reply_that_the_key_does_not_keep_is_not_given_again(make_caller: MakeCaller, alice: User) -> None:
    counting = make_caller(alice, content="metadata")
    counting.post(CHAT, openai(), headers=KEYED)

    again = counting.post(CHAT, openai(), headers=KEYED)

    assert (again.status, again.json()["error"]["code"]) == (422, "reply_not_kept")
    assert ApiReplay.objects.get().answer is None


@pytest.mark.parametrize("directive", ["http=500", "http=429", "drop"])
def test_a_reply_that_failed_is_asked_for_anew(caller: Caller, directive: str) -> None:
    failed = caller.post(CHAT, openai(f"Hi [sandbox {directive}]"), headers=KEYED)

    assert failed.status >= 400
    assert not ApiReplay.objects.exists()


def test_a_stream_that_was_hung_up_leaves_nothing_to_be_given_again(caller: Caller) -> None:
    slow = openai("Hi [sandbox tokens=100 tps=20]", stream=True)

    caller.post(CHAT, slow, headers=KEYED, until=lambda answer: len(answer.pieces) > 2)

    assert not ApiReplay.objects.exists()


def test_an_expired_lease_lets_the_next_one_run(caller: Caller) -> None:
    now = timezone.now()
    replays.claim(caller.key, value="v", path="/p", body="b", now=now)

    states = [
        replays.claim(caller.key, value="v", path="/p", body="b", now=now + datetime.timedelta(seconds=seconds))[0]
        for seconds in (29, 31, 32)
    ]

    assert states == [replays.Standing.RUNNING, replays.Standing.MINE, replays.Standing.RUNNING]


def test_what_is_a_day_old_is_swept(caller: Caller) -> None:
    now = timezone.now()
    replays.claim(caller.key, value="old", path="/p", body="b", now=now - datetime.timedelta(days=2))
    replays.claim(caller.key, value="new", path="/p", body="b", now=now)

    assert replays.sweep(now=now, is_dry=True) == 1
    assert replays.sweep(now=now, is_dry=False) == 1
    assert ApiReplay.objects.get().value == "new"


def test_looking_has_an_end(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_LOOKING_SECONDS", 0.3)
    caller.post(IMAGES, banana(), headers=KEYED)
    ApiReplay.objects.update(generation=None, running_until=timezone.now() + datetime.timedelta(minutes=1))

    answer = caller.post(IMAGES, banana(), headers=KEYED)

    assert (answer.status, answer.headers["x-should-retry"]) == (409, "false")
