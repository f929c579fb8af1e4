"""A selection as one ZIP, made while it is sent: media as they are, each with its recipe, and a list of all.

Nothing is held but one open file, the names given so far and the ZIP's own directory. The database is asked for a few
items at a time and let go before their files are sent, however slow the client is. What a person may no longer see
when its turn comes is left out.

Each file is read twice, once for its digest and once to be sent, so that its length and check sum stand before it: a
stored member that is described only behind itself is refused by many programs that unpack.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
import tempfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias, cast

from django.conf import settings
from django.db import connection
from stream_zip import NO_COMPRESSION_32, NO_COMPRESSION_64, MemberFile, Method, stream_zip

from generations.library import selection as selections
from generations.library.file_names import NameBook, name_words
from generations.library.inscriptions import producer_name
from generations.library.manifest import ExportedFile, Manifest, generation_facts, rewound, thread_facts
from generations.media.paths import temporary_folder
from generations.media.recipe.inscribing import can_carry, inscribed
from generations.media.recipe.splicing import UnsupportedFileError
from generations.media.recipe.words import inscription_of
from generations.media.store import open_stored
from generations.media.types import FILE_TYPES
from generations.models import Asset, Generation, Selection, Thread, TimelineEntry

logger = logging.getLogger(__name__)

MOST_ITEMS = 50_000
ITEMS_AT_ONCE = 50
PIECE_BYTES = 256 * 1024
# Beyond these the older form of a ZIP cannot count; the directory behind the last member has to fit as well.
_MOST_32_BYTES, _MOST_32_MEMBERS = 3 * 1024**3, 60_000
_MODE = 0o100644
WriteThread: TypeAlias = Callable[[Thread], Iterator[str]]


@dataclass(slots=True)
class Export:
    """What is exported and how. `write_thread` yields a thread as text; `zone` is the reader's own time."""

    selection: Selection
    write_thread: WriteThread
    made_at: datetime.datetime
    zone: datetime.tzinfo
    has_recipes: bool = True
    most_items: int = MOST_ITEMS
    names: NameBook = field(init=False)

    def __post_init__(self) -> None:
        self.names = NameBook(is_by_day=self.selection.upto_place is not None)


def zip_pieces(export: Export) -> Generator[bytes, None, None]:
    """Yield the ZIP in pieces. Closing it early closes every file that is open for it.

    Raises: OSError when storage fails on the way; a file that is gone is only noted.
    """
    sent_bytes, members = 0, 0

    def method(member: _Member) -> Method:
        is_small = sent_bytes + member.length_bytes < _MOST_32_BYTES and members < _MOST_32_MEMBERS
        return (NO_COMPRESSION_32 if is_small else NO_COMPRESSION_64)(member.length_bytes, member.check_sum)

    def described() -> Generator[MemberFile, None, None]:
        nonlocal members
        with contextlib.closing(_members(export)) as found:
            for member in found:
                members += 1
                yield member.name, member.modified_at, _MODE, method(member), member.pieces()

    with contextlib.closing(described()) as files:
        for piece in stream_zip(files, chunk_size=PIECE_BYTES):
            sent_bytes += len(piece)
            yield piece


@dataclass(slots=True)
class _Member:
    """A file on its way: open, measured, and standing at its beginning."""

    name: str
    modified_at: datetime.datetime
    file: BinaryIO
    length_bytes: int = 0
    check_sum: int = 0
    sha256: str = ""

    def measure(self) -> None:
        digest = hashlib.sha256()
        for piece in rewound(self.file):
            self.length_bytes += len(piece)
            self.check_sum = zlib.crc32(piece, self.check_sum)
            digest.update(piece)
        self.sha256 = digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        return rewound(self.file)


def _members(export: Export) -> Generator[_Member, None, None]:
    count, is_cut = 0, False
    manifest = Manifest(made_at=export.made_at.isoformat())
    with contextlib.closing(manifest):
        for entries in selections.batches(export.selection, at_once=ITEMS_AT_ONCE):
            for item in _loaded(entries[: export.most_items - count]):
                yield from (
                    _thread(export, item, manifest) if isinstance(item, _Talk) else _media(export, item, manifest)
                )
            count += len(entries)
            if count >= export.most_items:
                is_cut = True
                break
        manifest.end(is_cut=is_cut)
        for name, file in (("manifest.json", manifest.json), ("manifest.csv", manifest.table)):
            member = _Member(name, export.made_at.astimezone(export.zone), cast("BinaryIO", file))
            member.measure()
            yield member


