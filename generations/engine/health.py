"""What the engine learns about the gateway itself: a bad key or an empty account pauses it, 429 makes it wait."""

import datetime

from django.db.models import Q

from generations import wiring
from generations.engine.pace import PROBE_SECONDS
from generations.gateway.errors import GatewayError
from generations.models import GatewayState

PAUSING = frozenset({"auth", "credit"})


def learn(error: GatewayError | None, *, now: datetime.datetime) -> None:
    """Write down what an error says about the gateway as a whole; errors of one row change nothing here."""
    if error is None or (error.reason not in PAUSING and not (error.reason == "rate" and error.retry_after_seconds)):
        return
    state, _created = GatewayState.objects.get_or_create(endpoint_url=wiring.state_name())
    if error.reason in PAUSING:
        fresh = GatewayState.objects.filter(pk=state.pk).exclude(paused_reason=error.reason)
        fresh.update(paused_at=now)
        GatewayState.objects.filter(pk=state.pk).update(
            paused_reason=error.reason,
            paused_detail=error.detail,
            probe_at=now + datetime.timedelta(seconds=PROBE_SECONDS),
        )
    elif error.retry_after_seconds:
        hold_until = now + datetime.timedelta(seconds=min(error.retry_after_seconds, 600.0))
        GatewayState.objects.filter(pk=state.pk).filter(
            Q(hold_until__isnull=True) | Q(hold_until__lt=hold_until)
        ).update(hold_until=hold_until)


def clear() -> None:
    """Lift the pause: the gateway has just accepted something."""
    GatewayState.objects.filter(endpoint_url=wiring.state_name()).exclude(paused_reason="").update(
        paused_reason="", paused_at=None, paused_detail="", probe_at=None
    )


def submits_allowed(wanted: int, *, now: datetime.datetime) -> int:
    """Return how many of these submits may leave now: all, none, or one probe a minute while paused."""
    state = GatewayState.objects.filter(endpoint_url=wiring.state_name()).first()
    if state is None or wanted == 0:
        return wanted
    if state.hold_until is not None and state.hold_until > now:
        return 0
    if not state.paused_reason:
        return wanted
    due = GatewayState.objects.filter(pk=state.pk).filter(Q(probe_at__isnull=True) | Q(probe_at__lte=now))
    return due.update(probe_at=now + datetime.timedelta(seconds=PROBE_SECONDS))


def polls_held_until(now: datetime.datetime) -> datetime.datetime | None:
    """Return until when the gateway asked everyone to wait, or None."""
    state = GatewayState.objects.filter(endpoint_url=wiring.state_name(), hold_until__gt=now).first()
    return state.hold_until if state else None
