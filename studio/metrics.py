"""`/metrics` in Prometheus' text format: every figure is read from the database, so any process answers for all.

Only a peer on this machine that stands behind no proxy is answered, or whoever knows `STUDIO_METRICS_TOKEN`.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4
"""

import datetime
import ipaddress
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generations.clock import database_now
from generations.models import UNFINISHED, EngineShift, GatewayState, GatewayTask, Generation, GenerationEvent, Status
from studio.routing import WAS_FORWARDED

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# The newest rows by id: a scrape costs the same after a year as after a day.
EVENTS_LOOKED_AT = 20_000
TIMES_LOOKED_AT = 500
ERRORS_WITHIN = datetime.timedelta(hours=1)
# What a submit can have met, as `GenerationEvent.reason` has it; `given_back_…` carries the class behind it.
ERROR_CLASSES = frozenset(
    {"auth", "credit", "refused", "bad_input", "rate", "upstream", "model_unavailable", "timeout", "protocol",
     "expired", "output_missing", "output_too_large", "output_invalid", "lease_expired", "engine_gone", "link_gone",
     "interrupted"}
)  # fmt: skip
QUANTILES = (0.5, 0.9, 0.99)

Sample = tuple[dict[str, str], float]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer every figure; to others, as if there were nothing here."""
    if not is_allowed(request):
        raise Http404
    return HttpResponse("".join(exposition(database_now())), content_type=CONTENT_TYPE)


def is_allowed(request: HttpRequest) -> bool:
    """Tell whether the caller knows the token, or is a process of this machine that speaks for itself."""
    token: str = settings.METRICS_TOKEN
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and constant_time_compare(offered.strip(), token):
        return True
    names = {name.lower() for name in request.headers}
    if WAS_FORWARDED in names or "forwarded" in names or any(name.startswith("x-forwarded-") for name in names):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def exposition(now: datetime.datetime) -> Iterator[str]:
    """Yield the figures, one family after another."""
    yield from _family("studio_queue_depth", "Packages that wait in a queue.", _queue_depths())
    yield from _family("studio_generations", "Generations by state.", _states())
    yield from _family("studio_in_flight", "Calls to the gateway under way, by host.", _in_flight(now))
    yield from _family("studio_due", "Rows whose time has come and that nobody has taken yet.", _due(now))
    yield from _family(
        "studio_lateness_seconds", "How long the row that has waited longest is past its time.", _lateness(now)
    )
    yield from _family(
        "studio_poll_lateness_seconds", "How long after their time the newest polls left, by host.", _poll_lateness(now)
    )
    yield from _family("studio_polls_in_error", "Running rows whose last poll failed.", _polls_in_error())
    yield from _family("studio_gateway_paused", "1 while submits are paused for a reason.", _paused())
    yield from _family("studio_gateway_errors_last_hour", "Trouble of the last hour, by class.", _errors(now))
    yield from _times("studio_submit_seconds", "From claim to answer, newest submits.", _submit_seconds())
    yield from _times("studio_store_seconds", "From result to stored file, newest results.", _store_seconds())


def _family(name: str, meaning: str, samples: Iterable[Sample], *, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        yield _line(name, labels, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {value:g}\n" if inside else f"{name} {value:g}\n"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _times(name: str, meaning: str, seconds: Sequence[float]) -> Iterator[str]:
    """Yield quantiles of the newest times; none where there are too few to tell."""
    samples: list[Sample] = []
    if len(seconds) >= 2:
        cuts = statistics.quantiles(seconds, n=100, method="inclusive")
        samples = [({"quantile": f"{share:g}"}, cuts[round(share * 100) - 1]) for share in QUANTILES]
    yield from _family(name, meaning, samples)
    yield from _family(f"{name}_looked_at", "How many times the quantiles are of.", [({}, len(seconds))])


def _queue_depths() -> Iterator[Sample]:
    waiting = apps.get_model("django_q", "OrmQ")._default_manager
    for key, count in waiting.values_list("key").annotate(Count("id")).order_by("key"):
        yield {"queue": str(key)}, count


def _states() -> Iterator[Sample]:
    found = dict(Generation.objects.values_list("status").annotate(Count("id")))
    for status in Status.values:
        yield {"status": str(status)}, found.get(status, 0)


def _in_flight(now: datetime.datetime) -> Iterator[Sample]:
    for host, count in EngineShift.objects.filter(expires_at__gt=now).values_list("host", "in_flight"):
        yield {"host": host}, count


def _due(now: datetime.datetime) -> Iterator[Sample]:
    found = dict(Generation.objects.due(now).values_list("status").annotate(Count("id")))
    for status in UNFINISHED:
        yield {"status": str(status)}, found.get(status, 0)


def _lateness(now: datetime.datetime) -> Iterator[Sample]:
    found = dict(Generation.objects.due(now).values_list("status").annotate(Min("due_at")))
    for status in UNFINISHED:
        oldest: datetime.datetime | None = found.get(status)
        yield {"status": str(status)}, (now - oldest).total_seconds() if oldest else 0.0


def _poll_lateness(now: datetime.datetime) -> Iterator[Sample]:
    for shift in EngineShift.objects.filter(expires_at__gt=now, lateness_p99_ms__isnull=False):
        for quantile, milliseconds in (("0.5", shift.lateness_median_ms), ("0.99", shift.lateness_p99_ms)):
            yield {"host": shift.host, "quantile": quantile}, (milliseconds or 0) / 1000


def _polls_in_error() -> Iterator[Sample]:
    yield {}, Generation.objects.filter(status=Status.IN_PROGRESS, poll_error_count__gt=0).count()


def _paused() -> Iterator[Sample]:
    for state in GatewayState.objects.all():
        yield {"gateway": state.endpoint_url, "reason": state.paused_reason}, float(bool(state.paused_reason))


def _errors(now: datetime.datetime) -> Iterator[Sample]:
    events = GenerationEvent.objects.filter(
        pk__gt=_newest(GenerationEvent) - EVENTS_LOOKED_AT, at__gt=now - ERRORS_WITHIN
    )
    counts: Counter[str] = Counter()
    for reason, count in events.values_list("reason").order_by().annotate(Count("id")):
        name = reason.removeprefix("given_back_")
        if name in ERROR_CLASSES:
            counts[name] += count
    for name in sorted(ERROR_CLASSES):
        yield {"class": name}, counts[name]


def _submit_seconds() -> list[float]:
    newest = GatewayTask.objects.filter(pk__gt=_newest(GatewayTask) - TIMES_LOOKED_AT)
    pairs = newest.filter(answered_at__isnull=False).values_list("claimed_at", "answered_at")
    return [(answered - claimed).total_seconds() for claimed, answered in pairs if answered]


def _store_seconds() -> list[float]:
    newest = GenerationEvent.objects.filter(pk__gt=_newest(GenerationEvent) - EVENTS_LOOKED_AT)
    done = newest.filter(to_status=Status.COMPLETED).order_by("-id").values_list("generation_id", "at")
    completed = dict(done[:TIMES_LOOKED_AT])
    begun: dict[int, datetime.datetime] = dict(
        newest.filter(to_status=Status.STORING, generation__in=list(completed))
        .order_by("id")
        .values_list("generation_id", "at")
    )
    return [(at - begun[pk]).total_seconds() for pk, at in completed.items() if pk in begun]


def _newest(model: Any) -> int:
    newest: int | None = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
