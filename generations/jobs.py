"""What django-q2 calls. A job decides nothing: it hands plain values to one function below."""

import logging
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from generations import queueing
from generations.clock import database_now
from generations.engine.loop import run_engine as _run_engine
from generations.hosts import host_name
from generations.library import prompt_templates, trash, upkeep
from generations.library.drafts import sweep_drafts
from generations.lifecycle import announce
from generations.lifecycle.collect import collect
from generations.lifecycle.upkeep import sweep as _sweep
from generations.media.fitted import sweep_unused
from generations.models import EngineShift
from generations.relay.replays import sweep as sweep_replays

logger = logging.getLogger(__name__)


def run_engine() -> None:
    """Run one shift of the engine. Idempotent: yes, the shift is a lease."""
    _run_engine()


def collect_outputs(generation_id: int) -> None:
    """Store a generation's outputs. Idempotent: yes, a lease in the row decides."""
    collect(generation_id, clock=database_now)


def deliver_webhooks() -> None:
    """Send the webhooks that are due. Idempotent: yes, a lease in each row decides."""
    announce.deliver(clock=database_now)


def ensure_engine() -> None:
    """Queue this host's engine again if it is not on shift: the backstop for a package that the queue lost.

    Idempotent: yes, a second engine finds the shift taken.
    """
    if not EngineShift.objects.filter(host=host_name(), expires_at__gt=database_now()).exists():
        queueing.enqueue_here("generations.jobs.run_engine", cluster=queueing.ENGINE_CLUSTER)


def sweep() -> None:
    """Clear what nobody needs any more, and log how much that was. Idempotent: yes."""
    now = database_now()
    swept = {**asdict(_sweep(now=now)), "drafts": sweep_drafts(now=now, is_dry=False)}
    swept["templates"] = prompt_templates.sweep(now=now)
    swept["fitted_copies"] = sweep_unused(now=now, is_dry=False)
    swept["repeatable_calls"] = sweep_replays(now=now, is_dry=False)
    logger.info("swept %s", ", ".join(f"{count} {name}" for name, count in swept.items()))


def tend_library() -> None:
    """Write to the search index what waits for it. Idempotent: yes."""
    count = upkeep.tend(clock=database_now)
    if count:
        logger.info("indexed %s entries", count)


def purge_trash() -> None:
    """Delete for good what has been in the trash for its days. Idempotent: yes."""
    purged = trash.purge(now=database_now())
    if purged.items:
        logger.info("purged %s items and %s files from the trash", purged.items, purged.assets)


def touch_probe() -> None:
    """Touch the file that shows the supervisor a living job cluster. Idempotent: yes."""
    folder: Path = settings.DATA_DIR / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "studio.beat").touch()
