"""Assets: stored media files, and what a person or a generation did to get them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Asset(models.Model):
    """One stored media file. The file lies in the default storage under `path`; it is never changed.

    Units: sizes in bytes and pixels, length in milliseconds.
    """

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        OUTPUT = "output", _("Output")
        TAKEN = "taken", _("Taken from a clip")
        FITTED = "fitted", _("Made to fit a model")

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assets", verbose_name=_("owner"))
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    media = models.CharField(_("media"), max_length=10)  # image, video or audio
    mime = models.CharField(_("file type"), max_length=60)
    path = models.CharField(_("path in storage"), max_length=200)
    # The stored file that this one was taken from: a clip, of which this is the last frame, or what was made to fit.
    taken_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="taken",
        db_index=False,
        verbose_name=_("taken from"),
    )
    # How it was made to fit (`generations.media.fitting.Fit.key`), so that the same is made once.
    fitted_as = models.CharField(max_length=120, blank=True, editable=False)
    original_name = models.CharField(_("file name"), max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    width = models.PositiveIntegerField(_("width in pixels"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height in pixels"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("length in ms"), null=True, blank=True)
    frame_rate = models.FloatField(_("frames a second"), null=True, blank=True)
    has_sound = models.BooleanField(_("has sound"), default=False)
    # Thumbnails are WebP files beside the original; a video's are made from its poster frame.
    small_path = models.CharField(max_length=200, blank=True)
    large_path = models.CharField(max_length=200, blank=True)
    poster_path = models.CharField(max_length=200, blank=True)
    # A picture of some twenty pixels as a data: address, at most a few hundred characters.
    preview = models.CharField(max_length=2_000, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        indexes = (
            models.Index(fields=("owner", "-id"), name="assets_of_a_person"),
            models.Index(fields=("sha256",), name="assets_by_digest"),
            models.Index(fields=("taken_from",), condition=Q(taken_from__isnull=False), name="assets_taken_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.media} {self.public_id}"

    @property
    def duration_seconds(self) -> float | None:
        """Length in seconds, or None for a picture."""
        return None if self.duration_ms is None else self.duration_ms / 1000


class GatewayAsset(models.Model):
    """An asset as it lies in a gateway's own library, for inputs that are taken only as `asset://…`.

    Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/get-asset
    """

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="gateway_assets", verbose_name=_("asset"))
    endpoint_url = models.CharField(_("gateway"), max_length=200)
    gateway_id = models.CharField(_("id at the gateway"), max_length=200)
    is_active = models.BooleanField(_("usable"), default=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("gateway asset")
        verbose_name_plural = _("gateway assets")
        constraints = (models.UniqueConstraint(fields=("asset", "endpoint_url"), name="one_gateway_asset_an_endpoint"),)

    def __str__(self) -> str:
        return self.gateway_id
