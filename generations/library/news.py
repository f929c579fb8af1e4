"""Tell a person what came to an end while they looked elsewhere: once, in one tab, in few words.

A tab that is looked at takes all news and shows what is not on it anyway. A hidden one takes nothing: it lets the
browser speak, once for each, and leaves the rows for the page that is looked at next.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generations.models import MessageStatus, News, Status, StudioPreferences
from generations.models.news import NewsQuerySet

# More than so many at once are summed up.
MOST_SINGLE = 3
# Whoever looks again after so long was away.
ABSENCE = datetime.timedelta(minutes=3)
LABEL_CHARACTERS = 80
SHORT_ID_LENGTH = 8
DONE, FAILED, OPEN = "done", "failed", "open"
_GROUPS = {
    Status.COMPLETED.value: DONE,
    Status.UNCERTAIN.value: OPEN,
    Status.FAILED.value: FAILED,
    MessageStatus.INTERRUPTED.value: FAILED,
}
_QUESTIONS = {DONE: "status:done", FAILED: "status:failed", OPEN: "status:uncertain"}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence about one item or several, with where it leads; `key` is the same for the same news."""

    key: str
    text: str
    url: str
    group: str = DONE
    label: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What to say: items one by one, or their sum. `is_absence`: the person has been away for a while."""

    single: tuple[Told, ...] = ()
    summed: tuple[Told, ...] = ()
    is_absence: bool = False

    def __bool__(self) -> bool:
        return bool(self.single or self.summed)


NOTHING = Telling()


def is_waiting(person_id: int) -> bool:
    """Tell whether a page that is opened now has news to tell."""
    return News.objects.of_person(person_id).exists()


def wants_notifications(person_id: int) -> bool:
    """Tell whether a person has let the browser speak."""
    return StudioPreferences.objects.filter(person_id=person_id, wants_notifications=True).exists()


def tell(person_id: int, *, shown: Collection[str], now: datetime.datetime) -> Telling:
    """Take all news of a person and return what the page that they look at has to say.

    `shown` are the short ids of what stands on it, which says it by itself; but not to somebody who was away.
    """
    with transaction.atomic():
        rows = list(_with_items(News.objects.of_person(person_id).select_for_update(of=("self",))))
        if not rows:
            return NOTHING
        News.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if now - rows[0].at <= ABSENCE:
        rows = [row for row in rows if _public_id(row)[:SHORT_ID_LENGTH] not in shown]
    return _telling(rows, now=now)


def announce(person_id: int, *, now: datetime.datetime) -> Telling:
    """Return what the browser has to say outside of the page, each once, when the person wants it to."""
    if not wants_notifications(person_id):
        return NOTHING
    with transaction.atomic():
        fresh = News.objects.of_person(person_id).filter(is_announced=False)
        rows = list(_with_items(fresh.select_for_update(of=("self",))))
        News.objects.filter(pk__in=[row.pk for row in rows]).update(is_announced=True)
    return _telling(rows, now=now)


def _with_items(news: NewsQuerySet) -> NewsQuerySet:
    return news.select_related("entry__generation", "entry__thread").order_by("at", "id")


def _telling(rows: Sequence[News], *, now: datetime.datetime) -> Telling:
    if not rows:
        return NOTHING
    is_absence = now - rows[0].at > ABSENCE
    if len(rows) <= MOST_SINGLE and not is_absence:
        return Telling(single=tuple(_single(row) for row in rows))
    return Telling(summed=tuple(_summed(rows)), is_absence=is_absence)


def _single(row: News) -> Told:
    label = _label(row)
    is_chat, group = row.entry.thread_id is not None, _GROUPS.get(row.status, FAILED)
    if group == DONE:
        text = _("A reply is ready") if is_chat else _("Ready")
    elif group == OPEN:
        text = _("Needs your decision")
    else:
        text = _("A reply broke off") if is_chat else _("Failed")
    return Told(key=f"{_public_id(row)}-{row.status}", text=text, url=_url(row), group=group, label=label)


def _summed(rows: Sequence[News]) -> list[Told]:
    """Return one sentence a group: the item itself where it is only one, else the list that holds them."""
    counts = Counter(_GROUPS.get(row.status, FAILED) for row in rows)
    since = timezone.localtime(rows[0].at).date().isoformat()
    words = {
        DONE: ngettext("%(count)s finished", "%(count)s finished", counts[DONE]),
        FAILED: ngettext("%(count)s failed", "%(count)s failed", counts[FAILED]),
        OPEN: ngettext("%(count)s needs your decision", "%(count)s need your decision", counts[OPEN]),
    }
    told = []
    for group in (DONE, FAILED, OPEN):
        mine = [row for row in rows if _GROUPS.get(row.status, FAILED) == group]
        if not mine:
            continue
        question = urlencode({"scope": "mine", "q": f"{_QUESTIONS[group]} after:{since}"})
        url = _url(mine[0]) if len(mine) == 1 else f"{reverse('library')}?{question}"
        key = f"{_public_id(mine[-1])}-{len(rows)}"
        told.append(Told(key=key, text=words[group] % {"count": len(mine)}, url=url, group=group))
    return told


def _public_id(row: News) -> str:
    item = row.entry.generation or row.entry.thread
    return str(item.public_id) if item else ""


def _label(row: News) -> str:
    entry = row.entry
    text = entry.thread.title if entry.thread else entry.generation.prompt if entry.generation else ""
    words = " ".join(text[: 4 * LABEL_CHARACTERS].split())
    return f"{words[:LABEL_CHARACTERS]}…" if len(words) > LABEL_CHARACTERS else words


def _url(row: News) -> str:
    name, field = ("thread_detail", "thread_id") if row.entry.thread_id else ("generation_detail", "public_id")
    return reverse(name, kwargs={field: _public_id(row)})
