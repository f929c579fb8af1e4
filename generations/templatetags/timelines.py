"""Tags of lists: headings of days, and the ids that make a post count once."""

from __future__ import annotations

import datetime
import uuid

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from generations.search.asking import Count

register = template.Library()

WEEKDAY_DAYS = 7


@register.filter
def day_heading(on: datetime.date) -> str:
    """Name a day as people do: today, yesterday, in the last week its weekday too, else its date.

    The year stands there when it is another one. Short names let days of few items stand beside each other.
    """
    today = timezone.localdate()
    if on == today:
        return _("Today")
    if on == today - datetime.timedelta(days=1):
        return _("Yesterday")
    if today - on < datetime.timedelta(days=WEEKDAY_DAYS) and on.year == today.year:
        # Translators: a day of the last week, in Django's own date format letters.
        return date_format(on, _("l, j F"))
    # Translators: an older day of this year, in Django's own date format letters.
    return date_format(on, _("j F") if on.year == today.year else "DATE_FORMAT")


@register.filter
def counted(count: Count) -> str:
    """Write a number of items: "1,204", or "1,000+" when there are more than were counted."""
    return number_format(count.number, force_grouping=True) + ("+" if count.is_more else "")


@register.simple_tag
def new_submission_id() -> str:
    """Make the id that a form is sent with, so that the same form counts once."""
    return str(uuid.uuid4())
