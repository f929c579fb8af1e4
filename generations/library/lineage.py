"""What came from what: the generations that one was made from, and those that were made of it.

Two things lead from one to another: the parent that a person started from, and files that one made and another was
given, also a frame that was taken from a clip. Each level costs a fixed number of queries, however wide it is.
What a person may not see is told as private and leads no further.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Min, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from generations.models import Asset, Generation, GenerationInput, GenerationOutput, Kind, Relation

MOST_LEVELS = 5
# Beyond these a strip says that there is more; the next page goes on from there.
MOST_ANCESTORS = 12
MOST_DESCENDANTS = 24
DEFERRED = ("raw_reply", "failure_detail", "usage", "resolved", "unknown_word")
ROLE_RELATIONS = {
    "first_frame": Relation.ANIMATE.value,
    "edit_image": Relation.EDIT.value,
    "mask": Relation.EDIT.value,
}
# A file that was given beside the prompt in any other role.
REFERENCE = "reference"
LABELS: dict[str, StrPromise | str] = {**dict(Relation.choices), REFERENCE: _("With a reference")}
KINDS: dict[str, StrPromise | str] = dict(Kind.choices)


@dataclass(frozen=True, slots=True)
class Kin:
    """One member of a family; `generation` is None where it is private. `relation` says what it was made as."""

    relation: str
    generation: Generation | None = None

    @property
    def label(self) -> StrPromise | str:
        """What it was made as; for one that was made from nothing, what it is."""
        kind = self.generation.kind if self.generation else ""
        return LABELS.get(self.relation) or KINDS.get(kind, kind)

    @property
    def cover(self) -> Asset | None:
        """The picture or clip that stands for it."""
        outputs = self.generation.outputs.all() if self.generation else ()
        return next((output.asset for output in outputs if output.asset and output.role != "last_frame"), None)


@dataclass(frozen=True, slots=True)
class Family:
    """Ancestors, the oldest first, and descendants, the nearest first."""

    ancestors: tuple[Kin, ...] = ()
    descendants: tuple[Kin, ...] = ()
    has_more_ancestors: bool = False
    has_more_descendants: bool = False

    def __bool__(self) -> bool:
        return bool(self.ancestors or self.descendants)


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody was made from somebody else, as something."""

    older: int
    younger: int
    relation: str


def family_of(generation: Generation, *, person_id: int) -> Family:
    """Return the kin that a person may know of."""
    ups, more_up = _walk(generation.pk, person_id=person_id, is_up=True, most=MOST_ANCESTORS)
    downs, more_down = _walk(generation.pk, person_id=person_id, is_up=False, most=MOST_DESCENDANTS)
    shown = _shown([key for key, _relation in (*ups, *downs)], person_id)
    origins = _relations_of([key for key, _relation in ups if key in shown])
    ancestors = [Kin(relation=origins.get(key, ""), generation=shown.get(key)) for key, _relation in reversed(ups)]
    descendants = [Kin(relation=relation, generation=shown[key]) for key, relation in downs if key in shown]
    return Family(tuple(ancestors), tuple(descendants), more_up, more_down)


def origin_of(generation: Generation, *, person_id: int) -> Kin | None:
    """Return what a person started this one from; None when it was made from nothing, or from something gone."""
    if generation.parent_id is None:
        return None
    found = Generation.objects.visible_to(person_id).filter(pk=generation.parent_id).first()
    return Kin(relation=generation.relation, generation=found)


def makers_of(assets: Iterable[Asset], *, person_id: int) -> dict[int, Generation]:
    """Return, by the key of each asset that some generation made, that generation, as far as a person may see it."""
    sources = {asset.pk: asset.taken_from_id or asset.pk for asset in assets}
    first = _first_makers(set(sources.values()))
    seen = Generation.objects.visible_to(person_id).only("public_id", "kind").in_bulk(list(first.values()))
    return {key: seen[first[source]] for key, source in sources.items() if first.get(source) in seen}


