"""Each end is announced once, to whoever asked; tried again until it is taken; nothing is lost over a restart."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from accounts import keys
from accounts.models import ApiKey, User
from generations import jobs
from generations.lifecycle import announce
from generations.lifecycle.transitions import changes, transition
from generations.models import ApiCall, DeliveryState, Generation, Installation, Status, WebhookDelivery
from tests.factories import make_generation
from tests.generations.notify.receiver import Receiver, running_receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver inside, which an administrator has allowed."""
    with running_receiver() as running:
        Installation.objects.create(pk=1, webhook_private_hosts=running.host)
        yield running


@pytest.fixture
def key(alice: User) -> ApiKey:
    return keys.issue(alice, name="Farm", now=timezone.now())[0]


def ordered(key: ApiKey, *, webhook_url: str = "", status: str = Status.IN_PROGRESS, **more: object) -> Generation:
    """Make a generation that came by key."""
    generation = make_generation(key.person, status=status)
    ApiCall.objects.create(
        key=key,
        person=key.person,
        protocol=generation.model.protocol,
        model=generation.model,
        generation=generation,
        started_at=timezone.now(),
        status="completed",
        webhook_url=webhook_url,
        **more,
    )
    return generation


def end(generation: Generation, status: Status, **fields: object) -> None:
    with changes() as batch:
        transition(generation, status, now=timezone.now(), batch=batch, **fields)


def deliver(*, later: float = 0) -> int:
    return announce.deliver(clock=lambda: timezone.now() + datetime.timedelta(seconds=later))


def test_a_failed_task_is_announced_with_its_reason_and_signed(key: ApiKey, receiver: Receiver) -> None:
    generation = ordered(key, webhook_url=receiver.url)
    end(generation, Status.FAILED, failure_reason="refused")

    assert deliver() == 1

    headers, body = receiver.got[0]
    told = json.loads(body)
    assert told["type"] == "generation.failed"
    assert told["task"]["status"] == "failed"
    assert told["task"]["error"] == {"code": "refused", "message": "The content was refused."}
    assert told["task"]["result_path"].endswith(f"={generation.public_id}")
    assert str(generation.public_id) in (told["task"].get("task_id"), told["task"].get("taskCode"))
    signed = headers["x-studio-timestamp"].encode() + b"." + body
    secret = keys.webhook_secret(key).encode()
    assert headers["x-studio-signature"] == "sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.due_at, headers["x-studio-delivery"]) == (
        DeliveryState.DELIVERED,
        None,
        str(delivery.public_id),
    )


@pytest.mark.parametrize(
    ("before", "status", "word"),
    [
        (Status.STORING, Status.COMPLETED, "succeeded"),
        (Status.IN_PROGRESS, Status.FAILED, "failed"),
        (Status.IN_PROGRESS, Status.CANCELED, "cancelled"),
        (Status.SUBMITTING, Status.UNCERTAIN, "uncertain"),
    ],
)
def test_each_end_is_announced_to_the_address_of_the_key(
    key: ApiKey, receiver: Receiver, before: Status, status: Status, word: str
) -> None:
    keys.change(key, actor=key.person, webhook_url=receiver.url)
    generation = ordered(key, status=before)

    end(generation, status)
    deliver()

    assert [json.loads(body)["task"]["status"] for _headers, body in receiver.got] == [word]


def test_what_is_on_its_way_or_nobodys_is_not_announced(key: ApiKey, alice: User) -> None:
    silent, revoked = ordered(key), ordered(key, webhook_url="https://example.com/")
    end(silent, Status.FAILED)
    end(make_generation(alice, status=Status.IN_PROGRESS), Status.FAILED)
    end(ordered(key, webhook_url="https://example.com/"), Status.STORING)
    end(ordered(key, webhook_url="https://example.com/", is_joined=True), Status.FAILED)
    keys.revoke(key, actor=alice, now=timezone.now())
    end(revoked, Status.FAILED)

    assert not WebhookDelivery.objects.exists()


def test_an_end_that_nobody_reached_leaves_no_row(key: ApiKey) -> None:
    generation = ordered(key, webhook_url="https://example.com/")
    seen = Generation.objects.select_related("model").get(pk=generation.pk)
    end(generation, Status.FAILED)
    end(seen, Status.CANCELED)

    assert WebhookDelivery.objects.count() == 1


