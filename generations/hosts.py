"""What tells one host of an installation from another, and what all of them must have in common.

A host is a data folder on a machine: two folders on one machine count as two hosts.
"""

import hashlib
import hmac
import secrets
import socket
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

STORAGE_ID_FILE = ".storage-id"


def host_digest() -> str:
    """Return a short name of this host, the same for all of its processes."""
    name = f"{socket.gethostname()}\0{settings.DATA_DIR}"
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def host_name() -> str:
    """Return this host's name as people recognize it."""
    return f"{socket.gethostname()[:80]}-{host_digest()}"


def key_digest() -> str:
    """Return what the secret key can be compared by without being told."""
    return hmac.new(settings.SECRET_KEY.encode(), b"studio.hosts.key", hashlib.sha256).hexdigest()


def storage_name() -> str:
    """Return the name of the place where media lie: equal on two hosts only if both reach the same files."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return f"files:{_folder_id(Path(settings.MEDIA_ROOT))}"
    place = "\0".join(str(getattr(storage, name, "")) for name in ("endpoint_url", "bucket_name", "location"))
    return f"shared:{type(storage).__name__}:{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def _folder_id(folder: Path) -> str:
    """Return the id that lies in the media folder, so that a folder which two machines mount is one place."""
    path = folder / STORAGE_ID_FILE
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{STORAGE_ID_FILE}.{secrets.token_hex(4)}")
    fresh.write_text(secrets.token_hex(16))
    try:
        # Of two that make one at the same moment, the first wins and both read it.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()
