"""Make the environments of other people's clients, each in its own folder: `python -m tests.clients.prepare [--all]`.

Without `--all` only the official SDKs, which `.ci/run` tests each time; with it the heavy ones too. What is there
with the same pins stays.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OFFICIAL = ("openai_python", "anthropic_python", "anthropic_old", "openai_node", "anthropic_node")
HEAVY = ("llm", "langchain", "litellm", "ai_sdk")


def is_prepared(name: str) -> bool:
    """Tell whether an environment is there."""
    return (HERE / name / ".venv/bin/python").exists() or (HERE / name / "node_modules").is_dir()


def prepare(name: str) -> None:
    """Make one environment anew, or leave the one that has these pins already."""
    folder = HERE / name
    pins = folder / ("package-lock.json" if (folder / "package.json").exists() else "requirements.txt")
    stamp = folder / ("node_modules" if pins.suffix == ".json" else ".venv") / "pins"
    if stamp.exists() and stamp.read_bytes() == pins.read_bytes():
        return
    print(f"preparing {name}", flush=True)
    if pins.suffix == ".json":
        subprocess.run(["npm", "--prefix", str(folder), "ci", "--silent", "--no-audit", "--no-fund"], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder / ".venv")], check=True)
        pip = [str(folder / ".venv/bin/python"), "-m", "pip", "install", "--quiet", "-r", str(pins)]
        subprocess.run(pip, check=True)
    stamp.write_bytes(pins.read_bytes())


if __name__ == "__main__":
    for one in OFFICIAL + (HEAVY if "--all" in sys.argv[1:] else ()):
        prepare(one)
