"""What has come to an end and was not told to its person yet. A row lives from the end of an item to its telling."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from generations.models.chat import MessageStatus
from generations.models.generation import Status

if TYPE_CHECKING:
    from generations.models.library import TimelineEntry

# What a person wants to hear of; what they stopped or canceled themselves they know.
GENERATION_ENDS = frozenset({Status.COMPLETED.value, Status.FAILED.value, Status.UNCERTAIN.value})
REPLY_ENDS = frozenset({MessageStatus.COMPLETED.value, MessageStatus.FAILED.value, MessageStatus.INTERRUPTED.value})
REPLY_BEGINS = frozenset({MessageStatus.PENDING.value, MessageStatus.STREAMING.value})


class NewsQuerySet(models.QuerySet["News"]):
    """Questions of open tabs, and the one way to make a row."""

    def note(self, entry: TimelineEntry, *, before: str, at: datetime.datetime) -> None:
        """Keep that an entry has come to an end, or forget it when it goes on. Call inside the change's transaction.

        `before` is the status that it had. What a script made by a key is told to the script. Idempotent: yes.
        """
        ends = REPLY_ENDS if entry.thread_id else GENERATION_ENDS
        if entry.status == before or (entry.thread_id and before not in REPLY_BEGINS):
            return
        if entry.status not in ends:
            if before in ends:
                self.filter(entry=entry).delete()
            return
        if entry.generation and entry.generation.api_calls.exists():
            return
        self.update_or_create(
            entry=entry,
            defaults={"person_id": entry.owner_id, "status": entry.status, "at": at, "is_announced": False},
        )

    def of_person(self, person_id: int) -> NewsQuerySet:
        """What this person has not been told, of what is not in the trash."""
        return self.filter(person_id=person_id, entry__trashed_at__isnull=True)


class News(models.Model):
    """One end of one item. `is_announced`: the browser has shown it outside of the page, the page has not."""

    entry = models.OneToOneField(
        "generations.TimelineEntry", models.CASCADE, related_name="news", verbose_name=_("timeline entry")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="history_news", verbose_name=_("person")
    )
    status = models.CharField(_("status"), max_length=12)
    at = models.DateTimeField(_("at"))
    is_announced = models.BooleanField(default=False)

    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"
