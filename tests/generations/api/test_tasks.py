"""Seedance and Nano Banana by key: queued as from a page, followed under the studio's own id, fetched by address."""

from __future__ import annotations

import base64
import datetime
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import User
from generations.gateway.gemini import GEMINI_IMAGES
from generations.gateway.seedance import SEEDANCE
from generations.gateway.types import TaskState
from generations.models import (
    ApiCall,
    ApiUsage,
    Asset,
    CallStatus,
    Generation,
    GenerationOutput,
    Installation,
    Status,
    StudioPreferences,
)
from generations.views.snippets import snippets_for
from tests.factories import make_asset, make_completed, make_generation, model_named
from tests.generations.api.caller import Answer, Caller, run
from tests.generations.api.conftest import MakeCaller
from tests.generations.api.engine_beside import engine_beside
from tests.generations.api.following import (
    IMAGE_RESULT,
    IMAGES,
    VIDEO_RESULT,
    VIDEOS,
    banana,
    clip,
    followed,
    item,
    report_of,
    sent_on,
)
from tests.generations.media.samples import picture

pytestmark = pytest.mark.django_db(transaction=True)
DATA_URI = "data:image/png;base64," + base64.b64encode(picture(width=640, height=400)).decode()
FAR = "https://media.example.com/cat.png"


def test_the_quick_starts_clip_is_made_followed_and_fetched(caller: Caller, client: Client, alice: User) -> None:
    header = {"authorization": "", "aikey": caller.secret}

    async def whole() -> tuple[Answer, Answer, list[str]]:
        made = await caller.acall("POST", VIDEOS, clip("橘猫在草地上奔跑 [sandbox tiny]"), headers=header)
        async with engine_beside():
            return made, *await followed(caller, VIDEO_RESULT + made.json()["result"]["task_id"], headers=header)

    made, done, words = run(whole)

    task_id = made.json()["result"]["task_id"]
    generation, result = Generation.objects.get(public_id=task_id), done.json()["result"]
    assert made.json() == {"code": 0, "info": "success", "result": {"task_id": task_id}}
    assert set(words[:-1]) <= {"queued", "running"}
    assert (result["status"], result["error"], result["duration"]) == ("succeeded", None, 4)
    assert result["usage"]["total_tokens"] > 0
    assert (generation.owner, generation.visibility, generation.submission_id) == (alice, "team", call().public_id)
    assert generation.estimate_amount is not None
    assert report_of(done, SEEDANCE).state is TaskState.SUCCEEDED
    media = client.get(path_of(result["content"]["video_url"]))
    assert (media.status_code, media.headers["Content-Type"]) == (200, "video/mp4")


def test_the_quick_starts_picture_is_made_followed_and_fetched(caller: Caller, client: Client) -> None:
    async def whole() -> tuple[Answer, Answer, list[str]]:
        made = await caller.acall("POST", IMAGES, banana("未来城市夜景 [sandbox tiny]"))
        async with engine_beside():
            return made, *await followed(caller, IMAGE_RESULT + made.json()["result"]["taskCode"])

    made, done, _words = run(whole)

    result = done.json()["result"]
    assert made.json()["info"] == "success"
    assert result["taskCode"] == made.json()["result"]["taskCode"]
    assert result["content"]["image_urls"] == [result["images"][0]["url"]]
    assert [output.width for output in report_of(done, GEMINI_IMAGES).outputs] == [64]
    assert client.get(path_of(result["images"][0]["url"])).headers["Content-Type"] == "image/png"


def test_a_call_is_in_the_log_and_counted_and_its_cost_is_that_of_its_generation(caller: Caller) -> None:
    caller.post(VIDEOS, clip())

    assert (call().status, call().http_status, call().charge_amount) == (CallStatus.COMPLETED, 200, None)
    assert call().generation == Generation.objects.get()
    assert ApiUsage.objects.get(key=caller.key).call_count == 1


def test_who_sees_it_follows_the_persons_own_choice(caller: Caller, alice: User) -> None:
    StudioPreferences.objects.create(person=alice, media_visibility="private")

    caller.post(IMAGES, banana())

    assert Generation.objects.get().visibility == "private"


