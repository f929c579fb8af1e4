"""A whole studio, started as a person starts it, for the tests that only talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.studio_process import RunningStudio, running_studio

# Small, so that a test can go beyond it.
MAX_UPLOAD_MB = 6


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with an administrator."""
    data_dir = tmp_path_factory.mktemp("studio") / "data"
    with running_studio(data_dir, STUDIO_MAX_UPLOAD_MB=str(MAX_UPLOAD_MB)) as running:
        running.add_administrator()
        yield running


@pytest.fixture(scope="session")
def signed_in(studio: RunningStudio) -> Iterator[httpx.Client]:
    """A client whose session the studio knows."""
    client = studio.sign_in()
    yield client
    client.close()
