"""Let go of stored files that nothing needs any more: counted by the rows that refer to them, not by who made them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import partial

from django.core.files.storage import default_storage
from django.db import models, transaction

from generations.media.orphans import is_named, names_of
from generations.models import Asset, Draft

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What a derived asset keeps of its source may go with it, and a draft names files without a foreign key.
_LOOSE = (models.CASCADE, models.SET_NULL)


def release(asset_ids: Iterable[int]) -> int:
    """Delete those of these assets that no row of any table and no draft needs, and return how many.

    Their files go after commit, unless another asset names the same file. What was taken from one of them (a last
    frame) goes too, if nothing needs it. Call inside the transaction that deleted their users. Idempotent: yes.
    """
    wanted = set(asset_ids)
    wanted.update(Asset.objects.filter(taken_from__in=wanted).values_list("pk", flat=True))
    assets = Asset.objects.filter(pk__in=wanted)
    for relation in Asset._meta.related_objects:
        if relation.on_delete not in _LOOSE:
            assets = assets.exclude(**{f"{relation.name}__isnull": False})
    unused = _without_drafted(list(assets.distinct()))
    Asset.objects.filter(pk__in=[asset.pk for asset in unused]).delete()
    transaction.on_commit(partial(_delete_files, names_of(unused)))
    return len(unused)


def _without_drafted(assets: Sequence[Asset]) -> list[Asset]:
    if not assets:
        return []
    drafted = {
        word
        for fields in Draft.objects.values_list("fields", flat=True).iterator()
        for word in _UUID.findall(json.dumps(fields))
    }
    return [asset for asset in assets if str(asset.public_id) not in drafted]


def _delete_files(names: Iterable[str]) -> None:
    for name in sorted(names):
        if not is_named(name):
            default_storage.delete(name)