def test_the_settings_that_the_composer_remembers_stay_as_they_are(caller: Caller, alice: User) -> None:
    StudioPreferences.objects.create(person=alice, last_parameters={"nano-banana-fast": {"aspect_ratio": "1:1"}})

    caller.post(IMAGES, banana())

    assert StudioPreferences.objects.get().last_parameters == {"nano-banana-fast": {"aspect_ratio": "1:1"}}


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({"content": None}, "content", "Missing"),
        ({"content": []}, "content", "Missing"),
        ({"content": "a cat"}, "content", "list"),
        ({"content": ["a cat"]}, "content[0].type", "'text'"),
        ({"content": [{"type": "draft_task"}]}, "content[0].type", "'text'"),
        ({"content": [{"type": {}}]}, "content[0].type", "'text'"),
        ({"content": [{"type": "text", "text": 5}]}, "content[0].text", "text"),
        ({"content": [{"type": "text", "text": "  "}]}, "content", "Missing"),
        ({"content": [{"type": "text", "text": "x" * 20_001}]}, "content", "20000"),
        ({"content": [item("image_url", FAR, "hero")]}, "content[0].role", "first_frame"),
        ({"content": [item("image_url", 7)]}, "content[0].image_url.url", "address"),
        ({"content": [item("image_url", "ftp://a/b")]}, "content[0].image_url.url", "http(s)"),
        ({"content": [item("image_url", "https:// a")]}, "content[0].image_url.url", "http(s)"),
        ({"content": [item("image_url", "data:image/png;base64,###")]}, "content[0].image_url.url", "base64"),
        ({"content": [item("image_url", "data:image/png,abc")]}, "content[0].image_url.url", "base64"),
        ({"content": [item("image_url", "data:image/png;base64,AAAA")]}, "content[0].image_url.url", ""),
        ({"content": [item("video_url", DATA_URI)]}, "content[0].video_url.url", "by address"),
        ({"content": [item("image_url", FAR), item("image_url", FAR, "last_frame")]}, "content[0].role", "Missing"),
        ({"content": [item("audio_url", FAR)]}, "content[0].audio_url.url", "not enough"),
        ({"content": [item("image_url", FAR, "last_frame")]}, "content[0].image_url.url", "not enough"),
        ({"content": [item("image_url", FAR)] * 41}, "content[0].role", "Missing"),
        ({"content": [item("image_url", FAR, "reference_image")] * 41}, "content[40].image_url.url", "at most 40"),
        ({"content": [item("image_url", FAR, "reference_image")] * 10}, "content[0].image_url.url", "At most 9"),
        ({"resolution": "1080p"}, "resolution", "480p"),
        ({"duration": "5"}, "duration", "whole number"),
        ({"duration": 5.5}, "duration", "whole number"),
        ({"duration": 3}, "duration", "4"),
        ({"seed": 2**40}, "seed", "4294967295"),
        ({"watermark": "true"}, "watermark", "true or false"),
        ({"ratio": 16}, "ratio", "text"),
        ({"camera_fixed": True}, "camera_fixed", "no such parameter"),
        ({"service_tier": "flex"}, "service_tier", "default"),
        ({"execution_expires_after": 5}, "execution_expires_after", "3600"),
        ({"tools": [{"type": "code"}]}, "tools", "web_search"),
        ({"callback_url": "not an address"}, "callback_url", "http(s)"),
        ({"callback_url": 3}, "callback_url", "http(s)"),
        ({"callback_url": "http://10.1.2.3/hook"}, "callback_url", "private network"),
        ({"model": ""}, "model", "Missing"),
        ({"model": 3}, "model", "name"),
    ],
)
def test_a_bad_field_of_a_clip_is_named_and_nothing_is_kept(
    caller: Caller, body: dict[str, Any], param: str, says: str
) -> None:
    answer = caller.post(VIDEOS, clip(**body))

    error = answer.json()["error"]
    assert (answer.status, answer.json()["code"], error["param"]) == (400, 400, param)
    assert says in error["message"]
    assert answer.json()["info"] == f"{error['code']}: {error['message']}"
    assert not Generation.objects.exists()
    assert not Asset.objects.exists()
    assert not ApiCall.objects.exists()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": ["a"]}, "prompt"),
        ({"action": "paint"}, "action"),
        ({"action": "edit"}, "image_urls"),
        ({"image_urls": [FAR]}, "image_urls"),
        ({"image_urls": FAR, "action": "edit"}, "image_urls"),
        ({"image_urls": [3], "action": "edit"}, "image_urls[0]"),
        ({"image_urls": [FAR, "asset://a-1"], "action": "edit"}, "image_urls[1]"),
        ({"image_urls": [FAR] * 11, "action": "edit"}, "image_urls[0]"),
        ({"aspect_ratio": "1:8"}, "aspect_ratio"),
        ({"resolution": "4K"}, "resolution"),
        ({"num_images": 2}, "num_images"),
    ],
)
def test_a_bad_field_of_a_picture_is_named(caller: Caller, body: dict[str, Any], param: str) -> None:
    answer = caller.post(IMAGES, banana(**body))

    assert (answer.status, answer.json()["error"]["param"]) == (400, param)
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("model", "status", "code"),
    [("gpt-9", 404, "InvalidEndpoint.NotFound"), ("nano-banana-fast", 403, "model_not_allowed")],
)
def test_a_model_that_is_unknown_or_not_for_this_key_is_refused(
    make_caller: MakeCaller, alice: User, model: str, status: int, code: str
) -> None:
    bound = make_caller(alice, allowed_models=["nano-banana-2"])

    answer = bound.post(IMAGES, banana(model=model))

    assert (answer.status, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("text", ['{"model": "a\\u0000b"}', '{"prompt": "\\ud800"}', '{"prompt": NaN}', "[]", "{"])
def test_what_no_text_may_hold_is_no_body(caller: Caller, text: str) -> None:
    answer = caller.call("POST", IMAGES, text.encode())

    assert (answer.status, answer.json()["error"]["code"]) == (400, "InvalidParameter")


def test_a_file_by_address_is_passed_on_and_never_fetched(caller: Caller) -> None:
    body = clip("", item("image_url", DATA_URI, "reference_image"), item("video_url", "asset://asset-7"))
    body["content"].insert(1, item("image_url", FAR, "reference_image"))
    caller.post(VIDEOS, {**body, "callback_url": "https://hooks.example.com/done", "safety_identifier": "u-1"})

    generation = Generation.objects.get()
    sent: Any = sent_on(generation).json

    assert [(one.role, one.url) for one in generation.input_addresses.all()] == [
        ("reference_image", FAR),
        ("reference_video", "asset://asset-7"),
    ]
    assert Asset.objects.count() == 1
    assert [one["role"] for one in sent["content"]] == ["reference_image", "reference_image", "reference_video"]
    assert sent["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert sent["content"][1]["image_url"]["url"] == FAR
    assert sent["safety_identifier"] == "u-1"
    assert "callback_url" not in sent
    assert call().webhook_url == "https://hooks.example.com/done"


def test_a_data_uri_becomes_a_file_of_the_persons(caller: Caller, alice: User) -> None:
    caller.post(IMAGES, banana("Warmer", action="edit", image_urls=[DATA_URI]))

    given = Generation.objects.get().inputs.get()
    assert (given.role, given.asset.owner, given.asset.mime) == ("edit_image", alice, "image/png")
    assert given.asset.origin == Asset.Origin.UPLOAD


def test_a_result_goes_on_as_an_input_without_a_copy_and_without_a_fetch(caller: Caller, alice: User) -> None:
    made = make_completed(alice, model=model_named("nano-banana-fast"))
    address = caller.get(IMAGE_RESULT + str(made.public_id)).json()["result"]["images"][0]["url"]

    caller.post(VIDEOS, clip("", item("image_url", address)))

    generation = Generation.objects.latest("pk")
    assert [given.asset for given in generation.inputs.all()] == [made.outputs.get().asset]
    assert not generation.input_addresses.exists()


def test_another_persons_private_result_is_only_an_address(caller: Caller, make_caller: MakeCaller, bob: User) -> None:
    made = make_completed(bob, model=model_named("nano-banana-fast"), visibility="private")
    address = make_caller(bob).get(IMAGE_RESULT + str(made.public_id)).json()["result"]["images"][0]["url"]

    caller.post(VIDEOS, clip("", item("image_url", address)))

    generation = Generation.objects.latest("pk")
    assert generation.input_addresses.get().url == address
    assert not generation.inputs.exists()


@pytest.mark.parametrize(
    ("status", "more", "word", "code"),
    [
        (Status.QUEUED, {}, "queued", None),
        (Status.SUBMITTING, {}, "running", None),
        (Status.IN_PROGRESS, {}, "running", None),
        (Status.STORING, {}, "running", None),
        (Status.CANCELED, {}, "cancelled", None),
        (Status.FAILED, {"failure_reason": "upstream"}, "failed", "InternalServiceError"),
        (Status.FAILED, {"failure_reason": "refused"}, "failed", "SensitiveContentDetected"),
        (Status.FAILED, {"failure_reason": "given_up"}, "failed", "InternalServiceError"),
        (Status.FAILED, {"failure_reason": "expired"}, "expired", "expired"),
        (Status.UNCERTAIN, {"minutes": 9}, "running", None),
        (Status.UNCERTAIN, {"minutes": 11}, "failed", "uncertain"),
    ],
)
def test_each_state_has_its_word(
    caller: Caller, alice: User, status: Status, more: dict[str, Any], word: str, code: str | None
) -> None:
    changed_at = timezone.now() - datetime.timedelta(minutes=more.pop("minutes", 0))
    generation = make_generation(alice, status=status, changed_at=changed_at, **more)

    answer = caller.get(VIDEO_RESULT + str(generation.public_id)).json()

    assert answer["code"] == 0
    assert answer["result"]["status"] == word
    assert (answer["result"]["error"] or {}).get("code") == code
    assert (answer["info"] != "success") == (status == Status.UNCERTAIN and word == "running")


def test_the_gateways_words_are_passed_on_only_where_they_are_about_the_order(caller: Caller, alice: User) -> None:
    words = "the prompt names a person"
    about = make_generation(alice, status=Status.FAILED, failure_reason="refused", failure_detail=words)
    other = make_generation(alice, status=Status.FAILED, failure_reason="auth", failure_detail="key sk-1 unknown")

    messages = [
        caller.get(VIDEO_RESULT + str(one.public_id)).json()["result"]["error"]["message"] for one in (about, other)
    ]

    assert messages[0] == words
    assert "sk-1" not in messages[1]


def test_nobody_reads_what_is_not_theirs(caller: Caller, make_caller: MakeCaller, alice: User, bob: User) -> None:
    own, foreign = make_generation(alice), make_generation(bob)
    bound = make_caller(alice, allowed_models=["nano-banana-2"])
    trashed = make_generation(alice, trashed_at=timezone.now())

    found = [
        caller.get(VIDEO_RESULT + str(own.public_id)),
        caller.get(VIDEO_RESULT + own.public_id.hex),
        caller.get(VIDEO_RESULT + str(foreign.public_id)),
        caller.get(IMAGE_RESULT + str(own.public_id)),
        caller.get(VIDEO_RESULT + str(uuid.uuid4())),
        caller.get(VIDEO_RESULT + "task_12345"),
        caller.get(VIDEO_RESULT + str(trashed.public_id)),
        bound.get(VIDEO_RESULT + str(own.public_id)),
        caller.get(VIDEO_RESULT),
    ]

    assert [answer.status for answer in found] == [200, 200, 404, 404, 404, 404, 404, 404, 400]
    assert found[2].json()["error"]["code"] == "ResourceNotFound"


@pytest.mark.parametrize("end", ["revoke", "expire", "deactivate", "trash"])
def test_an_address_dies_with_its_key_its_person_and_its_item(
    caller: Caller, client: Client, alice: User, end: str
) -> None:
    made = make_completed(alice, model=model_named("nano-banana-fast"))
    GenerationOutput.objects.update(asset=stored_asset(alice))
    path = path_of(caller.get(IMAGE_RESULT + str(made.public_id)).json()["result"]["images"][0]["url"])
    before, now = client.get(path).status_code, timezone.now()

    if end == "revoke":
        keys.revoke(caller.key, actor=alice, now=now)
    elif end == "expire":
        type(caller.key).objects.update(expires_at=now)
    elif end == "deactivate":
        User.objects.update(is_active=False)
    else:
        Generation.objects.update(trashed_at=now)

    assert (before, client.get(path).status_code) == (200, 404)


def test_an_administrator_may_let_callbacks_into_a_private_network(caller: Caller) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"webhook_private_hosts": "10.1.2.3"})

    assert caller.post(VIDEOS, clip(callback_url="http://10.1.2.3/hook")).status == 200


