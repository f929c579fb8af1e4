"""`GET /v1/models`: a cheap way to learn whether a key is accepted.

The gateway does not document it; where it is missing (404), the key is at least not refused.

Source: the New API project, github.com/QuantumNous/new-api `docs/openapi/relay.json`.
"""

from __future__ import annotations

from generations.gateway.chat import as_dict, as_list, as_text
from generations.gateway.envelopes import read_object
from generations.gateway.types import WireRequest, WireResponse
from generations.gateway.writing import POLL_READ_SECONDS


def build_list() -> WireRequest:
    """Return the question which models the key may use."""
    return WireRequest(method="GET", path="/v1/models", read_timeout_seconds=POLL_READ_SECONDS)


def read_list(response: WireResponse) -> tuple[str, ...] | None:
    """Return the model names; None where the gateway has no such list. Raises: the GatewayError stated."""
    if response.status in {404, 405}:
        return None
    names = (as_text(as_dict(item).get("id")) for item in as_list(read_object(response).get("data")))
    return tuple(name for name in names if name)
