"""The only place where settings meet the gateway: which endpoint is used, and whether it is paused."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from generations.gateway.types import Endpoint
from generations.models import GatewayState

SANDBOX = "sandbox"
ENVIRONMENT = "environment"
# The sandbox takes any key; a fixed one keeps its ledger readable.
SANDBOX_KEY = "sandbox"


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """What every page may say about the gateway."""

    is_sandbox: bool
    paused_reason: str | None
    paused_since: datetime.datetime | None
    paused_detail: str = ""


def is_sandbox() -> bool:
    """Tell whether new requests go to the sandbox, because no gateway key is set."""
    return not settings.GATEWAY_API_KEY


def key_reference() -> str:
    """Return the name of the key that new requests use; it is frozen on the row, the key itself never is."""
    return SANDBOX if is_sandbox() else ENVIRONMENT


def gateway_endpoint() -> Endpoint:
    """Return the endpoint for new requests."""
    return endpoint_for(url=settings.GATEWAY_URL, reference=key_reference())


def endpoint_for(*, url: str, reference: str) -> Endpoint:
    """Return the endpoint that a row was submitted to. The sandbox's address may change between two starts."""
    if reference == SANDBOX:
        return Endpoint(base_url=settings.SANDBOX_URL, api_key=SANDBOX_KEY)
    return Endpoint(base_url=url or settings.GATEWAY_URL, api_key=settings.GATEWAY_API_KEY)


def trusted_origin(endpoint: Endpoint) -> tuple[str, int]:
    """Return host and port from which results may be fetched although the address is private."""
    parts = urlsplit(endpoint.base_url)
    return str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)


def state_name() -> str:
    """Return the name under which the present gateway's state is kept."""
    return SANDBOX if is_sandbox() else settings.GATEWAY_URL


def gateway_status() -> GatewayStatus:
    """Return what pages show: whether the sandbox answers, and why submits are paused."""
    state = GatewayState.objects.filter(endpoint_url=state_name()).first()
    if state is None or not state.paused_reason:
        return GatewayStatus(is_sandbox=is_sandbox(), paused_reason=None, paused_since=None)
    return GatewayStatus(
        is_sandbox=is_sandbox(),
        paused_reason=state.paused_reason,
        paused_since=state.paused_at,
        paused_detail=state.paused_detail,
    )
