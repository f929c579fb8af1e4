"""What a card says about its state: a name, one plain sentence, and the sign beside them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generations.models import Generation, Status
from generations.notify.messages import doubt_sentence, failure_sentence

Text = Promise | str

# What a person can do about a failure by changing the order; the rest may pass by itself.
EDIT_HELPS = frozenset({"refused", "bad_input", "model_unavailable", "needs_address", "input_missing"})
ICONS = {
    Status.QUEUED: "line",
    Status.SUBMITTING: "send",
    Status.IN_PROGRESS: "clock",
    Status.STORING: "save",
    Status.COMPLETED: "check",
    Status.FAILED: "warning",
    Status.CANCELED: "close",
    Status.UNCERTAIN: "question",
}


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state reads: `title` is its name, `reason` one sentence or nothing."""

    title: Text
    reason: Text
    icon: str


def state_words(generation: Generation, *, place: int | None, is_blocking: bool, is_overdue: bool) -> StateWords:
    """Return the words for a generation as it stands."""
    status = Status(generation.status)
    running = is_blocking and status == Status.SUBMITTING
    icon = ICONS[Status.IN_PROGRESS if running else status]
    if status == Status.QUEUED:
        waits = place is not None and place > 1
        title: Text = gettext("Number %(place)s in line") % {"place": place} if waits else _("Next in line")
        return StateWords(title=title, reason=_("Not sent yet; it can be canceled for free."), icon=icon)
    if running or status == Status.IN_PROGRESS:
        overdue = _("It takes longer than it should. It is watched on, and a late result still lands here.")
        return StateWords(title=_("Running"), reason=overdue if is_overdue else "", icon=icon)
    return StateWords(title=_title(generation, status), reason=_reason(generation, status), icon=icon)


def _title(generation: Generation, status: Status) -> Text:
    if status == Status.FAILED:
        return {"refused": _("Refused"), "given_up": _("Given up"), "timeout": _("Out of time")}.get(
            generation.failure_reason, _("Failed")
        )
    return {
        Status.SUBMITTING: _("Submitting"),
        Status.STORING: _("Saving to the studio"),
        Status.CANCELED: _("Canceled"),
        Status.UNCERTAIN: _("Was it taken?"),
    }.get(status, status.label)


def _reason(generation: Generation, status: Status) -> Text:
    if status == Status.FAILED:
        return failure_sentence(generation.failure_reason)
    if status == Status.CANCELED:
        if generation.submitted_at is None:
            return _("Stopped before it was sent. Nothing was charged.")
        return _("It had been sent, so it may still be charged. A result that still comes is kept.")
    if status == Status.UNCERTAIN:
        return doubt_sentence(generation.failure_reason)
    return {
        Status.SUBMITTING: _("It is being handed to the gateway."),
        Status.STORING: _("The result is ready at the gateway and is being copied here."),
    }.get(status, "")
