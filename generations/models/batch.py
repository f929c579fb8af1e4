"""Batches: generations that one press of the button made, with several models or in variations."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """What one press made together, to be seen side by side; one of them may be called the winner.

    `submission_id` is the form's own, so the same form a second time finds the same batch. Its generations carry
    ids derived from it.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="batches", verbose_name=_("person")
    )
    submission_id = models.UUIDField(_("submission"))
    created_at = models.DateTimeField(_("created"))
    winner = models.ForeignKey(
        "generations.Generation", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("winner")
    )

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = (models.UniqueConstraint(fields=("owner", "submission_id"), name="one_batch_a_submission"),)

    def __str__(self) -> str:
        return str(self.public_id)
