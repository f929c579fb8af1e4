"""EXIF for pictures that have none: the label as a comment, the prompt as a description."""

from __future__ import annotations

import json

from generations.media.recipe.label import FIELD
from generations.media.recipe.words import Inscription

_IMAGE_DESCRIPTION, _SOFTWARE, _EXIF_FOLDER, _USER_COMMENT = 0x010E, 0x0131, 0x8769, 0x9286
DESCRIPTION_CHARACTERS = 500
SOFTWARE = "studio"


def block(inscription: Inscription) -> bytes:
    """Return an EXIF block, beginning with its TIFF header.

    Source: CIPA DC-008, tags 0x010E, 0x0131 and 0x9286, which begins with the name of its character set.
    """
    from PIL import Image

    exif = Image.Exif()
    exif[_SOFTWARE] = SOFTWARE
    description = " ".join(inscription.description[:DESCRIPTION_CHARACTERS].replace("\0", "").split())
    if description:
        # The tag is declared as ASCII; readers take UTF-8, and the library writes strings as Latin-1 only.
        exif[_IMAGE_DESCRIPTION] = description.encode()
    comment = json.dumps({FIELD: json.loads(inscription.label)}, separators=(",", ":"))
    exif.get_ifd(_EXIF_FOLDER)[_USER_COMMENT] = b"ASCII\0\0\0" + comment.encode("ascii")
    content: bytes = exif.tobytes()
    return content.removeprefix(b"Exif\0\0")
