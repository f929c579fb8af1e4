"""A thread as a file: Markdown of what is being read, for people; JSON of the whole tree, for programs.

Both come in pieces, so that a thread of thousands of messages is never in memory at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from generations.models import Asset, Message, Thread
from generations.relay import attached, pieces
from generations.relay.context import quoted
from generations.relay.tree import way_up

AT_ONCE = 100
FORMAT = "studio-thread/1"
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')

# Returns the address under which an asset is served.
Address = Callable[[Asset], str]


def file_name(thread: Thread, suffix: str) -> str:
    """Return a name that people can read and every file system takes."""
    title = " ".join(_NOT_IN_A_NAME.sub(" ", thread.title).split()).strip(". ")[:80].rstrip(". ")
    return f"{title or thread.public_id}.{suffix}"


def as_markdown(thread: Thread, *, names: Callable[[Message], str], address: Address) -> Iterator[str]:
    """Yield the messages that are being read, each under the name of who said it."""
    yield f"# {_one_line(thread.title) or thread.public_id}\n"
    if thread.system_prompt:
        yield f"\n> {thread.system_prompt.replace(chr(10), chr(10) + '> ')}\n"
    for message in _in_order(way_up(thread.leaf_id)[::-1]):
        moment = timezone.localtime(message.created_at).strftime("%Y-%m-%d %H:%M")
        yield f"\n## {_one_line(names(message))} · {moment}\n\n"
        for item in attached.attached_to(message):
            yield _quoted_file(item, address=address)
        if message.text:
            yield f"{message.text.rstrip()}\n"


def as_json(thread: Thread, *, address: Address) -> Iterator[str]:
    """Yield the thread with all of its messages, each pointing to the one before it."""
    head = {
        "format": FORMAT,
        "id": str(thread.public_id),
        "title": thread.title,
        "model": thread.model.gateway_name,
        "system_prompt": thread.system_prompt,
        "parameters": thread.parameters,
        "visibility": thread.visibility,
        "created_at": thread.created_at.isoformat(),
        "changed_at": thread.changed_at.isoformat(),
        "current": str(thread.leaf.public_id) if thread.leaf else None,
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "messages": ['
    mark = "\n"
    for start in _stretches(list(thread.messages.filter(removed_at=None).order_by("pk").values_list("pk", flat=True))):
        for message in _loaded(start):
            yield mark + json.dumps(_as_object(message, address=address), ensure_ascii=False)
            mark = ",\n"
    yield "\n]}\n"


def _as_object(message: Message, *, address: Address) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(message.public_id),
        "parent": str(message.parent.public_id) if message.parent else None,
        "role": message.role,
        "status": message.status,
        "created_at": message.created_at.isoformat(),
        "text": message.text,
    }
    if items := attached.attached_to(message):
        found["attachments"] = [_file_object(item, address=address) for item in items]
    if message.role == Message.Role.ASSISTANT:
        found |= {
            "model": message.model.gateway_name if message.model else None,
            "reasoning": message.reasoning,
            "finish_reason": message.finish_reason,
            "failure_reason": message.failure_reason,
            "parameters": message.parameters,
            "usage": {
                "input_tokens": message.input_tokens,
                "output_tokens": message.output_tokens,
                "is_estimated": message.is_usage_estimated,
                "charge": None if message.charge_amount is None else str(message.charge_amount),
                "currency": message.currency,
            },
        }
    return found


def _file_object(item: attached.Attached, *, address: Address) -> dict[str, Any]:
    if isinstance(item, Asset):
        return {"kind": "picture", "name": item.original_name, "type": item.mime, "url": address(item)}
    return {"kind": "text", "name": item.name, "text": item.text}


def _quoted_file(item: attached.Attached, *, address: Address) -> str:
    if isinstance(item, Asset):
        name = _one_line(item.original_name).replace("[", "(").replace("]", ")")
        return f"![{name}]({address(item)})\n\n"
    return f"{quoted(item.name, item.text)}\n\n"


def _in_order(ids: Sequence[int]) -> Iterator[Message]:
    for stretch in _stretches(ids):
        yield from _loaded(stretch)


def _stretches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _loaded(ids: Sequence[int]) -> Iterator[Message]:
    rows = Message.objects.select_related("model", "parent").in_bulk(ids)
    # A reply that is being written is exported as far as it has come.
    pieces.complete(rows.values())
    return (rows[pk] for pk in ids if pk in rows)


def _one_line(text: str) -> str:
    return " ".join(text.split())
