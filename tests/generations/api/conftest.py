"""The whole web application called in this process, by key, against the sandbox over real loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import keys
from accounts.models import ApiKey, User
from generations.api.auth import forget_what_is_known
from tests.generations.api.caller import Caller

MakeCaller = Callable[..., Caller]


@pytest.fixture(autouse=True)
def gateway(settings: Settings, sandbox: str) -> str:
    """The sandbox as the studio's gateway; what earlier tests made known is forgotten."""
    settings.SANDBOX_URL = sandbox
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    forget_what_is_known()
    return sandbox


@pytest.fixture
def make_caller() -> MakeCaller:
    """Makes a key for a person and a caller that uses it."""

    def make(person: User, **settings_of_key: object) -> Caller:
        key, secret = keys.issue(person, name="Test", now=timezone.now(), **settings_of_key)  # type: ignore[arg-type]
        return Caller(secret=secret, key=ApiKey.objects.get(pk=key.pk))

    return make


@pytest.fixture
def caller(make_caller: MakeCaller, alice: User) -> Caller:
    """Alice's key without limits."""
    return make_caller(alice)
