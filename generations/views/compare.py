"""Two files laid over each other, with what differs between their recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.access import readable_asset, readable_generation
from generations.forms.labels import Text
from generations.library.lineage import makers_of
from generations.models import Asset, Generation
from generations.views.details import recipe_of


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a file, and the generation that made it, as far as it may be seen."""

    asset: Asset
    generation: Generation | None

    @property
    def name(self) -> str:
        """What it is called: its prompt, else its file name."""
        return (self.generation.prompt if self.generation else self.asset.original_name) or _("Without words")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both recipes."""

    label: Text
    values: tuple[Text, Text]

    @property
    def differs(self) -> bool:
        """Whether the two say different things."""
        return str(self.values[0]) != str(self.values[1])


@require_safe
def compare(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show two files: `a` and `b` are ids of files, or of generations, whose first file is then meant."""
    assets = [_asset(request.user, request.GET.get(name, "")) for name in ("a", "b")]
    makers = makers_of(assets, person_id=request.user.pk)
    sides = [_side(request.user, asset, makers.get(asset.pk)) for asset in assets]
    context = {
        "sides": sides,
        "media": assets[0].media if assets[0].media == assets[1].media else "",
        "rows": _rows(sides),
        "swapped": f"?a={assets[1].public_id}&b={assets[0].public_id}",
    }
    return render(request, "generations/compare.html", context)


def _asset(person: User, text: str) -> Asset:
    """Return the picture or clip of this id. Raises: Http404 when there is none that this person may see."""
    try:
        public_id = UUID(text)
    except ValueError:
        raise Http404 from None
    asset = _file(person, public_id)
    if asset is None or asset.media not in {"image", "video"}:
        raise Http404
    return asset


def _file(person: User, public_id: UUID) -> Asset | None:
    try:
        return readable_asset(person, public_id)
    except Http404:
        outputs = readable_generation(person, public_id).outputs.all()
        return next((row.asset for row in outputs if row.asset and row.role != "last_frame"), None)


def _side(person: User, asset: Asset, maker: Generation | None) -> Side:
    return Side(asset, readable_generation(person, maker.public_id) if maker else None)


def _rows(sides: Sequence[Side]) -> list[Row]:
    """Return both recipes line by line, in the order of the first."""
    recipes: list[dict[str, Text]] = [_recipe(side) for side in sides]
    labels = dict.fromkeys([*recipes[0], *recipes[1]])
    return [Row(label, (recipes[0].get(label, "–"), recipes[1].get(label, "–"))) for label in labels]


def _recipe(side: Side) -> dict[str, Text]:
    if side.generation is None:
        return {}
    head: dict[str, Text] = {_("Prompt"): side.generation.prompt or "–", _("Model"): side.generation.model.name}
    return head | {str(label): value for label, value in recipe_of(side.generation)}
