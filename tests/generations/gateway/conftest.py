"""A gateway to talk to: the sandbox over real loopback, in one of its dialects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from generations.gateway import client
from generations.gateway.adapters import CHAT_ADAPTERS, MEDIA_ADAPTERS
from generations.gateway.errors import GatewayError
from generations.gateway.types import (
    Accepted,
    ChatEvent,
    ChatOrder,
    ChatReply,
    ChatTurn,
    Delivered,
    Endpoint,
    MediaOrder,
    TaskReport,
    TaskState,
    WireRequest,
    WireResponse,
)
from tests import loopback
from tests.generations.gateway.answers import run

FINAL = {TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED, TaskState.EXPIRED}
CHAT_MODELS = {"openai_chat": "gpt-5.1", "anthropic_messages": "claude-sonnet-4-6"}


class SandboxGateway:
    """What tests ask of the sandbox, through the client under test."""

    def __init__(self, address: str, *, key: str = "your-api-key") -> None:
        self.endpoint = Endpoint(address, key)

    def set_switches(self, **switches: Any) -> None:
        """Change how the sandbox behaves for every request."""
        answer = loopback.post(f"{self.endpoint.base_url}/sandbox/control", json=switches)
        assert answer.status_code == 200, answer.text

    def last_request(self, path: str) -> dict[str, Any]:
        """Return the newest request to a path, as the sandbox heard it."""
        requests = loopback.get(f"{self.endpoint.base_url}/sandbox/requests").json()
        found: dict[str, Any] = [request for request in requests if request["path"] == path][-1]
        return found

    def times_accepted(self, prompt: str) -> int:
        """Return how often the sandbox took an order for this prompt."""
        ledger = loopback.get(f"{self.endpoint.base_url}/sandbox/ledger").json()
        rows = ledger["rows"] if isinstance(ledger, dict) else ledger
        return sum(row["prompt"] == prompt for row in rows)

    def send(self, request: WireRequest) -> WireResponse:
        """Send one request through the client of paid requests."""

        async def work() -> WireResponse:
            async with client.new_submit_client() as http:
                return await client.send(http, request, endpoint=self.endpoint)

        return run(work())

    def submit(self, protocol: str, order: MediaOrder) -> Accepted | Delivered:
        """Submit an order and read the answer."""
        adapter = MEDIA_ADAPTERS[protocol]
        return adapter.read_submit(self.send(adapter.build_submit(order)))

    def poll(self, protocol: str, task_id: str) -> TaskReport:
        """Ask once."""
        adapter = MEDIA_ADAPTERS[protocol]
        return adapter.read_poll(self.send(adapter.build_poll(task_id)))

    def wait(self, protocol: str, task_id: str) -> TaskReport:
        """Ask until the task is over and, of a success, the file is there."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            report = self.poll(protocol, task_id)
            if report.state in FINAL and (report.outputs or report.state is not TaskState.SUCCEEDED):
                return report
            time.sleep(0.05)
        raise TimeoutError(task_id)

    def ask(self, protocol: str, text: str) -> ChatReply:
        """Return a whole reply."""
        adapter = CHAT_ADAPTERS[protocol]
        order = ChatOrder(model=CHAT_MODELS[protocol], turns=(ChatTurn("user", text),), stream=False)
        return adapter.read_whole(self.send(adapter.build(order)))

    def stream(self, protocol: str, text: str, said: list[ChatEvent] | None = None) -> list[ChatEvent]:
        """Return the events of a streamed reply; with `said`, also those before an error."""
        adapter = CHAT_ADAPTERS[protocol]
        order = ChatOrder(model=CHAT_MODELS[protocol], turns=(ChatTurn("user", text),))
        gathered = [] if said is None else said

        async def work() -> list[ChatEvent]:
            async with client.new_stream_client() as http:
                events = client.stream_chat(http, adapter.build(order), endpoint=self.endpoint, reader=adapter.reader())
                async for event in events:
                    gathered.append(event)
            return gathered

        return run(work())

    def refusal(self, protocol: str, order: MediaOrder) -> GatewayError:
        """Return the error that a submit ends in."""
        with pytest.raises(GatewayError) as caught:
            self.submit(protocol, order)
        return caught.value


@pytest.fixture
def plain_gateway(sandbox: str) -> SandboxGateway:
    """The sandbox in its default dialect."""
    return SandboxGateway(sandbox)


@pytest.fixture(params=["ark", "bigmore"])
def gateway(request: pytest.FixtureRequest, sandbox: str) -> Iterator[SandboxGateway]:
    """The sandbox in each of its dialects."""
    one = SandboxGateway(sandbox)
    one.set_switches(dialect=request.param)
    yield one
    one.set_switches(dialect="ark", validation="info", data_uris_for_gemini=True)
