"""Which list an address asks for: its words, as they stand there, and the list that they mean to a person."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from accounts.models import User
from generations.library import filters
from generations.library.listing import KINDS, SCOPES, Listing
from generations.models import Board
from generations.search import tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """A scope, kinds (separated by commas), a question, and the public id of the board whose items are meant."""

    scope: str = ""
    show: str = ""
    q: str = ""
    board: str = ""

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Asked:
        """Return what an address or a form asks for."""
        return cls(**{name: words.get(name, "").strip() for name in ("scope", "show", "q", "board")})

    @property
    def words(self) -> dict[str, str]:
        """The words that an address needs to say the same."""
        return {name: word for name, word in asdict(self).items() if word}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds asked for, all when empty; words that nobody knows ask for nothing."""
        return tuple(kind for kind in self.show.split(",") if kind in KINDS)

    def listing(self, person: User, *, now: datetime.datetime) -> Listing:
        """Return the list that it means."""
        question = filters.ask(self.q, person=person, now=now) if self.q or self.board else None
        if question is not None and self.board:
            board = board_of(person, self.board)
            # A board that is gone holds nothing.
            question.groups.append((tokens.board_facet(board.pk),) if board else ())
        return Listing(
            person_id=person.pk,
            scope=self.scope if self.scope in SCOPES else "",
            kinds=self.kinds,
            question=question,
        )


def board_of(person: User, public_id: str) -> Board | None:
    """Return a board that a person may see, by the id in its address, or None."""
    try:
        return Board.objects.visible_to(person.pk).select_related("owner").filter(public_id=public_id).first()
    except ValueError:
        return None
