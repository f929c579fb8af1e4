"""Directives that people and tests write into a prompt, read into one frozen object.

``[sandbox polls=3 dialect=bigmore]`` and ``[sandbox polls=3] … [SANDBOX dialect=bigmore]`` mean the same. Unknown
words are ignored, because every other gateway sees plain text too.
"""

import dataclasses
import re
from typing import Any

_BRACKET = re.compile(r"\[\s*sandbox\b([^\]]*)\]", re.IGNORECASE)
_SPACES = re.compile(r"[ \t]{2,}")


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    """What one prompt asks the sandbox to do out of the ordinary."""

    # Of the submit.
    http: int | None = None
    drop: bool = False
    html: bool = False
    badjson: bool = False
    slow: float | None = None
    # Of the task and its polls.
    polls: int | None = None
    seconds: float | None = None
    fail: str = ""
    stuck: bool = False
    nourl: str = ""
    goneurl: bool = False
    cutfile: bool = False
    dialect: str = ""
    poll: str = ""
    pollfaults: int = 2
    tiny: bool = False
    # Of chat.
    tokens: int | None = None
    tps: float | None = None
    cut: int | None = None
    error: int | None = None
    nousage: bool = False
    pings: bool = False
    finish: str = ""
    empty: bool = False
    badutf8: bool = False
    reasoning: bool = False
    # Of the title that is asked for later: fail, drop, empty, slow.
    title: str = ""


_FIELDS = {field.name: getattr(field.type, "__name__", str(field.type)) for field in dataclasses.fields(Scenario)}


def parse_scenario(prompt: str) -> Scenario:
    """Return the directives found anywhere in the prompt; of a repeated one the last counts."""
    found: dict[str, Any] = {}
    for bracket in _BRACKET.finditer(prompt):
        for word in bracket.group(1).replace(",", " ").split():
            name, separator, value = word.partition("=")
            name = name.lower()
            if name in _FIELDS:
                read = _read_value(_FIELDS[name], value.lower() if separator else None)
                if read is not None:
                    found[name] = read
    return Scenario(**found)


def strip_directives(prompt: str) -> str:
    """Return the prompt as a painter should read it."""
    return _SPACES.sub(" ", _BRACKET.sub(" ", prompt)).strip()


def _read_value(kind: str, value: str | None) -> bool | int | float | str | None:
    if kind == "bool":
        return value not in {"0", "no", "off", "false"}
    if kind == "str":
        return value if value is not None else "1"
    if value is None:
        return None
    try:
        return int(value) if kind.startswith("int") else float(value)
    except ValueError:
        return None
