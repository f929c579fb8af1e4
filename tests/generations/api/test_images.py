"""OpenAI's images by key: one request that waits for its row, and says what became of it in OpenAI's words."""

from __future__ import annotations

import asyncio
import base64
import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from accounts import keys
from accounts.models import User
from generations.api.auth import forget_what_is_known
from generations.models import ApiCall, Asset, CallStatus, Generation, Installation, Status
from generations.relay import switchboard
from tests import loopback
from tests.factories import make_completed, model_named
from tests.generations.api.caller import Answer, Caller, run
from tests.generations.api.engine_beside import engine_beside
from tests.generations.api.following import EDITS, PICTURES, poster, sent_on
from tests.generations.media.samples import picture

pytestmark = pytest.mark.django_db(transaction=True)
RETRY = {"x-stainless-retry-count": "1"}


def made(caller: Caller, body: dict[str, Any], *, path: str = PICTURES, **options: Any) -> Answer:
    """Make a call while an engine works."""

    async def whole() -> Answer:
        async with engine_beside():
            return await caller.acall("POST", path, body, **options)

    return run(whole)


def clear_mask(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("path", [PICTURES, "/images/generations"])
def test_pictures_come_as_base64_of_the_very_files_that_were_stored(caller: Caller, path: str) -> None:
    answer = made(caller, poster("儿童绘本插画 [sandbox tiny]", n=2, quality="low"), path=path)

    generation, body = Generation.objects.get(), answer.json()
    stored = [output.asset for output in generation.outputs.select_related("asset")]
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert [base64.b64decode(item["b64_json"]) for item in body["data"]] == [
        default_storage.open(asset.path).read() for asset in stored if asset
    ]
    assert (body["size"], body["quality"], body["output_format"]) == ("64x64", "low", "png")
    assert body["usage"]["total_tokens"] > 0
    assert generation.parameters == {"n": 2, "quality": "low"}
    call = ApiCall.objects.get()
    assert (call.generation, call.status, call.http_status) == (generation, CallStatus.COMPLETED, 200)
    assert (call.input_tokens, call.output_tokens) == (body["usage"]["input_tokens"], body["usage"]["output_tokens"])


def test_a_large_picture_comes_in_pieces(caller: Caller) -> None:
    answer = made(caller, poster("A wide sea", size="1536x1024"))

    content = base64.b64decode(answer.json()["data"][0]["b64_json"])
    assert Image.open(io.BytesIO(content)).size == (1536, 1024)
    assert len(answer.pieces) > 3


def test_addresses_come_when_they_are_asked_for(caller: Caller, client: Client) -> None:
    answer = made(caller, poster(response_format="url"))

    path = answer.json()["data"][0]["url"].removeprefix("http://127.0.0.1")
    assert client.get(path).headers["Content-Type"] == "image/png"


def test_an_edit_takes_files_and_a_mask(caller: Caller, alice: User) -> None:
    async def whole() -> Answer:
        files = [("image[]", picture()), ("image[]", picture("JPEG")), ("mask", clear_mask(640, 400))]
        async with engine_beside():
            return await caller.apost_form(EDITS, poster("Make it blue [sandbox tiny]", n="1"), files)

    answer = run(whole)

    generation = Generation.objects.get()
    assert (answer.status, len(answer.json()["data"])) == (200, 1)
    assert generation.parameters == {"n": 1}
    given = [(one.role, one.asset.mime, one.asset.owner) for one in generation.inputs.select_related("asset__owner")]
    assert given == [
        ("edit_image", "image/png", alice),
        ("edit_image", "image/jpeg", alice),
        ("mask", "image/png", alice),
    ]


def test_one_file_under_its_plain_name_will_do(caller: Caller, settings: Settings) -> None:
    settings.BLOCKING_SUBMIT_READ_SECONDS = 0.1

    caller.post_form("/images/edits", poster("Make it red"), [("image", picture())])

    request = sent_on(Generation.objects.get())
    assert (request.path, [part.name for part in request.files]) == (EDITS, ["image"])


@pytest.mark.parametrize(
    ("fields", "files", "param"),
    [
        ({}, [], "image"),
        ({}, [("mask", clear_mask(64, 64))], "image"),
        ({}, [("picture", picture())], "picture"),
        ({}, [("image", b"no picture at all")], "image"),
        ({}, [("image", picture()), ("mask", picture())], "mask"),
        ({}, [("image", picture()), ("mask", clear_mask(300, 300))], "mask"),
        ({"n": "eleven"}, [("image", picture())], "n"),
        ({"n": "11"}, [("image", picture())], "n"),
        ({"prompt": ""}, [("image", picture())], "prompt"),
        ({"model": ""}, [("image", picture())], "model"),
        ({"input_fidelity": "high"}, [("image", picture())], "input_fidelity"),
    ],
    ids=["none", "mask_alone", "name", "no_picture", "opaque", "shape", "word", "many", "prompt", "model", "unknown"],
)
def test_a_bad_field_of_an_edit_is_named_and_nothing_is_kept(
    caller: Caller, fields: dict[str, str], files: list[tuple[str, bytes]], param: str
) -> None:
    answer = caller.post_form(EDITS, {**poster(), **fields}, files)

    error = answer.json()["error"]
    assert (answer.status, error["param"], error["type"]) == (400, param, "invalid_request_error")
    assert not Generation.objects.exists()
    assert not Asset.objects.exists()
    assert not ApiCall.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=" + "x" * 500),
        (
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\x00b\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
    ids=["json", "no_boundary", "long_boundary", "nul"],
)
def test_what_is_no_form_is_refused(caller: Caller, body: bytes, content_type: str) -> None:
    answer = caller.call("POST", EDITS, body, headers={"content-type": content_type})

    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid_body")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"model": None}, "model"),
        ({"n": 11}, "n"),
        ({"n": "2"}, "n"),
        ({"n": True}, "n"),
        ({"size": "1000x1000"}, "size"),
        ({"quality": "hd"}, "quality"),
        ({"background": "transparent"}, "background"),
        ({"output_compression": 50}, "output_compression"),
        ({"stream": True}, "stream"),
        ({"style": "vivid"}, "style"),
        ({"user": {"id": 1}}, "user"),
        ({"response_format": "png"}, "response_format"),
    ],
)
def test_a_bad_field_is_named(caller: Caller, body: dict[str, Any], param: str) -> None:
    answer = caller.post(PICTURES, poster(**body))

    assert (answer.status, answer.json()["error"]["param"]) == (400, param)
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("directive", "status", "code"),
    [
        ("fail=moderation", 400, "content_policy_violation"),
        ("drop", 502, "uncertain"),
        ("http=500", 502, "uncertain"),
        ("badjson", 502, "uncertain"),
    ],
)
def test_trouble_at_the_gateway_has_its_status_and_is_not_worth_repeating(
    caller: Caller, directive: str, status: int, code: str
) -> None:
    answer = made(caller, poster(f"A poster [sandbox {directive}]"))

    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["x-should-retry"] == "false"
    assert ApiCall.objects.get().http_status == status


