"""Fill a history with plausible rows, fast: for demonstrations, and to see how lists behave at a million.

Rows go in by `executemany` with the columns that vary; `bulk_create` would cut SQLite's statements into
pieces of 999 values and prepare each of forty columns a row in Python.
"""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max

from accounts.models import User
from generations.ledger import prices
from generations.library import seed_words as words
from generations.library.seed_keeping import Keeper
from generations.library.seed_rows import insert, next_key
from generations.models import (
    Asset,
    BoardItem,
    CatalogModel,
    EntryTag,
    Favourite,
    Generation,
    GenerationEvent,
    GenerationOutput,
    Message,
    Revision,
    Status,
    Thread,
    TimelineEntry,
    TitleSource,
)
from generations.models.library import index_status, place_at
from generations.search import folds, index
from generations.search.documents import own_facets
from generations.search.tokens import text_tokens

BATCH = 2_000
# How often each state stands in a history; `completed` takes what is left.
SHARES = (
    (Status.FAILED, 0.05),
    (Status.CANCELED, 0.02),
    (Status.UNCERTAIN, 0.005),
    (Status.IN_PROGRESS, 0.004),
    (Status.STORING, 0.001),
    (Status.QUEUED, 0.004),
    (Status.SUBMITTING, 0.001),
)
FAILURES = ("refused", "upstream", "bad_input", "timeout", "output_missing")
GIVEN_ONCE = (Status.IN_PROGRESS, Status.STORING, Status.QUEUED, Status.SUBMITTING)


@dataclass(slots=True)
class Seeder:
    """Makes one person's history from a seed: the same seed makes the same rows, but for their ids."""

    owner: User
    assets: Sequence[Asset]
    now: datetime.datetime
    seed: int = 1
    messages_each: int = 0
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(owner=self.owner, now=self.now)

    def generations(self, count: int) -> None:
        """Insert this many generations, oldest first, each with entry, event and output."""
        chance = random.Random(self.seed)  # noqa: S311 - plausible, not secret
        catalog = list(CatalogModel.objects.offered().of_kind("video", "image"))
        estimates = {model.pk: prices.estimate(model, {}) for model in catalog}
        pictures = {
            kind: [asset for asset in self.assets if asset.media == kind] or list(self.assets)
            for kind in ("video", "image")
        }
        for start in range(0, count, BATCH):
            rows = [
                self._row(index, count, chance=chance, catalog=catalog, estimates=estimates)
                for index in range(start, min(start + BATCH, count))
            ]
            self._insert(rows, pictures=pictures, chance=chance)
            folds.fold_waiting(at_once=BATCH)
        self._end()
        self.keeper.end()

    def threads(self, count: int) -> None:
        """Insert this many threads, of `messages_each`, or of two to eight messages."""
        chance = random.Random(self.seed + 1)  # noqa: S311
        catalog = list(CatalogModel.objects.offered().of_kind("chat"))
        for start in range(0, count, BATCH):
            self._insert_threads(range(start, min(start + BATCH, count)), count, catalog=catalog, chance=chance)
        self._end()

    def _row(
        self,
        index: int,
        count: int,
        *,
        chance: random.Random,
        catalog: Sequence[CatalogModel],
        estimates: dict[int, Any],
    ) -> dict[str, Any]:
        model = chance.choice(catalog)
        at = self._moment(index, count, chance)
        status = _status(chance)
        price = estimates[model.pk]
        amount = price.amount if price else Decimal(0)
        return {
            "public_id": uuid.uuid4(),
            "owner_id": self.owner.pk,
            "model_id": model.pk,
            "kind": model.kind,
            "prompt": words.prompt(chance),
            "parameters": words.parameters(model.protocol, chance),
            "visibility": "private" if chance.random() < 0.1 else "team",
            "submission_id": uuid.uuid4(),
            "status": status,
            "created_at": at,
            "changed_at": at,
            "submitted_at": at,
            "accepted_at": at,
            "finished_at": at + datetime.timedelta(seconds=chance.randint(4, 160)),
            "failure_reason": chance.choice(FAILURES) if status == Status.FAILED else "",
            "estimate_amount": amount,
            "charge_amount": amount if status == Status.COMPLETED else None,
            "currency": settings.CURRENCY,
        }

    def _moment(self, index: int, count: int, chance: random.Random) -> datetime.datetime:
        """Return a time within the last two years, denser towards today, rising with the index."""
        days = 730 * (1 - (index + 1) / (count + 1)) ** 1.5
        return self.now - datetime.timedelta(days=days, seconds=chance.randint(1, 60))

    def _insert(self, rows: list[dict[str, Any]], *, pictures: dict[str, list[Asset]], chance: random.Random) -> None:
        with transaction.atomic():
            first = next_key(Generation)
            entry = next_key(TimelineEntry)
            for offset, row in enumerate(rows):
                row["id"] = first + offset
            insert(Generation, rows)
            insert(GenerationEvent, [_event(row) for row in rows])
            places = _places(row["created_at"] for row in rows)
            entries = [
                {
                    **_entry(row, row["kind"], row["created_at"], place=place),
                    "id": entry + offset,
                    "generation_id": row["id"],
                }
                for offset, (row, place) in enumerate(zip(rows, places, strict=True))
            ]
            insert(TimelineEntry, entries)
            kept = self.keeper.keep([made["id"] for made in entries], chance)
            _index(
                (made, [str(row["prompt"])], kept.get(made["id"], ())) for made, row in zip(entries, rows, strict=True)
            )
            done = [row for row in rows if row["status"] == Status.COMPLETED and pictures.get(row["kind"])]
            insert(
                GenerationOutput,
                [
                    {
                        "generation_id": row["id"],
                        "role": row["kind"],
                        "asset_id": chance.choice(pictures[row["kind"]]).pk,
                    }
                    for row in done
                ],
            )

    def _insert_threads(
        self, indexes: range, count: int, *, catalog: Sequence[CatalogModel], chance: random.Random
    ) -> None:
        with transaction.atomic():
            thread_key, message_key, entry_key = next_key(Thread), next_key(Message), next_key(TimelineEntry)
            threads: list[dict[str, Any]] = []
            messages: list[dict[str, Any]] = []
            texts: list[list[str]] = []
            for offset, number in enumerate(indexes):
                at = self._moment(number, count, chance)
                model = chance.choice(catalog)
                thread = {
                    "id": thread_key + offset,
                    "public_id": uuid.uuid4(),
                    "owner_id": self.owner.pk,
                    "title": words.title(chance),
                    "title_source": TitleSource.MODEL,
                    "model_id": model.pk,
                    "visibility": "private",
                    "submission_id": uuid.uuid4(),
                    "created_at": at,
                    "changed_at": at,
                }
                turns = list(_turns(thread, model, chance, first=message_key + len(messages), count=self.messages_each))
                thread["leaf_id"] = None
                threads.append(thread)
                messages += turns
                texts.append([str(thread["title"]), *(turn["text"] for turn in turns)])
            insert(Thread, threads)
            insert(Message, messages)
            leaves = (
                Message.objects.filter(thread=models.OuterRef("pk"))
                .order_by()
                .values("thread")
                .annotate(last=Max("id"))
            )
            Thread.objects.filter(pk__gte=thread_key).update(leaf_id=models.Subquery(leaves.values("last")))
            entries = [
                {
                    **_entry({**thread, "status": "completed"}, "chat", thread["changed_at"], place=place),
                    "id": entry_key + offset,
                    "thread_id": thread["id"],
                }
                for offset, (thread, place) in enumerate(
                    zip(threads, _places(thread["changed_at"] for thread in threads), strict=True)
                )
            ]
            insert(TimelineEntry, entries)
            _index((made, text, ()) for made, text in zip(entries, texts, strict=True))

    def _end(self) -> None:
        """Continue the keys where the rows ended, and tell open tabs."""
        _reset_sequences()
        newest = TimelineEntry.objects.of_person(self.owner.pk).order_by("-id")[:1]
        with transaction.atomic():
            Revision.objects.bump(newest)


