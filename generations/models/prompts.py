"""Prompts as a team knows them: how often each was used and how it went, and the templates that were made of some."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generations.models.catalog import CatalogModel
from generations.models.generation import Visibility

TEMPLATE_NAME_MAX_CHARACTERS = 60
KEPT_TEMPLATE = Q(trashed_at__isnull=True)


class PromptUseQuerySet(models.QuerySet["PromptUse"]):
    """Questions that the list of prompts asks."""

    def visible_to(self, person_id: int) -> PromptUseQuerySet:
        """Uses that this person may know of: their own, and what the team shares."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM))


class PromptUse(models.Model):
    """How often one person used one prompt with one model and one visibility, and how that went.

    Equal prompts have one `digest`; what a reader sees of it is the sum of the rows that the reader may see, so that
    another person's private uses are in no figure. Items in the trash do not count. `place` is the timeline's place of
    the newest use: lists are ordered by it, and the index of prompts knows the row by it.
    Written in the transactions that change generations, by `generations.search.folds`.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    model = models.ForeignKey(CatalogModel, models.CASCADE, related_name="+", verbose_name=_("model"))
    kind = models.CharField(_("kind"), max_length=10)
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility.choices)
    digest = models.CharField(max_length=32, editable=False)
    place = models.BigIntegerField(editable=False)
    use_count = models.PositiveIntegerField(_("uses"), default=0)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)
    # Results with at least one person's star.
    starred_count = models.PositiveIntegerField(_("starred"), default=0)

    objects = PromptUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a prompt")
        verbose_name_plural = _("uses of prompts")
        constraints = (
            models.UniqueConstraint(fields=("digest", "owner", "model", "visibility"), name="one_count_of_a_prompt"),
        )
        indexes = (
            models.Index(fields=("place",), name="prompts_by_place"),
            models.Index(fields=("owner", "-place"), name="prompts_of_a_person"),
            models.Index(fields=("visibility", "-place"), name="prompts_of_the_team"),
        )

    def __str__(self) -> str:
        return f"{self.digest} {self.owner_id}"


class PromptTemplateQuerySet(models.QuerySet["PromptTemplate"]):
    """Questions that pages ask of templates."""

    def visible_to(self, person_id: int) -> PromptTemplateQuerySet:
        """Templates that this person may use: their own, and what others share; not what was deleted."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM)).filter(KEPT_TEMPLATE)


class PromptTemplate(models.Model):
    """A saved prompt with variables, in the language of `generations.library.template_syntax`.

    `version` grows with every change, so that a form that shows an older one can be told apart. A deleted one keeps
    its row for a while, so that deleting can be undone; `key` is its name as it is compared.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="prompt_templates", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=TEMPLATE_NAME_MAX_CHARACTERS)
    key = models.CharField(max_length=4 * TEMPLATE_NAME_MAX_CHARACTERS, editable=False)
    text = models.TextField(_("text"))
    # Empty: for any kind.
    kind = models.CharField(_("kind"), max_length=10, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = PromptTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("prompt template")
        verbose_name_plural = _("prompt templates")
        constraints = (
            models.UniqueConstraint(fields=("owner", "key"), condition=KEPT_TEMPLATE, name="one_template_a_name"),
        )
        indexes = (
            models.Index(fields=("owner", "-changed_at", "-id"), condition=KEPT_TEMPLATE, name="templates_of_a_person"),
            models.Index(
                fields=("visibility", "-changed_at", "-id"), condition=KEPT_TEMPLATE, name="templates_of_the_team"
            ),
        )

    def __str__(self) -> str:
        return self.name
