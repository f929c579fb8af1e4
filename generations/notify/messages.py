"""One plain sentence for each way in which something can fail, and what a person can do about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAILURES: dict[str, Promise] = {
    "auth": _("The gateway did not accept the studio's key. An administrator must set a valid one."),
    "credit": _("The gateway account has no credit left. An administrator must top it up."),
    "refused": _("The model refused this prompt or one of its files. Change the wording or the file and try again."),
    "bad_input": _("The gateway did not accept one of these settings. Change them and try again."),
    "rate": _("The gateway is asked too often right now. Try again in a while."),
    "upstream": _("The gateway had a fault of its own. Try again in a while."),
    "model_unavailable": _("The gateway does not offer this model at the moment. Choose another one."),
    "timeout": _("The gateway did not finish in time. If the result still arrives, it will appear here."),
    "expired": _("The gateway let this request expire before it was made."),
    "protocol": _("The gateway answered in a way that the studio could not read. Staff can see its words."),
    "output_missing": _("The gateway says it is done, but its file could not be fetched."),
    "output_too_large": _("The result is larger than the studio stores."),
    "output_invalid": _("The gateway's file is damaged or not of the promised type."),
    "given_up": _("Given up by hand. If the result still arrives, it will appear here."),
    "input_missing": _("One of the files given with the prompt could not be read any more."),
    "needs_address": _("This file can only be sent by address, and the studio has no public address yet."),
    "interrupted": _("The studio was restarted while this was under way."),
    "empty": _("The model sent an empty reply."),
}


# What is known of a submit that nobody knows the end of. Each says what it may cost to forget it.
DOUBTS: dict[str, Promise] = {
    "upstream": _("The line broke while sending. It may be running, and may be charged."),
    "timeout": _("The gateway did not say in time whether it took it. It may be running, and may be charged."),
    "protocol": _("The gateway's answer could not be read. It may be running, and may be charged."),
    "interrupted": _("The studio was interrupted while sending. It may be running, and may be charged."),
}
INTERRUPTED = frozenset({"engine_gone", "lease_expired", "interrupted"})


def doubt_sentence(reason: str) -> Promise:
    """Return what happened to an uncertain submit, in the person's language."""
    return DOUBTS["interrupted" if reason in INTERRUPTED else reason if reason in DOUBTS else "upstream"]


def failure_sentence(reason: str) -> Promise | str:
    """Return the sentence for a failure reason, in the person's language; a general one for an unknown reason."""
    return FAILURES.get(reason) or _("Something went wrong that the studio has no words for yet. Staff can see more.")


# Why a webhook had no answer.
DELIVERIES: dict[str, Promise] = {
    "timeout": _("no answer in time"),
    "private_address": _("refused: a private address that no administrator has allowed"),
    "no_connection": _("no connection"),
    "invalid_address": _("no address that could be called"),
    "broken_connection": _("the connection broke"),
}


def delivery_words(word: str) -> Promise | str:
    """Return why a webhook had no answer, in the person's language; an unknown word as it is."""
    return DELIVERIES.get(word, word)
