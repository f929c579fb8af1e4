"""System checks of the installation: what would go wrong under load is refused before it.

`manage.py check` prints them; ids are stable, so that one can be silenced with its reason.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from generations.engine.pace import POLL_LEASE_SECONDS, SUBMIT_LEASE_SECONDS
from studio.preflight import is_loopback

# From a lease's beginning to the time-out of the call that it covers, and back to the row.
LEASE_MARGIN_SECONDS = 5
SHORTEST_KEY_CHARACTERS = 50
FEWEST_KEY_CHARACTERS_OF_A_KIND = 5

Apps = Sequence[AppConfig] | None


@register(Tags.compatibility)
def check_queue_times(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse queue settings under which a job runs twice at once, or for ever."""
    clusters = {"studio": settings.Q_CLUSTER, **settings.Q_CLUSTER.get("ALT_CLUSTERS", {})}
    return [message for name, cluster in clusters.items() for message in queue_messages(name, cluster)]


def queue_messages(name: str, cluster: dict[str, Any]) -> list[CheckMessage]:
    """Return what is wrong with one cluster's settings. Units: seconds."""
    messages: list[CheckMessage] = []
    # No time limit (-1) is for a job that ends by itself; then only the redelivery has to be far away.
    timeout, retry = cluster.get("timeout", 0), cluster.get("retry", 0)
    if timeout == 0 or timeout * 2 > retry or (timeout < 0 and retry < 365 * 24 * 3600):
        messages.append(
            Error(
                f"The cluster {name} would deliver a job again while it still runs.",
                hint="`retry` counts from prefetch, so it must be at least twice `timeout`.",
                id="studio.E001",
            )
        )
    if not cluster.get("ack_failures") or cluster.get("max_attempts") != 1:
        messages.append(
            Error(
                f"The cluster {name} would repeat a failing job.",
                hint="Set `ack_failures` to True and `max_attempts` to 1: repeating is decided in our own rows.",
                id="studio.E002",
            )
        )
    return messages


@register(Tags.compatibility)
def check_gateway_times(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse time-outs that outlive the lease of the row they work for: a second process would take the row."""
    times = (
        ("SUBMIT_READ_SECONDS", settings.SUBMIT_READ_SECONDS, SUBMIT_LEASE_SECONDS),
        ("POLL_READ_SECONDS", settings.POLL_READ_SECONDS, POLL_LEASE_SECONDS),
    )
    return [
        Error(f"{name} ({read} s) does not fit into the lease of {lease:g} s that covers it.", id="studio.E003")
        for name, read, lease in times
        if read + LEASE_MARGIN_SECONDS > lease
    ]


@register(Tags.files)
def check_data_folder(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse a data folder that cannot be written, and warn of one that others can read."""
    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".check.{os.getpid()}.{secrets.token_hex(4)}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        hint = "Set STUDIO_DATA_DIR to a folder that this user may write."
        return [Error(f"The data folder {folder} cannot be written ({error.strerror}).", hint=hint, id="studio.E004")]
    if folder.stat().st_mode & 0o077:
        message = f"Other users of this machine can look into the data folder {folder}."
        return [Warning(message, hint=f"chmod 700 {folder}", id="studio.W004")]
    return []


@register(Tags.database)
def check_connection_pool(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse a connection pool outside of the web process: forked workers would share the parent's connection."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    return pool_messages(options, is_web_process=os.environ.get("STUDIO_WEB_PROCESS") == "1")


def pool_messages(options: dict[str, Any], *, is_web_process: bool) -> list[CheckMessage]:
    """Return what is wrong with a connection's options in this kind of process."""
    if not options.get("pool") or is_web_process:
        return []
    return [
        Error(
            "A connection pool is configured outside of the web process.",
            hint="Leave `pool` to the processes that `start` marks with STUDIO_WEB_PROCESS=1.",
            id="studio.E005",
        )
    ]


@register(Tags.security)
def check_secret_key(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse a guessable secret key: it signs sessions and the addresses of media."""
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY_CHARACTERS or len(set(key)) < FEWEST_KEY_CHARACTERS_OF_A_KIND:
        return [
            Error(
                "STUDIO_SECRET_KEY is too short or too plain.",
                hint="Leave it unset: a strong one is made once and kept in the data folder.",
                id="studio.E006",
            )
        ]
    return []


@register(Tags.security)
def check_debug(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse debugging pages, which show settings to strangers, on an address that other people use."""
    if settings.DEBUG and settings.PUBLIC_URL:
        return [Error("STUDIO_DEBUG is on although STUDIO_PUBLIC_URL is set.", id="studio.E007")]
    return []


@register(Tags.security, deploy=True)
def check_sandbox_off(app_configs: Apps, **_kwargs: Any) -> list[CheckMessage]:
    """Warn when a real key goes to a machine-local stand-in, which a public installation cannot mean."""
    host = urlsplit(settings.GATEWAY_URL).hostname or ""
    if settings.PUBLIC_URL and settings.GATEWAY_API_KEY and is_loopback(host):
        hint = "Leave GATEWAY_URL unset for the real gateway, or GATEWAY_API_KEY unset for the sandbox."
        return [Warning(f"GATEWAY_URL ({settings.GATEWAY_URL}) is on this machine.", hint=hint, id="studio.W008")]
    return []
