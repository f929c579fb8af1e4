"""How a generation stands, in the words of the protocols that have tasks.

    ours        queued   submitting · in_progress · storing   completed   failed · failed(expired)   canceled
    theirs      queued   running                              succeeded   failed · expired           cancelled

`uncertain` reads as running, with a sentence, for ten minutes: its answer may still come. Then it reads as failed.
Source: https://www.volcengine.com/docs/82379/1521309
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import translation

from generations.api.errors import ApiError, kind_of_reason, sentence_of_reason
from generations.models import Generation, Status
from generations.notify.messages import doubt_sentence, failure_sentence

UNCERTAIN_FOR = datetime.timedelta(minutes=10)
UNCERTAIN_CODE = "uncertain"
_WORDS = {
    Status.QUEUED: "queued",
    Status.SUBMITTING: "running",
    Status.IN_PROGRESS: "running",
    Status.STORING: "running",
    Status.COMPLETED: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A word, and what there is to say beside it: a remark on a task that runs, or why it failed."""

    word: str
    remark: str = ""
    code: str = ""
    message: str = ""


def standing_of(generation: Generation, *, now: datetime.datetime) -> Standing:
    """Return how a generation stands."""
    if generation.status == Status.UNCERTAIN:
        doubt = uncertain_sentence(generation)
        if now - generation.changed_at < UNCERTAIN_FOR:
            return Standing("running", remark=doubt)
        return Standing("failed", code=UNCERTAIN_CODE, message=doubt)
    if generation.status == Status.FAILED:
        reason = generation.failure_reason
        word = "expired" if reason == "expired" else "failed"
        return Standing(word, code=_code(reason), message=failure_words(generation))
    return Standing(_WORDS[Status(generation.status)])


def uncertain_sentence(generation: Generation) -> str:
    """Return what is known of an order whose answer was lost, in English."""
    with translation.override("en"):
        return str(doubt_sentence(generation.failure_reason))


def failure_words(generation: Generation) -> str:
    """Return why a generation failed: in the gateway's own words where they are about the order itself."""
    reason = generation.failure_reason
    if reason in {"refused", "bad_input"} and generation.failure_detail:
        return generation.failure_detail
    if sentence := sentence_of_reason(reason):
        return sentence
    with translation.override("en"):
        return str(failure_sentence(reason))


def failure_of(generation: Generation) -> ApiError:
    """Return the error for a caller who waited. It is final: the same order again would only be told the same."""
    kind = kind_of_reason(generation.failure_reason)
    return ApiError(kind, failure_words(generation), should_retry=False)


def _code(reason: str) -> str:
    return "expired" if reason == "expired" else kind_of_reason(reason).value.tasks_code
