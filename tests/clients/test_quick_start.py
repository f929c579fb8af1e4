"""Every example of the gateway's quick start runs against the studio, nothing changed but host and key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.conftest import Studio, need, quick_start, run
from tests.servers import BinaryMissingError, find_binary, skip_or_fail

PNG = b"\x89PNG\r\n\x1a\n"


def run_python(studio: Studio, code: str, *, name: str, folder: Path, exports: str = "") -> str:
    """Run Python as a person does who has saved the example: from a shell, in a folder of their own."""
    python = need(name) / ".venv/bin/python"
    (folder / "example.py").write_text(code)
    return run(["bash", "-c", f"{exports}\n{python} example.py"], environment=studio.environment, folder=folder)


def run_node(studio: Studio, code: str, *, name: str, folder: Path) -> str:
    (folder / "node_modules").symlink_to(need(name) / "node_modules")
    (folder / "example.mjs").write_text(code)
    return run(["node", "example.mjs"], environment=studio.environment, folder=folder)


def run_shell(studio: Studio, code: str, *, folder: Path, needs: str = "curl") -> str:
    try:
        find_binary(needs, package=needs)
    except BinaryMissingError as error:
        skip_or_fail(error)
    return run(["bash", "-c", f"set -o pipefail\n{code}"], environment=studio.environment, folder=folder)


def test_chat_in_python(studio: Studio, tmp_path: Path) -> None:
    assert run_python(studio, quick_start("python", "chat", studio), name="openai_python", folder=tmp_path).strip()


def test_chat_in_node(studio: Studio, tmp_path: Path) -> None:
    assert run_node(studio, quick_start("js", "chat", studio), name="openai_node", folder=tmp_path).strip()


def test_chat_with_curl(studio: Studio, tmp_path: Path) -> None:
    answer = json.loads(run_shell(studio, quick_start("bash", "chat", studio), folder=tmp_path))

    assert answer["choices"][0]["message"]["content"]


@pytest.mark.parametrize("name", ["anthropic_python", "anthropic_old"])
def test_messages_in_python(studio: Studio, tmp_path: Path, name: str) -> None:
    exports, code = quick_start("bash", "messages", studio), quick_start("python", "messages", studio)

    assert run_python(studio, code, name=name, folder=tmp_path, exports=exports).strip()


def test_a_picture_in_python(studio: Studio, tmp_path: Path) -> None:
    run_python(studio, quick_start("python", "images", studio), name="openai_python", folder=tmp_path)

    assert (tmp_path / "otter.png").read_bytes().startswith(PNG)


def test_a_picture_in_node(studio: Studio, tmp_path: Path) -> None:
    run_node(studio, quick_start("js", "images", studio), name="openai_node", folder=tmp_path)

    assert (tmp_path / "otter.png").read_bytes().startswith(PNG)


def test_a_picture_with_curl(studio: Studio, tmp_path: Path) -> None:
    run_shell(studio, quick_start("bash", "images", studio), folder=tmp_path, needs="jq")

    assert (tmp_path / "otter.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    ("name", "word", "poll"),
    [("seedance", "task_id", "/ai/seedance/result?task_id="), ("gemini", "taskCode", "/ai/gemini/result?code=")],
)
def test_a_task_with_curl_and_aikey(studio: Studio, tmp_path: Path, name: str, word: str, poll: str) -> None:
    answer = json.loads(run_shell(studio, quick_start("bash", name, studio), folder=tmp_path))

    assert (answer["code"], answer["info"]) == (0, "success")
    ask = f'curl -sS "{studio.running.address}{poll}{answer["result"][word]}" -H "AIKey: {studio.key}"'
    assert json.loads(run_shell(studio, ask, folder=tmp_path))["code"] == 0
