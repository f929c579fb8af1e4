"""Generations: one request for media each, with its inputs, gateway tasks, outputs and events.

The drawing of the states and the only function that changes one are in `generations.lifecycle.transitions`.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generations.models.asset import Asset
from generations.models.batch import Batch
from generations.models.catalog import CatalogModel


class Status(models.TextChoices):
    """States of a generation."""

    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Submitting")
    IN_PROGRESS = "in_progress", _("Running")
    STORING = "storing", _("Saving")
    COMPLETED = "completed", _("Done")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")
    UNCERTAIN = "uncertain", _("Uncertain")


# A person may submit again only this long after the lost attempt's lease ended: until then it may still answer.
RESUBMIT_GRACE = datetime.timedelta(seconds=60)
UNFINISHED = (Status.QUEUED, Status.SUBMITTING, Status.IN_PROGRESS, Status.STORING)


class Visibility(models.TextChoices):
    """Who may see an item."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("Team")


class Relation(models.TextChoices):
    """What became of a generation in the one that was made from it."""

    REMIX = "remix", _("Remix")
    EDIT = "edit", _("Edit")
    ANIMATE = "animate", _("Animation")
    CONTINUE = "continue", _("Continuation")
    VARIATION = "variation", _("Variation")
    RETRY = "retry", _("Retry")


