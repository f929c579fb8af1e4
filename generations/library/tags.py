"""Tags: words that people put on their own items, and by which everybody finds them who may see them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from generations.library.changing import announce
from generations.models import EntryTag, Tag, TimelineEntry, Visibility
from generations.models.collecting import NAME_MAX_CHARACTERS, name_key

MOST_OF_AN_ITEM = 30
# Signs that would end a word of the search box, or that nobody sees.
_NO_NAME = frozenset('"“”,，、;；')


class TagRefusedError(ValueError):
    """The name cannot be a tag. The message says why, in the person's language."""


def split_names(text: str) -> list[str]:
    """Return the names in a field that takes several, separated by commas or lines; each once."""
    for sign in "，、;；\n\r\t":
        text = text.replace(sign, ",")
    names = (" ".join(name.split()).lstrip("#＃") for name in text.split(","))
    found: dict[str, str] = {}
    for name in names:
        if name_key(name):
            found.setdefault(name_key(name), name)
    return list(found.values())


def ensure(names: Iterable[str], *, now: datetime.datetime) -> list[Tag]:
    """Return the tags of these names, made where there were none. Idempotent: yes.

    Raises: TagRefusedError for a name that is too long.
    """
    wanted: dict[str, str] = {}
    for name in names:
        clean = "".join(sign for sign in name if sign.isprintable() and sign not in _NO_NAME).strip()
        if len(clean) > NAME_MAX_CHARACTERS:
            raise TagRefusedError(clean)
        if name_key(clean):
            wanted[name_key(clean)] = clean
    Tag.objects.bulk_create(
        [Tag(name=name, key=key, created_at=now) for key, name in wanted.items()], ignore_conflicts=True
    )
    return list(Tag.objects.filter(key__in=wanted).order_by("key"))


def add(entry_ids: Sequence[int], *, owner: User, tags: Sequence[Tag]) -> int:
    """Put tags on a person's own items; return how many items got one. Idempotent: yes.

    An item that would have more than `MOST_OF_AN_ITEM` keeps what it has.
    """
    with transaction.atomic():
        own = TimelineEntry.objects.filter(pk__in=entry_ids, owner=owner)
        has: dict[int, set[int]] = {pk: set() for pk in own.order_by("pk").values_list("pk", flat=True)}
        for entry, tag in EntryTag.objects.filter(entry__in=has).values_list("entry", "tag"):
            has[entry].add(tag)
        wanted = {tag.pk for tag in tags}
        changed = [pk for pk, old in has.items() if wanted - old and len(wanted | old) <= MOST_OF_AN_ITEM]
        EntryTag.objects.bulk_create(
            [EntryTag(entry_id=pk, tag_id=tag) for pk in changed for tag in sorted(wanted - has[pk])],
            ignore_conflicts=True,
        )
        announce(changed)
    return len(changed)


def remove(entry_ids: Sequence[int], *, owner: User, tags: Sequence[Tag]) -> int:
    """Take tags off a person's own items; return how many items had one. Idempotent: yes."""
    with transaction.atomic():
        on = EntryTag.objects.filter(entry__in=entry_ids, entry__owner=owner, tag__in=tags)
        changed = sorted(set(on.values_list("entry", flat=True)))
        EntryTag.objects.filter(pk__in=on.values_list("pk", flat=True)).delete()
        announce(changed)
    return len(changed)


def tags_of(entry_ids: Collection[int]) -> dict[int, list[Tag]]:
    """Return the tags of entries by entry id, in one query."""
    found: dict[int, list[Tag]] = defaultdict(list)
    rows = EntryTag.objects.filter(entry__in=entry_ids).select_related("tag").order_by("tag__key")
    for row in rows:
        found[row.entry_id].append(row.tag)
    return found


def known_tags(person: User, *, beginning: str = "", limit: int = 60) -> list[Tag]:
    """Return tags on items that a person may see, by name; the others' existence is nobody's business."""
    seen = EntryTag.objects.filter(tag=OuterRef("pk"), entry__trashed_at__isnull=True).filter(
        Q(entry__owner=person) | Q(entry__visibility=Visibility.TEAM)
    )
    tags = Tag.objects.filter(Exists(seen))
    if beginning:
        tags = tags.filter(key__startswith=name_key(beginning))
    return list(tags.order_by("key")[:limit])