@pytest.mark.parametrize(
    ("status", "http", "code"), [(Status.CANCELED, 409, "canceled"), (Status.UNCERTAIN, 502, "uncertain")]
)
def test_a_call_that_waits_is_told_what_a_person_did(
    caller: Caller, alice: User, status: Status, http: int, code: str
) -> None:
    async def whole() -> Answer:
        waiting = asyncio.create_task(caller.acall("POST", PICTURES, poster()))
        while not await asyncio.to_thread(Generation.objects.exists):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(Generation.objects.update, status=status)
        return await waiting

    answer = run(whole)

    assert (answer.status, answer.json()["error"]["code"]) == (http, code)


def test_many_calls_wait_without_a_thread_each(caller: Caller) -> None:
    async def whole() -> list[Answer]:
        waiting = [asyncio.create_task(caller.acall("POST", PICTURES, poster(f"{n} [sandbox tiny]"))) for n in range(6)]
        while await asyncio.to_thread(Generation.objects.count) < 6:
            await asyncio.sleep(0.05)
        listed = await caller.acall("GET", "/v1/models")
        async with engine_beside():
            return [listed, *await asyncio.gather(*waiting)]

    listed, *answers = run(whole)

    assert listed.status == 200
    assert [answer.status for answer in answers] == [200] * 6
    assert switchboard.DATABASE_THREADS < 6


