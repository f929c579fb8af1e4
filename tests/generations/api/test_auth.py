"""Who may call, by which header, how often; and that everybody else is told so in their own protocol."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import keys
from accounts.models import ApiKey, User
from generations.api.auth import forget_what_is_known
from generations.models import ApiCall, CatalogModel, Installation
from tests.generations.api.caller import Caller, run
from tests.generations.api.conftest import MakeCaller

pytestmark = pytest.mark.django_db(transaction=True)
CHAT = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Hi [sandbox tokens=2 tps=0]"}]}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {}"},
        {"authorization": "bearer  {}"},
        {"aikey": "{}", "authorization": ""},
        {"x-api-key": "{}", "authorization": ""},
        {"x-api-key": "{}", "authorization": "Bearer something-of-another-proxy"},
    ],
)
def test_a_key_works_in_each_of_its_headers(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.get("/v1/models", headers={name: text.format(caller.secret) for name, text in headers.items()})

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v1/models/", "/v1/v1/models"])
def test_the_list_answers_with_and_without_v1(caller: Caller, path: str) -> None:
    answer = caller.get(path).json()

    assert answer["object"] == "list"
    assert {model["id"] for model in answer["data"]} == set(CatalogModel.objects.values_list("gateway_name", flat=True))
    assert {model["object"] for model in answer["data"]} == {"model"}


def test_the_list_speaks_anthropics_form_to_anthropics_sdk(caller: Caller) -> None:
    headers = {"anthropic-version": "2023-06-01"}
    first = caller.get("/v1/models?limit=3", headers=headers).json()
    rest = caller.get(f"/v1/models?limit=100&after_id={first['last_id']}", headers=headers).json()
    before = caller.get(f"/v1/models?limit=1&before_id={first['last_id']}", headers=headers).json()

    assert len(first["data"]) == 3
    assert first["has_more"]
    assert first["data"][0]["type"] == "model"
    assert not rest["has_more"]
    assert len(rest["data"]) == CatalogModel.objects.count() - 3
    assert before["data"][0]["id"] == first["data"][1]["id"]
    assert caller.get("/v1/models?limit=x", headers=headers).json()["error"]["type"] == "invalid_request_error"


def test_one_model_answers_by_its_name(caller: Caller) -> None:
    assert caller.get("/v1/models/gpt-5.1").json()["id"] == "gpt-5.1"
    assert caller.get("/v1/models/gpt-9").json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/chat/completions", lambda body: body["error"]["code"] == "invalid_api_key"),
        ("/chat/completions", lambda body: body["error"]["type"] == "invalid_request_error"),
        ("/v1/messages", lambda body: body["type"] == "error" and body["error"]["type"] == "authentication_error"),
        ("/ai/seedance/videos", lambda body: body["code"] == 401 and "AuthenticationError" in body["info"]),
    ],
)
@pytest.mark.parametrize("secret", ["", "Bearer ", "Bearer sk-studio-nobodyknowsthiskeyatall", "Basic YTpi"])
def test_a_bad_key_is_refused_in_each_protocols_words(caller: Caller, path: str, where: object, secret: str) -> None:
    answer = caller.post(path, CHAT, headers={"authorization": secret})

    assert answer.status == 401
    assert where(answer.json())  # type: ignore[operator]


def test_nothing_opens_without_a_key_not_even_what_does_not_exist(caller: Caller) -> None:
    assert caller.get("/v1/nothing", headers={"authorization": ""}).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/ai/nothing", 404),
        ("GET", "/v1/messages", 405),
        ("PUT", "/v1/models", 405),
    ],
)
def test_unknown_addresses_and_methods_are_told_apart(caller: Caller, method: str, path: str, status: int) -> None:
    answer = caller.call(method, path)

    assert answer.status == status
    assert ("allow" in answer.headers) == (status == 405)


def test_a_head_has_no_body(caller: Caller) -> None:
    answer = caller.call("HEAD", "/v1/models")

    assert (answer.status, answer.body) == (200, b"")


def test_the_session_cookie_opens_nothing(client: Client, caller: Caller, alice: User) -> None:
    client.force_login(alice)
    cookie = f"sessionid={client.cookies['sessionid'].value}"

    assert caller.get("/v1/models", headers={"authorization": "", "cookie": cookie}).status == 401


def test_a_page_accepts_no_key(client: Client, caller: Caller) -> None:
    assert client.get("/library/", headers={"Authorization": f"Bearer {caller.secret}"}).status_code == 302
    assert client.get("/v1/models", headers={"Authorization": f"Bearer {caller.secret}"}).status_code == 404


def test_a_revoked_an_expired_and_an_inactive_key_say_why(make_caller: MakeCaller, alice: User, bob: User) -> None:
    now = timezone.now()
    revoked, inactive = make_caller(alice), make_caller(bob)
    expired = make_caller(alice, expires_at=now - datetime.timedelta(seconds=1))
    keys.revoke(revoked.key, actor=alice, now=now)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    messages = [one.get("/v1/models").json()["error"]["message"] for one in (revoked, expired, inactive)]

    assert ["revoked" in messages[0], "expired" in messages[1], "deactivated" in messages[2]] == [True] * 3


def test_a_key_bound_to_addresses_works_from_there_only(make_caller: MakeCaller, alice: User) -> None:
    bound = make_caller(alice, allowed_addresses=["10.0.0.0/8"])

    assert bound.get("/v1/models", address="10.1.2.3").status == 200
    answer = bound.get("/v1/models", address="192.0.2.1")
    assert (answer.status, answer.json()["error"]["code"]) == (403, "address_not_allowed")


def test_a_key_bound_to_models_lists_and_reaches_only_those(make_caller: MakeCaller, alice: User) -> None:
    bound = make_caller(alice, allowed_models=["claude-sonnet-4-6"])

    listed = bound.get("/v1/models").json()["data"]
    answer = bound.post("/v1/chat/completions", CHAT)

    assert [model["id"] for model in listed] == ["claude-sonnet-4-6"]
    assert (answer.status, answer.json()["error"]["code"]) == (403, "model_not_allowed")


@pytest.mark.parametrize(
    ("path", "model", "says"),
    [
        ("/v1/chat/completions", "gpt-9", "does not exist"),
        ("/v1/chat/completions", "claude-sonnet-4-6", "POST /v1/messages"),
        ("/v1/messages", "gpt-5.1", "POST /v1/chat/completions"),
    ],
)
def test_an_unknown_model_and_one_of_another_protocol_are_not_found(
    caller: Caller, path: str, model: str, says: str
) -> None:
    answer = caller.post(path, {**CHAT, "model": model, "max_tokens": 5})

    assert answer.status == 404
    assert says in answer.json()["error"]["message"]


def test_a_use_is_noted_with_its_address(caller: Caller) -> None:
    caller.get("/v1/models", address="192.0.2.7")

    key = ApiKey.objects.get(pk=caller.key.pk)
    assert key.last_used_address == "192.0.2.7"
    assert key.last_used_at is not None


def test_too_many_requests_a_minute_are_refused_with_a_time_to_wait(make_caller: MakeCaller, alice: User) -> None:
    Installation.objects.update_or_create(
        pk=1, defaults={"api_requests_per_minute_per_key": 3, "api_requests_per_minute_per_person": 5}
    )
    forget_what_is_known()
    one, other = make_caller(alice), make_caller(alice)

    async def many() -> list[tuple[int, str]]:
        answers = [await one.acall("GET", "/v1/models") for _ in range(4)]
        answers += [await other.acall("GET", "/v1/models") for _ in range(2)]
        return [(answer.status, answer.headers.get("retry-after", "")) for answer in answers]

    found = run(many)
    if [status for status, _wait in found].count(200) > 4:  # the minute changed in the middle
        found = run(many)

    assert [status for status, _wait in found] == [200, 200, 200, 429, 200, 429]
    assert 1 <= int(found[3][1]) <= 60


def test_too_many_calls_at_once_are_refused(caller: Caller) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"api_calls_at_once_per_key": 2})
    forget_what_is_known()
    slow = {**CHAT, "messages": [{"role": "user", "content": "Hi [sandbox tokens=40 tps=40]"}]}

    async def many() -> list[int]:
        answers = await asyncio.gather(*(caller.acall("POST", "/v1/chat/completions", slow) for _ in range(3)))
        again = await caller.acall("POST", "/v1/chat/completions", CHAT)
        return [*sorted(answer.status for answer in answers), again.status]

    assert run(many) == [200, 200, 429, 429] or run(many)[:3] == [200, 200, 429]
    assert ApiCall.objects.filter(status="open").count() == 0


def test_an_unknown_host_name_is_refused(caller: Caller) -> None:
    assert caller.get("/v1/models", headers={"host": "evil.example"}).json()["error"]["code"] == "unknown_host"


def test_behind_https_a_key_must_not_travel_in_the_clear(caller: Caller, settings: Settings) -> None:
    settings.IS_HTTPS, settings.PUBLIC_URL, settings.TRUSTED_PROXIES = True, "https://127.0.0.1", 1

    assert caller.get("/v1/models").json()["error"]["code"] == "https_required"
    # The dispatcher has read its own settings at start, and drops what a stranger says was forwarded.
    assert caller.get("/v1/models", headers={"x-forwarded-proto": "https"}).status == 403