def _status(chance: random.Random) -> str:
    draw = chance.random()
    for status, share in SHARES:
        if draw < share:
            return status
        draw -= share
    return Status.COMPLETED


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "generation_id": row["id"],
        "at": row["created_at"],
        "from_status": "",
        "to_status": row["status"],
        "reason": "seeded",
    }


def _entry(row: dict[str, Any], kind: str, at: datetime.datetime, *, place: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "owner_id": row["owner_id"],
        "model_id": row["model_id"],
        "visibility": row["visibility"],
        "status": row["status"],
        "sorted_at": at,
        "place": place,
        "trashed_at": None,
        "cost_amount": row.get("charge_amount"),
        "is_indexed": True,
        "indexed_status": index_status(row["status"]),
    }


def _index(entries: Iterable[tuple[dict[str, Any], Sequence[str], Sequence[str]]]) -> None:
    """Write the documents of entries, given with their texts and with what else they are found by."""
    index.put(
        (
            made["place"],
            [*own_facets(cast("TimelineEntry", SimpleNamespace(**made))), *kept, *text_tokens(texts)],
        )
        for made, texts, kept in entries
    )


def _places(moments: Iterable[datetime.datetime]) -> list[int]:
    """Return a free place for each moment."""
    wished = [place_at(moment) for moment in moments]
    between = (min(wished, default=0), max(wished, default=0) + len(wished))
    taken = set(TimelineEntry.objects.filter(place__range=between).values_list("place", flat=True))
    places = []
    for place in wished:
        while place in taken:
            place += 1
        taken.add(place)
        places.append(place)
    return places


def _turns(
    thread: dict[str, Any], model: CatalogModel, chance: random.Random, *, first: int, count: int
) -> Iterator[dict[str, Any]]:
    at = thread["created_at"]
    for turn in range(count or 2 * chance.randint(1, 4)):
        is_user = turn % 2 == 0
        yield {
            "id": first + turn,
            "public_id": uuid.uuid4(),
            "thread_id": thread["id"],
            "parent_id": first + turn - 1 if turn else None,
            "role": "user" if is_user else "assistant",
            "status": "completed",
            "text": words.question(chance) if is_user else words.answer(chance),
            "model_id": None if is_user else model.pk,
            "created_at": at + datetime.timedelta(seconds=turn),
            "finished_at": at + datetime.timedelta(seconds=turn + 1),
            "input_tokens": None if is_user else chance.randint(20, 900),
            "output_tokens": None if is_user else chance.randint(50, 700),
            "currency": settings.CURRENCY,
        }


def _reset_sequences() -> None:
    """Continue PostgreSQL's sequences after the keys that were given by hand; SQLite needs nothing."""
    tables: list[type[models.Model]] = [
        *(Generation, GenerationEvent, GenerationOutput, TimelineEntry, Thread, Message),
        *(Favourite, EntryTag, BoardItem),
    ]
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
