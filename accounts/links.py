"""Addresses that leave the studio: in mails, on the terminal, for copying."""

from django.conf import settings
from django.http import HttpRequest


def absolute_address(request: HttpRequest, *, path: str) -> str:
    """Return the full address of a path, under the public address where one is set."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    return request.build_absolute_uri(path)
