"""What a client's own environment runs: each check by its name, what it found as one JSON object on standard output.

Stands outside the studio's environment, so it uses nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from typing import Any

ADDRESS = os.environ.get("STUDIO_ADDRESS", "")
KEY = os.environ.get("STUDIO_KEY", "")
BOUND_KEY = os.environ.get("STUDIO_BOUND_KEY", "")
# One transparent pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def report(checks: dict[str, Callable[[], Any]]) -> None:
    """Run every check; an exception is a finding, told by its class, its base classes and its HTTP status."""
    found: dict[str, Any] = {}
    for name, check in checks.items():
        try:
            found[name] = check()
        except Exception as error:  # noqa: BLE001 - which one it is, is the question
            found[name] = {
                "raised": type(error).__name__,
                "status": getattr(error, "status_code", None),
                "text": str(error)[:400],
                "where": traceback.format_exc()[-600:],
            }
    print(json.dumps(found))
