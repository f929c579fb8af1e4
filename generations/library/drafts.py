"""Drafts: saved while somebody types, told apart by version, and set aside rather than overwritten."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from generations.models import Draft

CREATE = "create"
# What a save may hold. Units: characters of all names and values together.
MOST_CHARACTERS = 200_000
MOST_SET_ASIDE = 20
KEPT = datetime.timedelta(days=30)
PROMPT = "prompt"

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the draft as it stands, and whether another tab's is in the way."""

    draft: Draft
    is_conflict: bool = False


class DraftTooLargeError(Exception):
    """More than a draft holds."""


def current_draft(person: User, place: str) -> Draft | None:
    """Return what a person has typed into a place and not sent yet."""
    return Draft.objects.filter(owner=person, place=place, is_current=True).first()


def drafts_set_aside(person: User, place: str) -> tuple[Draft, ...]:
    """Return what was set aside at a place, newest first."""
    return tuple(Draft.objects.filter(owner=person, place=place, is_current=False).order_by("-changed_at")[:10])


def save_draft(
    person: User, place: str, fields: Fields, *, tab: str, version: int, now: datetime.datetime, is_new: bool = False
) -> Saved:
    """Write what stands in a form now, unless another tab has written since the version that this one knows.

    `is_new`: the form does not come from the draft (a remix, or a person's choice against another tab), so what the
    draft holds is set aside first. Idempotent: yes.
    Raises: DraftTooLargeError.
    """
    kept = _checked(fields)
    try:
        with transaction.atomic():
            found = Draft.objects.select_for_update().filter(owner=person, place=place, is_current=True).first()
            if found is None:
                return Saved(_create(person, place, kept, tab=tab, now=now))
            is_known = found.version == version or found.tab == tab or found.fields == kept
            if not is_known and not is_new:
                return Saved(found, is_conflict=True)
            if found.fields != kept and (not is_known or (is_new and found.tab != tab)):
                _set_aside(found)
            found.fields, found.tab, found.version, found.changed_at = kept, tab, found.version + 1, now
            found.save(update_fields=["fields", "tab", "version", "changed_at"])
            return Saved(found)
    except IntegrityError:
        # Two tabs began at the same moment; the other one was first.
        return Saved(Draft.objects.get(owner=person, place=place, is_current=True), is_conflict=True)


def keep_draft(person: User, place: str, fields: Fields, *, now: datetime.datetime) -> Draft:
    """Keep what should stand in a form that is opened later, by its public id: too long for an address.

    It stands beside the current draft, which stays as it is.
    Raises: DraftTooLargeError.
    """
    kept = _checked(fields)
    draft = Draft.objects.create(owner=person, place=place, fields=kept, changed_at=now)
    _forget_oldest(person, place)
    return draft


def find_draft(person: User, place: str, public_id: str) -> Draft | None:
    """Return a person's draft by its public id."""
    try:
        return Draft.objects.filter(owner=person, place=place, public_id=UUID(public_id)).first()
    except ValueError:
        return None


def finish_draft(person: User, place: str, *, tab: str) -> None:
    """Forget the draft of a tab whose form was sent; what another tab has typed stays. Idempotent: yes."""
    if tab:
        Draft.objects.filter(owner=person, place=place, is_current=True, tab=tab).delete()


def sweep_drafts(*, now: datetime.datetime, is_dry: bool) -> int:
    """Forget what was set aside long ago; return how many there were. Idempotent: yes."""
    old = Draft.objects.filter(is_current=False, changed_at__lt=now - KEPT)
    return old.count() if is_dry else old.delete()[0]


def words_of(draft: Draft) -> str:
    """Return the prompt of a draft."""
    return str(next(iter(draft.fields.get(PROMPT) or [""]), ""))


def _checked(fields: Fields) -> dict[str, list[str]]:
    kept = {name: list(values) for name, values in fields.items()}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > MOST_CHARACTERS:
        raise DraftTooLargeError
    return kept


def _create(person: User, place: str, fields: dict[str, list[str]], *, tab: str, now: datetime.datetime) -> Draft:
    return Draft.objects.create(owner=person, place=place, is_current=True, fields=fields, tab=tab, changed_at=now)


def _set_aside(draft: Draft) -> None:
    """Keep a copy of what is about to be written over, once for the same words."""
    if not words_of(draft).strip():
        return
    twins = Draft.objects.filter(owner_id=draft.owner_id, place=draft.place, is_current=False, fields=draft.fields)
    twins.delete()
    Draft.objects.create(owner_id=draft.owner_id, place=draft.place, fields=draft.fields, changed_at=draft.changed_at)
    _forget_oldest(draft.owner, draft.place)


def _forget_oldest(person: User, place: str) -> None:
    kept = Draft.objects.filter(owner=person, place=place, is_current=False).order_by("-changed_at", "-id")
    beyond = list(kept.values_list("pk", flat=True)[MOST_SET_ASIDE:])
    Draft.objects.filter(pk__in=beyond).delete()
