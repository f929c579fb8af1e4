"""How each kind of database is spoken to: SQLite for one machine, PostgreSQL for several hosts."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from studio.environment import env

POOL = {"min_size": 1, "max_size": 16, "timeout": 5}
# A host that loses its power or its network says no farewell. Either side finds that out within half a minute, so that
# neither an engine waits for a database that is gone, nor everybody for a lock of a host that is gone.
# Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_CLIENT = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# Source: https://www.postgresql.org/docs/current/runtime-config-connection.html, in seconds and milliseconds.
_SERVER = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "idle_in_transaction_session_timeout": 120_000,
}


def read_database(url: str, *, data_dir: Path, is_web_process: bool) -> dict[str, Any]:
    """Return what Django's `DATABASES` wants for an address, or for a SQLite file in the data folder without one.

    Raises: ImproperlyConfigured with one sentence. The address may hold a password, so it is not repeated.
    """
    if not url:
        return _sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": str(data_dir / "studio.sqlite3")}, data_dir)
    try:
        database: dict[str, Any] = dict(env.db_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured):
        raise ImproperlyConfigured("DATABASE_URL cannot be read: write postgres://user:password@host/name.") from None
    if database.get("ENGINE") == "django.db.backends.sqlite3":
        return _sqlite(database, data_dir)
    if database.get("ENGINE") == "django.db.backends.postgresql":
        return _postgres(database, is_web_process=is_web_process)
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")


def _sqlite(database: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    return {
        **database,
        # IMMEDIATE takes the write lock when a transaction begins: otherwise two readers that both want to
        # write fail at once with "database is locked", whatever the time-out says.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;"),
        },
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": env.str("STUDIO_TEST_DATABASE", default="") or str(data_dir / "test.sqlite3")},
    }


def _postgres(database: dict[str, Any], *, is_web_process: bool) -> dict[str, Any]:
    """Return the settings; what the address itself asks for (`?sslmode=require`) goes before ours.

    A pool of connections must not be inherited across the cluster's forks, so only the web process has one.
    """
    server = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
    options = {**_CLIENT, "options": server, **database.get("OPTIONS", {})}
    if is_web_process:
        options["pool"] = POOL
    return {
        **database,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if is_web_process else None,
        # A connection that a restarted database has cut off is replaced before it is used, not after it has failed.
        "CONN_HEALTH_CHECKS": True,
    }
