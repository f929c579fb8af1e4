"""What is given with a message: pictures and text files, each by a name that forms, drafts and queues can carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from uuid import UUID

from generations.models import Asset, Message, MessageAttachment, TextFile

Attached: TypeAlias = Asset | TextFile

PICTURE, TEXT = "picture", "text"
# More names than this are not looked at.
NAMES_MAX = 100


def name_of(item: Attached) -> str:
    """Return the name of a picture or a text file."""
    return f"{PICTURE if isinstance(item, Asset) else TEXT}:{item.public_id}"


def find(names: Iterable[object]) -> list[Attached]:
    """Return what these names stand for, in their order and each once, in two queries. What is unknown is left out.

    Whether a person may use it is the caller's question.
    """
    wanted = list(dict.fromkeys(pair for name in list(names)[:NAMES_MAX] if (pair := _read_name(name))))
    pictures = Asset.objects.filter(public_id__in=[id_ for kind, id_ in wanted if kind == PICTURE], media="image")
    texts = TextFile.objects.filter(public_id__in=[id_ for kind, id_ in wanted if kind == TEXT])
    found: dict[tuple[str, UUID], Attached] = {(PICTURE, one.public_id): one for one in pictures}
    found |= {(TEXT, one.public_id): one for one in texts}
    return [found[pair] for pair in wanted if pair in found]


def attach(message: Message, items: Sequence[Attached]) -> None:
    """Put pictures and text files beside a new message. Meant for the transaction that writes it."""
    MessageAttachment.objects.bulk_create(
        MessageAttachment(
            message=message,
            asset=item if isinstance(item, Asset) else None,
            text_file=item if isinstance(item, TextFile) else None,
            position=position,
        )
        for position, item in enumerate(items)
    )


def attached_to(message: Message) -> tuple[Attached, ...]:
    """Return what was given with a message, in its order."""
    rows = message.attachments.select_related("asset", "text_file")
    return tuple(item for row in rows if (item := row.asset or row.text_file) is not None)


def title_of(items: Sequence[Attached]) -> str:
    """Return what a thread is called that begins with files and no words."""
    names = (item.original_name if isinstance(item, Asset) else item.name for item in items)
    return next((name for name in names if name), "")[:60]


def _read_name(name: object) -> tuple[str, UUID] | None:
    kind, _colon, text = str(name).partition(":")
    try:
        return (kind, UUID(text)) if kind in {PICTURE, TEXT} else None
    except ValueError:
        return None
