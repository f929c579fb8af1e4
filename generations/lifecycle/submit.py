"""Hand a generation to the gateway: the one place where money is spent.

Three steps that nothing may reorder. `claim_submit` commits `submitting` together with a fresh attempt id.
`submit` sends one POST, without retries, unless the claim's lease is nearly over. `answers.record_answer`
writes what came back, matched by attempt, not by lease, so that an answer that comes late lands too.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import uuid
from dataclasses import dataclass, replace
from enum import StrEnum

from generations import wiring
from generations.clock import suspension_seconds
from generations.gateway.adapters import MEDIA_ADAPTERS
from generations.gateway.errors import GatewayError
from generations.gateway.types import Accepted, Delivered, Endpoint, InputFile, MediaOrder, Send, WireRequest
from generations.lifecycle.transitions import Batch, transition
from generations.media import inputs as media_inputs
from generations.media import store
from generations.models import Asset, GatewayTask, Generation, Status

logger = logging.getLogger(__name__)

# A process that was frozen gives the row back when less than this is left of its lease.
LEASE_MARGIN_SECONDS = 10
ROOM_WAIT_SECONDS = 2.0
REQUEST_ID_HEADER = "X-Request-ID"


class Outcome(StrEnum):
    """What is known after a submit. Only `LOST` leaves a doubt."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    REFUSED = "refused"
    GIVEN_BACK = "given_back"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SubmitWork:
    """All that a submit needs, read once by the claim, so that nothing touches the database while it runs.

    Units: `lease_ends_seconds` on the clock of `generations.clock.suspension_seconds`.
    """

    generation_id: int
    public_id: uuid.UUID
    attempt_id: uuid.UUID
    protocol: str
    order: MediaOrder
    files: tuple[tuple[str, Asset], ...]
    accepts_data_uris: bool
    address_roles: frozenset[str]
    endpoint: Endpoint
    lease_ends_seconds: float
    now: datetime.datetime
    # Where each file stands among all, and those that were given by address: place, role, address.
    places: tuple[int, ...] = ()
    addresses: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    """What one submit led to. `pending_paths` are results that came inside the answer, already on disk."""

    attempt_id: uuid.UUID
    outcome: Outcome
    accepted: Accepted | None = None
    delivered: Delivered | None = None
    pending_paths: tuple[str, ...] = ()
    error: GatewayError | None = None
    reason: str = ""
    detail: str = ""


def is_blocking(protocol: str) -> bool:
    """Tell whether this protocol answers with the result itself, after minutes."""
    adapter = MEDIA_ADAPTERS.get(protocol)
    return adapter is not None and adapter.blocking


def claim_submit(
    generation: Generation, *, now: datetime.datetime, lease_seconds: float, shift_token: uuid.UUID, batch: Batch
) -> SubmitWork | None:
    """Move a queued row to `submitting` with a new attempt, and return the work; None if another was first.

    `shift_token` is the claiming engine's, so that a dead engine's rows do not count as under way. The
    transaction of `batch` must be committed before the work is handed to `submit`.
    """
    attempt_id = uuid.uuid4()
    lease_ends_at = now + datetime.timedelta(seconds=lease_seconds)
    reference = wiring.key_reference()
    endpoint = wiring.gateway_endpoint()
    claimed = transition(
        generation,
        Status.SUBMITTING,
        now=now,
        batch=batch,
        reason="claimed",
        attempt_id=attempt_id,
        due_at=lease_ends_at,
        lease_token=shift_token,
        submitted_at=now,
        endpoint_url=endpoint.base_url,
        endpoint_key_reference=reference,
    )
    if not claimed:
        return None
    GatewayTask.objects.create(
        generation=generation,
        attempt_id=attempt_id,
        endpoint_url=endpoint.base_url,
        claimed_at=now,
        lease_ends_at=lease_ends_at,
    )
    model = generation.model
    return SubmitWork(
        generation_id=generation.pk,
        public_id=generation.public_id,
        attempt_id=attempt_id,
        protocol=model.protocol,
        order=MediaOrder(model=model.gateway_name, prompt=generation.prompt, parameters=dict(generation.parameters)),
        files=tuple((given.role, given.asset) for given in generation.inputs.all()),
        places=tuple(given.position for given in generation.inputs.all()),
        addresses=tuple((given.position, given.role, given.url) for given in generation.input_addresses.all()),
        accepts_data_uris=model.accepts_data_uris,
        address_roles=frozenset(row.role for row in model.inputs.all() if row.by_address_only),
        endpoint=endpoint,
        lease_ends_seconds=suspension_seconds() + lease_seconds,
        now=now,
    )