@dataclass(frozen=True, slots=True)
class _Talk:
    """A thread with what it cost."""

    thread: Thread
    entry: TimelineEntry


def _loaded(entries: list[TimelineEntry]) -> list[Generation | _Talk]:
    """Return the items of entries in their order, with all that is told of them, and let the database go."""
    found = (
        Generation.objects.select_related("model", "owner")
        .prefetch_related("outputs__asset", "inputs__asset")
        .defer("raw_reply", "failure_detail")
        .in_bulk([entry.generation_id for entry in entries if entry.generation_id])
    )
    threads = Thread.objects.select_related("model", "owner", "leaf").in_bulk(
        [entry.thread_id for entry in entries if entry.thread_id]
    )
    let_connection_go()
    items: list[Generation | _Talk] = []
    for entry in entries:
        if entry.generation_id in found:
            items.append(found[entry.generation_id])
        elif entry.thread_id in threads:
            items.append(_Talk(threads[entry.thread_id], entry))
    return items


def _media(export: Export, generation: Generation, manifest: Manifest) -> Iterator[_Member]:
    files: list[ExportedFile] = []
    for output in generation.outputs.all():
        if output.asset is None:
            continue
        asset, made_at = output.asset, generation.created_at.astimezone(export.zone)
        try:
            file, has_recipe = _opened(export, generation, asset)
        except FileNotFoundError:
            logger.warning("The file of asset %s is gone from storage", asset.public_id)
            files.append(ExportedFile(name="", role=output.role, sha256_stored=asset.sha256, note="missing"))
            continue
        with contextlib.closing(file):
            name = export.names.name(
                day=made_at.strftime("%Y-%m-%d"),
                words=name_words(generation.prompt) or generation.kind,
                suffix=FILE_TYPES[asset.mime].suffix,
            )
            member = _Member(name, made_at, file)
            member.measure()
            yield member
        files.append(
            ExportedFile(
                name=name,
                role=output.role,
                mime=asset.mime,
                bytes=member.length_bytes,
                sha256_stored=asset.sha256,
                sha256_exported=member.sha256,
                has_recipe=has_recipe,
                note="" if has_recipe or not export.has_recipes else "no recipe: the file takes none",
            )
        )
    manifest.add(generation_facts(generation), files)


def _opened(export: Export, generation: Generation, asset: Asset) -> tuple[BinaryIO, bool]:
    """Return an output's file, with its recipe where that is wanted and possible."""
    file = open_stored(asset.path)
    if export.has_recipes and can_carry(asset.mime):
        try:
            return inscribed(file, asset.mime, inscription_of(generation, asset, producer=producer_name())), True
        except UnsupportedFileError as error:
            logger.info("Asset %s takes no recipe: %s", asset.public_id, error)
        except BaseException:
            file.close()
            raise
    return file, False


def _thread(export: Export, talk: _Talk, manifest: Manifest) -> Iterator[_Member]:
    thread, changed_at = talk.thread, talk.entry.sorted_at.astimezone(export.zone)
    name = export.names.name(day=changed_at.strftime("%Y-%m-%d"), words=name_words(thread.title) or "chat", suffix="md")
    with tempfile.TemporaryFile(dir=temporary_folder()) as text:
        for piece in export.write_thread(thread):
            text.write(piece.encode("utf-8", "replace"))
        let_connection_go()
        member = _Member(name, changed_at, cast("BinaryIO", text))
        member.measure()
        yield member
    file = ExportedFile(
        name=name, mime="text/markdown", bytes=member.length_bytes, sha256_exported=member.sha256, role="thread"
    )
    cost = talk.entry.cost_amount
    manifest.add(thread_facts(thread, cost=cost, currency=settings.CURRENCY), [file])


def let_connection_go() -> None:
    """Close this thread's connection: what follows takes as long as the client takes to read."""
    if not connection.in_atomic_block:
        connection.close()
