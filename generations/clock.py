"""The one place that reads the clock: the database's, so that several hosts need not agree."""

import datetime
import time

from django.db import connection
from django.utils import timezone


def database_now() -> datetime.datetime:
    """Return the database's present time, aware. SQLite lives on this host, so there it is the host's clock."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    now: datetime.datetime = row[0]
    return now


def suspension_seconds() -> float:
    """Return seconds of a clock that runs on while the process or the machine is suspended, and is never set.

    Source: https://man7.org/linux/man-pages/man2/clock_gettime.2.html, CLOCK_BOOTTIME.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
