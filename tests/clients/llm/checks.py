"""`llm` from the command line, as its documentation sets up another OpenAI-compatible service."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from reporting import ADDRESS, KEY, report

HOME = Path(tempfile.mkdtemp(prefix="studio-llm-"))
MODELS = f"""- model_id: studio
  model_name: gpt-5.1
  api_base: {ADDRESS}/v1
  api_key_name: studio
"""


def llm(*arguments: str) -> str:
    environment = {**os.environ, "LLM_USER_PATH": str(HOME)}
    command = [str(Path(os.environ["STUDIO_CLIENT_BIN"]) / "llm"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(done.stderr[-400:])
    return done.stdout.strip()


def conversation() -> Any:
    (HOME / "extra-openai-models.yaml").write_text(MODELS)
    llm("keys", "set", "studio", "--value", KEY)
    first = llm("-m", "studio", "Hi [sandbox tokens=12]")
    second = llm("-c", "And then? [sandbox tokens=12]")
    return [bool(first), bool(second), first != second]


report({"conversation": conversation, "not_streamed": lambda: bool(llm("-m", "studio", "--no-stream", "Hi"))})
