"""What a call says that was ended from outside: to a client that is still there, why."""

from __future__ import annotations

import asyncio

from generations.api.errors import ApiError, Kind
from generations.relay.passage import Cut


def why_cut(cut: Cut | None) -> BaseException:
    """Return what to raise in the place of a cancellation."""
    task = asyncio.current_task()
    if cut is not None and task is not None:
        # The call was cut, not its client: the rest of this request goes on.
        task.uncancel()
    if cut is Cut.REVOKED:
        return ApiError(Kind.INVALID_KEY, "This API key opens nothing any more.")
    if cut is Cut.SHUTDOWN:
        return ApiError(Kind.UNAVAILABLE, "The studio is being restarted.", retry_after_seconds=5)
    return asyncio.CancelledError()
