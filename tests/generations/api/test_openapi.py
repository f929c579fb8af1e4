"""The API's own description: what it names is served, and what is served is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from generations.api.families import plain_path
from generations.api.urls import ROUTES, is_served
from generations.reference.document import document
from generations.reference.operations import OPERATIONS
from tests.generations.api.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def described(caller: Caller) -> dict[str, Any]:
    """What the running API says of itself, to somebody without a key."""
    answer = caller.get("/api/openapi.json", headers={"authorization": ""})
    assert answer.status == 200
    whole: dict[str, Any] = answer.json()
    return whole


def operations(described: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}


def test_every_route_is_described_and_nothing_else(described: dict[str, Any]) -> None:
    told = {(method, plain_path(path)) for method, path in operations(described)}

    assert told - {("GET", "/v1/models/{model}")} == set(ROUTES)
    assert all(is_served(method, path) for method, path in operations(described))


def test_an_address_without_v1_is_described_too(described: dict[str, Any]) -> None:
    assert {"/models", "/models/{model}", "/chat/completions"} <= set(described["paths"])


def test_each_operation_has_a_name_of_its_own_and_tells_its_refusals(described: dict[str, Any]) -> None:
    each = [operation for methods in described["paths"].values() for operation in methods.values()]

    assert len({operation["operationId"] for operation in each}) == len(each)
    assert all({"200", "401", "429", "503"} <= set(operation["responses"]) for operation in each)


def test_every_reference_leads_somewhere() -> None:
    whole = json.loads(document(is_served=lambda _method, _path: True))
    text = json.dumps(whole)
    names = {piece.partition('"')[0] for piece in text.split("#/components/schemas/")[1:]}

    assert names <= set(whole["components"]["schemas"])
    assert len(whole["paths"]) == len(OPERATIONS) + sum(bool(one.short_path) for one in OPERATIONS)


def test_it_says_nothing_of_this_installation(caller: Caller, described: dict[str, Any]) -> None:
    assert caller.key.prefix not in json.dumps(described)
    assert described["servers"] == [{"url": "/"}]


@pytest.mark.parametrize(("language", "words"), [("en", "What differs from the gateway"), ("zh-hans", "与网关的不同")])
def test_the_page_tells_the_same_in_the_persons_language(
    client: Client, alice: User, language: str, words: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    client.force_login(alice)

    page = client.get("/keys/reference/").content.decode()

    assert words in page
    for operation in OPERATIONS:
        assert (f'id="operation-{operation.id}"' in page) == is_served(operation.method, operation.path)
