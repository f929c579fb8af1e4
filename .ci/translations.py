"""Fail when the Simplified Chinese catalogue is stale, unfinished, doubtful, or not what the compiled file holds.

Needs GNU gettext. Works on a copy of the tree, so that a check never changes a file.
"""

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("studio/locale/zh_Hans/LC_MESSAGES")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")


def main() -> int:
    """Print every finding, a line each, and return 1 when there is one."""
    for tool in ("msgfmt", "xgettext", "msgattrib"):
        if shutil.which(tool) is None:
            sys.stdout.write(f"GNU gettext is missing ({tool}); install the package gettext.\n")
            return 1
    with tempfile.TemporaryDirectory() as folder:
        findings = findings_of(Path(folder))
    for finding in findings:
        sys.stdout.write(finding + "\n")
    sys.stdout.write(f"{len(findings)} finding(s) in the Chinese catalogue\n")
    return 1 if findings else 0


def findings_of(scratch: Path) -> list[str]:
    """Return one sentence for each thing that is wrong."""
    committed = ROOT / FOLDER / "django.po"
    compiled = ROOT / FOLDER / "django.mo"
    missing = [str(path.relative_to(ROOT)) for path in (committed, compiled) if not path.is_file()]
    if missing:
        return [f"{name} is missing" for name in missing]
    fresh = scratch / "fresh.mo"
    wanted = messages(extract(scratch / "tree"), scratch, "--no-obsolete")
    known = messages(committed, scratch, "--no-obsolete")
    translated = messages(committed, scratch, "--no-obsolete", "--translated", "--no-fuzzy")
    findings = [f"not in the catalogue: {text!r}" for text in sorted(wanted - known)]
    findings += [f"no longer in the sources: {text!r}" for text in sorted(known - wanted)]
    findings += [f"untranslated or fuzzy: {text!r}" for text in sorted(known - translated)]
    checked = subprocess.run(["msgfmt", "--check", "-o", str(fresh), str(committed)], capture_output=True, text=True)  # noqa: S603, S607 - fixed arguments
    if checked.returncode:
        return [*findings, *checked.stderr.strip().splitlines()]
    catalogue = read_compiled(fresh)
    if catalogue != read_compiled(compiled):
        findings.append(f"{FOLDER}/django.mo does not hold what django.po says; run manage.py compilemessages")
    findings += [
        f"placeholders differ: {source!r}"
        for source, text in sorted(catalogue.items())
        if source and sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text))
    ]
    return findings


def extract(tree: Path) -> Path:
    """Return a catalogue with exactly what the sources mark for translation, made in a copy of them."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        source = ROOT / name
        if source.is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, tree / name)
    catalogue = tree / FOLDER / "django.po"
    catalogue.unlink(missing_ok=True)
    command = [sys.executable, "manage.py", "makemessages", "-l", "zh_Hans", "-v", "0", "-i", "tests", "-i", "data"]
    environment = {**os.environ, "STUDIO_DATA_DIR": str(tree / "data")}
    subprocess.run(command, cwd=tree, env=environment, check=True)  # noqa: S603 - fixed arguments
    return catalogue


def messages(catalogue: Path, scratch: Path, *filters: str) -> set[str]:
    """Return the source texts that pass msgattrib's filters, with their contexts."""
    chosen = scratch / "chosen.po"
    chosen.unlink(missing_ok=True)
    # `--force-po` writes a file even when nothing passes.
    run("msgattrib", "--force-po", "--no-location", "--no-wrap", *filters, "-o", str(chosen), str(catalogue))
    entries = re.split(r"\n\n", chosen.read_text())
    found = set()
    for entry in entries[1:]:
        context = re.search(r'^msgctxt "(.*)"$', entry, re.M)
        source = re.search(r'^msgid ((?:".*"\n?)+)', entry, re.M)
        if source:
            found.add((f"{context[1]}|" if context else "") + "".join(re.findall(r'"(.*)"', source[1])))
    return found


def read_compiled(path: Path) -> dict[str, str]:
    """Return source and translation of every message without plural forms, and each plural form as one of its own."""
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in catalogue.items()}


def run(*command: str) -> str:
    """Run a tool in the project's folder and return what it prints."""
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 - fixed


if __name__ == "__main__":
    sys.exit(main())
