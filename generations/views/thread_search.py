"""Searching threads: by the words of titles and messages, with the place in the thread where they stand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from generations.clock import database_now
from generations.library.asked import Asked
from generations.library.hits import Hits, hits_of
from generations.library.listing import Listing, Page, read_cursor
from generations.library.questions import Problem
from generations.library.searching import read_page
from generations.models import Kind, Thread, TimelineEntry
from generations.search.matching import Piece
from generations.search.syntax import Term
from generations.views.thread_lists import thread_list_context

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class FoundThread:
    """A thread that was found. `title` and `words` are cut into hits and what is between; `url` leads to the hit."""

    thread: Thread
    title: Sequence[Piece]
    words: Sequence[Piece]
    url: str


@dataclass(frozen=True, slots=True)
class ThreadSearch:
    """What a search says. `is_cut`: it went no further back for now, and `more_url` goes on."""

    text: str
    threads: Sequence[FoundThread] = ()
    more_url: str = ""
    is_cut: bool = False
    problems: Sequence[Problem] = ()
    terms: Sequence[Term] = ()

    @property
    def words(self) -> str:
        """What is looked for as a page marks it in a message: words and runs without blanks in them."""
        return " ".join(dict.fromkeys(unit for term in self.terms for unit in term.units))


def side_context(person: User, words: Mapping[str, str], *, scope: str, current: Thread | None) -> dict[str, Any]:
    """Return what the side of a page shows: a list of threads, or, where `q` asks for some, those that are found."""
    after = words.get("after", "")
    search = search_threads(person, words.get("q", ""), after=after, now=database_now())
    if search is None:
        return thread_list_context(person, after=after, scope=scope, current=current)
    return {"thread_search": search, "thread_scope": scope, "current_thread": current}


def search_threads(person: User, text: str, *, after: str, now: datetime.datetime) -> ThreadSearch | None:
    """Return the threads, a person's own and the team's, in which words stand; None where none are asked for.

    In at most eight queries, whatever is found.
    """
    asked = Asked(q=text.strip(), show=Kind.CHAT.value)
    listing = asked.listing(person, now=now)
    if listing.question is None or listing.question.is_empty:
        return None
    page = read_page(listing, after=read_cursor(after), size=PAGE_SIZE)
    more = f"{reverse('chat')}?{urlencode({'q': asked.q, 'after': page.next_cursor})}" if page.next_cursor else ""
    return ThreadSearch(
        text=asked.q,
        threads=_found(listing, page, text=asked.q),
        more_url=more,
        is_cut=page.is_cut,
        problems=listing.question.problems,
        terms=listing.question.terms,
    )


def _found(listing: Listing, page: Page, *, text: str) -> list[FoundThread]:
    places = [entry.pk for entry in page.entries]
    rows = (
        TimelineEntry.objects.filter(pk__in=places)
        .select_related("thread__owner", "thread__leaf")
        .defer("thread__system_prompt", "thread__leaf__text", "thread__leaf__reasoning")
        .order_by("-place")
    )
    entries = [row for row in rows if row.thread is not None]
    hits = hits_of(entries, listing.question.terms if listing.question else ())
    return [_one(entry.thread, hits[entry.pk], text=text) for entry in entries if entry.thread is not None]


def _one(thread: Thread, hits: Hits, *, text: str) -> FoundThread:
    # The page that it leads to goes on with the search, so that one can look from hit to hit.
    words = {"q": text} if hits.message_id is None else {"at": str(hits.message_id), "q": text}
    place = f"#message-{hits.message_id}" if hits.message_id is not None else ""
    url = f"{reverse('thread_detail', args=[thread.public_id])}?{urlencode(words)}{place}"
    return FoundThread(thread=thread, title=hits.title or [Piece(thread.title)], words=hits.text, url=url)
