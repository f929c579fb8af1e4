"""What stands in an entry's document: the words of its texts, and what lists filter by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length

from generations.models import BoardItem, EntryTag, Favourite, Generation, GenerationInput, Message, Thread
from generations.models import TimelineEntry as Entry
from generations.models.library import index_status
from generations.search import tokens

# A thread with more than this is not read again from its first word for every reply: what is new is added to what
# the index has. Units: characters.
THREAD_READ_CHARACTERS = 60_000


def facets(entries: Sequence[Entry]) -> dict[int, list[str]]:
    """Return what lists filter by as tokens, by entry id, in three queries; in none for entries that are all new."""
    known = [entry.pk for entry in entries if entry.indexed_status]
    found: dict[int, list[str]] = defaultdict(list)
    if known:
        for entry, person in Favourite.objects.filter(entry__in=known).values_list("entry", "person"):
            found[entry].append(tokens.favourite_facet(person))
        for entry, tag in EntryTag.objects.filter(entry__in=known).values_list("entry", "tag"):
            found[entry].append(tokens.tag_facet(tag))
        for entry, board in BoardItem.objects.filter(entry__in=known).values_list("entry", "board"):
            found[entry].append(tokens.board_facet(board))
    return {entry.pk: [*own_facets(entry), *found[entry.pk]] for entry in entries}


def generation_words(ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the words of generations' prompts and of their inputs' file names, by generation id, in two queries."""
    texts = {pk: [prompt] for pk, prompt in Generation.objects.filter(pk__in=ids).values_list("pk", "prompt")}
    named = GenerationInput.objects.filter(generation__in=texts).exclude(asset__original_name="")
    for pk, name in named.values_list("generation", "asset__original_name"):
        texts[pk].append(name)
    return {pk: tokens.text_tokens(parts) for pk, parts in texts.items()}


def thread_words(entry: Entry, *, stored: Sequence[str]) -> list[str]:
    """Return the words of a thread: title and messages, or, of a very long one, what is stored and what is new."""
    thread = Thread.objects.values("title", "leaf", "leaf__parent").get(timeline_entry=entry)
    messages = _messages([entry.thread_id or 0])
    length = messages.aggregate(sum=Sum(Length("text")))["sum"] or 0
    if length <= THREAD_READ_CHARACTERS or not stored:
        return tokens.text_tokens([thread["title"], *messages.values_list("text", flat=True).iterator(chunk_size=50)])
    newest = messages.filter(pk__in=[pk for pk in (thread["leaf"], thread["leaf__parent"]) if pk])
    fresh = tokens.text_tokens([thread["title"], *newest.values_list("text", flat=True)])
    words = [token for token in stored if not token.startswith(tokens.FACET_SIGN)]
    return list(dict.fromkeys([*fresh, *words]))[: tokens.DOCUMENT_MAX_TOKENS]


def texts_of(entries: Sequence[Entry]) -> Mapping[int, list[str]]:
    """Return the texts that entries are found by, by entry id: what a candidate is looked up in."""
    found: dict[int, list[str]] = defaultdict(list)
    by_generation = {entry.generation_id: entry.pk for entry in entries if entry.generation_id}
    by_thread = {entry.thread_id: entry.pk for entry in entries if entry.thread_id}
    if by_generation:
        for pk, prompt in Generation.objects.filter(pk__in=by_generation).values_list("pk", "prompt"):
            found[by_generation[pk]].append(prompt)
        inputs = GenerationInput.objects.filter(generation__in=by_generation).exclude(asset__original_name="")
        for pk, name in inputs.values_list("generation", "asset__original_name"):
            found[by_generation[pk]].append(name)
    if by_thread:
        for pk, title in Thread.objects.filter(pk__in=by_thread).values_list("pk", "title"):
            found[by_thread[pk]].append(title)
        for pk, text in _messages(by_thread).order_by("-id").values_list("thread", "text"):
            found[by_thread[pk]].append(text)
    return found


def _messages(threads: Iterable[int]) -> QuerySet[Message]:
    """Return the messages of threads that people can still read: a turn that was deleted is not found."""
    return Message.objects.filter(thread__in=threads, removed_at=None)


def own_facets(entry: Entry) -> list[str]:
    """Return what lists filter by and the entry itself holds, as tokens."""
    if entry.trashed_at is not None:
        whose = [tokens.trash_facet(entry.owner_id)]
    else:
        whose = [tokens.owner_facet(entry.owner_id)]
        if entry.visibility == "team":
            whose.append(tokens.TEAM_FACET)
    found = [
        *whose,
        tokens.visibility_facet(entry.visibility),
        tokens.kind_facet(entry.kind),
        tokens.status_facet(index_status(entry.status)),
    ]
    if entry.model_id is not None:
        found.append(tokens.model_facet(entry.model_id))
    if entry.cost_amount is not None:
        found.append(tokens.cost_facet(entry.cost_amount))
    return found
