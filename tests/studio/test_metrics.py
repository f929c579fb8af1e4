"""`/metrics`: who may read it, and what each figure counts."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from generations.engine.lateness import Quantiles
from generations.engine.shift import renew_shift, take_shift
from generations.models import EngineShift, GatewayTask, GenerationEvent, Status
from studio.routing import WAS_FORWARDED, mark_forwarded
from tests.factories import make_generation

pytestmark = pytest.mark.django_db


def figures(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("127.0.0.1", {WAS_FORWARDED: "1"}, 404),
        ("192.0.2.7", {"Authorization": "Bearer the-token"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7", "Authorization": "Bearer the-token"}, 200),
        ("192.0.2.7", {"Authorization": "Bearer another"}, 404),
        ("192.0.2.7", {"Authorization": "Basic the-token"}, 404),
    ],
)
def test_only_this_machine_or_the_token_is_answered(
    client: Client, settings: Any, peer: str, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = "the-token"

    assert client.get("/metrics", headers=headers, REMOTE_ADDR=peer).status_code == status


def test_without_a_token_an_empty_one_opens_nothing(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""

    answer = client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == 404


def test_a_dropped_forwarding_header_leaves_a_mark() -> None:
    assert mark_forwarded([], received=[(b"X-Forwarded-For", b"192.0.2.7")]) == [(WAS_FORWARDED.encode(), b"1")]
    assert mark_forwarded([], received=[(b"x_forwarded_for", b"192.0.2.7")]) == [(WAS_FORWARDED.encode(), b"1")]
    assert mark_forwarded([(b"host", b"here")], received=[(b"host", b"here")]) == [(b"host", b"here")]


def test_queues_states_and_lateness_are_counted(client: Client, alice: User) -> None:
    now = timezone.now()
    OrmQ.objects.create(key='studio@"here"', payload="x", lock=now)
    make_generation(alice, status=Status.IN_PROGRESS, due_at=now - datetime.timedelta(seconds=90), poll_error_count=2)
    make_generation(alice, status=Status.IN_PROGRESS, due_at=now + datetime.timedelta(hours=1))
    make_generation(alice, status=Status.UNCERTAIN)

    found = figures(client)

    assert found['studio_queue_depth{queue="studio@\\"here\\""}'] == 1
    assert found['studio_generations{status="in_progress"}'] == 2
    assert found['studio_generations{status="uncertain"}'] == 1
    assert found['studio_generations{status="completed"}'] == 0
    assert found['studio_due{status="in_progress"}'] == 1
    assert 90 <= found['studio_lateness_seconds{status="in_progress"}'] < 150
    assert found['studio_lateness_seconds{status="queued"}'] == 0
    assert found["studio_polls_in_error"] == 1


def test_each_engine_says_how_late_its_polls_leave(client: Client) -> None:
    token, now = uuid.uuid4(), timezone.now()
    take_shift(token, now=now)
    assert not [name for name in figures(client) if name.startswith("studio_poll_lateness")]

    renew_shift(token, now=now, in_flight=3, lateness=Quantiles(median_ms=104, p99_ms=1_950))

    found = figures(client)
    host = EngineShift.objects.get().host
    assert found[f'studio_poll_lateness_seconds{{host="{host}",quantile="0.5"}}'] == 0.104
    assert found[f'studio_poll_lateness_seconds{{host="{host}",quantile="0.99"}}'] == 1.95
    assert found[f'studio_in_flight{{host="{host}"}}'] == 3


def test_errors_of_the_last_hour_are_counted_by_class(client: Client, alice: User) -> None:
    row, now = make_generation(alice), timezone.now()
    for reason, minutes in (
        ("given_back_rate", 1),
        ("rate", 1),
        ("lease_expired", 59),
        ("upstream", 61),
        ("stored", 1),
    ):
        at = now - datetime.timedelta(minutes=minutes)
        GenerationEvent.objects.create(generation=row, at=at, to_status="queued", reason=reason)

    found = figures(client)

    assert found['studio_gateway_errors_last_hour{class="rate"}'] == 2
    assert found['studio_gateway_errors_last_hour{class="lease_expired"}'] == 1
    assert found['studio_gateway_errors_last_hour{class="upstream"}'] == 0


def test_times_are_quantiles_of_the_newest_and_left_out_when_too_few(client: Client, alice: User) -> None:
    assert 'studio_submit_seconds{quantile="0.5"}' not in figures(client)
    now = timezone.now()
    for seconds in (1, 2, 3):
        row = make_generation(alice, status=Status.COMPLETED)
        answered_at = now + datetime.timedelta(seconds=seconds)
        GatewayTask.objects.filter(generation=row).update(claimed_at=now, answered_at=answered_at)
        for status, at in ((Status.STORING, now), (Status.COMPLETED, now + datetime.timedelta(seconds=seconds * 2))):
            GenerationEvent.objects.create(generation=row, at=at, to_status=status)

    found = figures(client)

    assert found['studio_submit_seconds{quantile="0.5"}'] == 2
    assert found['studio_store_seconds{quantile="0.5"}'] == 4
    assert found["studio_store_seconds_looked_at"] == 3


def test_a_scrape_costs_the_same_however_many_rows_there_are(client: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/metrics")
        return len(seen)

    make_generation(alice, status=Status.COMPLETED)
    few = queries()
    for _ in range(5):
        make_generation(alice, status=Status.IN_PROGRESS, due_at=timezone.now())

    assert queries() == few
