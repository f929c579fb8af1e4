"""What a card shows, gathered for a whole list in a fixed number of queries.

Long texts stay in the database: a card needs the beginning of a prompt, not its hundred thousand characters.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext as _

from generations.library import favourites
from generations.library.doubts import Doubt, doubts_of
from generations.library.excerpts import plain_words
from generations.library.hits import NO_HITS, Hits, hits_of
from generations.library.timeline import local_day
from generations.library.timing import OVERDUE_SECONDS, Usual, elapsed_seconds, places_in_line, usual_times
from generations.library.trash import days_left
from generations.library.words import EDIT_HELPS, StateWords, state_words
from generations.models import (
    UNFINISHED,
    Asset,
    Generation,
    GenerationOutput,
    Status,
    Thread,
    TimelineEntry,
)
from generations.search.matching import Piece
from generations.search.syntax import Term

EXCERPT_CHARACTERS = 280
# A protocol whose submit waits for the picture: there is no state between.
BLOCKING_PROTOCOLS = frozenset({"openai_images"})
DEFERRED = (
    "generation__prompt",
    "generation__raw_reply",
    "generation__failure_detail",
    "generation__usage",
    "generation__resolved",
    "generation__unknown_word",
    "generation__model__price_rule",
    "thread__system_prompt",
    "thread__parameters",
    "thread__model__price_rule",
)


@dataclass(frozen=True, slots=True)
class Card:
    """One row of a list: a generation or a thread, with what is known about its time."""

    entry: TimelineEntry
    prompt: str
    generation: Generation | None = None
    thread: Thread | None = None
    outputs: tuple[Asset, ...] = ()
    place: int | None = None
    usual: Usual | None = None
    elapsed_seconds: int = 0
    doubt: Doubt | None = None
    is_favourite: bool = False
    # Where the words of a search stand in it: the prompt or a message, and a thread's title.
    hit: tuple[Piece, ...] = ()
    title_hit: tuple[Piece, ...] = ()
    now: datetime.datetime | None = None

    @property
    def public_id(self) -> str:
        """The id of the item, as in its address."""
        item = self.generation or self.thread
        return str(item.public_id) if item else ""

    @property
    def short_id(self) -> str:
        """Eight signs of the id: enough to say which cards a page shows."""
        return self.public_id[:8]

    @property
    def label(self) -> str:
        """What the item is called where a name is needed: the title, or the beginning of the prompt."""
        return (self.thread.title if self.thread else "") or self.prompt or _("Without words")

    @property
    def cover(self) -> Asset | None:
        """The picture or clip that the card shows."""
        return next((asset for asset in self.outputs if asset.media in {"image", "video"}), None)

    @property
    def more_count(self) -> int:
        """How many pictures there are beside the one shown."""
        return max(0, len(self.outputs) - 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height, in any unit, of the space that the card reserves."""
        cover = self.cover
        if cover and cover.width and cover.height:
            return cover.width, cover.height
        return asked_shape(self.generation) if self.generation else (16, 10)

    @property
    def is_unfinished(self) -> bool:
        """Whether the card may change without a person."""
        return self.entry.status in {*UNFINISHED, "pending", "streaming"}

    @property
    def has_menu(self) -> bool:
        """Whether there is more to do than the steps that the state offers."""
        return self.generation is not None

    @property
    def likeness(self) -> tuple[object, ...]:
        """What decides which actions a card offers, beside its ids; empty where there is a list of its own files."""
        if self.more_count:
            return ()
        cover = self.cover
        waits = self.entry.status if self.is_cancelable else ""
        return (cover.media if cover else "", self.is_favourite, self.days_left is None, self.entry.owner_id, waits)

    @property
    def is_blocking(self) -> bool:
        """Whether the submit itself waits for the result, so that *submitting* is the running."""
        return bool(self.generation and self.generation.model.protocol in BLOCKING_PROTOCOLS)

    @property
    def is_running(self) -> bool:
        """Whether the gateway is at work on it."""
        return self.entry.status == Status.IN_PROGRESS or (self.entry.status == Status.SUBMITTING and self.is_blocking)

    @property
    def is_overdue(self) -> bool:
        """Whether it runs longer than any run should."""
        return self.is_running and self.elapsed_seconds > OVERDUE_SECONDS

    @property
    def since(self) -> datetime.datetime | None:
        """When what is under way began: the submit, else the order."""
        return (self.generation.submitted_at or self.generation.created_at) if self.generation else None

    @property
    def words(self) -> StateWords | None:
        """What the card says about its state; a thread says nothing."""
        if self.generation is None:
            return None
        return state_words(self.generation, place=self.place, is_blocking=self.is_blocking, is_overdue=self.is_overdue)

    @property
    def helps_to_edit(self) -> bool:
        """Whether changing the order is what helps."""
        return self.entry.status == Status.FAILED and bool(
            self.generation and self.generation.failure_reason in EDIT_HELPS
        )

    @property
    def helps_to_retry(self) -> bool:
        """Whether making it again may help."""
        return self.entry.status in {Status.FAILED, Status.CANCELED} and not self.helps_to_edit

    @property
    def is_resubmittable(self) -> bool:
        """Whether an uncertain one may be submitted again by now."""
        return bool(self.doubt and self.now and self.doubt.offered_from <= self.now)

    @property
    def days_left(self) -> int | None:
        """After how many days it is deleted for good; None outside of the trash."""
        return days_left(self.entry, now=self.now) if self.now else None

    @property
    def is_cancelable(self) -> bool:
        """Whether it can still be stopped."""
        return self.entry.status in {Status.QUEUED, Status.SUBMITTING, Status.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Day:
    """The cards under one heading."""

    on: datetime.date
    cards: tuple[Card, ...]

    @property
    def key(self) -> str:
        """The date as it stands in an id."""
        return self.on.isoformat()

    @property
    def is_today(self) -> bool:
        """Whether new items are put here."""
        return self.on == timezone.localdate()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the rows themselves, gathered for a whole list; by the ids of generations and entries."""

    places: Mapping[int, int]
    usual: Mapping[int, Usual]
    doubts: Mapping[int, Doubt]
    starred: frozenset[int]
    hits: Mapping[int, Hits]
    now: datetime.datetime


def cards_of(
    entries: Sequence[TimelineEntry], *, now: datetime.datetime, reader_id: int, terms: Sequence[Term] = ()
) -> list[Card]:
    """Return the cards of these entries in their order, in a fixed number of queries whatever their number.

    `reader_id` is whose stars they carry; `terms` are the words to be shown where they stand.
    """
    full = {entry.pk: entry for entry in _with_items([entry.pk for entry in entries])}
    ordered = [full[entry.pk] for entry in entries if entry.pk in full]
    generations = [entry.generation for entry in ordered if entry.generation]
    known = _Known(
        places=places_in_line(generations),
        usual=usual_times(row for row in generations if row.status in UNFINISHED),
        doubts=doubts_of(generations),
        starred=favourites.starred(list(full), person_id=reader_id),
        hits=hits_of(ordered, terms) if terms else {},
        now=now,
    )
    return [_card(entry, known) for entry in ordered]


def card_of(generation: Generation, *, now: datetime.datetime, reader_id: int) -> Card:
    """Return the card of one generation, as one person sees it."""
    return cards_of(list(TimelineEntry.objects.filter(generation=generation)), now=now, reader_id=reader_id)[0]


def by_day(cards: Iterable[Card]) -> list[Day]:
    """Put cards, newest first, under the days of the reader's time zone."""
    days: list[tuple[datetime.date, list[Card]]] = []
    for card in cards:
        on = local_day(card.entry)
        if not days or days[-1][0] != on:
            days.append((on, []))
        days[-1][1].append(card)
    return [Day(on=on, cards=tuple(group)) for on, group in days]


def asked_shape(generation: Generation) -> tuple[int, int]:
    """Return the width and height, in any unit, that were asked for; a guess where the model chooses."""
    parameters = generation.parameters
    for text in (parameters.get("ratio"), parameters.get("aspect_ratio"), parameters.get("size")):
        width, _sign, height = str(text or "").replace("x", ":").partition(":")
        if width.isdecimal() and height.isdecimal() and int(width) and int(height):
            return int(width), int(height)
    return (16, 9) if generation.kind == "video" else (1, 1)


def _with_items(ids: Sequence[int]) -> list[TimelineEntry]:
    outputs = Prefetch(
        "generation__outputs", GenerationOutput.objects.select_related("asset").exclude(role="last_frame")
    )
    return list(
        TimelineEntry.objects.filter(pk__in=ids)
        .select_related("owner", "generation__model", "generation__batch", "thread__model")
        .defer(*DEFERRED)
        .annotate(
            prompt_excerpt=Left("generation__prompt", EXCERPT_CHARACTERS),
            reply_excerpt=Left("thread__leaf__text", EXCERPT_CHARACTERS),
        )
        .prefetch_related(outputs)
    )


def _card(entry: TimelineEntry, known: _Known) -> Card:
    generation = entry.generation
    hits = known.hits.get(entry.pk, NO_HITS)
    if generation is None:
        return Card(
            entry=entry,
            thread=entry.thread,
            prompt=plain_words(getattr(entry, "reply_excerpt", None) or ""),
            is_favourite=entry.pk in known.starred,
            hit=hits.text,
            title_hit=hits.title,
            now=known.now,
        )
    return Card(
        entry=entry,
        generation=generation,
        prompt=getattr(entry, "prompt_excerpt", None) or "",
        outputs=tuple(output.asset for output in generation.outputs.all() if output.asset),
        place=known.places.get(generation.pk),
        usual=known.usual.get(generation.pk),
        elapsed_seconds=elapsed_seconds(generation, now=known.now),
        doubt=known.doubts.get(generation.pk),
        is_favourite=entry.pk in known.starred,
        hit=hits.text,
        now=known.now,
    )
