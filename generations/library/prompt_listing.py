"""The list of prompts that a person may know of, equal ones folded together, the last used first.

Rows of `PromptUse` are read along an index of their own, or from the index of prompts when something is asked. Of the
rows that belong to one prompt the newest stands for all; it is known by a look at the others, so a page needs no memory
of those before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.names import fold
from generations.library.filters import IS_FAVOURITE
from generations.library.listing import Place
from generations.library.questions import Problem, Question
from generations.models import PromptUse, TimelineEntry, Visibility
from generations.search import folds, index, matching, tokens
from generations.search.asking import PROMPTS, Ask

PAGE_SIZE = 24
CANDIDATES_AT_ONCE = 3 * PAGE_SIZE
# A page is looked for so often; then it ends where it has come to, and offers to go on.
MOST_LOOKS = 6
# What a prompt has: an item's own filters mean nothing here.
FILTERS = frozenset({"kind", "model", "by", "before", "after", "is"})


@dataclass(frozen=True, slots=True)
class PromptListing:
    """Whose prompts (`mine`, `team`, or both when empty), and what is asked of them."""

    person_id: int
    scope: str = ""
    question: Question | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the index answers."""
        return self.question is not None and not self.question.is_empty


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt of a page: the row that stands for it, and all that its reader may know."""

    head: PromptUse
    uses: tuple[PromptUse, ...]


@dataclass(frozen=True, slots=True)
class PromptPage:
    """One stretch of the list; `next_cursor` is empty at the end. `is_cut`: the search went no further back for now."""

    rows: tuple[Row, ...]
    next_cursor: str = ""
    is_cut: bool = False


def fit_to_prompts(question: Question) -> Question:
    """Return a question with a problem for each filter that only single items have."""
    for one in question.query.filters:
        is_of_items = one.name == "is" and fold(one.value) in IS_FAVOURITE
        if one.name not in FILTERS or is_of_items:
            message = _("Prompts know no “%(name)s:”. There are kind, model, by, before, after, is:private, is:team.")
            question.problems.append(Problem(message=message % {"name": one.name}, without=question.query.without(one)))
    return question


def read_page(listing: PromptListing, *, after: Place | None = None, size: int = PAGE_SIZE) -> PromptPage:
    """Return the prompts that follow a position, in a bounded number of queries."""
    if listing.question is not None and listing.question.problems:
        return PromptPage(rows=())
    asked = _ask(listing, before=after.number if after else None)
    rows: list[Row] = []
    for _look in range(MOST_LOOKS):
        places, looked_to = _candidates(listing, asked)
        rows += _rows(listing, asked, places)
        if len(rows) > size:
            kept = tuple(rows[:size])
            return PromptPage(rows=kept, next_cursor=Place(kept[-1].head.place).cursor)
        if len(places) < CANDIDATES_AT_ONCE:
            cursor = Place(looked_to).cursor if looked_to is not None else ""
            return PromptPage(rows=tuple(rows), next_cursor=cursor, is_cut=bool(cursor))
        asked = replace(asked, before=places[-1])
    return PromptPage(rows=tuple(rows), next_cursor=Place(asked.before or 0).cursor, is_cut=True)


def _ask(listing: PromptListing, *, before: int | None) -> Ask:
    question = listing.question
    own = tokens.owner_facet(listing.person_id)
    scope = {"mine": (own,), "team": (tokens.TEAM_FACET,)}.get(listing.scope, (own, tokens.TEAM_FACET))
    groups = [*(question.groups if question else ()), scope]
    bounds = [bound for bound in (before, question.before if question else None) if bound is not None]
    return Ask(
        groups=tuple(dict.fromkeys(groups)),
        before=min(bounds, default=None),
        since=question.since if question else None,
        table=PROMPTS,
    )


def _candidates(listing: PromptListing, asked: Ask) -> tuple[list[int], int | None]:
    """Return the next places, newest first, and how far the index looked when there are no more of them."""
    if listing.is_asked:
        found = index.find(asked, limit=CANDIDATES_AT_ONCE)
        return found.places, found.looked_to
    own = PromptUse.objects.filter(owner=listing.person_id)
    shared = PromptUse.objects.filter(visibility=Visibility.TEAM)
    branches = {"mine": (own,), "team": (shared,)}.get(listing.scope, (own, shared))
    places: set[int] = set()
    for branch in branches:
        behind = branch if asked.before is None else branch.filter(place__lt=asked.before)
        places.update(behind.order_by("-place").values_list("place", flat=True)[:CANDIDATES_AT_ONCE])
    return sorted(places, reverse=True)[:CANDIDATES_AT_ONCE], None


def _rows(listing: PromptListing, asked: Ask, places: Sequence[int]) -> list[Row]:
    """Return the candidates that stand for their prompt, each with its other rows."""
    if not places:
        return []
    visible = PromptUse.objects.visible_to(listing.person_id)
    candidates = list(visible.filter(place__in=places).order_by("-place"))
    candidates = _with_words(listing.question, candidates)
    by_digest: Mapping[str, list[PromptUse]] = defaultdict(list)
    for use in visible.filter(digest__in={one.digest for one in candidates}).order_by("-place"):
        by_digest[use.digest].append(use)
    fits = _Fit(asked, listing.question)
    found = []
    for one in candidates:
        uses = by_digest[one.digest]
        newest = next((use for use in uses if fits(use)), None)
        if newest is not None and newest.pk == one.pk:
            found.append(Row(head=one, uses=tuple(uses)))
    return found


def _with_words(question: Question | None, candidates: list[PromptUse]) -> list[PromptUse]:
    """Return the candidates whose words stand as the question has them: of long words the index knows only pairs."""
    terms = question.inexact_terms if question else []
    if not terms or not candidates:
        return candidates
    at = Q(place__in=[one.place for one in candidates])
    texts: dict[int, str | None] = dict(TimelineEntry.objects.filter(at).values_list("place", "generation__prompt"))
    return [one for one in candidates if matching.holds([texts.get(one.place) or ""], terms)]


class _Fit:
    """Tells whether a row is what is asked for, words aside: equal prompts have equal words."""

    def __init__(self, asked: Ask, question: Question | None) -> None:
        self.groups = [group for group in asked.groups if not group or group[0].startswith(tokens.FACET_SIGN)]
        self.since = question.since if question else None
        self.before = question.before if question else None

    def __call__(self, use: PromptUse) -> bool:
        if self.since is not None and use.place < self.since:
            return False
        if self.before is not None and use.place >= self.before:
            return False
        has = set(folds.facets_of(use))
        return all(not has.isdisjoint(group) for group in self.groups)
