"""A data folder of its own for the test run, and with STUDIO_TEST_POSTGRES=1 a PostgreSQL of its own.

Both are made before the settings are read: pytest-django imports the settings before it imports any conftest, so
this is a plugin named on pytest's command line.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests.servers import BinaryMissingError, Postgres, start_postgres

DATA_DIR = Path(tempfile.mkdtemp(prefix="studio-tests-"))
# The file server warns when there is nothing to serve, and warnings are errors here.
(DATA_DIR / "static").mkdir()
os.environ["STUDIO_DATA_DIR"] = str(DATA_DIR)
for name in ("GATEWAY_API_KEY", "REDIS_URL", "STUDIO_PUBLIC_URL", "STUDIO_ALLOWED_HOSTS", "STUDIO_STORAGE_URL"):
    os.environ.pop(name, None)

# What a run with several workers hands down to them: they share one server, with a database each.
SERVER_VARIABLE = "STUDIO_TEST_POSTGRES_URL"


def database_server() -> Postgres | None:
    """Start a PostgreSQL for this run if one is asked for, and name it in DATABASE_URL."""
    os.environ.pop("DATABASE_URL", None)
    server = None
    if os.environ.get("STUDIO_TEST_POSTGRES", "0") != "0":
        if SERVER_VARIABLE not in os.environ:
            try:
                server = start_postgres()
            except BinaryMissingError as error:
                sys.exit(f"STUDIO_TEST_POSTGRES is set, but {error}")
            os.environ[SERVER_VARIABLE] = server.url
        os.environ["DATABASE_URL"] = os.environ[SERVER_VARIABLE]
    return server


SERVER = database_server()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take the address back as soon as the settings have read it: processes that tests start have their own."""
    if os.environ.pop("DATABASE_URL", None):
        # The test database stays where it is: its whole server goes, whoever still has a connection.
        config.option.reuse_db = True


def pytest_report_header() -> str:
    """Say which database the tests run on."""
    return f"database: {'PostgreSQL' if SERVER_VARIABLE in os.environ else 'SQLite'}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Take the data folder and the server away again."""
    shutil.rmtree(DATA_DIR, ignore_errors=True)
    if SERVER is not None:
        SERVER.discard()
