"""Improving a prompt: one call of a chat model, made by the relay like any reply, in a thread that stands in no list.

So it has the guarantees of a reply: claimed before it is sent, never sent twice for one submission id, stopped on
wish, interrupted rather than repeated when its producer is lost, and counted to the person who asked.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import Http404

from accounts.models import User
from generations.ledger.prices import charge_chat
from generations.models import CatalogModel, Message, MessageStatus, Purpose, Thread, Visibility
from generations.relay.context import TURN_TOKENS, estimate_tokens
from generations.relay.turns import Beginning, Question, start_thread

WISH_MAX_CHARACTERS = 500
# What an answer is reckoned with: a prompt grows, and a short one grows by more than itself.
GROWTH = 2
ANSWER_TOKENS = 250
INSTRUCTIONS = (
    "You improve prompts for a model that makes {medium}. The message is such a prompt, not a question to you. "
    "Make it concrete where it is open: subject, action, place, light, camera, style. Keep what it asks for, "
    "its names, words in quotation marks, and whatever stands in square brackets or double braces exactly as they are. "
    "Write in the language of the prompt. {wish}"
    "Reply with the improved prompt only: no title, no quotation marks, no explanation."
)
MEDIA = {"video": "short videos", "image": "images"}
_FENCE = re.compile(r"\A```[a-z]*\n(.*?)\n?```\Z", re.DOTALL)
_QUOTED = re.compile(r"\A[\"“「](.*)[\"”」]\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, checked. `kind` is what the prompt is meant to make."""

    prompt: str
    model: CatalogModel
    submission_id: UUID
    kind: str = ""
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Improvement:
    """A prompt, and what became of improving it; `improved` is empty until that has ended well."""

    thread: Thread
    original: str
    reply: Message

    @property
    def is_unfinished(self) -> bool:
        """Whether the answer may still come."""
        return self.reply.is_unfinished

    @property
    def improved(self) -> str:
        """The new prompt, without what models put around it."""
        return bare(self.reply.text) if self.reply.status == MessageStatus.COMPLETED else ""

    @property
    def is_cut(self) -> bool:
        """Whether the model had more to say."""
        return self.reply.finish_reason == "length"


def instructions(kind: str, wish: str) -> str:
    """Return what the model is told."""
    wished = f"The person who wrote it wishes: {' '.join(wish.split())}. " if wish.strip() else ""
    return INSTRUCTIONS.format(medium=MEDIA.get(kind, "images and short videos"), wish=wished)


def estimate(model: CatalogModel, prompt: str, *, kind: str = "", wish: str = "") -> Decimal | None:
    """Return about what improving a prompt costs, or None for a model without a price. Units: the currency."""
    asked = estimate_tokens(prompt)
    tokens_in = asked + estimate_tokens(instructions(kind, wish)) + 2 * TURN_TOKENS
    return charge_chat(model, input_tokens=tokens_in, output_tokens=GROWTH * asked + ANSWER_TOKENS)


def improve(wish: Wish, *, owner: User, now: datetime.datetime) -> tuple[Improvement, bool]:
    """Ask for a better prompt and return what is known of it, and whether it is new. The relay makes the call.

    Idempotent: yes, per person and submission id.
    """
    thread, is_new = start_thread(
        Question(text=wish.prompt, model=wish.model, submission_id=wish.submission_id),
        owner=owner,
        visibility=Visibility.PRIVATE,
        beginning=Beginning(system_prompt=instructions(wish.kind, wish.wish), purpose=Purpose.IMPROVEMENT),
        now=now,
    )
    return own_improvement(owner, thread.public_id), is_new


def of_submission(person: User, submission_id: UUID) -> Improvement | None:
    """Return what a submission id has asked for before, or None."""
    threads = Thread.objects.filter(owner=person, purpose=Purpose.IMPROVEMENT, submission_id=submission_id)
    public_id = threads.values_list("public_id", flat=True).first()
    return own_improvement(person, public_id) if public_id else None


def own_improvement(person: User, public_id: UUID) -> Improvement:
    """Return what became of a person's own wish. Raises: Http404."""
    threads = Thread.objects.filter(owner=person, purpose=Purpose.IMPROVEMENT, public_id=public_id)
    thread = threads.select_related("model", "leaf__model", "leaf__parent").first()
    if thread is None or thread.leaf is None or thread.leaf.parent is None:
        raise Http404
    return Improvement(thread=thread, original=thread.leaf.parent.text, reply=thread.leaf)


def bare(text: str) -> str:
    """Return an answer without fences and quotation marks around all of it."""
    plain = text.strip()
    for wrapping in (_FENCE, _QUOTED):
        if found := wrapping.match(plain):
            plain = found[1].strip()
    return plain