class GenerationQuerySet(models.QuerySet["Generation"]):
    """Questions of the engine, the pages and staff."""

    def due(self, now: datetime.datetime) -> GenerationQuerySet:
        """Rows that the engine should touch now: nobody holds them and their time has come."""
        return self.filter(due_at__isnull=False, due_at__lte=now)

    def unfinished(self) -> GenerationQuerySet:
        """Rows that still want something of the gateway or of us."""
        return self.filter(status__in=UNFINISHED)

    def visible_to(self, person_id: int) -> GenerationQuerySet:
        """Rows that this person may see: their own, even in the trash, and what the team shares."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM, trashed_at__isnull=True))

    def for_card(self) -> GenerationQuerySet:
        """Rows with all that a card shows, in three queries whatever their number."""
        return self.select_related("model", "owner").prefetch_related("outputs__asset")


class Generation(models.Model):
    """One request for media.

    `due_at` is schedule and lease at once: nobody touches the row before it. `lease_token` fences polls and
    downloads, `attempt_id` the submit. Amounts are in `currency`.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="generations", verbose_name=_("person")
    )
    model = models.ForeignKey(CatalogModel, models.PROTECT, related_name="generations", verbose_name=_("model"))
    kind = models.CharField(_("kind"), max_length=10)
    prompt = models.TextField(_("prompt"), blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.TEAM)
    # Made when the form was rendered: the same id a second time shows the first row.
    submission_id = models.UUIDField(_("submission"))
    # The one it was made from. The relation stays when that one is gone for good. Files that were given lead to more
    # ancestors: see `generations.library.lineage`.
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        # Most rows have none; the partial index below holds the others.
        db_index=False,
        verbose_name=_("made from"),
    )
    relation = models.CharField(_("made as"), max_length=12, choices=Relation.choices, blank=True)
    batch = models.ForeignKey(
        Batch,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="generations",
        # Most rows have none; the partial index below holds the others.
        db_index=False,
        verbose_name=_("batch"),
    )
    batch_position = models.PositiveSmallIntegerField(_("position in the batch"), default=0)

    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.QUEUED, editable=False)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel asked"), null=True, blank=True)
    # In its owner's trash since then, and seen by nobody else.
    trashed_at = models.DateTimeField(_("moved to the trash"), null=True, blank=True)
    is_late_success = models.BooleanField(_("arrived late"), default=False)

    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    attempt_id = models.UUIDField(_("attempt"), null=True, blank=True, editable=False)
    # With several hosts, an answer that still lies on one host's disk can only be stored by that host.
    storing_host = models.CharField(_("host that stores"), max_length=120, blank=True)
    requeue_count = models.PositiveSmallIntegerField(_("times put back in line"), default=0)
    poll_count = models.PositiveIntegerField(_("polls"), default=0)
    poll_error_count = models.PositiveSmallIntegerField(_("failed polls in a row"), default=0)
    not_found_count = models.PositiveSmallIntegerField(_("not found in a row"), default=0)
    outer_code = models.CharField(_("outer error code"), max_length=60, blank=True)
    outer_code_count = models.PositiveSmallIntegerField(_("outer errors in a row"), default=0)
    store_error_count = models.PositiveSmallIntegerField(_("failed copies"), default=0)

    # Frozen at submit: a changed setting must not orphan running tasks.
    endpoint_url = models.CharField(_("gateway"), max_length=200, blank=True)
    endpoint_key_reference = models.CharField(_("key used"), max_length=80, blank=True)

    failure_reason = models.CharField(_("failure"), max_length=30, blank=True)
    failure_detail = models.TextField(_("the gateway's own words"), blank=True)
    raw_reply = models.TextField(_("last reply"), blank=True)
    unknown_word = models.CharField(_("unknown status word"), max_length=60, blank=True)
    resolved = models.JSONField(_("what the model used"), default=dict, blank=True)
    usage = models.JSONField(_("usage"), default=dict, blank=True)
    estimate_amount = models.DecimalField(_("estimate"), max_digits=14, decimal_places=4, null=True, blank=True)
    charge_amount = models.DecimalField(_("charge"), max_digits=14, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        indexes = (
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="generations_due"),
            models.Index(fields=("owner", "-id"), name="generations_of_a_person"),
            models.Index(fields=("status", "-id"), name="generations_by_status"),
            models.Index(fields=("model", "status", "-id"), name="generations_by_model"),
            models.Index(fields=("batch",), condition=Q(batch__isnull=False), name="generations_of_a_batch"),
            models.Index(fields=("parent",), condition=Q(parent__isnull=False), name="generations_made_from_one"),
        )
        constraints = (
            models.UniqueConstraint(fields=("owner", "submission_id"), name="one_generation_a_submission"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="generation_status_known"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_unfinished(self) -> bool:
        """Tell whether something may still change without a person."""
        return self.status in UNFINISHED

    @property
    def prompt_digest(self) -> str:
        """What staff compare with the gateway's console without quoting the prompt."""
        return prompt_digest(self.prompt)


def prompt_digest(prompt: str) -> str:
    """Return a prompt's SHA-256, shortened."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:16]


class GenerationInput(models.Model):
    """A file given with a prompt, in one role."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="inputs")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="used_as", verbose_name=_("asset"))
    role = models.CharField(_("role"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("input")
        verbose_name_plural = _("inputs")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class GatewayTask(models.Model):
    """One paid submit of a generation: written with the claim, before the first byte leaves.

    `task_id` stays empty until the gateway's answer is known. A task id that arrives after the row was called
    uncertain still lands here, and a second task of a row is kept and shown.
    """

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="gateway_tasks")
    attempt_id = models.UUIDField(_("attempt"), unique=True)
    task_id = models.CharField(_("task id"), max_length=200, blank=True)
    endpoint_url = models.CharField(_("gateway"), max_length=200)
    claimed_at = models.DateTimeField(_("claimed"))
    lease_ends_at = models.DateTimeField(_("lease ends"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # accepted, refused, given_back (surely not accepted) or lost; empty while under way.
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("gateway task")
        verbose_name_plural = _("gateway tasks")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.task_id or str(self.attempt_id)

    @property
    def resubmit_from(self) -> datetime.datetime:
        """When a person may submit again, should this attempt have been lost."""
        return self.lease_ends_at + RESUBMIT_GRACE


class GenerationOutput(models.Model):
    """One result of a generation: an address at the gateway first, our own asset then."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="outputs")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    role = models.CharField(_("role"), max_length=20)  # video, image or last_frame
    source_url = models.TextField(blank=True)
    source_seen_at = models.DateTimeField(_("address seen"), null=True, blank=True)
    # A result that came inside the answer lies here, in the data folder, until it is an asset.
    pending_path = models.CharField(max_length=300, blank=True)
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="made_by", verbose_name=_("asset")
    )

    class Meta:
        verbose_name = _("output")
        verbose_name_plural = _("outputs")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("generation", "position"), name="one_output_a_position"),)

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class GenerationEvent(models.Model):
    """One change of a generation's state: audit trail and source of the statistics."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="events")
    at = models.DateTimeField(_("at"))
    from_status = models.CharField(_("from"), max_length=12, blank=True)
    to_status = models.CharField(_("to"), max_length=12)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
