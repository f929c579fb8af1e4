"""Who may see items: private or team, changed at any time by their owner, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from generations.library.changing import announce, update_items


def set_visibility(entry_ids: Sequence[int], *, owner: User, visibility: str) -> int:
    """Give a person's own items this visibility and return how many had another one. Idempotent: yes."""
    with transaction.atomic():
        changed = update_items(entry_ids, owner_id=owner.pk, only_if=~Q(visibility=visibility), visibility=visibility)
        announce(changed)
    return len(changed)
