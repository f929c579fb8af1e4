"""`/healthz` (this process answers) and `/readyz` (what it needs is there), for probes and people."""

import logging
import os
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generations.clock import database_now
from generations.hosts import host_name, key_digest, storage_name

logger = logging.getLogger(__name__)

HEARTBEAT_MAX_AGE_SECONDS = 10

NO_DATABASE = "The database does not answer."
OTHER_KEY = "STUDIO_SECRET_KEY differs from that of another live host."
OTHER_BUCKET = "Another live host keeps its media elsewhere: all hosts must share one storage."
OTHER_STORAGE = "Media lie in this host's own folder while another host is live: all hosts must share one storage."


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process is up; touches neither database nor storage."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer one entry for each thing that the studio needs; 503 when one is missing."""
    results = run_checks()
    body = {name: "ok" if reason is None else told(reason) for name, reason in results.items()}
    is_ready = all(reason is None for reason in results.values())
    return JsonResponse(body, status=200 if is_ready else 503)


def told(reason: str) -> str:
    """Return what strangers may read: most reasons name hosts and paths, which belong in the log."""
    return f"failed: {reason}" if reason in {OTHER_KEY, OTHER_STORAGE, OTHER_BUCKET} else "failed"


def run_checks() -> dict[str, str | None]:
    """Return for each check `None`, or one sentence saying what is wrong."""
    database = _result("database", check_database)
    checks: dict[str, Callable[[], str | None]] = {"storage": check_storage}
    asked_of_the_database: dict[str, Callable[[], str | None]] = {"cluster": check_cluster, "hosts": check_hosts}
    if database is None:
        checks |= asked_of_the_database
    # Each would wait for the database once more, and a probe's own patience is short.
    skipped = {} if database is None else dict.fromkeys(asked_of_the_database, NO_DATABASE)
    return {"database": database, **skipped, **{name: _result(name, check) for name, check in checks.items()}}


def _result(name: str, check: Callable[[], str | None]) -> str | None:
    # A probe must answer whatever breaks: any failure of a check is that check's answer.
    try:
        reason = check()
    except Exception as error:  # noqa: BLE001
        reason = f"{type(error).__name__}: {error}"
    if reason is not None:
        logger.warning("Not ready: %s: %s", name, reason)
    return reason


def check_database() -> str | None:
    """Return `None` when the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return None


def check_cluster() -> str | None:
    """Return `None` when the engine of some host renewed its shift within the last ten seconds."""
    shift = apps.get_model("generations", "EngineShift")
    newest = shift._default_manager.order_by("-renewed_at").values_list("renewed_at", flat=True).first()
    if newest is None:
        return "No engine has ever started."
    age = timezone.now() - newest
    if age > timedelta(seconds=HEARTBEAT_MAX_AGE_SECONDS):
        return f"The engine's last sign of life is {round(age.total_seconds())} s old."
    return None


def check_storage() -> str | None:
    """Return `None` when a small file can be written to the media storage and removed again."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        folder = Path(settings.MEDIA_ROOT)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe.{os.getpid()}.{secrets.token_hex(4)}"
        probe.write_bytes(b"ok")
        probe.unlink()
        return None
    name = storage.save(f".probe/{secrets.token_hex(8)}", ContentFile(b"ok"))
    storage.delete(name)
    return None


def check_hosts() -> str | None:
    """Return `None` when every other live host has this one's secret key and reaches the same media."""
    shift = apps.get_model("generations", "EngineShift")
    others = shift._default_manager.filter(expires_at__gt=database_now()).exclude(host=host_name())
    if not others.exists():
        return None
    # A row without them was written by an older version.
    if others.exclude(key_digest__in=("", key_digest())).exists():
        return OTHER_KEY
    if others.exclude(storage__in=("", storage_name())).exists():
        return OTHER_STORAGE if settings.BUCKET is None else OTHER_BUCKET
    return None
