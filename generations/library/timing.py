"""How long things take: what is known of our own past, and who stands before whom in line."""

from __future__ import annotations

import bisect
import datetime
import statistics
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from generations.models import CatalogModel, Generation, Status

# Fewer runs of our own say less than the catalogue does.
ENOUGH_RUNS = 5
LATEST_RUNS = 300
# What an order takes its time by, beside its model.
MAIN_PARAMETERS = ("resolution", "duration", "size", "quality", "n", "image_size")
LONGEST_LINE = 1_000
# Past this, a running generation is overdue. Units: seconds.
OVERDUE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Usual:
    """How long such an order usually takes. Units: seconds. `late_seconds` is the ninetieth percentile, if known."""

    median_seconds: int
    late_seconds: int | None = None

    @property
    def is_measured(self) -> bool:
        """Whether it comes from runs of our own rather than from the catalogue."""
        return self.late_seconds is not None


def usual_times(generations: Iterable[Generation]) -> dict[int, Usual]:
    """Return how long orders like each of these usually take, by its id: one query a model, along an index."""
    asked = list(generations)
    models = {generation.model_id: generation.model for generation in asked}
    runs = {pk: _runs(model) for pk, model in models.items()}
    return {
        generation.pk: usual_of(
            runs[generation.model_id].get(_likeness(generation.parameters), []),
            expected_seconds=generation.model.expected_seconds,
        )
        for generation in asked
    }


def usual_of(seconds: list[float], *, expected_seconds: int) -> Usual:
    """Return median and ninetieth percentile of these runs, or what is expected when they are too few."""
    if len(seconds) < ENOUGH_RUNS:
        return Usual(median_seconds=expected_seconds)
    late = statistics.quantiles(seconds, n=10, method="inclusive")[-1]
    return Usual(median_seconds=max(1, round(statistics.median(seconds))), late_seconds=max(1, round(late)))


def places_in_line(generations: Iterable[Generation]) -> Mapping[int, int]:
    """Return, for the queued ones among these, how many stand in line up to and with them; by id."""
    queued = [generation.pk for generation in generations if generation.status == Status.QUEUED]
    if not queued:
        return {}
    line = list(
        Generation.objects.filter(status=Status.QUEUED).order_by("id").values_list("pk", flat=True)[:LONGEST_LINE]
    )
    return {pk: bisect.bisect_right(line, pk) for pk in queued if bisect.bisect_right(line, pk)}


def elapsed_seconds(generation: Generation, *, now: datetime.datetime) -> int:
    """Return how long a generation has been under way, or took; from its submit on, once there was one."""
    begin = generation.submitted_at or generation.created_at
    return max(0, int(((generation.finished_at or now) - begin).total_seconds()))


def _runs(model: CatalogModel) -> Mapping[Hashable, list[float]]:
    """Return the seconds that the latest runs of a model took, by what they were asked for."""
    latest = (
        Generation.objects.filter(
            model=model, status=Status.COMPLETED, is_late_success=False, submitted_at__isnull=False
        )
        .order_by("-id")
        .values_list("submitted_at", "finished_at", "parameters")[:LATEST_RUNS]
    )
    found: dict[Hashable, list[float]] = {}
    for begin, end, parameters in latest:
        if begin and end:
            found.setdefault(_likeness(parameters), []).append((end - begin).total_seconds())
    return found


def _likeness(parameters: Mapping[str, object]) -> Hashable:
    """Return what orders have in common that take the same time."""
    return tuple(str(parameters.get(name, "")) for name in MAIN_PARAMETERS)
