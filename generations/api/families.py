"""Which protocol an address speaks: whose envelope its errors wear. Known before anything of Django is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Family(StrEnum):
    """Whose envelope an error wears."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    TASKS = "tasks"


def plain_path(path: str) -> str:
    """Return an address as the table of routes writes it: `/v1` once for the protocols that have it, no slash behind.

    SDKs put their paths behind whatever base address they are given, with `/v1` or without, sometimes twice.
    """
    path = path.rstrip("/") or "/"
    if path.startswith(("/ai/", "/api/")):
        return path
    while path.startswith("/v1/v1/"):
        path = path[3:]
    return path if path.startswith("/v1") else f"/v1{path}"


def family_of(path: str, headers: Mapping[str, str]) -> Family:
    """Return in whose envelope errors of an address are told."""
    path = plain_path(path)
    if path.startswith("/ai/"):
        return Family.TASKS
    if path.startswith("/v1/messages") or (path.startswith("/v1/models") and "anthropic-version" in headers):
        return Family.ANTHROPIC
    return Family.OPENAI
