"""Values that every database can hold: what JSON can spell and PostgreSQL refuses is NUL, half a character, NaN."""

import math
import re
from typing import Any

# Whole pairs match too; those are left as they are.
MAY_BE_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """Return a parsed JSON value with the replacement character wherever a text could not be stored.

    Raises: RecursionError for a value nested without end.
    """
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    return value


def finite(number: str) -> float | None:
    """Return a number as Python reads it from JSON, `None` in place of one that no column takes."""
    value = float(number)
    return value if math.isfinite(value) else None
