"""A question to the library: what stands in the search box, with its names looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from generations.models import TimelineEntry
from generations.models.library import TimelineQuerySet
from generations.search import syntax
from generations.search.syntax import Query, Term

Group = tuple[str, ...]
_LOOKUPS = {"=": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}
LABELS: dict[str, Promise] = {
    "kind": gettext_lazy("Kind"),
    "model": gettext_lazy("Model"),
    "by": gettext_lazy("Person"),
    "status": gettext_lazy("Status"),
    "board": gettext_lazy("Board"),
    "tag": gettext_lazy("Tag"),
    "cost": gettext_lazy("Cost"),
    "before": gettext_lazy("Before"),
    "after": gettext_lazy("Since"),
    "is": gettext_lazy("Only"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be asked, in one sentence, and the question without it."""

    message: str
    without: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One filter as a chip shows it; `without` is the question without it."""

    name: str
    value: str
    without: str

    @property
    def label(self) -> Promise:
        """The filter's name on screen."""
        return LABELS[self.name]


@dataclass(slots=True)
class Question:
    """A question, ready for the index. Without terms and groups it asks for everything.

    `statuses` and the bounds of cost are finer than the index, and are looked up in the row. `hints` are sentences
    about what was read as words and perhaps not meant so.
    """

    query: Query
    groups: list[Group] = field(default_factory=list)
    since: int | None = None
    before: int | None = None
    statuses: frozenset[str] = frozenset()
    costs: list[tuple[str, Decimal]] = field(default_factory=list)
    narrowings: list[Narrowing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The question as it stands in the box."""
        return self.query.text

    @property
    def terms(self) -> tuple[Term, ...]:
        """The words and phrases asked for."""
        return self.query.terms

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return self.query.is_empty and not self.groups

    @property
    def inexact_terms(self) -> list[Term]:
        """Terms that the index cannot decide alone."""
        exact = set(indexed_terms(self.terms))
        return [term for term in self.terms if term not in exact or not term.is_exact_in_index]

    def admits(self, entry: TimelineEntry) -> bool:
        """Tell whether a row is what the index could only say roughly."""
        if self.statuses and entry.status not in self.statuses:
            return False
        return all(_compares(entry.cost_amount, sign, amount) for sign, amount in self.costs)

    def narrow(self, rows: TimelineQuerySet) -> TimelineQuerySet:
        """Return those of some rows that are admitted, for a database that only has to count them."""
        if self.statuses:
            rows = rows.filter(status__in=self.statuses)
        for sign, amount in self.costs:
            rows = rows.filter(**{f"cost_amount{_LOOKUPS[sign]}": amount})
        return rows


def indexed_terms(terms: Sequence[Term]) -> Sequence[Term]:
    """Return the terms that the index is asked for; more would narrow nothing."""
    return terms[: syntax.MOST_INDEXED_WORDS]


def _compares(cost: Decimal | None, sign: str, amount: Decimal) -> bool:
    if cost is None:
        return False
    return {"=": cost == amount, ">": cost > amount, ">=": cost >= amount, "<": cost < amount, "<=": cost <= amount}[
        sign
    ]
