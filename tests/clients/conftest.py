"""A whole studio for other people's programs, and the environments in which those lie."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.prepare import HEAVY, HERE, is_prepared
from tests.studio_process import RunningStudio, running_studio

SECONDS = 300
BIND = """
from accounts.models import ApiKey
ApiKey.objects.filter(name="Bound").update(allowed_models=["nano-banana-2"])
"""


@dataclass(frozen=True, slots=True)
class Studio:
    """Where it answers, and two keys: one without limits, one that may do nothing of chat."""

    running: RunningStudio
    key: str
    bound_key: str

    @property
    def environment(self) -> dict[str, str]:
        """What the programs are told, and no more of this process's environment than they need."""
        told = {"STUDIO_ADDRESS": self.running.address, "STUDIO_KEY": self.key, "STUDIO_BOUND_KEY": self.bound_key}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, **told, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*"}


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio as the README starts it, with the sandbox behind it."""
    with running_studio(tmp_path_factory.mktemp("clients") / "data") as running:
        running.add_administrator()
        key, bound = (running.manage("createapikey", "measure", "--name", name).strip() for name in ("Free", "Bound"))
        running.manage("shell", "--no-imports", "-c", BIND)
        yield Studio(running, key, bound)


def need(name: str) -> Path:
    """Return the folder of an environment, or skip with the reason; `.ci/run` makes the official ones and fails."""
    if not is_prepared(name):
        reason = f"tests/clients/{name} has no environment here: python -m tests.clients.prepare makes it"
        if os.environ.get("CI") and (name not in HEAVY or os.environ.get("STUDIO_TEST_CLIENTS") == "all"):
            pytest.fail(reason)
        pytest.skip(reason + (" with --all" if name in HEAVY else ""))
    return HERE / name


def run(command: list[str], *, environment: Mapping[str, str], folder: Path) -> str:
    """Run a program and return what it prints."""
    done = subprocess.run(command, env=dict(environment), cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def findings(studio: Studio, name: str, *, script: str = "") -> dict[str, Any]:
    """Run an environment's checks and return what each found."""
    folder = need(name)
    environment = studio.environment
    if (folder / "package.json").exists():
        command = ["node", str(folder / "checks.mjs")]
    else:
        environment["STUDIO_CLIENT_BIN"] = str(folder / ".venv/bin")
        command = [str(folder / ".venv/bin/python"), script or str(folder / "checks.py")]
    found: dict[str, Any] = json.loads(run(command, environment=environment, folder=folder).splitlines()[-1])
    return found


def quick_start(language: str, name: str, studio: Studio) -> str:
    """Return an example of the quick start, with nothing changed but host and key."""
    block = re.search(rf"^```{language} {name}\n(.*?)^```$", (HERE / "quick_start.md").read_text(), re.M | re.S)
    assert block
    return block[1].replace("https://api.3hei.com", studio.running.address).replace("your-api-key", studio.key)
