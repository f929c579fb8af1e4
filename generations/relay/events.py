"""What a stream of one reply says to a browser, as server-sent events.

Names and data: `reset` {html, open, thought, seconds} replaces all that is shown; `delta` {html, open} puts settled
blocks behind the others and replaces the open end; `text` {text} goes in front of the caret; `thought` {text} is added
to the thinking; `pondered` {seconds} says how long that took; `done` {html, status} is the whole message as it stays.

The id is the position that a reader has reached, in characters: of the text, of what is settled of it, and of the
reasoning where there is any (`120`, `120.80` or `120.80-45`). A browser that comes back says it in `Last-Event-ID`; a
page that opens its stream again says it in the address.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEEP_ALIVE = b": still here\n\n"
# How long a browser waits before it opens a broken stream again, in milliseconds.
RETRY = b"retry: 1000\n\n"
_POSITION = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:-(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Position:
    """How much of a reply somebody has. Units: characters."""

    text: int = 0
    reasoning: int = 0
    settled: int = 0

    def __str__(self) -> str:
        settled = f".{self.settled}" if self.settled else ""
        return f"{self.text}{settled}-{self.reasoning}" if self.reasoning else f"{self.text}{settled}"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event on its way to the viewers."""

    name: str
    position: Position
    content: Mapping[str, str | int] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the event as it stands on the wire. JSON keeps line ends out of the data line."""
        content = json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.position}\nevent: {self.name}\ndata: {content}\n\n".encode()


def read_position(last_event_id: str) -> Position | None:
    """Return the position that a browser says it has reached, or None when it says none that can be read."""
    found = _POSITION.fullmatch(last_event_id.strip())
    return Position(int(found[1]), int(found[3] or 0), int(found[2] or 0)) if found else None
