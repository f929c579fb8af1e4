"""Store what a generation made: only when every file is ours does the row become `completed`.

Runs as a job, at least once and perhaps twice: a lease in the row decides which copy works. If only the copy
fails, only the copy is repeated; a link that has gone means one more poll for a fresh one.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from generations import wiring
from generations.ledger import prices
from generations.lifecycle.transitions import changes, transition
from generations.media import paths, store
from generations.media.download import DownloadError, LinkGone, TooLarge, WrongType, download
from generations.media.probe import MediaInvalid
from generations.models import Asset, Generation, GenerationOutput, Status
from generations.presence import Presence

logger = logging.getLogger(__name__)

LEASE_SECONDS = 120
RENEW_SECONDS = 30
DOWNLOAD_SECONDS = 240
MAX_OUTPUT_BYTES = 2 * 1024**3
MAX_STORE_ERRORS = 8
LONGEST_WAIT_SECONDS = 300
# A full disk is tried again each minute, for as long as a result's link usually lives.
OWN_TROUBLE_WAIT_SECONDS = 60
OWN_TROUBLE_LASTS = datetime.timedelta(days=1)

Clock = Callable[[], datetime.datetime]


class LeaseLostError(Exception):
    """Another job holds this row now."""


def collect(generation_id: int, *, clock: Clock) -> bool:
    """Store every output of a `storing` row and complete it; return whether this call completed it.

    Idempotent: yes. A second copy finds the lease taken, or the row done.
    """
    token = uuid.uuid4()
    now = clock()
    free = Q(lease_token__isnull=True) | Q(due_at__lte=now)
    lease_ends_at = now + datetime.timedelta(seconds=LEASE_SECONDS)
    claimed = Generation.objects.filter(free, pk=generation_id, status=Status.STORING)
    # The engine takes the row out of the hands of a job whose process has ended, or that failed in an unforeseen way.
    with Presence(token):
        if not claimed.update(lease_token=token, due_at=lease_ends_at):
            return False
        return _collect(generation_id, token=token, clock=clock)


def _collect(generation_id: int, *, token: uuid.UUID, clock: Clock) -> bool:
    generation = Generation.objects.select_related("model", "owner").get(pk=generation_id)
    try:
        for output in generation.outputs.filter(asset__isnull=True):
            _store_output(generation, output, token=token, clock=clock)
    except LeaseLostError:
        return False
    except LinkGone as error:
        _ask_for_fresh_link(generation, token, detail=str(error), now=clock())
    except TooLarge as error:
        _fail(generation, token, reason="output_too_large", detail=str(error), now=clock())
    except OSError as error:
        _wait_for_room(generation, token, detail=error.strerror or type(error).__name__, now=clock())
    except (DownloadError, MediaInvalid) as error:
        reason = "output_invalid" if isinstance(error, MediaInvalid | WrongType) else "output_missing"
        _try_later(generation, token, reason=reason, detail=str(error), now=clock())
    else:
        return _complete(generation, token, now=clock())
    return False


def take_from_gone(token: uuid.UUID, *, now: datetime.datetime) -> int:
    """Make due again what a job had in hand whose process is gone, and return how many rows that were.

    A file that ends every process which looks at it must not do so for ever: each time counts as a failed copy.
    Idempotent: yes.
    """
    held = list(Generation.objects.filter(status=Status.STORING, lease_token=token))
    for generation in held:
        errors = generation.store_error_count + 1
        if errors >= MAX_STORE_ERRORS:
            _fail(generation, token, reason="output_invalid", detail="the process that stored it was gone", now=now)
            continue
        wait = _wait_seconds(errors) if errors > 1 else 0
        Generation.objects.filter(pk=generation.pk, lease_token=token, status=Status.STORING).update(
            due_at=now + datetime.timedelta(seconds=wait), lease_token=None, store_error_count=errors
        )
    return len(held)


def _store_output(generation: Generation, output: GenerationOutput, *, token: uuid.UUID, clock: Clock) -> None:
    if output.pending_path:
        source = store.pending_file(output.pending_path)
    else:
        source = _fetch(generation, output, token=token, clock=clock)
    _renew(generation.pk, token, now=clock())
    # Looking at every byte takes seconds, so it happens before the transaction, which others wait for.
    try:
        stored = store.take_output(
            source,
            suggested_name=f"{generation.public_id}-{output.position + 1}",
            renew=lambda: _renew(generation.pk, token, now=clock()),
        )
    except MediaInvalid:
        if not output.pending_path:
            # The next try fetches it anew.
            source.unlink(missing_ok=True)
        raise
    with store.discarded_on_failure(stored), transaction.atomic():
        asset = stored.create_asset(owner=generation.owner, origin=Asset.Origin.OUTPUT, now=clock())
        missing = GenerationOutput.objects.filter(pk=output.pk, asset__isnull=True)
        if not missing.update(asset=asset, source_url="", pending_path=""):
            raise LeaseLostError
    source.unlink(missing_ok=True)


def _fetch(generation: Generation, output: GenerationOutput, *, token: uuid.UUID, clock: Clock) -> Path:
    endpoint = wiring.endpoint_for(url=generation.endpoint_url, reference=generation.endpoint_key_reference)
    target = paths.temporary_path(f"{generation.public_id}-{output.position}.part")
    if target.exists():
        # Whole since an earlier try, of which only the way into storage failed.
        return target
    download(
        output.source_url,
        target,
        trusted_origin=wiring.trusted_origin(endpoint),
        max_bytes=MAX_OUTPUT_BYTES,
        deadline_seconds=DOWNLOAD_SECONDS,
        renew=lambda: _renew(generation.pk, token, now=clock()),
    )
    return target


def _renew(generation_id: int, token: uuid.UUID, *, now: datetime.datetime) -> None:
    lease_ends_at = now + datetime.timedelta(seconds=LEASE_SECONDS)
    held = Generation.objects.filter(pk=generation_id, lease_token=token, status=Status.STORING)
    if not held.update(due_at=lease_ends_at):
        raise LeaseLostError


def _complete(generation: Generation, token: uuid.UUID, *, now: datetime.datetime) -> bool:
    amount = prices.charge(
        generation.model,
        parameters=generation.parameters,
        resolved=generation.resolved,
        usage=generation.usage,
        roles=[
            *generation.inputs.values_list("role", flat=True),
            *generation.input_addresses.values_list("role", flat=True),
        ],
        prompt=generation.prompt,
    )
    with changes() as batch:
        return transition(
            generation,
            Status.COMPLETED,
            now=now,
            batch=batch,
            reason="stored",
            only_if={"lease_token": token},
            due_at=None,
            lease_token=None,
            charge_amount=amount,
            failure_reason="",
            failure_detail="",
        )


def _ask_for_fresh_link(generation: Generation, token: uuid.UUID, *, detail: str, now: datetime.datetime) -> None:
    errors = generation.store_error_count + 1
    if errors >= MAX_STORE_ERRORS:
        _fail(generation, token, reason="output_missing", detail=detail, now=now)
        return
    with changes() as batch:
        transition(
            generation,
            Status.IN_PROGRESS,
            now=now,
            batch=batch,
            reason="link_gone",
            detail=detail,
            only_if={"lease_token": token},
            due_at=now,
            lease_token=None,
            store_error_count=errors,
        )


def _try_later(generation: Generation, token: uuid.UUID, *, reason: str, detail: str, now: datetime.datetime) -> None:
    errors = generation.store_error_count + 1
    logger.warning("storing %s failed for the %s. time: %s", generation.public_id, errors, detail)
    if errors >= MAX_STORE_ERRORS:
        _fail(generation, token, reason=reason, detail=detail, now=now)
        return
    wait = _wait_seconds(errors)
    Generation.objects.filter(pk=generation.pk, lease_token=token, status=Status.STORING).update(
        due_at=now + datetime.timedelta(seconds=wait), lease_token=None, store_error_count=errors, failure_detail=detail
    )


def _wait_seconds(errors: int) -> int:
    return min(LONGEST_WAIT_SECONDS, 2 << errors)


def _wait_for_room(generation: Generation, token: uuid.UUID, *, detail: str, now: datetime.datetime) -> None:
    """Put the row down because of trouble of our own, a full disk mostly, which uses up none of the gateway's tries."""
    logger.error("storing %s met trouble of this host: %s", generation.public_id, detail)
    if now - generation.changed_at > OWN_TROUBLE_LASTS:
        _fail(generation, token, reason="output_missing", detail=detail, now=now)
        return
    Generation.objects.filter(pk=generation.pk, lease_token=token, status=Status.STORING).update(
        due_at=now + datetime.timedelta(seconds=OWN_TROUBLE_WAIT_SECONDS), lease_token=None, failure_detail=detail
    )


def _fail(generation: Generation, token: uuid.UUID, *, reason: str, detail: str, now: datetime.datetime) -> None:
    with changes() as batch:
        failed = transition(
            generation,
            Status.FAILED,
            now=now,
            batch=batch,
            reason=reason,
            detail=detail,
            only_if={"lease_token": token},
            due_at=None,
            lease_token=None,
            failure_reason=reason,
            failure_detail=detail,
        )
    if failed:
        for output in generation.outputs.exclude(pending_path=""):
            store.discard_pending(output.pending_path)