def test_the_page_of_an_order_names_the_addresses_that_were_given(caller: Caller, client: Client, alice: User) -> None:
    caller.post(VIDEOS, clip("", item("image_url", FAR)))
    client.force_login(alice)

    page = client.get(f"/g/{Generation.objects.get().public_id}/").content.decode()

    assert FAR in page
    assert f'src="{FAR}"' not in page


def test_the_snippets_of_the_keys_page_are_accepted_as_they_are(caller: Caller) -> None:
    found = {one.name: one.source for one in snippets_for(address="http://127.0.0.1", secret=caller.secret)}

    for name, id_name in (("seedance-curl", "task_id"), ("gemini-curl", "taskCode")):
        made, told = re.findall(r"http://127\.0\.0\.1([^\"]+)", found[name])
        header = {"authorization": "", "aikey": re.findall('AIKey: ([^"]+)', found[name])[0]}
        body = re.findall(r"-d '(.*?)'\n", found[name], re.DOTALL)[0]
        answer = caller.call("POST", made, body.encode(), headers=header)
        task_id = answer.json()["result"][id_name]
        asked = caller.get(re.sub("TASK_(ID|CODE)", task_id, told), headers=header)
        assert (answer.status, asked.json()["result"]["status"]) == (200, "queued")


def test_open_tasks_do_not_count_as_calls_at_once(caller: Caller) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"api_calls_at_once_per_key": 1})

    assert [caller.post(VIDEOS, clip()).status for _ in range(3)] == [200, 200, 200]


def call() -> ApiCall:
    return ApiCall.objects.get()


def path_of(address: str) -> str:
    return address.removeprefix("http://127.0.0.1")


def stored_asset(owner: User) -> Asset:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    return make_asset(owner, path=default_storage.save(f"test/{uuid.uuid4()}.png", ContentFile(picture())))
