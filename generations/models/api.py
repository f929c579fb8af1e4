"""Calls that come by key: what each was and cost, what limits count, what a repeated call is answered, webhooks."""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from generations.models.catalog import CatalogModel
from generations.models.generation import Generation, GenerationEvent


class CallStatus(models.TextChoices):
    """States of a call."""

    OPEN = "open", _("Under way")
    COMPLETED = "completed", _("Done")
    STOPPED = "stopped", _("Hung up")
    INTERRUPTED = "interrupted", _("Interrupted")
    FAILED = "failed", _("Failed")


class ApiCallQuerySet(models.QuerySet["ApiCall"]):
    """Questions of limits and pages."""

    def under_way(self, *, now: datetime.datetime) -> ApiCallQuerySet:
        """Calls that some process still answers."""
        return self.filter(status=CallStatus.OPEN, open_until__gt=now)


class ApiCall(models.Model):
    """One paid request by key. A media call points to its generation, which knows the rest.

    While it is answered it is `open`, and its process moves `open_until` on; an open call past that time was lost
    with its process. Units: tokens; milliseconds; amounts in `currency`.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="calls", verbose_name=_("API key"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_calls", verbose_name=_("person")
    )
    protocol = models.CharField(_("protocol"), max_length=40)
    model = models.ForeignKey(CatalogModel, models.PROTECT, related_name="+", verbose_name=_("model"))
    generation = models.ForeignKey(
        Generation, models.CASCADE, null=True, blank=True, related_name="api_calls", verbose_name=_("generation")
    )
    # A repeated media call that got the generation of an earlier one.
    is_joined = models.BooleanField(_("joined an earlier one"), default=False)
    # Of the parsed fields and files, by which a repeated call is recognised.
    digest = models.CharField(max_length=64, blank=True)
    # Where the request itself asks to be told the end (`callback_url`); empty means the address of the key, if any.
    webhook_url = models.CharField(_("webhook"), max_length=500, blank=True)
    is_stream = models.BooleanField(_("streamed"), default=False)
    status = models.CharField(_("status"), max_length=12, choices=CallStatus.choices, default=CallStatus.OPEN)
    open_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    first_byte_ms = models.PositiveIntegerField(_("first byte after, in ms"), null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(_("answered"), null=True, blank=True)
    finish_reason = models.CharField(_("finish reason"), max_length=40, blank=True)
    failure_reason = models.CharField(_("failure"), max_length=30, blank=True)
    failure_detail = models.TextField(_("the gateway's own words"), blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    is_usage_estimated = models.BooleanField(default=False)
    charge_amount = models.DecimalField(_("charge"), max_digits=14, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    client_address = models.CharField(_("address"), max_length=60, blank=True)
    client_name = models.CharField(_("program"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = ApiCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        indexes = (
            models.Index(fields=("person", "-id"), name="api_calls_of_a_person"),
            models.Index(fields=("key", "-id"), name="api_calls_of_a_key"),
            models.Index(fields=("person", "open_until"), condition=Q(status="open"), name="api_calls_under_way"),
            models.Index(fields=("key", "digest"), condition=~Q(digest=""), name="api_calls_by_digest"),
        )
        constraints = (models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="api_call_status_known"),)

    def __str__(self) -> str:
        return str(self.public_id)


class ApiCallContent(models.Model):
    """What was said in a chat call, kept only where its key says so.

    `turns` is a list of {role, text}; pictures and files in it are named, never stored. `tool_calls` is a list of
    {name, arguments}.
    """

    call = models.OneToOneField(ApiCall, models.CASCADE, related_name="content")
    # The beginning of the last question, for lists.
    excerpt = models.CharField(max_length=200, blank=True)
    turns = models.JSONField(default=list)
    reply = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    tool_calls = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("content of an API call")
        verbose_name_plural = _("contents of API calls")

    def __str__(self) -> str:
        return str(self.call_id)


class ApiUsage(models.Model):
    """What the chat calls of one key came to on one day (UTC). Amounts in the installation's currency."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="usage")
    on = models.DateField(_("day"))
    call_count = models.PositiveBigIntegerField(_("calls"), default=0)
    input_tokens = models.PositiveBigIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveBigIntegerField(_("output tokens"), default=0)
    amount = models.DecimalField(_("charge"), max_digits=16, decimal_places=6, default=0)

    class Meta:
        verbose_name = _("API usage")
        verbose_name_plural = _("API usage")
        constraints = (models.UniqueConstraint(fields=("key", "on"), name="one_api_usage_a_key_and_day"),)

    def __str__(self) -> str:
        return f"{self.key_id} {self.on}"


class ApiMinute(models.Model):
    """How often a key or a person has called within one minute; all processes count in these rows."""

    # `key:12` or `person:3`.
    subject = models.CharField(max_length=40)
    # Whole minutes since 1970.
    minute = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("API minute")
        verbose_name_plural = _("API minutes")
        indexes = (models.Index(fields=("minute",), name="api_minutes_by_age"),)
        constraints = (models.UniqueConstraint(fields=("subject", "minute"), name="one_count_a_minute"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.minute}"


class ApiReplay(models.Model):
    """The answer to a call with an `Idempotency-Key`, for whoever calls again with the same one.

    `value` is the header's digest, `body` that of the parsed fields and files. While the first call runs, its process
    moves `running_until` on. A media call is answered from its generation, a chat call from `answer` (zlib).
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="replays")
    value = models.CharField(max_length=64)
    path = models.CharField(max_length=60)
    body = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    running_until = models.DateTimeField(null=True, blank=True)
    generation = models.ForeignKey(Generation, models.CASCADE, null=True, blank=True, related_name="+")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    answer = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = _("repeatable API call")
        verbose_name_plural = _("repeatable API calls")
        indexes = (models.Index(fields=("created_at",), name="api_replays_by_age"),)
        constraints = (models.UniqueConstraint(fields=("key", "value"), name="one_replay_a_value"),)

    def __str__(self) -> str:
        return f"{self.path} {self.pk}"


class InputAddress(models.Model):
    """A file given with a prompt by its address. The studio passes the address on and never fetches it."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="input_addresses")
    role = models.CharField(_("role"), max_length=30)
    url = models.TextField(_("address"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("input by address")
        verbose_name_plural = _("inputs by address")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class DeliveryState(models.TextChoices):
    """States of a webhook delivery."""

    DUE = "due", _("To be delivered")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class WebhookDelivery(models.Model):
    """One message to one address about one end of one generation; made in the transaction that ends it.

    `attempts` is a list of {at, status, error, ms}. `due_at` is schedule and lease at once; `lease_token` fences the
    lease. A generation may end more than once: a failed one whose result still arrives is announced again.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    generation = models.ForeignKey(
        Generation, models.CASCADE, related_name="webhook_deliveries", verbose_name=_("generation")
    )
    # What is announced; no event is announced twice.
    event = models.OneToOneField(GenerationEvent, models.CASCADE, null=True, related_name="+", editable=False)
    announced_status = models.CharField(_("announced"), max_length=12, blank=True)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="webhook_deliveries", verbose_name=_("API key"))
    url = models.CharField(_("address"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.DUE)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    attempts = models.JSONField(_("attempts"), default=list, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes = (
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="webhook_deliveries_due"),
            models.Index(fields=("key", "-id"), name="webhook_deliveries_of_a_key"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
