"""The list of threads at the side: pinned ones first, then by when they last had a message; or what a search finds."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from generations.models import Purpose, Thread, Visibility

PAGE_SIZE = 24
PINNED_MAX = 50
SALT = "generations.views.thread_lists"
SCOPES = ("mine", "team", "archived")


@dataclass(frozen=True, slots=True)
class ThreadGroup:
    """Threads of one stretch of time."""

    label: str
    threads: Sequence[Thread]


@dataclass(frozen=True, slots=True)
class Border:
    """Where one stretch of the list ends and the next begins."""

    changed_at: datetime.datetime
    pk: int

    @property
    def cursor(self) -> str:
        """The border as it stands in an address."""
        return signing.Signer(salt=SALT).sign_object([self.changed_at.isoformat(), self.pk])


def thread_list_context(
    person: User, *, after: str = "", current: Thread | None = None, scope: str = "mine"
) -> dict[str, Any]:
    """Return what the list at the side shows, in at most two queries."""
    scope = scope if scope in SCOPES else "mine"
    border = _read_cursor(after)
    found = list(_after(_threads(person, scope), border)[: PAGE_SIZE + 1])
    more = ""
    if len(found) > PAGE_SIZE:
        found = found[:PAGE_SIZE]
        cursor = Border(found[-1].changed_at, found[-1].pk).cursor
        more = f"{reverse('chat')}?{urlencode({'after': cursor, 'scope': scope})}"
    groups = _grouped(found, border)
    if scope == "mine" and border is None:
        pinned = list(_kept(person).filter(pinned_at__isnull=False).order_by("-pinned_at")[:PINNED_MAX])
        groups = [ThreadGroup(_("Pinned"), pinned), *groups] if pinned else groups
    if current is not None and border is None and not any(current in group.threads for group in groups):
        # What is open always stands in the list, however long ago it was spoken in.
        groups = [ThreadGroup(_("Open now"), [current]), *groups]
    return {"thread_groups": groups, "more_threads_url": more, "current_thread": current, "thread_scope": scope}


def _kept(person: User) -> QuerySet[Thread]:
    return _light(Thread.objects.filter(owner=person, archived_at__isnull=True, trashed_at__isnull=True))


def _threads(person: User, scope: str) -> QuerySet[Thread]:
    if scope == "team":
        shared = Thread.objects.filter(visibility=Visibility.TEAM, trashed_at__isnull=True).exclude(owner=person)
        found = _light(shared).select_related("owner", "leaf")
    elif scope == "archived":
        found = _light(Thread.objects.filter(owner=person, archived_at__isnull=False, trashed_at__isnull=True))
    else:
        found = _kept(person).filter(pinned_at__isnull=True)
    return found.order_by("-changed_at", "-id")


def _light(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Leave out what a list does not show: of the last message only its status is read."""
    return (
        threads.filter(purpose=Purpose.CHAT)
        .select_related("leaf")
        .only("public_id", "title", "owner", "changed_at", "pinned_at", "archived_at", "visibility", "leaf__status")
    )


def _after(threads: QuerySet[Thread], border: Border | None) -> QuerySet[Thread]:
    if border is None:
        return threads
    older = Q(changed_at__lt=border.changed_at) | Q(changed_at=border.changed_at, pk__lt=border.pk)
    # The first condition alone lets an index serve the second.
    return threads.filter(changed_at__lte=border.changed_at).filter(older)


def _read_cursor(cursor: str) -> Border | None:
    try:
        moment, pk = signing.Signer(salt=SALT).unsign_object(cursor)
        return Border(datetime.datetime.fromisoformat(moment), int(pk))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _grouped(threads: Iterable[Thread], border: Border | None) -> list[ThreadGroup]:
    today = timezone.localdate()
    # The next stretch of the list goes on under the heading that it began with.
    known = _period(border.changed_at, today=today) if border else ""
    return [
        ThreadGroup("" if label == known else label, list(group))
        for label, group in groupby(threads, key=lambda thread: _period(thread.changed_at, today=today))
    ]


def _period(moment: datetime.datetime, *, today: datetime.date) -> str:
    """Return what people call the stretch of time that a moment is in."""
    day = timezone.localtime(moment).date()
    age_days = (today - day).days
    if age_days <= 0:
        return _("Today")
    if age_days == 1:
        return _("Yesterday")
    if age_days < 7:
        return _("This week")
    if age_days < 30:
        return _("This month")
    return formats.date_format(day, "YEAR_MONTH_FORMAT")
