"""Reads variables from the environment or from a `.env` file beside `manage.py`; a bad value names its variable."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))


def whole_number(name: str, *, default: int, minimum: int) -> int:
    """Read a whole number.

    Raises: ImproperlyConfigured.
    """
    text = env.str(name, default="").strip() or str(default)
    if not re.fullmatch(r"-?[0-9]{1,15}", text) or int(text) < minimum:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {minimum}, not {text!r}.")
    return int(text)


def switch(name: str, *, default: bool = False) -> bool:
    """Read 0 or 1 (also true/false, yes/no, on/off).

    Raises: ImproperlyConfigured.
    """
    text = (env.str(name, default="") or str(int(default))).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 0 or 1, not {text!r}.")


def web_address(name: str, *, default: str = "") -> str:
    """Read an http(s) address and return it without a trailing slash.

    Raises: ImproperlyConfigured.
    """
    text = (env.str(name, default="") or default).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if text and not is_usable:
        raise ImproperlyConfigured(f"{name} must be an address such as https://studio.example.com, not {text!r}.")
    return text
