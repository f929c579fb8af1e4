from __future__ import annotations

import asyncio
import datetime
import uuid

import pytest

from generations.clock import suspension_seconds
from generations.gateway.types import Endpoint, MediaOrder, WireRequest, WireResponse
from generations.lifecycle.submit import Outcome, SubmitAnswer, SubmitWork, submit


def submit_order(order: MediaOrder, protocol: str) -> SubmitAnswer:
    work = SubmitWork(
        generation_id=1,
        public_id=uuid.uuid4(),
        attempt_id=uuid.uuid4(),
        protocol=protocol,
        order=order,
        files=(),
        accepts_data_uris=True,
        address_roles=frozenset(),
        endpoint=Endpoint(base_url="https://api.example.com", api_key="key"),
        lease_ends_seconds=suspension_seconds() + 60,
        now=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
    )

    async def nobody(_request: WireRequest, _endpoint: Endpoint) -> WireResponse:
        raise AssertionError("Nothing may be sent.")

    return asyncio.run(submit(work, send=nobody))


@pytest.mark.parametrize("protocol", ["seedance", "gemini_images", "openai_images"])
def test_an_order_that_the_protocol_cannot_say_fails_instead_of_queueing_for_ever(protocol: str) -> None:
    order = MediaOrder(model="m", prompt="A lighthouse", parameters={"no_such_parameter": 1})

    answer = submit_order(order, protocol)

    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "bad_input")
