"""What holds for the whole installation: defaults, the gateway's health, and which engine is on shift."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from generations.models.generation import Visibility


class Installation(models.Model):
    """The one row of settings that administrators change while the studio runs."""

    media_visibility = models.CharField(
        _("visibility of new media"), max_length=10, choices=Visibility.choices, default=Visibility.TEAM
    )
    thread_visibility = models.CharField(
        _("visibility of new threads"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    submits_in_flight = models.PositiveIntegerField(
        _("submits in flight, all people"), default=16, validators=[MinValueValidator(1)]
    )
    submits_in_flight_per_person = models.PositiveIntegerField(
        _("submits in flight, one person"), default=8, validators=[MinValueValidator(1)]
    )
    # Models that answer in one call of minutes have a line of their own, so that they hold no quick submit up.
    blocking_submits_in_flight = models.PositiveIntegerField(
        _("submits in flight that block for minutes, all people"), default=10, validators=[MinValueValidator(1)]
    )
    polls_per_second = models.PositiveIntegerField(_("polls a second"), default=50, validators=[MinValueValidator(1)])

    api_requests_per_minute_per_key = models.PositiveIntegerField(
        _("API requests a minute, one key"), default=6_000, validators=[MinValueValidator(1)]
    )
    api_requests_per_minute_per_person = models.PositiveIntegerField(
        _("API requests a minute, one person"), default=30_000, validators=[MinValueValidator(1)]
    )
    api_calls_at_once_per_key = models.PositiveIntegerField(
        _("API calls at once, one key"), default=100, validators=[MinValueValidator(1)]
    )
    api_calls_at_once_per_person = models.PositiveIntegerField(
        _("API calls at once, one person"), default=200, validators=[MinValueValidator(1)]
    )
    webhook_private_hosts = models.CharField(
        _("private webhook hosts"),
        max_length=500,
        blank=True,
        help_text=_(
            "Names or addresses, with a port if it is not 80 or 443, separated by commas. Webhooks may be sent to "
            "these although they lie inside a private network."
        ),
    )

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_installation"),)

    def __str__(self) -> str:
        return str(_("Installation"))

    @classmethod
    def current(cls) -> Installation:
        """Return the row, or the defaults while nobody has saved one."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class GatewayState(models.Model):
    """What we know about one gateway address: paused for a bad key or an empty account, or asked to wait."""

    endpoint_url = models.CharField(_("address"), max_length=200, unique=True)
    paused_reason = models.CharField(_("paused because"), max_length=20, blank=True)  # auth or credit
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_detail = models.TextField(_("the gateway's own words"), blank=True)
    probe_at = models.DateTimeField(_("next probe"), null=True, blank=True)
    hold_until = models.DateTimeField(_("asked to wait until"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")

    def __str__(self) -> str:
        return self.endpoint_url


class EngineShift(models.Model):
    """The engine of one host: a lease that only one process holds, and the heartbeat that others read."""

    host = models.CharField(_("host"), max_length=120, unique=True)
    token = models.UUIDField(_("token"))
    pid = models.PositiveIntegerField(_("process"))
    started_at = models.DateTimeField(_("started"))
    renewed_at = models.DateTimeField(_("renewed"))
    expires_at = models.DateTimeField(_("expires"))
    stop_requested_at = models.DateTimeField(_("asked to stop"), null=True, blank=True)
    in_flight = models.PositiveIntegerField(_("in flight"), default=0)
    # How long after their time the newest polls left, of all that this engine claimed.
    lateness_median_ms = models.PositiveIntegerField(_("lateness, median (ms)"), null=True, blank=True)
    lateness_p99_ms = models.PositiveIntegerField(_("lateness, 99 of 100 (ms)"), null=True, blank=True)
    # What hosts must have in common: the secret key, told by its digest alone, and where media lie.
    key_digest = models.CharField(max_length=64, blank=True, editable=False)
    storage = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = _("engine")
        verbose_name_plural = _("engines")

    def __str__(self) -> str:
        return self.host
