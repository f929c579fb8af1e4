"""One tolerant reading of task results: the gateway does not document them, and its relatives differ.

Two dialects are known. One puts the provider's task object inside `result` (words for states, an `error`
object, nested addresses); the other says 1 for finished, puts `videoUrl` or `imageUrl` at the top of `result`
and fails by a non-zero outer code. Everything in between is read too.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from generations.gateway.envelopes import error_from_failure, raise_for_outer_code, read_result
from generations.gateway.errors import GatewayError, ProtocolError, TimedOut
from generations.gateway.redact import redact_detail
from generations.gateway.types import JSON, Accepted, Output, TaskReport, TaskState, WireResponse

OutputFinder: TypeAlias = Callable[[Mapping[str, Any]], tuple[Output, ...]]

_WORDS: Mapping[str, TaskState] = MappingProxyType(
    {
        word: state
        for state, words in {
            TaskState.QUEUED: "queued pending submitted ready assigned in_queue not_started 0",
            TaskState.RUNNING: "running processing in_progress generating",
            TaskState.SUCCEEDED: "succeeded success completed finish finished 1",
            TaskState.FAILED: "failed fail failure error",
            TaskState.CANCELLED: "cancelled canceled",
            TaskState.EXPIRED: "expired timeout",
        }.items()
        for word in words.split()
    }
)
_STATUS_NAMES = ("status", "state", "task_status", "taskStatus")
_ERROR_NAMES = ("error", "errorMessage", "error_message", "fail_reason", "failReason")
_ERROR_CODE_NAMES = ("errorCode", "error_code")
_NOTHING = frozenset({"", "null", "none", "undefined"})
_RESOLVED_NAMES = (
    "model",
    "seed",
    "resolution",
    "ratio",
    "duration",
    "framespersecond",
    "generate_audio",
    "aspect_ratio",
    "service_tier",
)


def read_task_id(response: WireResponse) -> Accepted:
    """Return the id under which the gateway works on an order, under either of its names.

    Raises: the GatewayError that the answer states; ProtocolError for a success without an id, which leaves open
    whether the order was accepted.
    """
    result = read_result(response)
    for name in ("task_id", "taskCode", "taskId", "task_code", "id", "code"):
        value = result.get(name)
        task_id = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if task_id and task_id.isprintable():
            return Accepted(task_id=task_id, raw=response.raw_for_staff())
    raise ProtocolError(response.raw_for_staff(), status=response.status)


def read_report(response: WireResponse, *, find_outputs: OutputFinder) -> TaskReport:
    """Return how a task stands.

    Raises: OuterCode for a non-zero outer code; the GatewayError of an answer that is about the poll itself.
    """
    raise_for_outer_code(response)
    result = read_result(response)
    outputs = find_outputs(result)
    state, unknown_word = _read_state(result, has_outputs=bool(outputs))
    error = _read_error(result, state)
    if error is not None and state in {TaskState.QUEUED, TaskState.RUNNING}:
        state, unknown_word = TaskState.FAILED, None
    if state is TaskState.SUCCEEDED and error is not None:
        # With its file at hand a stated error is a remark; without it, it is the outcome.
        state, error = (state, None) if outputs else (TaskState.FAILED, error)
    usage = result.get("usage")
    return TaskReport(
        state=state,
        outputs=outputs if state is TaskState.SUCCEEDED else (),
        error=error,
        usage=usage if isinstance(usage, dict) else None,
        resolved={name: result[name] for name in _RESOLVED_NAMES if _is_filled(result.get(name))},
        unknown_word=unknown_word,
        raw=response.raw_for_staff(),
    )


def first_address(holder: Mapping[str, Any], positions: Iterable[str]) -> str | None:
    """Return the first web address found at one of the positions, written like `content.video_url` or `videos[]`."""
    return next((address for position in positions for address in addresses_at(holder, position)), None)


def addresses_at(holder: Mapping[str, Any], position: str) -> Iterator[str]:
    """Yield every web address at a position."""
    for item in items_at(holder, position):
        address = address_of(item)
        if address:
            yield address


def items_at(holder: Mapping[str, Any], position: str) -> list[Any]:
    """Return what stands at a position: the members of a list, or the one value."""
    value: Any = holder
    for name in position.removesuffix("[]").split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def address_of(item: object) -> str | None:
    """Return the web address that an item is or holds."""
    if isinstance(item, dict):
        return next(
            (found for name in ("url", "image_url", "video_url") if (found := address_of(item.get(name)))), None
        )
    if isinstance(item, str) and item.strip().lower().startswith(("http://", "https://")):
        return item.strip()
    return None


def bytes_of(text: object) -> bytes | None:
    """Return the bytes of base64, bare or as a data URI; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    payload = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode("".join(payload.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def image_mime(content: bytes) -> str | None:
    """Return the type of a picture as its first bytes tell it."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def positive_integer(value: object) -> int | None:
    """Return a positive whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _read_state(result: Mapping[str, Any], *, has_outputs: bool) -> tuple[TaskState, str | None]:
    said = next((result[name] for name in _STATUS_NAMES if result.get(name) not in (None, "")), None)
    if said is None:
        return (TaskState.SUCCEEDED if has_outputs else TaskState.QUEUED), None
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    word = str(said).strip().lower().replace("-", "_").replace(" ", "_")
    state = _WORDS.get(word)
    return (TaskState.RUNNING, redact_detail(str(said), max_characters=60)) if state is None else (state, None)


def _read_error(result: Mapping[str, Any], state: TaskState) -> GatewayError | None:
    stated = next((result[name] for name in _ERROR_NAMES if _is_filled(result.get(name))), None)
    code = next((result[name] for name in _ERROR_CODE_NAMES if _is_filled(result.get(name))), None)
    if stated is not None:
        error = error_from_failure(stated if isinstance(stated, dict | str) else str(stated), code=code)
        return TimedOut(error.detail, code=error.code) if state is TaskState.EXPIRED else error
    if state is TaskState.EXPIRED:
        return TimedOut("", code="expired")
    if state is TaskState.FAILED:
        said = next((result[name] for name in ("message", "msg", "info") if _is_filled(result.get(name))), "")
        return error_from_failure(str(said), code=code)
    return None


def _is_filled(value: JSON) -> bool:
    """Tell whether a value says anything: some answers spell "nothing" as a text, or as an object of nothings."""
    said = list(value.values()) if isinstance(value, dict) else [value]
    return any(str(one).strip().lower() not in _NOTHING for one in said if one is not None and one not in ([], {}))
