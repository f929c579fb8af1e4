"""A file that is mostly another file: bytes of our own between stretches of what is stored."""

from __future__ import annotations

import bisect
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias


class UnsupportedFileError(Exception):
    """The file is of a kind, or built in a way, that takes no recipe; it stays as it is."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the stored file. Units: bytes."""

    start: int
    length: int


Part: TypeAlias = "bytes | Stretch"


class Spliced(io.RawIOBase):
    """Reads parts one after another as one file; nothing but the parts of our own is in memory.

    It owns the stored file and closes it.
    """

    def __init__(self, source: BinaryIO, parts: Sequence[Part]) -> None:
        super().__init__()
        self._source = source
        self._parts = [part for part in parts if _length(part)]
        self._starts: list[int] = []
        end = 0
        for part in self._parts:
            self._starts.append(end)
            end += _length(part)
        self.length_bytes = end
        self._position = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.length_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer as far as the part at the position reaches; return how many bytes that were."""
        if self._position >= self.length_bytes or not len(buffer):
            return 0
        place = bisect.bisect_right(self._starts, self._position) - 1
        part, within = self._parts[place], self._position - self._starts[place]
        wanted = min(len(buffer), _length(part) - within)
        if isinstance(part, Stretch):
            self._source.seek(part.start + within)
            found = self._source.read(wanted)
            if not found:
                raise EOFError("The stored file is shorter than it was.")
        else:
            found = part[within : within + wanted]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def close(self) -> None:
        """Close the stored file as well."""
        if not self.closed:
            self._source.close()
        super().close()


def _length(part: Part) -> int:
    return part.length if isinstance(part, Stretch) else len(part)
