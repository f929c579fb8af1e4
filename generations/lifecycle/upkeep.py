"""The hourly sweep: what died processes, lost jobs and broken writes leave behind, counted and cleared."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from generations import queueing
from generations.hosts import host_name
from generations.lifecycle.transitions import changes, transition
from generations.media import orphans
from generations.models import ApiMinute, EngineShift, Generation, Message, MessageAttachment, Status

# Long over: what looks like a dead host may only be cut off for an hour.
LEASE_OVER = datetime.timedelta(days=1)
SURE_AFTER = datetime.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were found."""

    stored_files: int
    cut_off_uploads: int
    pending_files: int
    temporary_files: int
    stranded_results: int
    leases: int
    shifts: int
    packages: int
    results: int
    deleted_turns: int
    api_minutes: int


def sweep(*, now: datetime.datetime, is_dry: bool = False) -> Swept:
    """Clear what nobody needs any more and return the counts; a dry run only counts.

    Idempotent: yes.
    """
    return Swept(
        stored_files=orphans.sweep_stored(now=now, is_dry=is_dry),
        cut_off_uploads=orphans.sweep_uploads(now=now, is_dry=is_dry),
        pending_files=orphans.sweep_pending(now=now, is_dry=is_dry),
        temporary_files=orphans.sweep_temporary(now=now, is_dry=is_dry),
        stranded_results=_stranded(now=now, is_dry=is_dry),
        leases=_leases(is_dry=is_dry),
        shifts=_shifts(now=now, is_dry=is_dry),
        packages=queueing.sweep_packages(now=now, is_dry=is_dry),
        results=queueing.sweep_results(now=now, is_dry=is_dry),
        deleted_turns=_deleted_turns(now=now, is_dry=is_dry),
        api_minutes=_api_minutes(now=now, is_dry=is_dry),
    )


def _stranded(*, now: datetime.datetime, is_dry: bool) -> int:
    """Count and fail rows whose result came inside an answer and lies on a host that has been gone for a day.

    Only while an engine has been on shift for a while: after a weekend without power every host looks gone at first.
    """
    on_shift = EngineShift.objects.filter(expires_at__gt=now)
    if not on_shift.filter(started_at__lt=now - SURE_AFTER).exists():
        return 0
    waiting = Generation.objects.filter(status=Status.STORING, changed_at__lt=now - LEASE_OVER).exclude(storing_host="")
    stranded = list(waiting.exclude(storing_host__in=[host_name(), *on_shift.values_list("host", flat=True)]))
    if is_dry:
        return len(stranded)
    for generation in stranded:
        with changes() as batch:
            transition(
                generation,
                Status.FAILED,
                now=now,
                batch=batch,
                reason="output_missing",
                detail=f"The result lies on {generation.storing_host}, which has been gone for a day.",
                due_at=None,
                lease_token=None,
                failure_reason="output_missing",
            )
    return len(stranded)


def _leases(*, is_dry: bool) -> int:
    """Count and take away tokens on rows that nobody is to touch any more; leases that count expire by `due_at`."""
    done = (Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.UNCERTAIN)
    left = Generation.objects.filter(status__in=done, due_at__isnull=True, lease_token__isnull=False)
    return left.count() if is_dry else left.update(lease_token=None)


def _shifts(*, now: datetime.datetime, is_dry: bool) -> int:
    """Count and delete the shifts of hosts that have been gone for a day."""
    over = EngineShift.objects.filter(expires_at__lt=now - LEASE_OVER)
    return over.count() if is_dry else over.delete()[0]


def _api_minutes(*, now: datetime.datetime, is_dry: bool) -> int:
    """Count and delete what was counted in minutes that no limit asks about any more."""
    over = ApiMinute.objects.filter(minute__lt=int((now - SURE_AFTER).timestamp()) // 60)
    return over.count() if is_dry else over.delete()[0]


def _deleted_turns(*, now: datetime.datetime, is_dry: bool) -> int:
    """Count and empty messages that were deleted longer ago than trash is kept; the rows stay for what they cost."""
    before = now - datetime.timedelta(days=settings.TRASH_DAYS)
    deleted = Message.objects.filter(removed_at__lt=before).exclude(text="", reasoning="")
    if is_dry:
        return deleted.count()
    ids = list(deleted.values_list("pk", flat=True))
    with transaction.atomic():
        MessageAttachment.objects.filter(message__in=ids).delete()
        return Message.objects.filter(pk__in=ids).update(text="", reasoning="", failure_detail="")
