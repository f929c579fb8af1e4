"""Days as people write them in a search box or an address, in their own time zone."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone

_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?\Z")
_AGO = re.compile(r"(\d{1,4})(d|w|m|y|天|周|月|年)\Z")
_DAYS = {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "月": 30, "y": 365, "年": 365}
_WORDS = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}


def read_day(text: str, *, now: datetime.datetime) -> datetime.date | None:
    """Return the day that a text means: a date, the first day of a month or year, `today`, or `7d` for a week ago.

    Return None for what is no day.
    """
    text = text.strip().lower()
    today = timezone.localtime(now).date()
    try:
        if text in _WORDS:
            return today - datetime.timedelta(days=_WORDS[text])
        if ago := _AGO.match(text):
            return today - datetime.timedelta(days=int(ago[1]) * _DAYS[ago[2]])
        if date := _DATE.match(text):
            return datetime.date(int(date[1]), int(date[2] or 1), int(date[3] or 1))
    except (ValueError, OverflowError):
        return None
    return None


def start_of(day: datetime.date) -> datetime.datetime:
    """Return the moment at which a day begins in the reader's time zone."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
