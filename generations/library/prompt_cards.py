"""What a list of prompts shows of each: its words, how often and by whom, with which models, and what it made best."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from accounts.models import User
from generations.library.prompt_listing import Row
from generations.models import Asset, CatalogModel, GenerationOutput, PromptUse, TimelineEntry
from generations.search import folds, matching
from generations.search.matching import Piece
from generations.search.syntax import Term

WORDS_SHOWN = 320
WORDS_READ = 2_000
PICTURES = 4
# The best results are looked for where most went well; a prompt used by everybody with everything has many rows.
ROWS_LOOKED_THROUGH = 6
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the best results, and the generation that made it."""

    asset: Asset
    generation_id: UUID


@dataclass(frozen=True, slots=True)
class PromptCard:
    """One prompt. Its id is that of its newest generation that the reader may see; every figure is the reader's."""

    public_id: UUID
    pieces: tuple[Piece, ...]
    kind: str
    last_used_at: datetime.datetime
    use_count: int
    done_count: int
    failed_count: int
    starred_count: int
    people: tuple[User, ...]
    models: tuple[CatalogModel, ...]
    pictures: tuple[Picture, ...]

    @property
    def done_percent(self) -> int | None:
        """How many of those that ended went well; None while none has ended."""
        ended = self.done_count + self.failed_count
        return round(100 * self.done_count / ended) if ended else None

    @property
    def starred_percent(self) -> int | None:
        """How many of the results somebody starred; None while there is no result."""
        return round(100 * self.starred_count / self.done_count) if self.done_count else None

    @property
    def first_people(self) -> tuple[User, ...]:
        """Those who used it last."""
        return self.people[:NAMES_SHOWN]

    @property
    def more_people(self) -> int:
        """How many others did."""
        return len(self.people) - len(self.first_people)

    @property
    def first_models(self) -> tuple[CatalogModel, ...]:
        """The models used most."""
        return self.models[:NAMES_SHOWN]

    @property
    def more_models(self) -> int:
        """How many others were used."""
        return len(self.models) - len(self.first_models)


def cards_of(rows: Sequence[Row], *, terms: Sequence[Term] = ()) -> list[PromptCard]:
    """Return rows as cards, in their order, in six queries however many there are."""
    heads = _heads(rows)
    uses = [use for row in rows for use in row.uses]
    people = User.objects.in_bulk({use.owner_id for use in uses})
    models = CatalogModel.objects.in_bulk({use.model_id for use in uses})
    pictures = _best_pictures(rows)
    found = []
    for row in rows:
        head = heads.get(row.head.place)
        if head is None:
            # It went to the trash between two reads.
            continue
        public_id, words, used_at = head
        found.append(
            PromptCard(
                public_id=public_id,
                pieces=tuple(matching.pieces(words, terms, most_characters=WORDS_SHOWN)),
                kind=row.head.kind,
                last_used_at=used_at,
                use_count=sum(use.use_count for use in row.uses),
                done_count=sum(use.done_count for use in row.uses),
                failed_count=sum(use.failed_count for use in row.uses),
                starred_count=sum(use.starred_count for use in row.uses),
                people=tuple(people[pk] for pk in dict.fromkeys(use.owner_id for use in row.uses)),
                models=tuple(models[pk] for pk in _most_used(row.uses)),
                pictures=tuple(pictures[row.head.digest][:PICTURES]),
            )
        )
    return found


def _heads(rows: Sequence[Row]) -> dict[int, tuple[UUID, str, datetime.datetime]]:
    """Return id, first words and time of the newest generations, by place."""
    entries = TimelineEntry.objects.filter(place__in=[row.head.place for row in rows], generation__isnull=False)
    named = entries.annotate(words=Left("generation__prompt", WORDS_READ))
    values = named.values_list("place", "generation__public_id", "words", "sorted_at")
    return {place: (public_id, words, used_at) for place, public_id, words, used_at in values}


def _most_used(uses: Sequence[PromptUse]) -> list[int]:
    counts: dict[int, int] = defaultdict(int)
    for use in uses:
        counts[use.model_id] += use.use_count
    return sorted(counts, key=lambda pk: (-counts[pk], pk))


def _best_pictures(rows: Sequence[Row]) -> Mapping[str, list[Picture]]:
    """Return the starred results and then the newest ones of each prompt, by digest, in two queries."""
    looked = {
        use.pk: use.digest
        for row in rows
        for use in sorted(row.uses, key=lambda use: (-use.starred_count, -use.done_count, -use.place))[
            :ROWS_LOOKED_THROUGH
        ]
        if use.done_count
    }
    names = [f"best_{at}" for at in range(PICTURES)]
    asked = PromptUse.objects.filter(pk__in=looked).annotate(
        **{name: Subquery(_results().values("pk")[at : at + 1]) for at, name in enumerate(names)}
    )
    entries = {row[name]: looked[row["pk"]] for row in asked.values("pk", *names) for name in names if row[name]}
    outputs = (
        GenerationOutput.objects.filter(generation__timeline_entry__in=entries, asset__media__in=("image", "video"))
        .exclude(asset__small_path="")
        .exclude(role="last_frame")
        .select_related("asset")
        .order_by("position")
        .values_list("generation__timeline_entry", "pk")
    )
    first = dict(reversed(list(outputs)))
    found: dict[str, list[tuple[bool, int, Picture]]] = defaultdict(list)
    shown = GenerationOutput.objects.filter(pk__in=first.values()).select_related("asset", "generation__timeline_entry")
    for output in shown.defer("generation__prompt", "generation__raw_reply"):
        entry = output.generation.timeline_entry
        if output.asset is not None:
            picture = Picture(output.asset, output.generation.public_id)
            found[entries[entry.pk]].append((entry.is_prompt_starred, entry.place, picture))
    ordered: dict[str, list[Picture]] = defaultdict(list)
    for digest, pictures in found.items():
        best = [one for *_, one in sorted(pictures, key=lambda row: row[:2], reverse=True)]
        # The same file may lie behind several of them.
        ordered[digest] = list({one.asset.pk: one for one in reversed(best)}.values())[::-1]
    return ordered


def _results() -> QuerySet[TimelineEntry]:
    entries = TimelineEntry.objects.filter(prompt_use=OuterRef("pk"), prompt_outcome=folds.DONE)
    return entries.order_by("-is_prompt_starred", "-place")
