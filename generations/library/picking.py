"""Files to pick for a prompt or a message: what was made and what was uploaded, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db.models.functions import Left

from generations.library.timeline import KINDS, Listing, read_cursor, read_page
from generations.models import Asset, GenerationOutput, TimelineEntry

PICKS_A_PAGE = 24
SALT = "generations.library.picking"
SCOPES = ("mine", "team", "uploads")
MEDIA = ("image", "video", "audio")
CAPTION_CHARACTERS = 160
# A search looks at so many items, so many times a request; the next request goes on from there.
SEARCHED_AT_ONCE = 400
MOST_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Pick:
    """One file with the words it was made from, or its name; `owner_name` is empty for one's own."""

    asset: Asset
    caption: str
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class PickPage:
    """Some files; `next_cursor` is empty at the end."""

    picks: tuple[Pick, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `media` are kinds of files, `scope` is mine, team or uploads, `words` a search."""

    person_id: int
    media: tuple[str, ...]
    scope: str = "mine"
    words: str = ""


def read_picks(wanted: Wanted, *, after: str = "") -> PickPage:
    """Return the files that follow a position, in a fixed number of queries."""
    return _uploads(wanted, after=after) if wanted.scope == "uploads" else _made(wanted, after=after)


def _uploads(wanted: Wanted, *, after: str) -> PickPage:
    found = Asset.objects.filter(owner_id=wanted.person_id, origin=Asset.Origin.UPLOAD, media__in=wanted.media)
    if wanted.words:
        found = found.filter(original_name__icontains=wanted.words)
    last = _read_upload_cursor(after)
    if last is not None:
        found = found.filter(pk__lt=last)
    assets = list(found.order_by("-id")[: PICKS_A_PAGE + 1])
    picks = tuple(Pick(asset=asset, caption=asset.original_name) for asset in assets[:PICKS_A_PAGE])
    is_more = len(assets) > PICKS_A_PAGE
    return PickPage(picks=picks, next_cursor=_upload_cursor(picks[-1].asset.pk) if is_more else "")


def _made(wanted: Wanted, *, after: str) -> PickPage:
    kinds = tuple(kind for kind in KINDS if kind in wanted.media)
    if not kinds:
        return PickPage(picks=(), next_cursor="")
    listing = Listing(person_id=wanted.person_id, scope=wanted.scope, kinds=kinds)
    picks: list[Pick] = []
    for _look in range(MOST_LOOKS if wanted.words else 1):
        page = read_page(listing, after=read_cursor(after), size=SEARCHED_AT_ONCE if wanted.words else PICKS_A_PAGE)
        picks += _picks_of(page.entries, wanted)
        after = page.next_cursor
        if not after or len(picks) >= PICKS_A_PAGE:
            break
    return PickPage(picks=tuple(picks), next_cursor=after)


def _picks_of(entries: tuple[TimelineEntry, ...], wanted: Wanted) -> list[Pick]:
    order = {entry.generation_id: place for place, entry in enumerate(entries) if entry.generation_id}
    outputs = (
        GenerationOutput.objects.filter(generation_id__in=order, asset__media__in=wanted.media)
        .select_related("asset", "generation__owner")
        .defer("generation__prompt", "generation__raw_reply", "generation__failure_detail")
        .annotate(caption=Left("generation__prompt", CAPTION_CHARACTERS))
    )
    if wanted.words:
        outputs = outputs.filter(generation__prompt__icontains=wanted.words)
    found = sorted(outputs, key=lambda output: (order[output.generation_id], output.position))
    return [
        Pick(
            asset=output.asset,
            caption=getattr(output, "caption", "") or "",
            owner_name=output.generation.owner.display_name if output.generation.owner_id != wanted.person_id else "",
        )
        for output in found
        if output.asset
    ]


def _upload_cursor(asset_id: int) -> str:
    return signing.Signer(salt=SALT).sign(str(asset_id))


def _read_upload_cursor(cursor: str) -> int | None:
    try:
        return int(signing.Signer(salt=SALT).unsign(cursor))
    except (signing.BadSignature, ValueError):
        return None
