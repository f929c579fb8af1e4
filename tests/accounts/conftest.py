"""What the tests of accounts share: cheap password hashes, an empty cache, and somebody who signs in for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from accounts.models import User

SignIn = Callable[..., "Response"]


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    """Rate limits count in the cache, so that each test starts from zero."""
    cache.clear()


@pytest.fixture
def sign_in(client: Client) -> SignIn:
    """Post the sign-in form as a browser does."""

    def post(login: str, password: str, **more: object) -> Response:
        return client.post("/accounts/login/", {"login": login, "password": password}, **more)

    return post


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    """A browser in which alice is signed in."""
    client.force_login(alice)
    return client


def card_of(response: Response) -> str:
    """Return what a page for strangers says, without the frame, whose tokens and addresses differ each time."""
    text = response.content.decode()
    return text[text.index('<div class="auth-card">') : text.index('<div class="auth__foot">')]
