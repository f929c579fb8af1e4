"""`GET /api/openapi.json`: the API's own description, for anybody; it says nothing of this installation."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from generations.api.http import ApiAnswer, ApiRequest
from generations.reference import document

PATH = "/api/openapi.json"


def answer_with(is_served: Callable[[str, str], bool]) -> Callable[[ApiRequest], ApiAnswer]:
    """Return the answer to `PATH`, given who knows which addresses answer."""

    @lru_cache(maxsize=1)
    def written() -> bytes:
        return document.document(is_served=is_served)

    def answer(_request: ApiRequest) -> ApiAnswer:
        return ApiAnswer(
            written(), headers={"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
        )

    return answer
