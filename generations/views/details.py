"""One generation with all that its page tells: gathered once, for the page, the dialog and live updates alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.access import is_administrator
from accounts.models import User
from generations.access import readable_generation
from generations.forms.labels import Text, known_parameter_label, parameter_label, role_label, value_label
from generations.library.cards import Card, card_of
from generations.library.lineage import Family, Kin, family_of, makers_of, origin_of
from generations.library.timing import Usual, usual_times
from generations.lifecycle import cancel, retry
from generations.media.recipe.inscribing import can_carry
from generations.media.types import FILE_TYPES
from generations.models import (
    Asset,
    GatewayTask,
    Generation,
    GenerationEvent,
    GenerationOutput,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that was given with the prompt, and the generation that made it, if one did and it may be seen."""

    label: Text
    asset: Asset
    maker: Generation | None


@dataclass(frozen=True, slots=True)
class GivenAddress:
    """A file that was given by its address. The page shows the address and fetches nothing of it."""

    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time went. Units: seconds; None where a step was not reached."""

    waited_seconds: int | None
    total_seconds: int
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Detail:
    """What the page shows. Staff see the events and the gateway's own words, too."""

    generation: Generation
    card: Card
    is_own: bool
    is_staff: bool
    settings: Sequence[tuple[Text, Text]]
    inputs: Sequence[GivenFile]
    addresses: Sequence[GivenAddress]
    outputs: Sequence[GenerationOutput]
    shown: GenerationOutput | None
    family: Family
    origin: Kin | None
    timings: Timings
    events: Sequence[GenerationEvent]
    tasks: Sequence[GatewayTask]
    now: datetime.datetime

    @property
    def can_cancel(self) -> bool:
        """Whether this person can still stop it."""
        return self.is_own and self.generation.status in cancel.CANCELABLE

    @property
    def can_retry(self) -> bool:
        """Whether this person can make it anew."""
        return self.is_own and self.generation.status in retry.RETRYABLE

    @property
    def visibilities(self) -> Sequence[tuple[str, Any]]:
        """Who may be let in."""
        return Visibility.choices

    @property
    def is_orphan(self) -> bool:
        """Whether it was made from something that is gone for good."""
        return bool(self.generation.relation) and self.generation.parent_id is None

    @property
    def own_kin(self) -> Kin:
        """The item itself as one of its family."""
        return Kin(relation=self.generation.relation, generation=self.generation)

    @property
    def comparable(self) -> Asset | None:
        """What the file in front can be laid over: that of the nearest ancestor, if it is of the same kind."""
        front = self.shown.asset if self.shown else None
        covers = (kin.cover for kin in reversed(self.family.ancestors))
        return next((cover for cover in covers if front and cover and cover.media == front.media), None)

    @property
    def file_type(self) -> str:
        """What kind of file is in front."""
        asset = self.shown.asset if self.shown else None
        known = FILE_TYPES.get(asset.mime) if asset else None
        return known.name if known else ""

    @property
    def carries_recipe(self) -> bool:
        """Whether the file in front carries its recipe when it is downloaded."""
        return bool(self.shown and self.shown.asset and can_carry(self.shown.asset.mime))

    @property
    def has_many(self) -> bool:
        """Whether there are several files to look at."""
        return len(self.outputs) > 1


def detail_of(person: User, public_id: UUID, *, now: datetime.datetime, output: str = "") -> Detail:
    """Return what this person is shown of a generation; `output` is the public id of the file in front.

    Raises: Http404 when this person may not see it.
    """
    generation = readable_generation(person, public_id)
    is_own = generation.owner_id == person.pk
    is_staff = is_administrator(person)
    outputs = [row for row in generation.outputs.all() if row.asset]
    card = card_of(generation, now=now, reader_id=person.pk)
    return Detail(
        generation=generation,
        card=card,
        is_own=is_own,
        is_staff=is_staff,
        settings=recipe_of(generation),
        inputs=_inputs_of(generation, person),
        addresses=[GivenAddress(role_label(one.role), one.url) for one in generation.input_addresses.all()],
        outputs=outputs,
        shown=_shown(outputs, output),
        family=family_of(generation, person_id=person.pk),
        origin=origin_of(generation, person_id=person.pk),
        timings=_timings_of(generation, card),
        events=list(generation.events.select_related("actor")) if is_staff else [],
        tasks=list(generation.gateway_tasks.all()) if is_staff else [],
        now=now,
    )


def recipe_of(generation: Generation) -> list[tuple[Text, Text]]:
    """Return the settings as people read them; what the model itself chose outranks what it was asked."""
    rows = {row.name: row for row in generation.model.parameters.all()}
    used = {name: value for name, value in generation.resolved.items() if name in generation.parameters}
    return [
        (
            parameter_label(rows[name]) if name in rows else known_parameter_label(name),
            value_label(name, used.get(name, value) if used.get(name) not in (None, "") else value),
        )
        for name, value in generation.parameters.items()
    ]


def _inputs_of(generation: Generation, person: User) -> list[GivenFile]:
    rows = list(generation.inputs.select_related("asset"))
    makers = makers_of([row.asset for row in rows], person_id=person.pk)
    return [GivenFile(role_label(row.role), row.asset, makers.get(row.asset_id)) for row in rows]


def _shown(outputs: Sequence[GenerationOutput], output: str) -> GenerationOutput | None:
    """Return the output that was asked for, else the first that is not only a frame of another."""
    asked = next((row for row in outputs if row.asset and str(row.asset.public_id) == output), None)
    return asked or next((row for row in outputs if row.role != "last_frame"), outputs[0] if outputs else None)


def _timings_of(generation: Generation, card: Card) -> Timings:
    submitted = generation.submitted_at
    waited = max(0, round((submitted - generation.created_at).total_seconds())) if submitted else None
    usual = card.usual
    if usual is None and generation.finished_at and submitted:
        usual = usual_times([generation])[generation.pk]
    return Timings(waited_seconds=waited, total_seconds=card.elapsed_seconds, usual=usual)
