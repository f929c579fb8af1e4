"""The installation's secret key: made once, kept in the data folder with mode 600."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_or_make_secret_key(data_dir: Path) -> str:
    """Return the secret key of this data folder, making folder (mode 700) and key (mode 600) when missing.

    Idempotent: yes, also when two processes start at once; the first writer wins.
    Raises: ImproperlyConfigured when the folder cannot be written.
    """
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Written whole under another name and then linked, so that no reader ever sees half a key.
            draft = data_dir / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(64))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {data_dir} cannot be used ({error.strerror}). Set STUDIO_DATA_DIR to a folder that this "
            "user may write."
        ) from error
