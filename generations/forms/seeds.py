"""The seed: left to chance, fixed by hand, or the one that was used last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from generations.models import CatalogModel, Generation

SEED = "seed"
RANDOM, FIXED, LAST = "random", "fixed", "last"
MODES = (RANDOM, FIXED, LAST)
# So far back a person's own history is looked through.
LATEST_ROWS = 40


def has_seed(model: CatalogModel) -> bool:
    """Tell whether a model takes a seed."""
    return any(row.name == SEED for row in model.parameters.all())


def last_seed(person: User, model: CatalogModel) -> int | None:
    """Return the seed of a person's newest result of a model: what the model reports, else what was asked for."""
    rows = Generation.objects.filter(owner=person).order_by("-id").values_list("model_id", "resolved", "parameters")
    for model_id, resolved, parameters in rows[:LATEST_ROWS]:
        if model_id != model.pk:
            continue
        for known in (resolved, parameters):
            seed = known.get(SEED) if isinstance(known, dict) else None
            if isinstance(seed, int) and seed >= 0:
                return seed
    return None


def mode_of(asked: Mapping[str, Any]) -> str:
    """Return how the seed of a form is chosen; a form that does not say fixes what it holds."""
    mode = str(asked.get("seed_mode") or "")
    if mode in MODES:
        return mode
    return FIXED if str(asked.get(SEED) or "").strip() not in {"", "-1"} else RANDOM
