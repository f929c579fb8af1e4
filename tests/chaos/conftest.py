"""How long the chaos runs last, which dice they throw, and the databases that they run on.

Asked for by name, a run lasts two minutes, or as long as `--minutes` says. Among all other tests a short one has to
do, which every machine can afford each time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.servers import BinaryMissingError, Postgres, skip_or_fail, start_postgres

MINUTES = 2.0
SHORT_MINUTES = 0.4


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the length of the chaos run and the seed of its dice."""
    parser.addoption("--minutes", type=float, default=None, help=f"length of each chaos run (default: {MINUTES:g})")
    parser.addoption("--seed", type=int, default=None, help="seed of the chaos runs' dice (default: a new one)")


@pytest.fixture
def minutes(request: pytest.FixtureRequest) -> float:
    """How long to submit and to kill."""
    chosen: float | None = request.config.getoption("--minutes", None)
    is_asked_for = any("chaos" in argument for argument in request.config.args)
    return chosen or (MINUTES if is_asked_for else SHORT_MINUTES)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed given, or a new one."""
    chosen: int | None = request.config.getoption("--seed", None)
    return random.SystemRandom().randrange(10**6) if chosen is None else chosen


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    """A PostgreSQL of the run's own, which may be restarted; None for SQLite."""
    if request.param == "SQLite":
        yield None
        return
    try:
        server = start_postgres()
    except BinaryMissingError as error:
        skip_or_fail(error)
        return
    yield server
    server.discard()
