"""Read a search box: names looked up as far as the person may know them, words in two languages understood.

Several filters of one name widen (`kind:video kind:image`), but for tags and boards, of which an item may have many:
they narrow. A filter that means nothing here is said so, and the question then has no answer rather than a wrong one.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import fold
from generations.library.moments import read_day, start_of
from generations.library.questions import Narrowing, Problem, Question, indexed_terms
from generations.models import UNFINISHED, Board, CatalogModel, Kind, MessageStatus, Status, Tag
from generations.models.collecting import name_key
from generations.models.library import index_status, place_at
from generations.search import syntax, tokens
from generations.search.syntax import Filter

ME = frozenset({"me", "我"})
KINDS = {
    Kind.VIDEO.value: ("video", "videos", "clip", "视频"),
    Kind.IMAGE.value: ("image", "images", "picture", "图片", "图像"),
    Kind.CHAT.value: ("chat", "chats", "thread", "会话", "聊天", "对话"),
}
_UNDER_WAY = tuple(status.value for status in UNFINISHED)
_LIVE = (MessageStatus.PENDING.value, MessageStatus.STREAMING.value)
STATUSES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("done", "completed", "已完成", "完成"): (Status.COMPLETED.value,),
    ("failed", "失败"): (Status.FAILED.value,),
    ("canceled", "cancelled", "已取消", "取消"): (Status.CANCELED.value,),
    ("uncertain", "待确认"): (Status.UNCERTAIN.value,),
    ("queued", "排队中", "排队"): (Status.QUEUED.value,),
    ("submitting", "提交中"): (Status.SUBMITTING.value,),
    ("running", "in_progress", "运行中"): (Status.IN_PROGRESS.value,),
    ("saving", "storing", "保存中"): (Status.STORING.value,),
    ("unfinished", "open", "进行中", "未完成"): (*_UNDER_WAY, *_LIVE),
    ("replying", "streaming", "回复中"): _LIVE,
    ("stopped", "已停止"): (MessageStatus.STOPPED.value,),
    ("interrupted", "已中断"): (MessageStatus.INTERRUPTED.value,),
}
IS_FAVOURITE = ("favourite", "favorite", "fav", "starred", "收藏", "已收藏")
IS_PRIVATE = ("private", "私有", "仅自己")
IS_TEAM = ("team", "shared", "团队", "共享")


def ask(text: str, *, person: User, now: datetime.datetime) -> Question:
    """Read what stands in the box and look its names up, as far as this person may know them."""
    query = syntax.read(text)
    question = Question(query=query)
    if query.is_too_long:
        message = _("A search has %(count)s characters at most.") % {"count": syntax.QUERY_MAX_CHARACTERS}
        question.problems.append(Problem(message=message, without=""))
        return question
    question.groups += [(token,) for term in indexed_terms(query.terms) for token in term.index_tokens]
    question.groups = list(dict.fromkeys(question.groups))[: syntax.MOST_INDEXED_WORDS * 2]
    reader = _Reader(question, person=person, now=now)
    for one in query.filters:
        reader.read(one)
    reader.end()
    for written, meant in query.meant:
        question.hints.append(
            _("“%(written)s:” is no filter, so it was searched as words. Did you mean “%(meant)s:”?")
            % {"written": written, "meant": meant}
        )
    return question


class _Reader:
    """Reads the filters of one question, one after the other."""

    def __init__(self, question: Question, *, person: User, now: datetime.datetime) -> None:
        self.question = question
        self.person = person
        self.now = now
        self.any_of: dict[str, list[str]] = {}

    def read(self, one: Filter) -> None:
        """Add one filter to the question, as a group, a bound, or a problem."""
        if not one.value:
            self._refuse(one, _("Write something behind “%(name)s:”.") % {"name": one.name})
            return
        readers: dict[str, Callable[[Filter], str | None]] = {
            "kind": self._kind,
            "model": self._model,
            "by": self._by,
            "status": self._status,
            "board": self._board,
            "tag": self._tag,
            "cost": self._cost,
            "before": self._day,
            "after": self._day,
            "is": self._is,
        }
        shown = readers[one.name](one)
        if shown is not None:
            without = self.question.query.without(one)
            self.question.narrowings.append(Narrowing(name=one.name, value=shown, without=without))

    def end(self) -> None:
        """Add the groups of filters that widen each other, and drop what the index can tell by itself."""
        is_open = {status for status in self.question.statuses if index_status(status) == "open"}
        if not is_open or is_open >= {*_UNDER_WAY, *_LIVE}:
            self.question.statuses = frozenset()
        # The rarest first would be best; what people narrow by is rarer than a kind.
        for name in ("by", "model", "status", "kind"):
            if name in self.any_of:
                self.question.groups.append(tuple(dict.fromkeys(self.any_of[name])))

    def _refuse(self, one: Filter, message: str) -> None:
        self.question.problems.append(Problem(message=message, without=self.question.query.without(one)))

    def _kind(self, one: Filter) -> str | None:
        found = [kind for word in _parts(one.value) for kind, names in KINDS.items() if word in names]
        if len(found) < len(_parts(one.value)):
            self._refuse(one, _("There is no kind “%(value)s”: video, image or chat.") % {"value": one.value})
            return None
        self.any_of.setdefault("kind", []).extend(tokens.kind_facet(kind) for kind in found)
        return ", ".join(str(Kind(kind).label) for kind in found)

    def _model(self, one: Filter) -> str | None:
        wanted = fold(one.value)
        catalogue = list(CatalogModel.objects.order_by("position", "id"))
        names = {
            model.pk: [fold(name) for name in (model.gateway_name, model.name_en, model.name_zh)] for model in catalogue
        }
        exact = [model for model in catalogue if wanted in names[model.pk]]
        models = exact or [model for model in catalogue if wanted in " ".join(names[model.pk])]
        if not models:
            self._refuse(one, _("No model is called “%(value)s”.") % {"value": one.value})
            return None
        self.any_of.setdefault("model", []).extend(tokens.model_facet(model.pk) for model in models)
        return models[0].name if len(models) == 1 else one.value

    def _by(self, one: Filter) -> str | None:
        people = [self.person] if fold(one.value) in ME else people_called(one.value)
        if not people:
            self._refuse(one, _("Nobody here is called “%(value)s”.") % {"value": one.value})
            return None
        self.any_of.setdefault("by", []).extend(tokens.owner_facet(person.pk) for person in people)
        if people == [self.person]:
            return _("me")
        return people[0].display_name if len(people) == 1 else one.value

    def _status(self, one: Filter) -> str | None:
        found = {word: statuses for words, statuses in STATUSES.items() for word in words}
        wanted = [found.get(word) for word in _parts(one.value)]
        if not all(wanted):
            message = _(
                "There is no status “%(value)s”. There are: done, failed, canceled, uncertain, queued, running."
            )
            self._refuse(one, message % {"value": one.value})
            return None
        statuses = [status for group in wanted if group for status in group]
        self.any_of.setdefault("status", []).extend(tokens.status_facet(index_status(status)) for status in statuses)
        self.question.statuses |= frozenset(statuses)
        return _status_label(statuses, one.value)

    def _board(self, one: Filter) -> str | None:
        key = name_key(one.value)
        boards = Board.objects.visible_to(self.person.pk)
        named = list(boards.filter(key=key)) or list(boards.filter(key__contains=key)[:20])
        if not named:
            self._refuse(one, _("You see no board called “%(value)s”.") % {"value": one.value})
            return None
        self.question.groups.append(tuple(tokens.board_facet(board.pk) for board in named))
        return named[0].name if len(named) == 1 else one.value

    def _tag(self, one: Filter) -> str | None:
        tags = list(Tag.objects.filter(key__in=[name_key(name) for name in one.value.split(",")]))
        # A tag that nobody used and one that only others' private items carry look the same: nothing is found.
        self.question.groups.append(tuple(tokens.tag_facet(tag.pk) for tag in tags))
        return ", ".join(tag.name for tag in tags) or one.value

    def _cost(self, one: Filter) -> str | None:
        try:
            amount = Decimal(one.value.lstrip("¥$€£ ").replace(",", ""))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 9:
            self._refuse(one, _("“%(value)s” is no amount. Write it like cost>5.") % {"value": one.value})
            return None
        sign = {":": "=", "=": "="}.get(one.sign, one.sign)
        is_exact = sign in {"<", ">="} and tokens.is_cost_step(amount)
        if not is_exact:
            self.question.costs.append((sign, amount))
        facets = tokens.cost_facets(
            above=amount if sign in {">", ">=", "="} else None, below=amount if sign in {"<", "<=", "="} else None
        )
        # The last level holds nothing below the amount that it begins with.
        self.question.groups.append(tuple(facets[:-1] if is_exact and sign == "<" else facets))
        return f"{sign} {amount.normalize():f} {settings.CURRENCY}"

    def _day(self, one: Filter) -> str | None:
        day = read_day(one.value, now=self.now)
        if day is None or not 1970 < day.year < 9999:
            self._refuse(one, _("“%(value)s” is no day. Write it like 2026-01-31, today or 7d.") % {"value": one.value})
            return None
        place = place_at(start_of(day))
        if one.name == "before":
            self.question.before = place if self.question.before is None else min(place, self.question.before)
        else:
            self.question.since = place if self.question.since is None else max(place, self.question.since)
        return day.isoformat()

    def _is(self, one: Filter) -> str | None:
        word = fold(one.value)
        if word in IS_FAVOURITE:
            self.question.groups.append((tokens.favourite_facet(self.person.pk),))
            return _("Favourites")
        if word in IS_PRIVATE or word in IS_TEAM:
            visibility = "private" if word in IS_PRIVATE else "team"
            self.question.groups.append((tokens.visibility_facet(visibility),))
            return _("Only me") if visibility == "private" else _("Team")
        self._refuse(one, _("“is:” knows favourite, private and team."))
        return None


def people_called(name: str) -> list[User]:
    """Return the people of this name, or else those whose names begin with it or hold it."""
    wanted = fold(name)
    people = User.objects.filter(Q(username__icontains=name) | Q(name__icontains=name)).order_by("username")[:50]
    found = list(people)
    exact = [person for person in found if wanted in {fold(person.username), fold(person.name)}]
    return exact or found


def _names_of(model: CatalogModel) -> list[str]:
    return [fold(name) for name in (model.gateway_name, model.name_en, model.name_zh)]


def _parts(value: str) -> list[str]:
    return [fold(part.strip()) for part in value.split(",") if part.strip()]


def _status_label(statuses: Sequence[str], value: str) -> str:
    if len(statuses) == 1 and statuses[0] in Status.values:
        return str(Status(statuses[0]).label)
    if len(statuses) == 1 and statuses[0] in MessageStatus.values:
        return str(MessageStatus(statuses[0]).label)
    return _("In the making") if set(_UNDER_WAY) <= set(statuses) else value
