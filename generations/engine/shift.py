"""The engine's shift: a lease that one process a host holds, and the heartbeat that others read.

A second copy of the engine's job, delivered again by the queue, finds the shift taken and returns.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from generations.engine.lateness import Quantiles
from generations.hosts import host_name, key_digest, storage_name
from generations.models import EngineShift

SHIFT_SECONDS = 6.0
RENEW_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class ShiftState:
    """What renewing told: whether the shift is still this process's, and whether it should end."""

    is_held: bool
    is_stopping: bool


def run_folder() -> Path:
    """Return the folder of heartbeat files and stop wishes, made when missing."""
    folder: Path = settings.DATA_DIR / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def take_shift(token: UUID, *, now: datetime.datetime) -> bool:
    """Begin this host's shift if nobody holds it; return whether this process now does.

    Idempotent: yes, for the same token.
    """
    values = {
        "token": token,
        "pid": os.getpid(),
        "started_at": now,
        "renewed_at": now,
        "expires_at": now + datetime.timedelta(seconds=SHIFT_SECONDS),
        "stop_requested_at": None,
        "key_digest": key_digest(),
        "storage": storage_name(),
    }
    shift, created = EngineShift.objects.get_or_create(host=host_name(), defaults=values)
    if created or shift.token == token:
        return True
    # Conditional on what was seen: of two that find it expired, one wins. One that ends further ahead than any shift
    # is from before the clock was set back; a living holder renews it within two seconds.
    is_free = Q(expires_at__lte=now) | Q(expires_at__gt=now + datetime.timedelta(seconds=2 * SHIFT_SECONDS))
    free = EngineShift.objects.filter(is_free, pk=shift.pk, token=shift.token)
    return free.update(**values) == 1


def renew_shift(
    token: UUID, *, now: datetime.datetime, in_flight: int, lateness: Quantiles | None = None
) -> ShiftState:
    """Hold on to the shift, say how it goes, and learn whether it should end."""
    mine = EngineShift.objects.filter(host=host_name(), token=token)
    expires_at = now + datetime.timedelta(seconds=SHIFT_SECONDS)
    late = {"lateness_median_ms": lateness.median_ms, "lateness_p99_ms": lateness.p99_ms} if lateness else {}
    held = mine.update(renewed_at=now, expires_at=expires_at, in_flight=in_flight, **late) == 1
    asked = mine.filter(stop_requested_at__isnull=False).exists()
    return ShiftState(is_held=held, is_stopping=asked or is_stop_wished())


def end_shift(token: UUID, *, now: datetime.datetime) -> None:
    """Give the shift back, so that a successor need not wait for its end."""
    EngineShift.objects.filter(host=host_name(), token=token).update(expires_at=now)


def is_stop_wished() -> bool:
    """Tell whether the supervisor is stopping everything on this host."""
    return (run_folder() / "stopping").exists()


def beat() -> None:
    """Touch the heartbeat file that the supervisor watches; also while the database does not answer."""
    (run_folder() / "engine.beat").touch()
