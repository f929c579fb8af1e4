"""Files as tiles: what each role of a model looks like in the composer, and what lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generations.forms.inputs import fit_of_asset, type_names
from generations.forms.labels import Text, group_label, role_label, short_role_label
from generations.forms.media import MediaForm, unsendable_sentence
from generations.media.inputs import can_send
from generations.media.invalid import MediaInvalid
from generations.models import Asset, ModelInput

# What a person may ask to have cut away.
CUTTABLE = frozenset({"too_wide", "too_narrow", "too_long"})


@dataclass(frozen=True, slots=True)
class Item:
    """One file in a role. `notes` say what is done to it first; `problem` says why it cannot be used as it is."""

    asset: Asset
    role: str
    label: Text
    number: int
    is_numbered: bool
    notes: tuple[str, ...] = ()
    problem: str = ""
    cut: str = ""

    @property
    def note(self) -> str:
        """All notes in one line."""
        return " ".join(self.notes)


@dataclass(frozen=True, slots=True)
class Tile:
    """One role of files: a control to add some, and what lies there already."""

    role: str
    label: Text
    short_label: Text
    media: str
    accept: str
    is_multiple: bool
    max_count: int
    hint: str
    why_off: str
    needs: str
    needs_label: str
    items: tuple[Item, ...]

    @property
    def icon(self) -> str:
        """The sign of the tile."""
        return {"video": "video", "audio": "sound"}.get(self.media, "frame" if "frame" in self.role else "image")

    @property
    def good(self) -> list[Item]:
        """What can be used."""
        return [item for item in self.items if not item.problem]

    @property
    def bad(self) -> list[Item]:
        """What cannot, with the reason."""
        return [item for item in self.items if item.problem]

    @property
    def room(self) -> int:
        """How many more files it takes."""
        return max(0, self.max_count - len(self.items))


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Roles that may be combined; groups exclude each other."""

    key: str
    number: int
    label: Text
    tiles: tuple[Tile, ...]
    is_chosen: bool


def groups_of(form: MediaForm, assets: Sequence[tuple[str, Asset]]) -> tuple[TileGroup, ...]:
    """Return the tiles of a form, in groups of which one is in sight at a time."""
    keys = list(dict.fromkeys(row.group for row in form.input_rows))
    used = {row.group for row in form.input_rows if row.role in {role for role, _asset in assets}}
    asked = str(form["input_group"].value() or "")
    chosen = asked if asked in keys else next((key for key in keys if key in used), "")
    groups = []
    for number, key in enumerate(keys, start=1):
        rows = [row for row in form.input_rows if row.group == key]
        tiles = tuple(_tile(row, assets) for row in rows)
        is_chosen = key == chosen or not key or len(keys) == 1
        groups.append(TileGroup(key=key, number=number, label=group_label(rows), tiles=tiles, is_chosen=is_chosen))
    return tuple(groups)


def item_of(row: ModelInput, asset: Asset, *, number: int = 1) -> Item:
    """Return how a file looks in a role: ready, made to fit, or with a problem."""
    notes: tuple[str, ...] = ()
    problem = cut = ""
    try:
        notes = tuple(fit_of_asset(asset, row).notes)
    except MediaInvalid as error:
        problem = str(error.sentence)
        cut = error.reason if error.reason in CUTTABLE else ""
    return Item(
        asset=asset,
        role=row.role,
        label=short_role_label(row.role),
        number=number,
        is_numbered=row.max_count > 1,
        notes=notes,
        problem=problem,
        cut=cut,
    )


def _tile(row: ModelInput, assets: Sequence[tuple[str, Asset]]) -> Tile:
    lying = [asset for role, asset in assets if role == row.role]
    needs = [role.strip() for role in row.needs.split(",") if role.strip()]
    items = tuple(item_of(row, asset, number=number) for number, asset in enumerate(lying, start=1))
    return Tile(
        role=row.role,
        label=role_label(row.role),
        short_label=short_role_label(row.role),
        media=row.media,
        accept=f"{row.media}/*",
        is_multiple=row.max_count > 1,
        max_count=row.max_count,
        hint=type_names(row),
        why_off="" if can_send(row) else unsendable_sentence(),
        needs=" ".join(needs),
        needs_label=" / ".join(str(role_label(role)) for role in needs),
        items=items,
    )
