"""What a handler gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from accounts.models import ApiKey
from generations.api.http import ApiAnswer, ApiRequest, ApiStream
from generations.relay.calls import Client
from generations.relay.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class ApiCallContext:
    """One admitted request."""

    request: ApiRequest
    key: ApiKey
    board: Switchboard

    @property
    def client(self) -> Client:
        """Who calls, as the log keeps it."""
        headers = self.request.headers
        name = "".join(sign for sign in headers.get("user-agent", "") if sign.isprintable())
        return Client(address=self.request.client_address, name=name, request_id=self.request.request_id)


Handler: TypeAlias = Callable[[ApiCallContext], Awaitable[ApiAnswer | ApiStream]]
