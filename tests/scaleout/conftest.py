"""One PostgreSQL for all tests of several hosts, with an empty database for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import BinaryMissingError, Postgres, running_redis, skip_or_fail, start_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server of the tests' own."""
    try:
        server = start_postgres()
    except BinaryMissingError as error:
        skip_or_fail(error)
        return
    yield server
    server.discard()


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    """The address of an empty database."""
    return postgres.new_database()


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of an empty Redis of the test's own."""
    try:
        with running_redis() as url:
            yield url
    except BinaryMissingError as error:
        skip_or_fail(error)
