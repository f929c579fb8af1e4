import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.generations.sandbox.conftest import (
    BEARER,
    MEDIA_KEY,
    picture_body,
    poll,
    submit_picture,
    video_body,
    wait_for_result,
)

CHAT = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "hi"}]}
ROUTES: list[tuple[str, dict[str, str], Callable[[str], dict[str, Any]]]] = [
    ("/ai/seedance/videos", MEDIA_KEY, video_body),
    ("/ai/gemini/image/generate", MEDIA_KEY, picture_body),
    ("/v1/images/generations", BEARER, lambda prompt: {"model": "gpt-image-2", "prompt": prompt}),
    ("/v1/chat/completions", BEARER, lambda prompt: {**CHAT, "messages": [{"role": "user", "content": prompt}]}),
    (
        "/v1/messages",
        BEARER,
        lambda prompt: {
            "model": "claude-sonnet-4-6",
            "max_tokens": 99,
            "messages": [{"role": "user", "content": prompt}],
        },
    ),
]


def accepted(http: httpx.Client, prompt: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = http.get("/sandbox/ledger", params={"prompt": prompt}).json()
    return rows


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
@pytest.mark.parametrize(("path", "headers", "body"), ROUTES)
def test_a_submit_can_be_refused_with_any_status_and_is_then_not_accepted(
    http: httpx.Client,
    path: str,
    headers: dict[str, str],
    body: Callable[[str], dict[str, Any]],
    status: int,
) -> None:
    prompt = f"refuse {path} [sandbox http={status}]"

    answer = http.post(path, json=body(prompt), headers=headers)

    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("2" if status == 429 else None)
    assert accepted(http, prompt) == []
    if status == 503:
        assert answer.json()["error"]["code"] == "model_not_found"
    if status == 403 and path.startswith("/v1"):
        assert answer.json()["error"]["code"] == "insufficient_user_quota"


@pytest.mark.parametrize(("path", "headers", "body"), ROUTES)
def test_a_dropped_submit_stands_in_the_ledger_and_gets_no_answer(
    http: httpx.Client, path: str, headers: dict[str, str], body: Callable[[str], dict[str, Any]]
) -> None:
    prompt = f"drop {path} [sandbox drop tiny]"

    with pytest.raises(httpx.RemoteProtocolError):
        http.post(path, json=body(prompt), headers=headers)

    rows = accepted(http, prompt)
    assert [(row["path"], row["prompt"]) for row in rows] == [(path, prompt)]
    assert rows[0]["id"]
    assert rows[0]["time"] > 1_700_000_000


@pytest.mark.parametrize(("path", "headers", "body"), ROUTES)
def test_html_and_broken_json_come_with_status_200(
    http: httpx.Client, path: str, headers: dict[str, str], body: Callable[[str], dict[str, Any]]
) -> None:
    html = http.post(path, json=body("a [sandbox html]"), headers=headers)
    broken = http.post(path, json=body("a [sandbox badjson tiny]"), headers=headers)

    assert (html.status_code, html.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert broken.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        broken.json()


@pytest.mark.parametrize(("key", "status"), [("", 401), ("bad-key", 401), ("poor-key", 403), ("slow-key", 429)])
def test_some_keys_are_born_unlucky(http: httpx.Client, key: str, status: int) -> None:
    media = http.post("/ai/seedance/videos", json=video_body(), headers={"AIKey": key})
    chat = http.post("/v1/chat/completions", json=CHAT, headers={"Authorization": f"Bearer {key}"} if key else {})

    assert (media.status_code, chat.status_code) == (status, status)


def test_each_family_wants_its_own_header(http: httpx.Client) -> None:
    assert http.post("/ai/seedance/videos", json=video_body(), headers=BEARER).status_code == 401
    assert http.post("/v1/chat/completions", json=CHAT, headers=MEDIA_KEY).status_code == 401
    assert http.post("/v1/chat/completions", json=CHAT, headers={"x-api-key": "k"}).status_code == 401


@pytest.mark.parametrize(("what", "status"), [("500", 500), ("404", 404), ("429", 429), ("html", 200), ("code", 200)])
def test_polls_can_fail_before_they_succeed(http: httpx.Client, what: str, status: int) -> None:
    code = submit_picture(http, f"a [sandbox poll={what} pollfaults=2 tiny]")

    first = http.get("/ai/gemini/result", params={"code": code}, headers=MEDIA_KEY)
    second = http.get("/ai/gemini/result", params={"code": code}, headers=MEDIA_KEY)

    assert first.status_code == second.status_code == status
    assert wait_for_result(http, code)["status"] == "completed"


def test_a_poll_can_be_dropped(http: httpx.Client) -> None:
    code = submit_picture(http, "a [sandbox poll=drop pollfaults=1 tiny]")

    with pytest.raises(httpx.RemoteProtocolError):
        poll(http, code)

    assert wait_for_result(http, code)["status"] == "completed"


def test_addresses_without_prefix_can_be_switched_to_the_web_console(
    http: httpx.Client, switch: Callable[..., None]
) -> None:
    served = http.post("/chat/completions", json=CHAT, headers=BEARER)
    switch(unprefixed=False)

    console = http.post("/chat/completions", json=CHAT, headers=BEARER)

    assert served.json()["object"] == "chat.completion"
    assert (console.status_code, console.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_wrong_path_is_404_below_v1_and_a_page_elsewhere(http: httpx.Client) -> None:
    assert http.post("/v1/chat/complete", headers=BEARER).json()["error"]["type"] == "invalid_request_error"
    assert http.get("/v1/chat/completions").status_code == 404
    assert http.get("/ai/nothing").status_code == 404
    assert http.get("/anything").text.startswith("<!doctype html>")


def test_the_documented_models_are_listed(http: httpx.Client) -> None:
    names = {row["id"] for row in http.get("/v1/models", headers=BEARER).json()["data"]}

    assert {"doubao-seedance-2-0", "nano-banana-2", "gpt-image-2", "gpt-5.1", "claude-sonnet-4-6"} <= names
    assert len(names) == 8


def test_requests_are_remembered_as_they_came_with_the_key_masked(http: httpx.Client) -> None:
    submit_picture(http, "remember me [sandbox tiny]")

    row = next(row for row in reversed(http.get("/sandbox/requests?limit=50").json()) if row["method"] == "POST")

    assert (row["path"], row["json"]["prompt"]) == ("/ai/gemini/image/generate", "remember me [sandbox tiny]")
    assert row["headers"]["aikey"] == "test…"


@pytest.mark.parametrize("wanted", [{"weather": "fine"}, {"dialect": "klingon"}, {"unprefixed": 1}, {"pace": -1}])
def test_a_switch_takes_only_what_it_knows(http: httpx.Client, wanted: dict[str, object]) -> None:
    assert http.post("/sandbox/control", json=wanted).status_code == 400
