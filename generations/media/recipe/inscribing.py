"""Open a stored file as one that carries its recipe, and find the recipe in a file from outside."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, cast

from generations.media.recipe import jpeg, mp4, png, webp
from generations.media.recipe.splicing import Part, Spliced, UnsupportedFileError
from generations.media.recipe.words import Inscription, Recipe, RecipeUnreadableError, read_recipe
from generations.media.types import SNIFF_BYTES, sniff

_WRITERS: dict[str, Callable[[BinaryIO, Inscription], list[Part]]] = {
    "image/png": png.written,
    "image/jpeg": jpeg.written,
    "image/webp": webp.written,
    "video/mp4": mp4.written,
    "video/quicktime": mp4.written,
}
_READERS: dict[str, Callable[[BinaryIO], str]] = {
    "image/png": png.read,
    "image/jpeg": jpeg.read,
    "image/webp": webp.read,
    "video/mp4": mp4.read,
    "video/quicktime": mp4.read,
}


def can_carry(mime: str) -> bool:
    """Tell whether files of a type can carry a recipe."""
    return mime in _WRITERS


def inscribed(file: BinaryIO, mime: str, inscription: Inscription) -> BinaryIO:
    """Return an open file with the recipe in it, which closes the given one with itself.

    Raises: UnsupportedFileError, the given file still open.
    """
    if mime not in _WRITERS:
        raise UnsupportedFileError("its type takes none")
    try:
        parts = _WRITERS[mime](file, inscription)
    except RecipeUnreadableError:
        raise UnsupportedFileError("its texts cannot be read") from None
    return cast("BinaryIO", io.BufferedReader(Spliced(file, parts), 256 * 1024))


def find_recipe(file: BinaryIO) -> Recipe | None:
    """Return the recipe that a file carries, or None when it carries none.

    Nothing that it claims is believed here. Raises: RecipeUnreadableError.
    """
    file.seek(0)
    mime = sniff(file.read(SNIFF_BYTES)) or ""
    text = _READERS[mime](file) if mime in _READERS else ""
    return read_recipe(text) if text else None
