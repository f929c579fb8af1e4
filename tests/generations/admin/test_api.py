"""Staff's lists of calls and deliveries: figures, no words, no secrets of addresses."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import User
from generations.models import ApiCall, ApiCallContent, WebhookDelivery
from tests.factories import make_completed, model_named


def test_staff_see_figures_and_never_words(client: Client, admin: User, alice: User) -> None:
    key, _secret = keys.issue(alice, name="Farm", now=timezone.now())
    model = model_named("gpt-5.1")
    call = ApiCall.objects.create(
        key=key, person=alice, model=model, protocol=model.protocol, started_at=timezone.now(), output_tokens=77
    )
    ApiCallContent.objects.create(call=call, excerpt="Quiet lighthouse keeper", reply="And the answer")
    client.force_login(admin)

    listing = client.get("/admin/generations/apicall/?q=alice").content.decode()
    page = client.get(f"/admin/generations/apicall/{call.pk}/change/").content.decode()

    assert "77" in listing
    assert "Quiet lighthouse" not in listing + page
    assert "And the answer" not in listing + page


def test_a_delivery_shows_its_address_without_the_query(client: Client, admin: User, alice: User) -> None:
    key, _secret = keys.issue(alice, name="Farm", now=timezone.now())
    delivery = WebhookDelivery.objects.create(
        generation=make_completed(alice),
        key=key,
        url="https://example.com/hook?token=hush",
        created_at=timezone.now(),
        attempts=[{"status": 500}],
    )
    client.force_login(admin)

    listing = client.get("/admin/generations/webhookdelivery/").content.decode()
    page = client.get(f"/admin/generations/webhookdelivery/{delivery.pk}/change/").content.decode()

    assert "https://example.com/hook" in listing
    assert "hush" not in listing + page
