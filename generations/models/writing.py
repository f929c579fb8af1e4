"""What people write before it is said: messages that wait their turn, and presets. Drafts have a table of their own.

What lies beside such a text is a list of names, `picture:<public id of an asset>` or `text:<public id of a text file>`,
in the order in which it will be sent.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generations.models.catalog import CatalogModel
from generations.models.chat import Thread
from generations.models.generation import Visibility


class PresetQuerySet(models.QuerySet["Preset"]):
    """Questions that the composer asks of presets."""

    def visible_to(self, person_id: int) -> PresetQuerySet:
        """Presets that this person may use: their own, and what others share."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM))


class Preset(models.Model):
    """A system prompt with a name. A thread takes its words over; a later change of the preset is not the thread's."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="presets", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=80)
    system_prompt = models.TextField(_("system prompt"))
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))

    objects = PresetQuerySet.as_manager()

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering = ("name", "id")
        indexes = (models.Index(fields=("visibility", "name"), name="presets_of_the_team"),)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="one_preset_a_name"),)

    def __str__(self) -> str:
        return self.name


class QueuedMessage(models.Model):
    """A message that waits for the reply before it. One that is held waits for its person instead."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="queued_messages", verbose_name=_("thread"))
    submission_id = models.UUIDField(_("submission"))
    text = models.TextField(_("text"), blank=True)
    attachments = models.JSONField(default=list, blank=True)
    model = models.ForeignKey(CatalogModel, models.PROTECT, related_name="+", verbose_name=_("model"))
    created_at = models.DateTimeField(_("created"))
    # The reply before it failed or was cut off: nothing is spent before its person has seen that.
    held_at = models.DateTimeField(_("held"), null=True, blank=True)

    class Meta:
        verbose_name = _("queued message")
        verbose_name_plural = _("queued messages")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("thread", "submission_id"), name="one_queued_a_submission"),)

    def __str__(self) -> str:
        return str(self.public_id)