def test_a_call_that_waits_counts_as_one_at_once(caller: Caller, settings: Settings) -> None:
    settings.BLOCKING_SUBMIT_READ_SECONDS = 0.5
    Installation.objects.update_or_create(pk=1, defaults={"api_calls_at_once_per_key": 2})
    forget_what_is_known()

    async def whole() -> list[int]:
        answers = await asyncio.gather(*(caller.acall("POST", PICTURES, poster(f"{n}")) for n in range(3)))
        return sorted(answer.status for answer in answers)

    assert run(whole) == [429, 504, 504]
    assert Generation.objects.count() == 2


def test_who_waits_too_long_is_told_so_and_waits_again_for_the_same_picture(caller: Caller, settings: Settings) -> None:
    settings.BLOCKING_SUBMIT_READ_SECONDS = 0.3
    late = caller.post(PICTURES, poster())
    settings.BLOCKING_SUBMIT_READ_SECONDS = 60

    again = made(caller, poster(), headers=RETRY)

    assert (late.status, late.json()["error"]["code"], late.headers.get("x-should-retry")) == (504, "timeout", None)
    assert (again.status, Generation.objects.count()) == (200, 1)
    assert sorted(ApiCall.objects.values_list("status", "is_joined")) == [("completed", True), ("failed", False)]


def test_who_hangs_up_leaves_the_picture_to_the_history(caller: Caller) -> None:
    async def whole() -> None:
        call = asyncio.create_task(caller.acall("POST", PICTURES, poster(), until=None))
        while not await asyncio.to_thread(Generation.objects.exists):
            await asyncio.sleep(0.05)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    run(whole)

    assert Generation.objects.get().status == Status.QUEUED
    assert ApiCall.objects.get().status == CallStatus.STOPPED


def test_a_revoked_key_waits_no_longer(caller: Caller, alice: User) -> None:
    async def whole() -> Answer:
        call = asyncio.create_task(caller.acall("POST", PICTURES, poster()))
        while not await asyncio.to_thread(Generation.objects.exists):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(keys.revoke, caller.key, actor=alice, now=timezone.now())
        return await call

    answer = run(whole)

    assert (answer.status, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert Generation.objects.get().status == Status.QUEUED


def test_a_stop_of_the_process_leaves_the_order_and_says_when_to_come_again(caller: Caller) -> None:
    async def whole() -> Answer:
        call = asyncio.create_task(caller.acall("POST", PICTURES, poster()))
        while not await asyncio.to_thread(Generation.objects.exists):
            await asyncio.sleep(0.05)
        await switchboard.current().stop(deadline_seconds=0.1)
        return await call

    answer = run(whole)

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert ApiCall.objects.get().status == CallStatus.INTERRUPTED


def test_a_file_that_is_not_there_is_no_half_answer(caller: Caller, alice: User) -> None:
    async def whole() -> Answer:
        call = asyncio.create_task(caller.acall("POST", PICTURES, poster()))
        while not await asyncio.to_thread(Generation.objects.exists):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(_end_without_file, alice)
        return await call

    answer = run(whole)

    assert (answer.status, answer.json()["error"]["type"]) == (500, "server_error")


def _end_without_file(owner: User) -> None:
    done = make_completed(owner, model=model_named("gpt-image-2"))
    done.outputs.update(generation=Generation.objects.earliest("pk"))
    Generation.objects.update(status=Status.COMPLETED)


def test_the_sandbox_was_asked_once(caller: Caller, sandbox: str) -> None:
    body = poster("Once and never again [sandbox tiny]")
    made(caller, body)
    made(caller, body, headers=RETRY)

    ledger = loopback.get(f"{sandbox}/sandbox/ledger").json()
    assert sum(row["prompt"] == body["prompt"] for row in ledger) == 1
