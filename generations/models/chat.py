"""Threads and their messages: a tree of turns, of which one leaf is the one being read."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generations.models.asset import Asset
from generations.models.catalog import CatalogModel
from generations.models.generation import Visibility


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Questions that pages ask of threads."""

    def visible_to(self, person_id: int) -> ThreadQuerySet:
        """Threads that this person may read: their own, even in the trash, and what the team shares."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM, trashed_at__isnull=True))


class TitleSource(models.TextChoices):
    """Where a thread's title comes from. What a person wrote is never overwritten."""

    WORDS = "words", _("the first words")
    ASKED = "asked", _("a model is asked")
    MODEL = "model", _("a model")
    FAILED = "failed", _("the first words, a model had none")
    PERSON = "person", _("a person")


class Purpose(models.TextChoices):
    """What a thread is for. Only a chat stands in lists; the others are calls of a chat model made from elsewhere."""

    CHAT = "", _("chat")
    IMPROVEMENT = "improvement", _("improving a prompt")


class Thread(models.Model):
    """A chat. `submission_id` makes the first message idempotent: the same id again shows the first thread.

    `system_prompt` is what models are told, whichever `preset` its words were taken from. `parameters` hold
    `temperature` and `max_output_tokens`; a model that has no such parameter is not told. `source` is the thread that
    this one began as a copy of. Units: `title_tokens` and `title_charge_amount` are what asking for the title took.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="threads", verbose_name=_("person")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    model = models.ForeignKey(CatalogModel, models.PROTECT, related_name="threads", verbose_name=_("model"))
    title_source = models.CharField(
        _("title from"), max_length=10, choices=TitleSource.choices, default=TitleSource.WORDS
    )
    title_tokens = models.PositiveIntegerField(default=0)
    title_charge_amount = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    system_prompt = models.TextField(_("system prompt"), blank=True)
    preset = models.ForeignKey(
        "generations.Preset", models.SET_NULL, null=True, blank=True, related_name="threads", verbose_name=_("preset")
    )
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, blank=True, default=Purpose.CHAT)
    submission_id = models.UUIDField(_("submission"))
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    source = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    # In its owner's trash since then, and seen by nobody else.
    trashed_at = models.DateTimeField(_("moved to the trash"), null=True, blank=True)
    leaf = models.ForeignKey("Message", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = (
            models.Index(fields=("owner", "-changed_at", "-id"), name="threads_of_a_person"),
            models.Index(
                fields=("owner", "-pinned_at"), condition=Q(pinned_at__isnull=False), name="threads_pinned_by_a_person"
            ),
            models.Index(
                fields=("owner", "-changed_at", "-id"),
                condition=Q(archived_at__isnull=True, pinned_at__isnull=True, trashed_at__isnull=True),
                name="threads_in_a_persons_list",
            ),
        )
        constraints = (models.UniqueConstraint(fields=("owner", "submission_id"), name="one_thread_a_submission"),)

    def __str__(self) -> str:
        return self.title or str(self.public_id)


class MessageStatus(models.TextChoices):
    """States of a message."""

    PENDING = "pending", _("Waiting")
    STREAMING = "streaming", _("Replying")
    COMPLETED = "completed", _("Done")
    STOPPED = "stopped", _("Stopped")
    INTERRUPTED = "interrupted", _("Interrupted")
    FAILED = "failed", _("Failed")


class Message(models.Model):
    """One turn. A reply is produced by whoever holds `producer_token`; while it grows, what is new lies in its pieces.

    `removed_at`: a person deleted the turn. Pages, models and searches do not get it, and what followed hangs where it
    hung; `moved_children` says what came up so, for an undo. What it cost stays counted.
    `remembered_leaf`: where the thread was read to when another version was shown instead of this message.
    `asked_at` is since when a reply waits that was asked to go on; others wait since they were made. The present call
    goes on from `continued_from`, which is also what `continuation_id` asked for, once.
    `parameters` are what a reply was asked with. `context_start` is set where older turns did not fit into the
    model's window: the first message that went along.
    Units: token counts, over all calls of the reply; amounts in `currency`; `continued_from` in characters.
    """

    class Role(models.TextChoices):
        USER = "user", _("You")
        ASSISTANT = "assistant", _("Assistant")

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages", verbose_name=_("thread"))
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices)
    text = models.TextField(_("text"), blank=True)
    reasoning = models.TextField(_("reasoning"), blank=True)
    model = models.ForeignKey(
        CatalogModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    submission_id = models.UUIDField(_("submission"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    reasoning_ms = models.PositiveIntegerField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    producer_token = models.UUIDField(null=True, blank=True)
    # Nobody but the producer touches a streaming row before this; after it the reply counts as interrupted.
    producer_until = models.DateTimeField(null=True, blank=True)
    finish_reason = models.CharField(_("finish reason"), max_length=40, blank=True)
    failure_reason = models.CharField(_("failure"), max_length=30, blank=True)
    failure_detail = models.TextField(_("the gateway's own words"), blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    is_usage_estimated = models.BooleanField(default=False)
    charge_amount = models.DecimalField(_("charge"), max_digits=14, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    context_start = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    moved_children = models.JSONField(default=list, blank=True)
    remembered_leaf = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    continued_from = models.PositiveIntegerField(null=True, blank=True)
    continuation_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("thread", "id"), name="messages_of_a_thread"),
            models.Index(
                fields=("status", "created_at"),
                condition=Q(status__in=("pending", "streaming")),
                name="messages_unfinished",
            ),
            # Where a thread begins; without it, a long one would be read whole to find that.
            models.Index(fields=("thread", "id"), condition=Q(parent__isnull=True), name="messages_at_a_root"),
            # What a thread used and cost, without reading its texts.
            models.Index(
                fields=("thread", "input_tokens", "output_tokens", "charge_amount"), name="messages_totals_of_a_thread"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("thread", "submission_id"),
                condition=Q(submission_id__isnull=False),
                name="one_message_a_submission",
            ),
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="message_status_known"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the reply may still grow."""
        return self.status in (MessageStatus.PENDING, MessageStatus.STREAMING)


class MessagePiece(models.Model):
    """What was flushed of a growing reply since its row was last written: rows that are added, never changed.

    `end` is how much there is up to and with this piece, text and reasoning together. A reply that has ended has no
    pieces. Units: characters.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="pieces")
    end = models.PositiveIntegerField()
    text_start = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    reasoning_start = models.PositiveIntegerField()
    reasoning = models.TextField(blank=True)

    class Meta:
        verbose_name = _("piece of a reply")
        verbose_name_plural = _("pieces of replies")
        ordering = ("message", "end")
        constraints = (models.UniqueConstraint(fields=("message", "end"), name="one_piece_a_place"),)

    def __str__(self) -> str:
        return str(self.end)


class TextFile(models.Model):
    """A text file that a person gave with a message: its words, which the model gets as a quotation. Never changed."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    name = models.CharField(_("file name"), max_length=200)
    text = models.TextField(_("text"))
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("text file")
        verbose_name_plural = _("text files")
        indexes = (models.Index(fields=("created_at",), name="text_files_by_age"),)

    def __str__(self) -> str:
        return str(self.public_id)


class MessageAttachment(models.Model):
    """A picture or a text file given with a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, blank=True, related_name="attached_to")
    text_file = models.ForeignKey(TextFile, models.PROTECT, null=True, blank=True, related_name="attached_to")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(asset__isnull=False, text_file__isnull=True)
                | Q(asset__isnull=True, text_file__isnull=False),
                name="attachment_is_one_thing",
            ),
        )

    def __str__(self) -> str:
        return str(self.position)