def last_frame_of(generation: Generation, *, person_id: int) -> Asset | None:
    """Return the last frame of a clip as it is known: the gateway's own, or one that this person had taken."""
    outputs = [output for output in generation.outputs.all() if output.asset]
    own = next((output.asset for output in outputs if output.role == "last_frame"), None)
    clips = [output.asset_id for output in outputs if output.asset and output.asset.media == "video"]
    return own or Asset.objects.filter(taken_from__in=clips, owner_id=person_id).order_by("-id").first()


def _walk(start: int, *, person_id: int, is_up: bool, most: int) -> tuple[list[tuple[int, str]], bool]:
    """Return the keys of ancestors or descendants, level by level, and whether there are more."""
    found: dict[int, str] = {}
    level = [start]
    for _level in range(MOST_LEVELS):
        edges = _edges_up(level) if is_up else _edges_down(level)
        fresh: dict[int, str] = {}
        for edge in edges:
            key = edge.older if is_up else edge.younger
            if key != start and key not in found:
                fresh.setdefault(key, edge.relation)
        for key, relation in fresh.items():
            if len(found) >= most:
                return list(found.items()), True
            found[key] = relation
        # Nobody is led on by what they may not see.
        level = list(Generation.objects.visible_to(person_id).filter(pk__in=fresh).values_list("pk", flat=True))
        if not level:
            return list(found.items()), False
    return list(found.items()), bool(_edges_up(level) if is_up else _edges_down(level))


def _edges_up(level: Sequence[int]) -> list[Edge]:
    rows = Generation.objects.filter(pk__in=level, parent__isnull=False)
    edges = [Edge(older, pk, relation) for pk, older, relation in rows.values_list("pk", "parent_id", "relation")]
    given = GenerationInput.objects.filter(generation_id__in=level)
    return edges + _edges_of_files(given, known={(edge.older, edge.younger) for edge in edges})


def _edges_down(level: Sequence[int]) -> list[Edge]:
    rows = Generation.objects.filter(parent_id__in=level).order_by("-id")[: MOST_DESCENDANTS + 1]
    edges = [Edge(older, pk, relation) for pk, older, relation in rows.values_list("pk", "parent_id", "relation")]
    made = set(
        GenerationOutput.objects.filter(generation_id__in=level, asset__isnull=False).values_list("asset_id", flat=True)
    )
    taken = set(Asset.objects.filter(taken_from_id__in=made).values_list("pk", flat=True))
    given = GenerationInput.objects.filter(asset_id__in=made | taken).order_by("-id")[: MOST_DESCENDANTS + 1]
    found = _edges_of_files(given, known={(edge.older, edge.younger) for edge in edges})
    return edges + [edge for edge in found if edge.older in set(level)]


def _edges_of_files(given: QuerySet[GenerationInput], *, known: set[tuple[int, int]]) -> list[Edge]:
    """Return who made the files that somebody was given."""
    rows = list(given.values_list("generation_id", "role", "asset_id", "asset__taken_from_id"))
    first = _first_makers({source or asset for _younger, _role, asset, source in rows})
    edges: dict[tuple[int, int], Edge] = {}
    for younger, role, asset, source in rows:
        maker = first.get(source or asset)
        if maker is None or maker == younger or (maker, younger) in known:
            continue
        relation = Relation.CONTINUE.value if source else ROLE_RELATIONS.get(role, REFERENCE)
        edges.setdefault((maker, younger), Edge(maker, younger, relation))
    return list(edges.values())


def _first_makers(assets: Collection[int]) -> dict[int, int]:
    """Return which generation made each asset: the first, where seeded histories let several show the same one."""
    rows = GenerationOutput.objects.filter(asset_id__in=assets).values("asset_id").annotate(first=Min("generation_id"))
    return {row["asset_id"]: row["first"] for row in rows}


def _relations_of(keys: Sequence[int]) -> dict[int, str]:
    """Return what each was made as; nothing for one that was made from nothing."""
    return {edge.younger: edge.relation for edge in reversed(_edges_up(keys))} if keys else {}


def _shown(keys: Sequence[int], person_id: int) -> dict[int, Generation]:
    outputs = Prefetch("outputs", GenerationOutput.objects.select_related("asset"))
    rows = Generation.objects.visible_to(person_id).filter(pk__in=keys).defer(*DEFERRED)
    return {row.pk: row for row in rows.select_related("model", "owner").prefetch_related(outputs)}
