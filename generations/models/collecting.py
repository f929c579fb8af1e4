"""What people do with items beside making them: favourites, tags, boards, and the selections of a bulk action.

What changes an item is its owner's: visibility, tags, the trash. What only collects it is anybody's who may see it:
favourites and boards. So a colleague's item can be kept on a board, and stops being shown there when it is no
longer shared.
"""

from __future__ import annotations

import unicodedata
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generations.models.generation import Visibility
from generations.models.library import TimelineEntry

NAME_MAX_CHARACTERS = 60
# Room between two neighbours on a board: one is put between them ten times before the board is numbered afresh.
BOARD_STEP = 1024


def name_key(name: str) -> str:
    """Return a name as it is compared: full-width, upper and lower case and runs of blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Favourite(models.Model):
    """One person's star on one item."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    entry = models.ForeignKey(TimelineEntry, models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        constraints = (models.UniqueConstraint(fields=("entry", "person"), name="one_favourite_a_person"),)
        indexes = (models.Index(fields=("person", "-id"), name="favourites_of_a_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.entry_id}"


class Tag(models.Model):
    """A word that people put on their items. `key` is the name as it is compared."""

    name = models.CharField(_("name"), max_length=NAME_MAX_CHARACTERS)
    key = models.CharField(max_length=4 * NAME_MAX_CHARACTERS, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    entries: models.ManyToManyField[TimelineEntry, EntryTag] = models.ManyToManyField(
        TimelineEntry, through="EntryTag", related_name="tags"
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class EntryTag(models.Model):
    """A tag on an item, put there by the item's owner."""

    entry = models.ForeignKey(TimelineEntry, models.CASCADE, related_name="entry_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="entry_tags")

    class Meta:
        verbose_name = _("tag of an item")
        verbose_name_plural = _("tags of items")
        constraints = (models.UniqueConstraint(fields=("entry", "tag"), name="one_tag_an_entry"),)
        indexes = (models.Index(fields=("tag", "-entry"), name="entries_of_a_tag"),)

    def __str__(self) -> str:
        return f"{self.tag_id} {self.entry_id}"


class BoardQuerySet(models.QuerySet["Board"]):
    """Questions that pages ask of boards."""

    def visible_to(self, person_id: int) -> BoardQuerySet:
        """Boards that this person may see: their own, and the team's."""
        return self.filter(Q(owner_id=person_id) | Q(visibility=Visibility.TEAM))


class Board(models.Model):
    """A named collection, ordered by hand.

    `version` grows with every change of name, note, cover or visibility, so that a form that shows an older one can
    be told apart. A team board may be filled and ordered by everybody; the rest is its owner's.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="boards", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=NAME_MAX_CHARACTERS)
    key = models.CharField(max_length=4 * NAME_MAX_CHARACTERS, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    cover = models.ForeignKey(
        TimelineEntry, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cover")
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    entries: models.ManyToManyField[TimelineEntry, BoardItem] = models.ManyToManyField(
        TimelineEntry, through="BoardItem", related_name="boards"
    )

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="one_board_a_name"),)
        indexes = (models.Index(fields=("visibility", "-changed_at"), name="boards_of_the_team"),)

    def __str__(self) -> str:
        return self.name


class BoardItem(models.Model):
    """An item on a board; the smallest position stands first."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="items")
    entry = models.ForeignKey(TimelineEntry, models.CASCADE, related_name="board_items")
    position = models.BigIntegerField(_("position"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("item of a board")
        verbose_name_plural = _("items of boards")
        constraints = (models.UniqueConstraint(fields=("board", "entry"), name="one_place_on_a_board"),)
        indexes = (models.Index(fields=("board", "position", "id"), name="board_in_order"),)

    def __str__(self) -> str:
        return f"{self.board_id} {self.entry_id}"


class Selection(models.Model):
    """What a bulk action is about: chosen items, or everything that matches a question.

    `query` holds the question as the library's address asks it; then `entry_ids` is empty, and what was made
    after `upto_place` is not meant. `verb` and `argument` say what is being done with it, `cursor` how far that is.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    query = models.JSONField(default=dict, blank=True)
    entry_ids = models.JSONField(default=list, blank=True)
    upto_place = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    # Empty: nothing is to be done with it, or all is done.
    verb = models.CharField(max_length=20, blank=True)
    argument = models.JSONField(default=dict, blank=True)
    cursor = models.BigIntegerField(null=True, blank=True)
    done_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        indexes = (
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="selections_under_way"),
            models.Index(fields=("created_at",), name="selections_by_age"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
