"""Assets made ready for a role: a copy that fits beside the original, made once and found again."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db.models import ProtectedError

from generations.media import paths
from generations.media.fitting import Fit
from generations.media.recode import recode_clip, recode_sound
from generations.media.refit import has_clear_part, refit_picture
from generations.media.store import delete_files, discarded_on_failure, take_output
from generations.models import Asset

if TYPE_CHECKING:
    from accounts.models import User

UNUSED_KEPT = datetime.timedelta(days=40)
MOST_SWEPT = 1_000


def fitted_asset(asset: Asset, fit: Fit, *, owner: User, now: datetime.datetime, keeps_size: bool = False) -> Asset:
    """Return the asset itself if it fits, else its copy that does; the original stays as it is.

    Idempotent: yes, a second call finds the copy. Takes seconds for a clip that has to be written anew.
    Raises: MediaInvalid and OSError; nothing is left then.
    """
    if not fit.is_needed:
        return asset
    found = Asset.objects.filter(taken_from=asset, owner=owner, fitted_as=fit.key).order_by("id").first()
    if found is not None:
        return found
    target = paths.temporary_path()
    try:
        with original(asset) as source:
            _write(source, fit, target, keeps_size=keeps_size)
        stored = take_output(target, suggested_name=Path(asset.original_name).stem or asset.media)
        with discarded_on_failure(stored):
            copy = stored.create_asset(owner=owner, origin=Asset.Origin.FITTED, now=now)
            copy.taken_from, copy.fitted_as = asset, fit.key
            copy.save(update_fields=["taken_from", "fitted_as"])
    finally:
        target.unlink(missing_ok=True)
    return copy


def sweep_unused(*, now: datetime.datetime, is_dry: bool) -> int:
    """Delete copies that no order used in the end, after a time in which drafts may still hold them; return how many.

    Idempotent: yes.
    """
    unused = Asset.objects.filter(
        origin=Asset.Origin.FITTED,
        created_at__lt=now - UNUSED_KEPT,
        used_as__isnull=True,
        attached_to__isnull=True,
        taken__isnull=True,
    )
    found = list(unused[:MOST_SWEPT])
    for asset in () if is_dry else found:
        try:
            asset.delete()
        except ProtectedError:
            # An order has just taken it after all.
            continue
        delete_files(asset)
    return len(found)


def can_be_mask(asset: Asset) -> bool:
    """Tell whether some of a picture is transparent, which is what a mask marks. Raises: MediaInvalid."""
    with original(asset) as source:
        return has_clear_part(source)


@contextlib.contextmanager
def original(asset: Asset) -> Iterator[BinaryIO]:
    """Yield the asset's file, wherever storage is."""
    with default_storage.open(asset.path, "rb") as file:
        yield cast(BinaryIO, file)


def _write(source: BinaryIO, fit: Fit, target: Path, *, keeps_size: bool) -> None:
    if fit.facts.media == "video":
        recode_clip(source, fit, target)
    elif fit.facts.media == "audio":
        recode_sound(source, fit, target)
    else:
        content, _mime = refit_picture(source, fit, keeps_size=keeps_size)
        with paths.created(target) as descriptor, open(descriptor, "wb", closefd=False) as file:
            file.write(content)
