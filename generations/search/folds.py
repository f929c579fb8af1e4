"""Equal prompts folded together: counted while generations change, so that a list of prompts reads one table.

Every entry of the timeline says where its prompt is counted and as what; what changed is the difference between that
and what the entry says now. So counting twice changes nothing, and no figure needs all uses of a prompt to be read.

Whoever changes entries calls `fold` in the same transaction, before `index.write`. Rows are held in one order (entries,
then uses, each by key), so that two transactions never wait for each other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q

from generations.models import Favourite, Generation, PromptUse, Status, TimelineEntry
from generations.search import index, tokens
from generations.search.asking import PROMPTS

# What an entry was counted as; nothing yet while it is empty.
NOTHING, OPEN, DONE, FAILED = "nothing", "open", "done", "failed"
AT_ONCE = 500
Key = tuple[str, int, int, str]


def digest_of(prompt: str) -> str:
    """Return what equal prompts have in common; width, upper and lower case and blanks make no difference."""
    normal = " ".join(tokens.normalize(prompt).split())
    return hashlib.sha256(normal.encode(errors="surrogatepass")).hexdigest()[:32] if normal else ""


@dataclass(slots=True)
class _Change:
    """One entry that is to be counted elsewhere, or as something else."""

    entry: TimelineEntry
    key: Key | None
    outcome: str
    is_starred: bool


@dataclass(slots=True)
class _Move:
    """What becomes of one row of uses."""

    use: PromptUse
    places: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    was_at: int = 0


def fold(entries: Iterable[TimelineEntry]) -> None:
    """Count these entries as they stand now. Call inside the change's own transaction. Idempotent: yes."""
    ids = sorted({entry.pk for entry in entries if entry.generation_id})
    if not ids:
        return
    stars = Favourite.objects.filter(entry=OuterRef("pk"))
    held = TimelineEntry.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    rows = list(held.annotate(has_star=Exists(stars)))
    prompts = _prompts(rows)
    uses = _held_uses(rows, prompts)
    changes = [change for row in rows if (change := _change(row, prompts, uses)) is not None]
    if changes:
        _apply(changes, uses, texts=prompts)


def fold_waiting(*, at_once: int = AT_ONCE) -> int:
    """Count entries that nobody has counted yet, oldest first; return how many. Idempotent: yes."""
    with transaction.atomic():
        waiting = TimelineEntry.objects.filter(prompt_outcome="", generation__isnull=False).order_by("id")
        entries = list(waiting[:at_once])
        fold(entries)
    return len(entries)


def forget() -> None:
    """Forget all figures; `fold_waiting`, called until it returns 0, counts afresh."""
    with transaction.atomic():
        TimelineEntry.objects.filter(generation__isnull=False).update(
            prompt_use=None, prompt_outcome="", is_prompt_starred=False
        )
        PromptUse.objects.all().delete()
        index.clear(table=PROMPTS)


def remove(entries: Sequence[TimelineEntry]) -> None:
    """Take entries out of all figures before they are deleted. Call inside the deletion's own transaction."""
    counted = [entry for entry in entries if entry.prompt_use_id]
    uses = _held_uses(counted, {})
    if counted:
        _apply([_Change(entry, None, NOTHING, is_starred=False) for entry in counted], uses, texts={})


def facets_of(use: PromptUse) -> list[str]:
    """Return what lists of prompts filter by, as tokens."""
    shared = [tokens.TEAM_FACET] if use.visibility == "team" else []
    return [
        tokens.owner_facet(use.owner_id),
        *shared,
        tokens.visibility_facet(use.visibility),
        tokens.kind_facet(use.kind),
        tokens.model_facet(use.model_id),
    ]


def _prompts(rows: Sequence[TimelineEntry]) -> dict[int, str]:
    """Return the prompts of entries that are not counted yet, by generation: of the others the digest is known."""
    unknown = [row.generation_id for row in rows if row.prompt_use_id is None and row.trashed_at is None]
    return dict(Generation.objects.filter(pk__in=unknown).values_list("pk", "prompt"))


def _held_uses(rows: Sequence[TimelineEntry], prompts: Mapping[int, str]) -> dict[int, PromptUse]:
    """Return and hold the rows of uses that these entries are counted in, or belong to."""
    known = {row.prompt_use_id for row in rows if row.prompt_use_id}
    wanted = Q(pk__in=known)
    digests = {digest for prompt in prompts.values() if (digest := digest_of(prompt))}
    digests |= set(PromptUse.objects.filter(pk__in=known).values_list("digest", flat=True))
    wanted |= Q(digest__in=digests, owner__in={row.owner_id for row in rows})
    return {use.pk: use for use in PromptUse.objects.filter(wanted).order_by("pk").select_for_update(of=("self",))}


def _change(row: TimelineEntry, prompts: Mapping[int, str], uses: Mapping[int, PromptUse]) -> _Change | None:
    """Return how an entry is to be counted now, or None when it is counted so."""
    present = uses.get(row.prompt_use_id or 0)
    digest = present.digest if present else digest_of(prompts.get(row.generation_id or 0, ""))
    key: Key | None = None
    if row.trashed_at is None and digest and row.model_id:
        key = (digest, row.owner_id, row.model_id, row.visibility)
    outcome = _outcome(row.status) if key else NOTHING
    is_starred = bool(getattr(row, "has_star", False)) and key is not None
    same_place = (_key(present) if present else None) == key
    if same_place and row.prompt_outcome == outcome and row.is_prompt_starred == is_starred:
        return None
    return _Change(row, key, outcome, is_starred)