async def submit(work: SubmitWork, *, send: Send) -> SubmitAnswer:
    """Send one paid POST, or none if the lease is nearly over, and return what is known afterwards."""
    adapter = MEDIA_ADAPTERS[work.protocol]
    try:
        files = await media_inputs.as_input_files(
            work.files,
            endpoint=work.endpoint,
            accepts_data_uris=work.accepts_data_uris,
            address_roles=work.address_roles,
            now=work.now,
            send=send,
        )
        order = MediaOrder(
            model=work.order.model,
            prompt=work.order.prompt,
            parameters=work.order.parameters,
            inputs=_in_order(work, files),
        )
        request = _signed(await asyncio.to_thread(adapter.build_submit, order), work)
    except media_inputs.InputUnavailableError as error:
        return SubmitAnswer(work.attempt_id, Outcome.REFUSED, reason=error.reason, detail=str(error))
    except GatewayError as error:
        return _without_result(work, error, was_sent=False)
    if suspension_seconds() > work.lease_ends_seconds - LEASE_MARGIN_SECONDS:
        return SubmitAnswer(work.attempt_id, Outcome.GIVEN_BACK, reason="lease_nearly_over")
    try:
        response = await send(request, work.endpoint)
        answer = await asyncio.to_thread(adapter.read_submit, response)
    except GatewayError as error:
        return _without_result(work, error)
    if isinstance(answer, Accepted):
        return SubmitAnswer(work.attempt_id, Outcome.ACCEPTED, accepted=answer)
    # The pictures are on disk before the row leaves `submitting`: an answer is never only in memory.
    paths = [await _kept(output.content, work) if output.content is not None else "" for output in answer.outputs]
    return SubmitAnswer(work.attempt_id, Outcome.DELIVERED, delivered=answer, pending_paths=tuple(paths))


async def _kept(content: bytes, work: SubmitWork) -> str:
    """Return where a paid picture lies; on a full disk, room for it is waited for as long as the lease allows.

    Raises: OSError when there was none.
    """
    while True:
        try:
            return await asyncio.to_thread(store.write_pending, content)
        except OSError as error:
            if suspension_seconds() > work.lease_ends_seconds - LEASE_MARGIN_SECONDS:
                raise
            logger.error("the result of %s cannot be written yet: %s", work.public_id, error.strerror)
            await asyncio.sleep(ROOM_WAIT_SECONDS)


def _in_order(work: SubmitWork, files: tuple[InputFile, ...]) -> tuple[InputFile, ...]:
    """Return all inputs as they were given: ours, and those whose address is passed on as it is."""
    placed = list(zip(work.places or range(len(files)), files, strict=True))
    for place, role, url in work.addresses:
        placed.append((place, InputFile(role=role, mime="application/octet-stream", filename=role, url=url)))
    return tuple(file for _place, file in sorted(placed, key=lambda pair: pair[0]))


def _signed(request: WireRequest, work: SubmitWork) -> WireRequest:
    """Return the request with the attempt's id, under which staff may find a lost one in the gateway's logs."""
    return replace(request, headers=(*request.headers, (REQUEST_ID_HEADER, str(work.attempt_id))))


def _without_result(work: SubmitWork, error: GatewayError, *, was_sent: bool = True) -> SubmitAnswer:
    # While inputs are prepared nothing is asked for yet, so the prompt surely stands nowhere.
    if was_sent and not error.surely_not_accepted:
        outcome = Outcome.LOST
    elif error.reason in {"auth", "credit", "rate"} or error.may_be_repeated:
        outcome = Outcome.GIVEN_BACK
    else:
        outcome = Outcome.REFUSED
    logger.info("submit of %s: %s (%s)", work.public_id, outcome, error.reason)
    return SubmitAnswer(work.attempt_id, outcome, error=error, reason=error.reason, detail=error.detail)
