"""schemathesis reads what the API says of itself, makes up requests from it, and holds the answers against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.studio_process import RunningStudio

SEED = "20261125"
# Pictures are answered when they are there, which takes too long for so many; tests/generations/api has them.
BIND = """
from accounts.models import ApiKey
from generations.models import CatalogModel
names = CatalogModel.objects.exclude(protocol="openai_images").values_list("gateway_name", flat=True)
ApiKey.objects.filter(name="Description").update(allowed_models=list(names))
"""
CONFIG = Path(__file__).with_name("schemathesis.toml")


def test_the_running_api_is_as_it_describes_itself(studio: RunningStudio, tmp_path: Path) -> None:
    """Every check, among them: no 500, nothing that is not described, no key no answer, no method that is not named."""
    pytest.importorskip("schemathesis", reason="schemathesis comes with requirements-dev.txt")
    key = studio.manage("createapikey", "measure", "--name", "Description").strip()
    studio.manage("shell", "--no-imports", "-c", BIND)
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run"]
    command += [f"{studio.address}/api/openapi.json"]
    command += ["--header", f"Authorization: Bearer {key}", "--checks", "all", "--max-examples", "10"]
    command += ["--phases", "examples,coverage,fuzzing"]
    command += ["--seed", SEED, "--no-color"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=900)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
