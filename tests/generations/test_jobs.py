"""Every job is delivered at least once, so each is run twice here: the second time finds nothing left to do."""

from __future__ import annotations

import datetime
import inspect
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from generations import jobs
from generations.engine.shift import take_shift
from generations.media import store
from generations.models import Asset, Generation, GenerationEvent, GenerationOutput, Revision, Status, TimelineEntry
from tests.factories import make_generation
from tests.generations.media import samples

pytestmark = pytest.mark.django_db

# These have it beside what else they are tested for.
ELSEWHERE = {
    "run_engine": "tests/generations/engine/test_loop.py: a second engine finds the shift taken and leaves",
    "deliver_webhooks": "tests/generations/lifecycle/test_announce.py: the queue may lose the job and run it twice",
}
WITHOUT_ARGUMENTS: dict[str, Callable[[], None]] = {
    "ensure_engine": jobs.ensure_engine,
    "sweep": jobs.sweep,
    "tend_library": jobs.tend_library,
    "purge_trash": jobs.purge_trash,
    "touch_probe": jobs.touch_probe,
}


def state() -> list[object]:
    """Return what a job may change."""
    return [
        list(Generation.objects.order_by("id").values()),
        GenerationEvent.objects.count(),
        list(Asset.objects.order_by("id").values()),
        list(TimelineEntry.objects.order_by("id").values_list("id", "revision")),
        list(Revision.objects.order_by("id").values_list()),
        OrmQ.objects.count(),
    ]


def test_every_job_is_run_twice_somewhere() -> None:
    own = {name for name, job in inspect.getmembers(jobs, inspect.isfunction) if job.__module__ == jobs.__name__}

    assert own == {*WITHOUT_ARGUMENTS, *ELSEWHERE, "collect_outputs"}


@pytest.mark.parametrize("name", sorted(WITHOUT_ARGUMENTS))
def test_a_job_that_runs_twice_does_its_work_once(alice: User, name: str) -> None:
    now = timezone.now()
    take_shift(uuid.uuid4(), now=now)
    trashed = make_generation(alice, status=Status.FAILED, due_at=None, lease_token=uuid.uuid4())
    TimelineEntry.objects.filter(generation=trashed).update(trashed_at=now - datetime.timedelta(days=90))
    make_generation(alice, status=Status.IN_PROGRESS, due_at=now)

    WITHOUT_ARGUMENTS[name]()
    once = state()
    WITHOUT_ARGUMENTS[name]()

    assert state() == once


def test_outputs_that_are_collected_twice_are_stored_once(alice: User) -> None:
    row = make_generation(alice, status=Status.STORING, due_at=timezone.now())
    GenerationOutput.objects.create(generation=row, role="image", pending_path=store.write_pending(samples.picture()))

    jobs.collect_outputs(row.pk)
    once = state()
    jobs.collect_outputs(row.pk)

    row.refresh_from_db()
    assert row.status == Status.COMPLETED
    assert Asset.objects.count() == 1
    assert state() == once
