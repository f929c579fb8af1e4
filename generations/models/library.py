"""The timeline: one row per generation and per thread, so that every list is one keyset over one table."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from generations.models.catalog import CatalogModel
from generations.models.chat import MessageStatus, Thread
from generations.models.generation import UNFINISHED, Generation, Status, Visibility
from generations.models.news import News
from generations.models.prompts import PromptUse

KEPT = Q(trashed_at__isnull=True)
TRASHED = Q(trashed_at__isnull=False)
# Several items of one order share their microsecond; so do a thousand of one import.
PLACE_CROWD = 10_000
PLACE_ATTEMPTS = 10
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def place_at(moment: datetime.datetime) -> int:
    """Return the first place of a moment: its microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def index_status(status: str) -> str:
    """Return the word under which the search index knows a status; all that is under way has one."""
    is_open = status in UNFINISHED or status in (MessageStatus.PENDING, MessageStatus.STREAMING)
    return "open" if is_open else status


class TimelineQuerySet(models.QuerySet["TimelineEntry"]):
    """Questions of lists. Every list but a board is newest first, by `place`."""

    def visible_to(self, person_id: int) -> TimelineQuerySet:
        """Entries that this person may see: their own, even in the trash, and what the team shares."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM, trashed_at__isnull=True))

    def of_person(self, person_id: int) -> TimelineQuerySet:
        """Only this person's own entries."""
        return self.filter(owner_id=person_id)

    def kept(self) -> TimelineQuerySet:
        """Entries that are not in the trash."""
        return self.filter(trashed_at__isnull=True)

    def record_generation(self, generation: Generation) -> TimelineEntry:
        """Write the generation's entry as the generation stands now. Call inside the change's own transaction.

        Idempotent: yes. `search.index.write` and `Revision.objects.bump` on what it returns end the transaction.
        """
        charge, estimate = generation.charge_amount, generation.estimate_amount
        is_open = generation.status not in {Status.COMPLETED, Status.FAILED, Status.CANCELED}
        with transaction.atomic(savepoint=False):
            entry = self.select_for_update().filter(generation=generation).first()
            return self._record(
                entry or TimelineEntry(generation=generation),
                kind=generation.kind,
                owner_id=generation.owner_id,
                model_id=generation.model_id,
                visibility=generation.visibility,
                status=generation.status,
                sorted_at=generation.created_at,
                at=generation.changed_at,
                trashed_at=generation.trashed_at,
                cost_amount=charge if charge is not None else estimate if is_open else None,
            )

    def record_thread(self, thread: Thread, *, status: str = "") -> TimelineEntry:
        """Write the thread's entry; it stands where its last message puts it. Call inside the change's transaction.

        `status` is that of the newest reply. Idempotent: yes. `search.index.write` and `Revision.objects.bump` on
        what it returns end the transaction.
        """
        with transaction.atomic(savepoint=False):
            # Held, so that of two changes the later one reads the words of both.
            entry = self.select_for_update().filter(thread=thread).first() or TimelineEntry(thread=thread)
            cost = entry.cost_amount
            if status != MessageStatus.STREAMING:
                # A reply that has only begun changes neither words nor costs.
                cost = self._cost_of(thread)
                entry.is_indexed = False
            return self._record(
                entry,
                kind="chat",
                owner_id=thread.owner_id,
                model_id=thread.model_id,
                visibility=thread.visibility,
                status=status,
                sorted_at=thread.changed_at,
                at=thread.changed_at,
                trashed_at=thread.trashed_at,
                cost_amount=cost,
            )

    def _cost_of(self, thread: Thread) -> Decimal | None:
        """Return what a thread's replies and its title cost, as the database knows it now."""
        sums = thread.messages.aggregate(
            replies=models.Sum("charge_amount"), title=models.Max("thread__title_charge_amount")
        )
        amounts = [amount for amount in sums.values() if amount is not None]
        return sum(amounts, Decimal(0)) if amounts else None

    def _record(self, entry: TimelineEntry, *, at: datetime.datetime, **values: Any) -> TimelineEntry:
        """Bring an entry up to date; it leaves the index's books when something that lists filter by changed.

        `at` is when its item changed, for the news of its end.
        """
        is_new, before = entry._state.adding, entry.status
        has_moved = entry.sorted_at != values["sorted_at"]
        changed = {name for name, value in values.items() if getattr(entry, name, None) != value}
        for name, value in values.items():
            setattr(entry, name, value)
        if changed - {"status", "sorted_at"} or index_status(entry.status) != entry.indexed_status:
            entry.is_indexed = False
        if is_new or has_moved:
            entry.is_indexed = False
            self._place(entry)
        else:
            entry.save(update_fields=[*values, "is_indexed"])
        if not is_new:
            News.objects.note(entry, before=before, at=at)
        return entry

    def _place(self, entry: TimelineEntry) -> None:
        """Save an entry at the first free place from its time on; it remembers for the index which one it left."""
        entry.left_place = entry.place
        for _attempt in range(PLACE_ATTEMPTS):
            entry.place = self._free_place(place_at(entry.sorted_at))
            try:
                with transaction.atomic():
                    entry.save()
            except IntegrityError:
                # Another transaction took the place meanwhile; any other conflict stays one.
                if not self.filter(place=entry.place).exists():
                    raise
            else:
                return
        raise IntegrityError(f"No place is free at {entry.sorted_at}.")

    def _free_place(self, place: int) -> int:
        if not self.filter(place=place).exists():
            return place
        crowd = self.filter(place__range=(place, place + PLACE_CROWD))
        last: int = crowd.aggregate(last=models.Max("place"))["last"]
        return last + 1


