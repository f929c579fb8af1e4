"""Text files that people give to a chat: bytes made into words, whichever of the usual encodings they are in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generations.media import invalid

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

# What one file may hold; a window of 200,000 tokens is full after about three of these in Chinese.
TEXT_FILE_MAX_BYTES = 256 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Without a mark: what is written today, then what Chinese tables and notes of older programs are in.
_ENCODINGS = ("utf-8", "gb18030")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def read_text(uploaded: UploadedFile) -> str:
    """Return the words of a text file, with one kind of line end.

    Raises: MediaInvalid: empty, too_large, not_text.
    """
    if not uploaded.size:
        raise invalid.empty()
    if uploaded.size > TEXT_FILE_MAX_BYTES:
        raise invalid.too_large(TEXT_FILE_MAX_BYTES)
    uploaded.seek(0)
    text = decode(uploaded.read()).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise invalid.empty()
    return text


def decode(content: bytes) -> str:
    """Return the text that the bytes stand for. Raises: MediaInvalid when they stand for none."""
    encodings = next(((encoding,) for mark, encoding in _MARKS if content.startswith(mark)), _ENCODINGS)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_TEXT.search(text):
            return text
    raise invalid.not_text()