def test_a_late_success_is_announced_after_the_failure(key: ApiKey, receiver: Receiver) -> None:
    generation = ordered(key, webhook_url=receiver.url)
    for status in (Status.FAILED, Status.STORING, Status.COMPLETED):
        end(generation, status)

    deliver()

    assert sorted(json.loads(body)["type"] for _headers, body in receiver.got) == [
        "generation.completed",
        "generation.failed",
    ]


def test_a_refused_message_is_tried_again_later_with_the_same_id_and_another_signature(
    key: ApiKey, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302, 200]
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)

    assert [deliver(), deliver(later=5), deliver(later=11), deliver(later=40), deliver(later=75)] == [0, 0, 0, 0, 1]

    delivery = WebhookDelivery.objects.get()
    assert [attempt["status"] for attempt in delivery.attempts] == [500, 302, 200]
    assert len({headers["x-studio-delivery"] for headers, _body in receiver.got}) == 1
    assert len({headers["x-studio-signature"] for headers, _body in receiver.got}) == 3
    assert deliver(later=99_999) == 0


def test_after_a_day_of_tries_it_is_given_up(key: ApiKey, receiver: Receiver) -> None:
    receiver.statuses = [500]
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)

    later = 0.0
    for wait in (0, *announce.WAITS_SECONDS):
        later += wait + 1
        deliver(later=later)

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, len(delivery.attempts)) == (DeliveryState.FAILED, len(announce.WAITS_SECONDS) + 1)
    assert delivery.finished_at
    deliver(later=1_000_000)
    assert len(receiver.got) == len(announce.WAITS_SECONDS) + 1


def test_a_private_address_that_nobody_allowed_gets_nothing(key: ApiKey, receiver: Receiver) -> None:
    Installation.objects.update(webhook_private_hosts="")
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)

    deliver()

    assert receiver.got == []
    assert WebhookDelivery.objects.get().attempts[0]["error"] == "private_address"


def test_a_sender_that_died_is_followed_by_another_once_its_lease_is_over(key: ApiKey, receiver: Receiver) -> None:
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)
    soon = timezone.now() + announce.LEASE
    WebhookDelivery.objects.update(lease_token=uuid.uuid4(), due_at=soon)

    assert deliver() == 0
    assert deliver(later=61) == 1


def test_the_queue_may_lose_the_job_and_run_it_twice(key: ApiKey, receiver: Receiver) -> None:
    OrmQ.objects.all().delete()
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)
    assert OrmQ.objects.count() == 1
    OrmQ.objects.all().delete()

    assert announce.queue_due(now=timezone.now())
    assert OrmQ.objects.count() == 1
    jobs.deliver_webhooks()
    jobs.deliver_webhooks()

    assert len(receiver.got) == 1
    assert not announce.queue_due(now=timezone.now())


def test_a_slow_receiver_holds_up_webhooks_alone(key: ApiKey, receiver: Receiver) -> None:
    for _ in range(2):
        end(ordered(key, webhook_url=receiver.url), Status.FAILED)
    first = WebhookDelivery.objects.earliest("id")
    WebhookDelivery.objects.filter(pk=first.pk).update(lease_token=uuid.uuid4(), due_at=timezone.now() + announce.LEASE)

    assert deliver() == 0
    assert receiver.got == []


def test_a_call_shows_its_tries_to_its_person_alone(
    client: Client, key: ApiKey, receiver: Receiver, charlie: User
) -> None:
    receiver.statuses = [503]
    end(ordered(key, webhook_url=receiver.url), Status.FAILED)
    deliver()
    page = f"/keys/calls/{ApiCall.objects.get().public_id}/"

    client.force_login(key.person)
    shown = client.get(page).content.decode()
    client.force_login(charlie)

    assert "HTTP 503" in shown
    assert "generation.failed" in shown
    WebhookDelivery.objects.update(attempts=[{"at": "2026-01-01T00:00", "status": None, "error": "timeout", "ms": 9}])
    client.force_login(key.person)
    assert "no answer in time" in client.get(page).content.decode()
    assert "no answer in time" in client.get(f"/keys/{key.public_id}/").content.decode()
    client.force_login(charlie)
    assert client.get(page).status_code == 404