class TimelineEntry(models.Model):
    """Where one generation or one thread stands in every list, with all that lists filter by.

    Written in the same transaction as its item; `kind` is video, image or chat. `place` is `sorted_at` in
    microseconds since 1970, moved on by as many as it takes to be the only one there: lists are ordered by it alone,
    and the search index knows an entry by it. Units: `cost_amount` in the installation's currency, what was charged,
    or the estimate while nobody knows.
    """

    kind = models.CharField(_("kind"), max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    model = models.ForeignKey(
        CatalogModel, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("model")
    )
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility.choices)
    status = models.CharField(_("status"), max_length=12)
    sorted_at = models.DateTimeField(_("sorted"))
    place = models.BigIntegerField(unique=True, editable=False)
    trashed_at = models.DateTimeField(_("moved to the trash"), null=True, blank=True)
    cost_amount = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    generation = models.OneToOneField(Generation, models.CASCADE, null=True, blank=True, related_name="timeline_entry")
    thread = models.OneToOneField(Thread, models.CASCADE, null=True, blank=True, related_name="timeline_entry")
    # Whether the search index says the same as this row and its texts, and under which status it was written there.
    is_indexed = models.BooleanField(default=False, editable=False)
    indexed_status = models.CharField(max_length=12, blank=True, editable=False)
    # Where its prompt is counted, and as what: see `generations.search.folds`. Nothing was counted while the outcome is
    # empty.
    prompt_use = models.ForeignKey(
        PromptUse, models.SET_NULL, null=True, blank=True, related_name="entries", db_index=False, editable=False
    )
    prompt_outcome = models.CharField(max_length=8, blank=True, editable=False)
    is_prompt_starred = models.BooleanField(default=False, editable=False)
    # The owner's and the team's revision number at the last change.
    revision = models.PositiveBigIntegerField(default=0)
    team_revision = models.PositiveBigIntegerField(default=0)

    # Where this very object stood before it was moved, for `search.index.write`; no column.
    left_place: int | None = None

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = (
            models.Index(fields=("owner", "-place"), condition=KEPT, name="timeline_of_a_person"),
            models.Index(fields=("owner", "kind", "-place"), condition=KEPT, name="timeline_of_a_person_by_kind"),
            models.Index(fields=("visibility", "-place"), condition=KEPT, name="timeline_of_the_team"),
            models.Index(fields=("visibility", "kind", "-place"), condition=KEPT, name="timeline_of_the_team_by_kind"),
            models.Index(fields=("owner", "-place"), condition=TRASHED, name="trash_of_a_person"),
            models.Index(fields=("trashed_at",), condition=TRASHED, name="trash_by_age"),
            models.Index(fields=("id",), condition=Q(is_indexed=False), name="timeline_to_index"),
            # What each prompt made, the best first.
            models.Index(
                fields=("prompt_use", "prompt_outcome", "-is_prompt_starred", "-place"),
                condition=Q(prompt_use__isnull=False),
                name="timeline_of_a_prompt",
            ),
            models.Index(
                fields=("id",), condition=Q(prompt_outcome="", generation__isnull=False), name="timeline_to_fold"
            ),
            models.Index(fields=("owner", "revision"), name="timeline_changed_for_a_person"),
            models.Index(fields=("team_revision",), name="timeline_changed_for_the_team"),
        )
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(generation__isnull=False, thread__isnull=True) | Q(generation__isnull=True, thread__isnull=False)
                ),
                name="timeline_entry_is_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """The numbers that open tabs compare with."""

    def bump(self, entries: Iterable[TimelineEntry]) -> None:
        """Raise the numbers of these entries' people and of the team, and write them on the entries.

        Must be the last statement of a transaction, people in id order: two hosts would otherwise lock each
        other out on PostgreSQL. Whoever holds a number's row commits before the next one reads it, so a tab
        that has seen number N misses nothing by asking for entries above N.
        """
        entries = list(entries)
        for person_id in sorted({entry.owner_id for entry in entries}):
            number = self._raise(person_id)
            own = [entry.pk for entry in entries if entry.owner_id == person_id]
            TimelineEntry.objects.filter(pk__in=own).update(revision=number)
        if entries:
            TimelineEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(team_revision=self._raise(None))

    def _raise(self, person_id: int | None) -> int:
        mine = self.filter(person_id=person_id) if person_id is not None else self.filter(person__isnull=True)
        if not mine.update(number=F("number") + 1):
            self.bulk_create([Revision(person_id=person_id, number=0)], ignore_conflicts=True)
            mine.update(number=F("number") + 1)
        return mine.values_list("number", flat=True).get()

    def number_of(self, person_id: int | None) -> int:
        """Return a person's number, or the team's for None; 0 before the first change."""
        mine = self.filter(person_id=person_id) if person_id is not None else self.filter(person__isnull=True)
        return mine.values_list("number", flat=True).first() or 0


class Revision(models.Model):
    """A number that grows with every change of a person's rows; the row without a person is the team's."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="history_revision"
    )
    number = models.PositiveBigIntegerField(default=0)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = (
            models.UniqueConstraint(Value(1), condition=Q(person__isnull=True), name="one_revision_of_the_team"),
        )

    def __str__(self) -> str:
        return str(self.number)


class StudioPreferences(models.Model):
    """What a person chose for new items; an empty visibility follows the installation's."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="studio_preferences")
    media_visibility = models.CharField(max_length=10, choices=Visibility.choices, blank=True)
    thread_visibility = models.CharField(max_length=10, choices=Visibility.choices, blank=True)
    # Whether the browser may speak up when something ends while nobody looks. Each browser asks for itself, too.
    wants_notifications = models.BooleanField(default=False)
    # The last settings a person used, by the model's gateway name.
    last_parameters = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.person_id)
