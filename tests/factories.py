"""Rows for tests, made the short way. States are set directly here and nowhere else outside `transitions`."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from generations.models import (
    Asset,
    CatalogModel,
    GatewayTask,
    Generation,
    GenerationOutput,
    Message,
    MessageStatus,
    Revision,
    Status,
    Thread,
    TimelineEntry,
)
from generations.relay import turns
from generations.search import folds, index

# 1 × 1 pixel, so that a card has something to show.
PREVIEW = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def model_named(name: str = "doubao-seedance-2-0") -> CatalogModel:
    """Return one of the seeded models."""
    return CatalogModel.objects.get(gateway_name=name)


def make_generation(owner: User, *, status: Status = Status.QUEUED, **more: Any) -> Generation:
    """Make a generation in any state, with its gateway task and timeline entry."""
    now = more.pop("now", timezone.now())
    task_id = more.pop("task_id", "task-1" if status not in {Status.QUEUED, Status.SUBMITTING} else "")
    model = more.pop("model", None) or model_named()
    values: dict[str, Any] = {
        "model": model,
        "kind": model.kind,
        "prompt": "A lighthouse in the fog",
        "parameters": {"resolution": "480p", "ratio": "16:9", "duration": 4},
        "submission_id": uuid.uuid4(),
        "created_at": now,
        "changed_at": now,
        "attempt_id": None if status == Status.QUEUED else uuid.uuid4(),
        "endpoint_key_reference": "sandbox",
        **more,
    }
    generation = Generation.objects.create(owner=owner, status=status, **values)
    if generation.attempt_id:
        GatewayTask.objects.create(
            generation=generation,
            attempt_id=generation.attempt_id,
            task_id=task_id,
            endpoint_url="",
            claimed_at=now,
            lease_ends_at=now,
            answered_at=now if task_id else None,
            outcome="accepted" if task_id else "",
        )
    with transaction.atomic():
        entry = TimelineEntry.objects.record_generation(generation)
        folds.fold([entry])
        index.write([entry])
        Revision.objects.bump([entry])
    return generation


def make_asset(owner: User, **more: Any) -> Asset:
    """Make an asset whose file does not exist: enough for lists and access."""
    values = {
        "origin": Asset.Origin.OUTPUT,
        "media": "image",
        "mime": "image/png",
        "path": f"test/{uuid.uuid4()}.png",
        "size_bytes": 1234,
        "sha256": "0" * 64,
        "width": 1280,
        "height": 720,
        "preview": PREVIEW,
        "created_at": timezone.now(),
        **more,
    }
    return Asset.objects.create(owner=owner, **values)


def make_completed(owner: User, **more: Any) -> Generation:
    """Make a completed generation with one output."""
    generation = make_generation(owner, status=Status.COMPLETED, finished_at=timezone.now(), **more)
    GenerationOutput.objects.create(generation=generation, role=generation.kind, asset=make_asset(owner))
    return generation


def make_thread(owner: User, *, text: str = "hello", reply: str = "An **answer**.", **more: Any) -> Thread:
    """Make a thread whose first reply has ended well; `more` are fields of the thread."""
    question = turns.Question(text=text, model=model_named("gpt-5.1"), submission_id=uuid.uuid4())
    thread, _ = turns.start_thread(
        question, owner=owner, visibility=more.pop("visibility", "private"), now=more.pop("now", timezone.now())
    )
    Message.objects.filter(thread=thread, status=MessageStatus.PENDING).update(
        status=MessageStatus.COMPLETED, text=reply
    )
    if more:
        Thread.objects.filter(pk=thread.pk).update(**more)
    return Thread.objects.select_related("leaf", "model", "owner").get(pk=thread.pk)
