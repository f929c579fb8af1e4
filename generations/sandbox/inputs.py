"""Pictures, clips and sounds that come inside a request: decoded, checked, kept in the data folder."""

import base64
import binascii
import hashlib
import os
import pathlib
import re

from generations.sandbox.envelopes import Refusal
from generations.sandbox.imagefacts import read_image_facts

FOLDER = "sandbox-inputs"
_DATA_URI = re.compile(r"data:([a-z]+)/([a-zA-Z0-9.+-]+);base64,", re.ASCII)


def keep_input(data_dir: pathlib.Path, content: bytes) -> str:
    """Write bytes under the name of their digest; return the name. Idempotent: yes."""
    name = hashlib.sha256(content).hexdigest()[:32]
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        temporary = folder / f"{name}.{os.getpid()}.part"
        temporary.write_bytes(content)
        temporary.replace(folder / name)
    return name


def decode_data_uri(uri: str, *, kind: str, param: str) -> bytes:
    """Return the bytes of a ``data:`` address of this kind (``image`` or ``audio``).

    Raises: Refusal for another kind, an upper-case subtype or bad base64.
    """
    found = _DATA_URI.match(uri)
    if not found or found.group(1) != kind or found.group(2) != found.group(2).lower():
        raise Refusal("InvalidParameter", f"`{param}` must look like data:{kind}/<format>;base64,<data>.", param=param)
    try:
        return base64.b64decode(uri[found.end() :], validate=True)
    except binascii.Error:
        raise Refusal("InvalidParameter", f"`{param}` holds invalid base64 data.", param=param) from None


def check_video_picture(content: bytes, *, param: str) -> None:
    """Check a picture that goes into a clip.

    Raises: Refusal outside the limits: 30 MB, sides 300-6000 pixels, width/height between 0.4 and 2.5.
    Source: https://www.volcengine.com/docs/82379/1520757
    """
    facts = read_image_facts(content)
    if facts is None:
        raise Refusal("InvalidParameter", f"`{param}` is not a jpeg, png, webp, bmp, tiff or gif image.", param=param)
    if len(content) >= 30 * 1024 * 1024:
        raise Refusal("InvalidParameter", f"`{param}` must be smaller than 30 MB.", param=param)
    if not (300 <= facts.width <= 6000 and 300 <= facts.height <= 6000):
        size = f"{facts.width}x{facts.height}"
        raise Refusal("InvalidParameter", f"`{param}` is {size}; each side must be 300 to 6000 px.", param=param)
    if not 0.4 < facts.width / facts.height < 2.5:
        raise Refusal("InvalidParameter", f"`{param}`: width/height must lie between 0.4 and 2.5.", param=param)
