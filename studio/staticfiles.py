"""Static files with a hash in their name; the stylesheet and the behaviours each leave as one joined file.

While developing, and in tests that collect nothing, every file is served alone under its own name, which is why the
entries `css/studio.css` and `js/studio.js` must work unjoined, too.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/studio.css"
SCRIPT = "js/studio.js"

CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_IMPORT = re.compile(r"""@import\s+url\(["']?(?P<address>[^"')]+)["']?\)(?:\s+layer\((?P<layer>[\w.-]+)\))?\s*;""")
CSS_ADDRESS = re.compile(r"""url\(["']?(?P<address>(?!data:|https?:|/|#)[^"')]+)["']?\)""")
JS_IMPORT = re.compile(r"""^import\s*["'](?P<address>\.[^"']+)["'];?[ \t]*$""", re.MULTILINE)
JS_LATE_IMPORT = re.compile(r"""\bimport\(["'](?P<address>\.[^"']+)["']\)""")
JS_STATIC_MODULE = re.compile(r"^\s*(?:import\s*[\w{*\"']|export\b)", re.MULTILINE)

# How a module names another one in our own scripts, and how its name is written back: `url` becomes the hashed one.
JS_MODULE_PATTERNS = (
    (r"""(?P<matched>\bimport\(["'](?P<url>\.[^"']+)["']\))""", 'import("%(url)s")'),
    (r"""(?m)(?P<matched>^import\s*["'](?P<url>\.[^"']+)["'])""", 'import "%(url)s"'),
    (r"""(?m)(?P<matched>\bfrom\s*["'](?P<url>\.[^"']+)["'])""", 'from "%(url)s"'),
)

Collected = dict[str, tuple[Storage, str]]
Reader = Callable[[str], str]


class NotJoinable(ValueError):
    """A file cannot be part of a joined one; the message says which and why."""


class _Joined(Storage):
    """Stands in for the folder that an entry came from, and hands out the joined text in its place."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(self.text.encode(), name=name)


class StudioStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """whitenoise's storage (hashed names, compressed copies), which joins and rewrites module imports, too."""

    # Django's own switch for this rewrites every package's scripts, and stumbles over examples in their comments.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", JS_MODULE_PATTERNS))

    def post_process(
        self, paths: Collected, dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Join the two entries, then hash and compress everything.

        Raises: NotJoinable when a joined file is missing or cannot be joined.
        """
        if not dry_run:
            paths = {**paths, **joined_entries(paths)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the plain one as long as nothing was collected."""
        if not self.hashed_files:
            return name
        hashed_name: str = super().stored_name(name)
        return hashed_name


def joined_entries(paths: Collected) -> Collected:
    """Return the entries that are among the collected files, each with its imports in place."""

    def read(name: str) -> str:
        if name not in paths:
            raise NotJoinable(f"{name} is imported, but there is no such file.")
        storage, path = paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())

    joins: dict[str, Callable[[str, Reader], str]] = {STYLESHEET: join_stylesheet, SCRIPT: join_script}
    return {entry: (_Joined(join(entry, read)), entry) for entry, join in joins.items() if entry in paths}


def join_stylesheet(entry: str, read: Reader) -> str:
    """Return the stylesheet with every import replaced by the file's rules, in the layer that the import names."""

    def place(match: re.Match[str]) -> str:
        name = _resolve(entry, match["address"])
        rules = _without_css_comments(read(name))
        if "@import" in rules:
            raise NotJoinable(f"{name} imports a stylesheet; only {entry} may.")
        rules = CSS_ADDRESS.sub(lambda found: f'url("{_rebase(found["address"], name, entry)}")', rules)
        return f"@layer {match['layer']}{{{rules}}}\n" if match["layer"] else rules

    return CSS_IMPORT.sub(place, _without_css_comments(read(entry)))


def join_script(entry: str, read: Reader) -> str:
    """Return the script with every import replaced by the behaviour, in a block of its own so that no names meet."""

    def place(match: re.Match[str]) -> str:
        name = _resolve(entry, match["address"])
        code = _without_js_comments(read(name), name)
        if JS_STATIC_MODULE.search(code):
            raise NotJoinable(f"{name} imports or exports; a behaviour that is joined does neither.")
        code = JS_LATE_IMPORT.sub(lambda found: f'import("{_rebase(found["address"], name, entry)}")', code)
        return f"{{\n{code}}}\n"

    return JS_IMPORT.sub(place, _without_js_comments(read(entry), entry))


def _resolve(source: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), address))


def _rebase(address: str, source: str, entry: str) -> str:
    """Return an address that means from the entry's folder what it meant from the source's."""
    relative = posixpath.relpath(_resolve(source, address), posixpath.dirname(entry))
    return relative if relative.startswith(".") else f"./{relative}"


def _without_css_comments(text: str) -> str:
    """Return the rules without comments, indentation and empty lines."""
    lines = (line.strip() for line in CSS_COMMENT.sub("", text).splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def _without_js_comments(text: str, name: str) -> str:
    """Return the code without lines that are only a comment.

    Raises: NotJoinable for a text between backticks that spans lines, because such a line may only look like a comment.
    """
    kept = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("//") or not stripped:
            continue
        if line.count("`") % 2:
            raise NotJoinable(f"{name} has a text between backticks that spans lines.")
        kept.append(f"{stripped}\n")
    return "".join(kept)
