from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from generations.models import Asset, GatewayAsset
from tests.factories import make_asset


def choose(admin: User, asset: Asset) -> str:
    client = Client()
    client.force_login(admin)
    form = {"action": "send_through_library", "_selected_action": [str(asset.pk)]}
    return client.post("/admin/generations/asset/", form, follow=True).content.decode()


@pytest.mark.parametrize("times", [1, 2])
def test_staff_send_a_file_through_the_library_of_the_present_gateway(
    admin: User, alice: User, settings: Any, times: int
) -> None:
    settings.GATEWAY_API_KEY, settings.GATEWAY_URL = "key", "https://api.example.com"
    settings.PUBLIC_URL = "http://testserver"
    asset = make_asset(alice)

    for _time in range(times):
        choose(admin, asset)

    entry = GatewayAsset.objects.get()
    assert (entry.asset, entry.endpoint_url, entry.is_active) == (asset, "https://api.example.com", False)


def test_without_a_public_address_staff_read_what_is_missing(admin: User, alice: User, settings: Any) -> None:
    settings.GATEWAY_API_KEY, settings.GATEWAY_URL, settings.PUBLIC_URL = "key", "https://api.example.com", ""

    page = choose(admin, make_asset(alice))

    assert "STUDIO_PUBLIC_URL" in page
    assert not GatewayAsset.objects.exists()
