"""An address with a NUL in it is refused before anything looks it up."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.models import User

pytestmark = pytest.mark.django_db

ADDRESSES = ["/?model=%00", "/generations/composer/?model=%00", "/admin/generations/generation/?status=%00", "/%00"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_null_character_in_an_address_is_refused(client: Client, admin: User, address: str) -> None:
    client.force_login(admin)

    assert client.get(address).status_code == 400


def test_the_async_half_refuses_it_too(async_client: AsyncClient) -> None:
    ask = async_to_sync(async_client.get)

    assert ask("/healthz?a=%00").status_code == 400
    assert ask("/healthz?a=%2500").status_code == 200


def test_the_same_digits_as_text_are_let_through(client: Client, admin: User) -> None:
    client.force_login(admin)

    assert client.get("/?prompt=%2500").status_code == 200
