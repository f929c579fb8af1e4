"""What the word under the caret of a search box may become: a filter, a filter's value, or a tag or board by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.names import fold
from generations.library import tags
from generations.models import Board, CatalogModel, Kind, Status
from generations.models.collecting import name_key
from generations.search import syntax

MOST = 8
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)*\Z')
_FILTER = re.compile(r"(?P<name>[^\W\d_]{1,12})(?P<sign>[:：])(?P<value>.*)\Z", re.DOTALL)
EXPLAINED: dict[str, Promise] = {
    "kind:": gettext_lazy("videos, images or chats"),
    "model:": gettext_lazy("what it was made with"),
    "by:": gettext_lazy("who made it"),
    "status:": gettext_lazy("done, failed, running…"),
    "board:": gettext_lazy("what is on a board"),
    "tag:": gettext_lazy("what carries a tag"),
    "cost>": gettext_lazy("what cost more than an amount"),
    "before:": gettext_lazy("older than a day"),
    "after:": gettext_lazy("since a day"),
    "is:favourite": gettext_lazy("what you starred"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of help: what it says, what it means, and the text of the box and its caret when it is taken."""

    label: str
    detail: str
    text: str
    caret: int


@dataclass(frozen=True, slots=True)
class _Place:
    """The box around the word that is being written."""

    before: str
    after: str

    def taken(self, label: str, detail: str, words: str) -> Suggestion:
        is_open = words.endswith((":", ">", "<"))
        text = f"{self.before}{words}{'' if is_open else ' '}"
        return Suggestion(label=label, detail=detail, text=f"{text}{self.after.lstrip()}", caret=len(text))


def completions(text: str, caret: int, *, person: User) -> list[Suggestion]:
    """Return what may be meant, the likeliest first, at most `MOST`."""
    word = _word_before(text[:caret])
    place = _Place(before=text[: caret - len(word)], after=text[caret:])
    inside = _FILTER.match(word)
    name = syntax.canonical(inside["name"]) if inside else ""
    if inside and name in _VALUES:
        return _values(place, name, inside["value"].strip('"'), person)
    return _names(place, word, person)


def _word_before(text: str) -> str:
    found = _WORD.search(text)
    return found[0] if found else ""


def _names(place: _Place, word: str, person: User) -> list[Suggestion]:
    """Return filters that begin with a word; then tags and boards called so."""
    wanted = fold(word)
    known = {word_: _canonical_of(word_) for word_ in EXPLAINED}
    found = [
        place.taken(label, str(EXPLAINED[label]), label)
        for label, name in known.items()
        if label.startswith(wanted) or any(alias.startswith(wanted) for alias in syntax.NAMES[name] if wanted)
    ]
    if len(wanted) < 1:
        return found[:MOST]
    for tag in tags.known_tags(person, beginning=wanted, limit=3):
        found.append(place.taken(tag.name, _("Tag"), f"tag:{syntax.quote(tag.name)}"))
    for board in _boards(wanted, person)[:3]:
        found.append(place.taken(board, _("Board"), f"board:{syntax.quote(board)}"))
    return found[:MOST]


def _canonical_of(label: str) -> str:
    return syntax.canonical(re.split(r"[:><]", label)[0])


def _values(place: _Place, name: str, begun: str, person: User) -> list[Suggestion]:
    found = []
    for label, detail in _VALUES[name](fold(begun), person):
        found.append(place.taken(label, detail, f"{name}:{syntax.quote(label)}"))
        if len(found) == MOST:
            break
    return found


def _kinds(begun: str, _person: User) -> Iterable[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in Kind if _begins(begun, kind.value, str(kind.label))]


def _models(begun: str, _person: User) -> Iterable[tuple[str, str]]:
    models = CatalogModel.objects.order_by("position", "id")
    return [(model.gateway_name, model.name) for model in models if begun in fold(f"{model.gateway_name} {model.name}")]


def _people(begun: str, person: User) -> Iterable[tuple[str, str]]:
    people = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("username")
    if begun:
        people = people.filter(Q(username__icontains=begun) | Q(name__icontains=begun))
    me = [("me", person.display_name)] if _begins(begun, "me", person.username) else []
    return [*me, *((one.username, one.name) for one in people[:MOST])]


def _statuses(begun: str, _person: User) -> Iterable[tuple[str, str]]:
    words = {
        "done": Status.COMPLETED,
        "failed": Status.FAILED,
        "running": Status.IN_PROGRESS,
        "queued": Status.QUEUED,
        "canceled": Status.CANCELED,
        "uncertain": Status.UNCERTAIN,
    }
    return [(word, str(status.label)) for word, status in words.items() if _begins(begun, word, str(status.label))]


def _boards(begun: str, person: User) -> list[str]:
    boards = Board.objects.visible_to(person.pk).filter(key__contains=name_key(begun)).order_by("-changed_at")
    return list(dict.fromkeys(boards.values_list("name", flat=True)[:MOST]))


def _tags(begun: str, person: User) -> Iterable[tuple[str, str]]:
    return [(tag.name, "") for tag in tags.known_tags(person, beginning=begun, limit=MOST)]


def _days(begun: str, _person: User) -> Iterable[tuple[str, str]]:
    words = {"today": _("Today"), "7d": _("A week ago"), "30d": _("A month ago"), "2026-01-31": _("A date")}
    return [(word, label) for word, label in words.items() if _begins(begun, word)]


def _qualities(begun: str, _person: User) -> Iterable[tuple[str, str]]:
    words = {"favourite": _("Favourites"), "private": _("Only me"), "team": _("Team")}
    return [(word, label) for word, label in words.items() if _begins(begun, word, label)]


_VALUES: dict[str, Callable[[str, User], Iterable[tuple[str, str]]]] = {
    "kind": _kinds,
    "model": _models,
    "by": _people,
    "status": _statuses,
    "board": lambda begun, person: [(name, "") for name in _boards(begun, person)],
    "tag": _tags,
    "before": _days,
    "after": _days,
    "is": _qualities,
}


def _begins(begun: str, *words: str) -> bool:
    return any(fold(word).startswith(begun) for word in words)
