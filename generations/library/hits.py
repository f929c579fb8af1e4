"""Where the words of a search stand in what it found: a stretch of prompt, message or file name, with its hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, Q

from generations.library.excerpts import plain_words
from generations.models import Generation, GenerationInput, Message, TimelineEntry
from generations.search.matching import Piece, pieces
from generations.search.syntax import Term

SHOWN_CHARACTERS = 160
TITLE_CHARACTERS = 120
# A longer message is looked through from its beginning only.
READ_CHARACTERS = 40_000
# The database looks for so many of the words; one that it finds is enough to show the message.
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Hits:
    """A stretch of text, and a thread's title, cut into hits and what is between; empty where there is no hit.

    `message_id` is the public id of the message whose stretch it is.
    """

    text: tuple[Piece, ...] = ()
    title: tuple[Piece, ...] = ()
    message_id: UUID | None = None


NO_HITS = Hits()


def hits_of(entries: Sequence[TimelineEntry], terms: Sequence[Term]) -> dict[int, Hits]:
    """Return where terms stand in the items of these entries, by entry id, in four queries at most."""
    prompts, messages = _prompts(entries, terms), _messages(entries, terms)
    found = {}
    for entry in entries:
        title = pieces(entry.thread.title, terms, most_characters=TITLE_CHARACTERS) if entry.thread else []
        message_id, said = messages.get(entry.pk, (None, ()))
        found[entry.pk] = Hits(
            text=prompts.get(entry.pk, said), title=tuple(title) if _has_hit(title) else (), message_id=message_id
        )
    return found


def _prompts(entries: Sequence[TimelineEntry], terms: Sequence[Term]) -> dict[int, tuple[Piece, ...]]:
    by_generation = {entry.generation_id: entry.pk for entry in entries if entry.generation_id}
    if not by_generation:
        return {}
    found: dict[int, tuple[Piece, ...]] = {}
    for pk, prompt in Generation.objects.filter(pk__in=by_generation).values_list("pk", "prompt"):
        _add(found, by_generation[pk], prompt, terms)
    missing = [pk for pk, entry in by_generation.items() if entry not in found]
    names = GenerationInput.objects.filter(generation__in=missing).exclude(asset__original_name="")
    for pk, name in names.values_list("generation", "asset__original_name") if missing else ():
        _add(found, by_generation[pk], name, terms)
    return found


def _messages(entries: Sequence[TimelineEntry], terms: Sequence[Term]) -> dict[int, tuple[UUID, tuple[Piece, ...]]]:
    """Return the newest message of each thread that has one of the words, by its public id, and where they stand."""
    by_thread: Mapping[int | None, int] = {entry.thread_id: entry.pk for entry in entries if entry.thread_id}
    words = [term.units[0] for term in terms[:MOST_WORDS]]
    if not by_thread or not words:
        return {}
    has_word = Q()
    for word in words:
        has_word |= Q(text__icontains=word)
    with_word = Message.objects.filter(has_word, thread__in=by_thread, removed_at=None).order_by()
    newest = with_word.values("thread").annotate(last=Max("pk")).values_list("last", flat=True)
    found: dict[int, tuple[UUID, tuple[Piece, ...]]] = {}
    rows = Message.objects.filter(pk__in=list(newest)).values_list("thread", "public_id", "text")
    for thread, public_id, text in rows:
        stretch = pieces(plain_words(text[:READ_CHARACTERS]), terms, most_characters=SHOWN_CHARACTERS)
        if _has_hit(stretch):
            found[by_thread[thread]] = public_id, tuple(stretch)
    return found


def _add(found: dict[int, tuple[Piece, ...]], entry: int, text: str, terms: Sequence[Term]) -> None:
    stretch = pieces(text, terms, most_characters=SHOWN_CHARACTERS)
    if entry not in found and _has_hit(stretch):
        found[entry] = tuple(stretch)


def _has_hit(stretch: Sequence[Piece]) -> bool:
    return any(piece.is_hit for piece in stretch)
