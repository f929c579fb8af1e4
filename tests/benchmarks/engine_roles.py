"""What the processes of `tests.benchmarks.engine` do: fill a database, be the engine, be one worker for each task."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import multiprocessing
import os
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue

import django
import httpx

WARM_SECONDS = 10
QUICK_SECONDS, CALM_SECONDS = 4, 10
MOST_QUICK = 5_000


def main() -> None:
    """Play the role that the command line names, for so many tasks and seconds."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    django.setup()
    role, tasks, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    {"fill": fill, "engine": be_engine, "naive": be_naive}[role](tasks, seconds)


def interval_seconds(tasks: int) -> int:
    """Return how often so many tasks are asked for."""
    return QUICK_SECONDS if tasks <= MOST_QUICK else CALM_SECONDS


def fill(tasks: int, _seconds: int) -> None:
    """Submit tasks that never end, and write their rows as if the engine had."""
    from django.utils import timezone

    from accounts.models import User
    from generations.models import CatalogModel, GatewayTask, Generation, Installation, Status
    from generations.wiring import gateway_endpoint

    Installation.objects.update_or_create(pk=1, defaults={"polls_per_second": max(1, tasks // interval_seconds(tasks))})
    model = CatalogModel.objects.get(gateway_name="doubao-seedance-2-0-fast")
    owner, now = User.objects.create_user("alice"), timezone.now()
    content = [{"type": "text", "text": "Never done [sandbox stuck tiny]"}]
    body = {"model": model.gateway_name, "content": content, "duration": 4, "resolution": "480p"}
    endpoint = gateway_endpoint()
    with httpx.Client(base_url=endpoint.base_url, headers={"AIKey": endpoint.api_key}, trust_env=False) as http:

        def submit(_number: int) -> str:
            task_id: str = http.post("/ai/seedance/videos", json=body).json()["result"]["task_id"]
            return task_id

        with ThreadPoolExecutor(8) as pool:
            known = list(pool.map(submit, range(tasks)))
    # Young for ever, or past its third minute: the age decides how often it is asked for.
    accepted_at = now + datetime.timedelta(days=1) if tasks <= MOST_QUICK else now - datetime.timedelta(minutes=10)
    begins_at = timezone.now() + datetime.timedelta(seconds=5)
    rows = [
        Generation(
            owner=owner,
            model=model,
            kind=model.kind,
            prompt="Never done " * 20,
            parameters={"resolution": "480p", "ratio": "16:9", "duration": 4},
            submission_id=uuid.uuid4(),
            status=Status.IN_PROGRESS,
            created_at=now,
            changed_at=now,
            submitted_at=now,
            accepted_at=accepted_at,
            attempt_id=uuid.uuid4(),
            endpoint_key_reference="sandbox",
            due_at=begins_at + datetime.timedelta(seconds=interval_seconds(tasks) * number / tasks),
        )
        for number in range(tasks)
    ]
    made = Generation.objects.bulk_create(rows, batch_size=500)
    GatewayTask.objects.bulk_create(
        (
            GatewayTask(
                generation=row,
                attempt_id=row.attempt_id or uuid.uuid4(),
                task_id=task_id,
                endpoint_url=endpoint.base_url,
                claimed_at=now,
                lease_ends_at=now,
                answered_at=now,
                outcome="accepted",
            )
            for row, task_id in zip(made, known, strict=True)
        ),
        batch_size=500,
    )


def be_engine(_tasks: int, seconds: int) -> None:
    """Run the engine itself, as its job does, and say how late its polls left."""
    from generations.engine.lateness import Lateness
    from generations.engine.loop import Engine

    class Kept(Lateness):
        """Keeps what it hands out, too."""

        def __init__(self) -> None:
            super().__init__()
            self.everything: list[float] = []

        def note(self, seconds: float) -> None:
            super().note(seconds)
            self.everything.append(max(0.0, seconds))

    async def work() -> None:
        engine, kept = Engine(), Kept()
        engine.lateness = kept
        shift = asyncio.create_task(engine.run())
        print("begun", flush=True)
        await asyncio.sleep(WARM_SECONDS)
        kept.everything.clear()
        await asyncio.sleep(seconds)
        _say(kept.everything)
        await shift

    asyncio.run(work())


def be_naive(tasks: int, seconds: int) -> None:
    """Fork one worker for each task, which asks, writes and sleeps; and say how late they were."""
    from django.db import connections

    from generations.models import GatewayTask

    work = list(GatewayTask.objects.values_list("generation_id", "task_id"))
    connections.close_all()
    context = multiprocessing.get_context("fork")
    late = context.SimpleQueue()
    begins = time.monotonic() + 5
    for number, (pk, task_id) in enumerate(work):
        first = begins + interval_seconds(tasks) * number / tasks
        context.Process(
            target=_naive_worker, args=(pk, task_id, first, interval_seconds(tasks), late), daemon=True
        ).start()
    print("begun", flush=True)
    _drain(late, seconds=WARM_SECONDS)
    _say(_drain(late, seconds=seconds))
    time.sleep(3600)


def _naive_worker(pk: int, task_id: str, due: float, every: int, late: SimpleQueue[float]) -> None:
    from django.utils import timezone

    from generations.gateway import client
    from generations.gateway.adapters import MEDIA_ADAPTERS
    from generations.models import Generation
    from generations.wiring import gateway_endpoint

    adapter, endpoint = MEDIA_ADAPTERS["seedance"], gateway_endpoint()
    with client.new_sync_client() as http:
        while True:
            time.sleep(max(0.0, due - time.monotonic()))
            late.put(time.monotonic() - due)
            with contextlib.suppress(Exception):
                adapter.read_poll(client.send_sync(http, adapter.build_poll(task_id), endpoint=endpoint))
                Generation.objects.filter(pk=pk).update(due_at=timezone.now())
            due = max(due + every, time.monotonic())


def _drain(late: SimpleQueue[float], *, seconds: int) -> list[float]:
    ends, found = time.monotonic() + seconds, []
    while time.monotonic() < ends:
        if late.empty():
            time.sleep(0.05)
        else:
            found.append(late.get())
    return found


def _say(late: list[float]) -> None:
    ordered = sorted(late) or [0.0]
    median, p99 = (1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
    print(json.dumps({"count": len(late), "median_ms": median, "p99_ms": p99}), flush=True)


if __name__ == "__main__":
    main()
