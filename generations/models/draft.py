"""Drafts: what stands in a form and was not sent yet, kept here so that nothing outside can lose it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """What a person has typed into one place. One is current there; others were set aside and are kept a while.

    `version` grows with every save, and `tab` names the tab that saved last: another tab that knows an older
    version is told instead of overwriting.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", verbose_name=_("person"))
    place = models.CharField(_("place"), max_length=40)
    is_current = models.BooleanField(_("current"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    tab = models.CharField(max_length=40, blank=True)
    # Fields of the form by name, each with its list of values.
    fields = models.JSONField(_("fields"), default=dict, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = (models.Index(fields=("owner", "place", "-changed_at"), name="drafts_of_a_place"),)
        constraints = (
            models.UniqueConstraint(fields=("owner", "place"), condition=Q(is_current=True), name="one_current_draft"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
