"""Which recipe belongs into a file, for somebody who takes it along."""

from __future__ import annotations

from django.conf import settings

from generations.media.recipe.inscribing import can_carry
from generations.media.recipe.words import Inscription, inscription_of
from generations.models import Asset, Generation, GenerationOutput


def inscription_for(asset: Asset, *, person_id: int) -> Inscription | None:
    """Return what is written into a file: the recipe of the first generation that made it and may be seen.

    None for uploads, for types that carry nothing, and for what only others may see.
    """
    if not can_carry(asset.mime):
        return None
    visible = Generation.objects.visible_to(person_id)
    output = (
        GenerationOutput.objects.filter(asset=asset, generation__in=visible)
        .select_related("generation__model")
        .defer("generation__raw_reply", "generation__failure_detail")
        .order_by("pk")
        .first()
    )
    return inscription_of(output.generation, asset, producer=producer_name()) if output else None


def producer_name() -> str:
    """Return the name or code of the service that stands in labels."""
    name: str = settings.CONTENT_PRODUCER
    return name
