"""Where a person came from to a generation's page: the list that its keys walk through, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library.neighbours import Neighbours, neighbours_of
from generations.library.timeline import Listing
from generations.models import Generation
from generations.views.timelines import MEDIA_KINDS, asked_by

# Words of an address that speak of the page itself, not of the list.
OWN_WORDS = ("in", "output", "after")
PAGES = ("create", "library")


@dataclass(frozen=True, slots=True)
class Whence:
    """The list, by the page that shows it and the words of its address; and what stands beside the item in it."""

    page: str
    words: str
    neighbours: Neighbours

    @property
    def back_url(self) -> str:
        """The list's own address."""
        return f"{reverse(self.page)}?{self.words}" if self.words else reverse(self.page)

    @property
    def back_label(self) -> str:
        """The page's name."""
        return _("Create") if self.page == "create" else _("Library")

    @property
    def previous_url(self) -> str:
        """The item above, or nothing."""
        return self._address(self.neighbours.previous)

    @property
    def next_url(self) -> str:
        """The item below, or nothing."""
        return self._address(self.neighbours.next)

    def _address(self, public_id: UUID | None) -> str:
        if public_id is None:
            return ""
        words = f"in={self.page}&{self.words}".rstrip("&")
        return f"{reverse('generation_detail', args=[public_id])}?{words}"


def whence_of(request: AuthenticatedHttpRequest, generation: Generation) -> Whence:
    """Return where the address says that one came from; else one's own list, or the library for another's item."""
    asked = request.GET.get("in", "")
    page = asked if asked in PAGES else ("create" if generation.owner_id == request.user.pk else "library")
    words = request.GET.copy()
    for name in OWN_WORDS:
        words.pop(name, None)
    listing = _listing(request, page)
    return Whence(page=page, words=words.urlencode(), neighbours=neighbours_of(generation, listing))


def _listing(request: AuthenticatedHttpRequest, page: str) -> Listing:
    asked = asked_by(request, scope="mine", within=MEDIA_KINDS) if page == "create" else asked_by(request)
    return asked.listing(request.user, now=database_now())
