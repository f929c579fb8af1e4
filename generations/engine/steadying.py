"""What a clock that was set back leaves behind: rows and leases that seem to lie hours ahead.

A clock set forward needs nothing: leases end early, polls are repeated, and a submit that was called uncertain too
soon still lands, because its answer is matched by attempt. A clock set back would make rows wait for as long as it
was set back. No row is ever put down for longer than a known time, so what lies beyond that is brought back to now.
"""

import datetime
import logging

from django.conf import settings

from generations.engine import pace
from generations.models import GatewayState, Generation, Status

logger = logging.getLogger(__name__)

# Slow watch and a gateway's wish to wait are the longest waits, ten minutes each.
LONGEST_WAIT = datetime.timedelta(minutes=15)


def bring_back(*, now: datetime.datetime) -> int:
    """Make due at once what lies further ahead than anything is ever put; return how many rows there were.

    A row whose submit may still be under way gets a whole lease from now on. Idempotent: yes.
    """
    lease_seconds = max(
        pace.submit_lease_seconds(
            is_blocking=is_blocking,
            has_files=True,
            blocking_read_seconds=settings.BLOCKING_SUBMIT_READ_SECONDS,
        )
        for is_blocking in (False, True)
    )
    lease = datetime.timedelta(seconds=lease_seconds)
    submitting = Generation.objects.filter(status=Status.SUBMITTING, due_at__gt=now + lease)
    others = Generation.objects.filter(due_at__gt=now + LONGEST_WAIT).exclude(status=Status.SUBMITTING)
    count = submitting.update(due_at=now + lease) + others.update(due_at=now)
    GatewayState.objects.filter(hold_until__gt=now + LONGEST_WAIT).update(hold_until=None)
    GatewayState.objects.filter(probe_at__gt=now + LONGEST_WAIT).update(probe_at=now)
    if count:
        logger.warning("the clock was set back: %s rows that lay too far ahead are due now", count)
    return count