def _outcome(status: str) -> str:
    return {Status.COMPLETED: DONE, Status.FAILED: FAILED}.get(Status(status), OPEN)


def _key(use: PromptUse) -> Key:
    return (use.digest, use.owner_id, use.model_id, use.visibility)


def _apply(changes: Sequence[_Change], uses: dict[int, PromptUse], *, texts: Mapping[int, str]) -> None:
    by_key = {_key(use): use for use in uses.values()}
    _make_missing(changes, by_key)
    moves: dict[int, _Move] = {}

    def move_of(use: PromptUse) -> _Move:
        return moves.setdefault(use.pk, _Move(use, was_at=use.place if use.use_count else 0))

    words: dict[int, str] = {}
    for change in changes:
        entry = change.entry
        old, new = uses.get(entry.prompt_use_id or 0), by_key[change.key] if change.key else None
        if old is not None:
            _add(old, entry.prompt_outcome, entry.is_prompt_starred, sign=-1)
            move_of(old).left.append(entry.place)
        if new is not None:
            move = move_of(new)
            _add(new, change.outcome, change.is_starred, sign=1)
            move.places.append(entry.place)
            words[new.pk] = texts.get(entry.generation_id or 0, words.get(new.pk, ""))
        entry.prompt_use_id = new.pk if new else None
        entry.prompt_outcome, entry.is_prompt_starred = change.outcome, change.is_starred
    _save_entries([change.entry for change in changes])
    _save_uses(list(moves.values()), words)


def _make_missing(changes: Sequence[_Change], by_key: dict[Key, PromptUse]) -> None:
    """Make the rows of uses that nobody has needed before."""
    missing: dict[Key, PromptUse] = {}
    for change in changes:
        if change.key and change.key not in by_key:
            digest, owner_id, model_id, visibility = change.key
            missing[change.key] = PromptUse(
                digest=digest,
                owner_id=owner_id,
                model_id=model_id,
                visibility=visibility,
                kind=change.entry.kind,
                place=0,
            )
    if not missing:
        return
    PromptUse.objects.bulk_create([missing[key] for key in sorted(missing)], ignore_conflicts=True, batch_size=500)
    made = PromptUse.objects.filter(digest__in={key[0] for key in missing}, owner__in={key[1] for key in missing})
    for use in made.order_by("pk").select_for_update(of=("self",)):
        by_key.setdefault(_key(use), use)


def _add(use: PromptUse, outcome: str, is_starred: bool, *, sign: int) -> None:
    use.use_count += sign
    use.done_count += sign * (outcome == DONE)
    use.failed_count += sign * (outcome == FAILED)
    use.starred_count += sign * is_starred


def _save_entries(entries: Sequence[TimelineEntry]) -> None:
    table = connection.ops.quote_name(TimelineEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET prompt_use_id = %s, prompt_outcome = %s, is_prompt_starred = %s "  # noqa: S608 - ours
            "WHERE id = %s",
            [(one.prompt_use_id, one.prompt_outcome, one.is_prompt_starred, one.pk) for one in entries],
        )


def _save_uses(moves: Sequence[_Move], words: Mapping[int, str]) -> None:
    """Write the figures, and the documents of rows that have another newest use now."""
    _find_newest(moves)
    gone = [move.use.pk for move in moves if move.use.use_count <= 0]
    kept = [move.use for move in moves if move.use.use_count > 0]
    table = connection.ops.quote_name(PromptUse._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET place = %s, use_count = %s, done_count = %s, failed_count = %s, "  # noqa: S608 - ours
            "starred_count = %s WHERE id = %s",
            [(u.place, u.use_count, u.done_count, u.failed_count, u.starred_count, u.pk) for u in kept],
        )
    PromptUse.objects.filter(pk__in=gone).delete()
    moved = [move for move in moves if move.was_at != move.use.place or move.use.use_count <= 0]
    left = [move.was_at for move in moved if move.was_at]
    if left:
        index.remove(left, table=PROMPTS)
    _write_documents([move.use for move in moved if move.use.use_count > 0], words)


def _find_newest(moves: Sequence[_Move]) -> None:
    """Set the place of each row to that of its newest use; only where the newest one left, uses have to be read."""
    robbed = [move for move in moves if move.was_at in move.left and move.use.use_count > 0]
    asked = TimelineEntry.objects.filter(prompt_use__in=[move.use.pk for move in robbed])
    newest: dict[int | None, int] = dict(
        asked.values("prompt_use").annotate(newest=Max("place")).values_list("prompt_use", "newest")
    )
    for move in moves:
        at = newest.get(move.use.pk, 0) if move in robbed else move.was_at
        move.use.place = max([at, *move.places])


def _write_documents(uses: Sequence[PromptUse], words: Mapping[int, str]) -> None:
    unknown = [use.place for use in uses if not words.get(use.pk)]
    found = TimelineEntry.objects.filter(place__in=unknown).values_list("place", "generation__prompt")
    texts: dict[int, str | None] = dict(found) if unknown else {}
    documents: dict[int, list[str]] = defaultdict(list)
    for use in uses:
        documents[use.place] = [*facets_of(use), *tokens.text_tokens([words.get(use.pk) or texts.get(use.place) or ""])]
    index.put(documents.items(), table=PROMPTS)
