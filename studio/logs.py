"""One line an event, on standard error, each with the id of the request that caused it.

Addresses are written without their query strings: a signed address must not be usable by whoever reads a log.
"""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")

# What every record carries; whatever stands beside it came in by `extra=`.
_STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request_id", "taskName"}
# Django's own records carry whole objects under these names; their text says nothing that the message does not.
_OBJECT_FIELDS = frozenset({"request", "server_time", "status_code", "sql", "params", "alias", "duration"})

# U+0085, U+2028 and U+2029 break lines for many readers of logs too.
_LINE_BREAKERS = {code: f"\\x{code:02x}" for code in [*range(32), 127]} | {
    0x0A: " | ",
    0x85: "\\x85",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
# JSON escapes the rest by itself.
_JSON_LINE_BREAKERS = {code: f"\\u{code:04x}" for code in (0x7F, 0x85, 0x2028, 0x2029)}


class RequestIdFilter(logging.Filter):
    """Puts the current request id on every record, `-` outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return true always: this filter adds, it drops nothing."""
        if not hasattr(record, "request_id"):
            record.request_id = current_request_id.get()
        return True


def on_one_line(text: str) -> str:
    """Return the text without line breaks, so that nobody's input can forge a second log line."""
    return text.strip().translate(_LINE_BREAKERS)


def _written_at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TextFormatter(logging.Formatter):
    """`time level logger [request id] message`, a traceback folded into the same line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of text."""
        line = (
            f"{_written_at(record)} {record.levelname} {record.name} "
            f"[{getattr(record, 'request_id', '-')}] {on_one_line(record.getMessage())}"
        )
        if record.exc_info:
            line += " | " + on_one_line(self.formatException(record.exc_info))
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the fields that the event brought along."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        event: dict[str, object] = {
            "at": _written_at(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        for name, value in record.__dict__.items():
            if name not in _STANDARD_FIELDS and name not in _OBJECT_FIELDS:
                event[name] = value
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str).translate(_JSON_LINE_BREAKERS)


def build_formatter(kind: str) -> logging.Formatter:
    """Return the formatter that `STUDIO_LOG` names, for processes without Django."""
    return JsonFormatter() if kind == "json" else TextFormatter()
