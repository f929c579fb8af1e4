"""Everything that can go wrong between here and the gateway.

    GatewayError                reason             may the order have been accepted?
    ├── AuthError               auth               no   the key is missing, wrong or lacks the right
    ├── CreditError             credit             no   the account is out of money
    ├── Refused                 refused            no   moderation: prompt, reference or result
    ├── BadInput                bad_input          no   a field, a file, an unknown id
    ├── RateLimited             rate               no   slow down, see retry_after_seconds
    ├── ModelUnavailable        model_unavailable  no   unknown here, not enabled, no channel
    ├── UpstreamError           upstream           yes  trouble behind the gateway
    │   ├── ConnectionNotMade                      no   no byte of the request was heard
    │   ├── AnswerLost                             yes  silence, a broken connection, a 5xx without meaning
    │   └── StreamCut                              yes  a reply that ended without a finish
    ├── TimedOut                timeout            yes  the gateway says that it gave up
    ├── ProtocolError           protocol           yes  HTML, bad JSON, a shape nobody documented
    └── OuterCode               as classified      yes  a poll answered with a non-zero outer code

The right-hand column is `surely_not_accepted`, the question before a paid call is repeated. It concerns
submits only: for polls and chat read `may_be_repeated`.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal, TypeAlias

from generations.gateway.redact import redact_detail

Reason: TypeAlias = Literal[
    "auth", "credit", "refused", "bad_input", "rate", "upstream", "model_unavailable", "timeout", "protocol"
]

DETAIL_MAX_CHARACTERS = 2_000
_CODE_SHAPE = re.compile(r"[\w.\-/]{1,60}", re.ASCII)


class GatewayError(Exception):
    """One thing that went wrong, told so that an engine can act on it and staff can read it.

    `detail` holds the gateway's own words (redacted, for staff only: they may quote a prompt). The text of
    the exception itself holds reason, status and code, and nothing that a person or the gateway wrote.
    """

    reason: Reason = "protocol"
    meaning: ClassVar[str] = "The gateway's answer was not understood"
    not_accepted_by_default: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | float | None = None,
        status: int | None = None,
        retry_after_seconds: float | None = None,
        surely_not_accepted: bool | None = None,
    ) -> None:
        self.detail = redact_detail(detail, max_characters=DETAIL_MAX_CHARACTERS)
        self.code = _clean_code(code)
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self._surely_not_accepted = surely_not_accepted
        super().__init__(self.reason)

    @property
    def surely_not_accepted(self) -> bool:
        """Tell of a submit whether the gateway certainly did not take the order, so that no money is at stake."""
        if self._surely_not_accepted is None:
            return self.not_accepted_by_default
        return self._surely_not_accepted

    @property
    def may_be_repeated(self) -> bool:
        """Tell whether the same request may do better later (a person decides; nothing here repeats)."""
        return self.reason in {"rate", "upstream"}

    def __str__(self) -> str:
        parts = [self.meaning]
        if self.status is not None:
            parts.append(f"HTTP {self.status}")
        if self.code:
            parts.append(f"code {self.code}")
        return f"{self.reason}: " + ", ".join(parts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class AuthError(GatewayError):
    """The key is missing, wrong, blocked, or lacks the right."""

    reason = "auth"
    meaning = "The gateway does not accept the key"
    not_accepted_by_default = True


class CreditError(GatewayError):
    """The account has no money left."""

    reason = "credit"
    meaning = "The gateway account is out of credit"
    not_accepted_by_default = True


class Refused(GatewayError):
    """Moderation refused the prompt, a reference or the result."""

    reason = "refused"
    meaning = "The content was refused"
    not_accepted_by_default = True


class BadInput(GatewayError):
    """The gateway names something in the request that it cannot take."""

    reason = "bad_input"
    meaning = "The gateway cannot take this request"
    not_accepted_by_default = True


class RateLimited(GatewayError):
    """Too much at once; `retry_after_seconds` if the gateway said when."""

    reason = "rate"
    meaning = "The gateway asks to slow down"
    not_accepted_by_default = True


class ModelUnavailable(GatewayError):
    """The model is unknown there, not enabled for this account, or without a channel. Waiting does not help."""

    reason = "model_unavailable"
    meaning = "The gateway does not offer this model"
    not_accepted_by_default = True


class UpstreamError(GatewayError):
    """Trouble at or behind the gateway."""

    reason = "upstream"
    meaning = "Trouble behind the gateway"


class ConnectionNotMade(UpstreamError):
    """No connection came about: nothing of the request was heard."""

    meaning = "No connection to the gateway"
    not_accepted_by_default = True


class AnswerLost(UpstreamError):
    """The request left, and what became of it is not known."""

    meaning = "The gateway's answer was lost"


class StreamCut(UpstreamError):
    """A streamed reply ended before the model had finished."""

    meaning = "The reply was cut off"


class TimedOut(GatewayError):
    """The gateway itself says that the task took too long."""

    reason = "timeout"
    meaning = "The gateway gave up on the task"


class ProtocolError(GatewayError):
    """An answer of a shape that nobody documented: HTML, broken JSON, a success without a result."""


class OuterCode(GatewayError):
    """A poll answered with an outer code other than zero.

    One may be a hiccup; the same one three times in a row is the gateway's way to say that the task failed.
    `reason` is what the words around the code mean.
    """

    meaning = "The gateway answered a poll with an error code"

    def __init__(
        self, detail: str = "", *, outer_code: str, reason: Reason, code: str = "", status: int | None = None
    ) -> None:
        self.reason = reason
        self.outer_code = outer_code
        super().__init__(detail, code=code or outer_code, status=status)


def _clean_code(code: str | float | None) -> str:
    """Return the provider's code if it looks like one: it stands in exception texts, so no free text passes."""
    text = "" if code is None else redact_detail(str(code), max_characters=100)
    return text if _CODE_SHAPE.fullmatch(text) else ""
