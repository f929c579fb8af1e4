"""The filters that can be chosen beside the search box: what each offers, as words for the box."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from generations.library.questions import LABELS, Question
from generations.library.tags import known_tags
from generations.models import Board, CatalogModel, Kind, Status
from generations.search.syntax import quote

MOST_OF_A_KIND = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter that may be added: its name, what it says unchosen, and its options (words for the box, label)."""

    name: str
    label: Promise
    anything: str
    options: tuple[tuple[str, str], ...]


def choices_of(person: User, question: Question | None) -> list[Choice]:
    """Return the filters that are not set yet, in five queries."""
    is_set = {narrowing.name for narrowing in question.narrowings} if question else set()
    is_set |= {"after"} if "before" in is_set else set()
    offered = (
        ("kind", _("Any kind"), [(f"kind:{kind.value}", str(kind.label)) for kind in Kind]),
        ("by", _("Anyone"), _people(person)),
        ("model", _("Any model"), _models()),
        ("after", _("Any day"), _days()),
        ("status", _("Any status"), _statuses()),
        ("cost", _("Any cost"), [(f"cost{words}", words) for words in (">1", ">5", ">20", "<1")]),
        ("tag", _("Any tag"), [(f"tag:{quote(tag.name)}", tag.name) for tag in known_tags(person)]),
        ("board", _("Any board"), _boards(person)),
    )
    return [
        Choice(name=name, label=LABELS[name], anything=anything, options=tuple(options))
        for name, anything, options in offered
        if name not in is_set and options
    ]


def _people(person: User) -> list[tuple[str, str]]:
    others = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name", "username")
    known = others.only("username", "name")[:MOST_OF_A_KIND]
    return [("by:me", _("Me")), *((f"by:{one.username}", one.display_name) for one in known)]


def _models() -> list[tuple[str, str]]:
    models = CatalogModel.objects.order_by("position", "id").defer("price_rule")[:MOST_OF_A_KIND]
    return [(f"model:{model.gateway_name}", model.name) for model in models]


def _days() -> list[tuple[str, str]]:
    return [
        ("after:today", _("Today")),
        ("after:7d", _("The last 7 days")),
        ("after:30d", _("The last 30 days")),
        ("after:365d", _("The last year")),
        ("before:30d", _("Older than 30 days")),
    ]


def _statuses() -> list[tuple[str, str]]:
    words = {
        "done": Status.COMPLETED,
        "unfinished": None,
        "failed": Status.FAILED,
        "canceled": Status.CANCELED,
        "uncertain": Status.UNCERTAIN,
    }
    return [(f"status:{word}", str(status.label) if status else _("In the making")) for word, status in words.items()]


def _boards(person: User) -> list[tuple[str, str]]:
    names = Board.objects.visible_to(person.pk).order_by("-changed_at").values_list("name", flat=True)
    return [(f"board:{quote(name)}", name) for name in names[:MOST_OF_A_KIND]]
