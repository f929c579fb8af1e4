"""Pictures to be chosen, dropped or pasted, as Playwright takes them."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import FilePayload


def picture(width: int = 800, height: int = 600, colour: str = "teal") -> bytes:
    """Return a JPEG of one colour. Units: pixels."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


def as_file(name: str, content: bytes) -> FilePayload:
    """Return a JPEG under a name, as a file dialog would hand it over."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}
