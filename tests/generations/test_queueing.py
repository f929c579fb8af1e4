"""The queues of several hosts: what anybody takes, what one host alone takes, and what never blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django_q.brokers import Broker, get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from generations import queueing

pytestmark = pytest.mark.django_db(transaction=True)

JOB = "generations.jobs.sweep"


def on_another_host(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def taken(broker: Broker) -> list[str]:
    """Take one package and return what it asks for."""
    return [SignedPackage.loads(payload)["func"] for _key, payload in broker.dequeue() or []]


def test_what_a_host_of_pages_queues_is_done_by_any_job_cluster_once(settings: Any, tmp_path: Path) -> None:
    queueing.enqueue(JOB)
    on_another_host(settings, tmp_path)
    first, second = get_broker("studio"), get_broker("studio")

    assert taken(first) == [JOB]
    assert taken(second) == []


def test_a_package_that_is_done_is_gone(settings: Any, tmp_path: Path) -> None:
    queueing.enqueue(JOB)
    on_another_host(settings, tmp_path)
    broker = get_broker("studio")

    [(key, _payload)] = broker.dequeue()
    broker.acknowledge(key)

    assert not OrmQ.objects.exists()


def test_what_a_host_queues_for_itself_no_other_takes(settings: Any, tmp_path: Path) -> None:
    queueing.enqueue_here(JOB)
    here = settings.DATA_DIR
    on_another_host(settings, tmp_path)
    assert taken(get_broker("studio")) == []

    settings.DATA_DIR = here
    assert taken(get_broker("studio")) == [JOB]


def test_the_engine_takes_nothing_of_everybodys() -> None:
    queueing.enqueue(JOB)

    assert taken(get_broker("engine")) == []


def test_both_queues_of_a_host_are_emptied_one_package_at_a_time() -> None:
    for _ in range(2):
        queueing.enqueue(JOB)
        queueing.enqueue_here(JOB)
    broker = get_broker("studio")

    assert [len(taken(broker)) for _ in range(5)] == [1, 1, 1, 1, 0]


def test_a_job_is_queued_only_if_its_transaction_commits() -> None:
    with transaction.atomic():
        queueing.enqueue(JOB)
        transaction.set_rollback(True)

    assert not OrmQ.objects.exists()
