"""What holds for the whole source: documented variables, resolvable jobs, one writer of statuses, layers, budgets."""

from __future__ import annotations

import ast
import contextlib
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "generations", "studio")
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

READERS = {"str", "list", "db_url_config", "email_url", "whole_number", "switch", "web_address"}
JOB_NAME = re.compile(r"generations\.jobs\.\w+\Z")
# Who else may write a status: those who read or test one write none, and these own other tables.
STATUS_OWNERS = ("generations/lifecycle/transitions.py",)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nodes_of(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(parsed(path))


def parsed(path: Path) -> ast.Module:
    """Parse a module; Python 3.11 miscounts its depth when another thread compiles at the same moment (gh-106905)."""
    for _attempt in range(5):
        with contextlib.suppress(SystemError):
            return ast.parse(path.read_text())
    return ast.parse(path.read_text())


def variables_read() -> set[str]:
    """The names that the settings read from the environment."""
    found = set()
    for node in nodes_of(ROOT / "studio/settings.py"):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            reader = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if reader in READERS and isinstance(name, str) and name.isupper():
                found.add(name)
    return found


def test_the_settings_really_read_variables() -> None:
    assert {"STUDIO_PUBLIC_URL", "DATABASE_URL", "STUDIO_STOP_SECONDS", "STUDIO_EMAIL_URL"} <= variables_read()


@pytest.mark.parametrize("name", sorted(variables_read()))
def test_the_readme_documents_every_variable(name: str) -> None:
    # The mark of the test database and of the web process are set by our own code, never by a person.
    if name in {"STUDIO_TEST_DATABASE", "STUDIO_WEB_PROCESS"}:
        return
    assert re.search(rf"^\| `{name}` ", (ROOT / "README.md").read_text(), re.M)


def test_the_readme_documents_no_variable_that_nobody_reads() -> None:
    documented = set(re.findall(r"^\| `([A-Z][A-Z_]+)` ", (ROOT / "README.md").read_text(), re.M))
    source = "\n".join(path.read_text() for path in SOURCES)

    assert {name for name in documented if name not in source} == set()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_queued_name_resolves(path: Path) -> None:
    for node in nodes_of(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and JOB_NAME.match(node.value):
            assert callable(pydoc.locate(node.value)), node.value


@pytest.mark.parametrize("path", [path for path in SOURCES if name_of(path).startswith("generations/")], ids=name_of)
def test_a_generations_status_is_written_in_one_place(path: Path) -> None:
    if name_of(path) in STATUS_OWNERS:
        return
    for node in nodes_of(path):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                owner = target.value if isinstance(target, ast.Attribute) and target.attr == "status" else None
                assert getattr(owner, "id", "") not in {"generation", "row"}, f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            written = {keyword.arg for keyword in node.keywords}
            queryset = ast.unparse(node.func.value)
            assert "status" not in written or "Generation." not in queryset, f"line {node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_modules_and_functions_keep_to_their_budget(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LINES_MAX
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES_MAX, node.name


def test_imports_point_down() -> None:
    """The contracts themselves stand in pyproject.toml."""
    pytest.importorskip("importlinter", reason="import-linter comes with requirements-dev.txt")
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_the_supervisor_loads_neither_django_nor_the_server() -> None:
    command = "import studio.supervisor, sys; print(*sorted(sys.modules))"

    loaded = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"django", "granian", "httpx", "studio.settings", "ssl"} & set(loaded)
