"""Naming a thread: one call to the cheapest chat model, beside everything else, once a first reply has ended.

    words ─► asked ─► model · failed          a person's own name takes the place of any of them, for good

`asked` is committed before the call leaves, by whoever turned `words` into it, and nothing leads back. So a title is
paid for once at most, whatever becomes of the process; one that is lost on the way leaves the first words.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import httpx
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Left

from generations.gateway import client
from generations.gateway.adapters import CHAT_ADAPTERS
from generations.gateway.errors import GatewayError
from generations.gateway.types import ChatOrder, ChatReply, ChatTurn, Endpoint
from generations.ledger.prices import charge_chat
from generations.models import CatalogModel, Kind, Message, MessageStatus, Thread, TitleSource
from generations.relay import claims, usage
from generations.relay.incoming import IncomingText
from generations.relay.titles import first_words
from generations.wiring import gateway_endpoint

logger = logging.getLogger(__name__)

# What of a question and of its reply goes along. Units: characters.
QUESTION_CHARACTERS, REPLY_CHARACTERS = 1_000, 400
# Some models think before they answer, and their thinking counts.
ANSWER_MAX_TOKENS = 400
ANSWER_SECONDS = 60.0
WISH = (
    "Give this conversation a title in its own language: at most six words, or at most fourteen characters in Chinese,"
    " Japanese or Korean. Say what it is about. Answer with the title alone, without quotation marks and full stop."
)
# What a title is asked with and answered in, about; only to compare models. Units: tokens.
_USUAL_INPUT, _USUAL_OUTPUT = 300, 12
_LABEL = re.compile(r"^(?:title|标题|题目|タイトル|제목)\s*[:\uff1a]\s*", re.IGNORECASE)
_WRAPPING = " \t\"'\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\u300a\u300b*_`#"
_ENDED = (MessageStatus.COMPLETED, MessageStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class TitleWish:
    """The right to ask for one thread's title, once, and what to ask."""

    thread_id: int
    public_id: UUID
    model: CatalogModel
    order: ChatOrder
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Naming:
    """What came of it. `title` is empty where the model had none."""

    title: str = ""
    spent: usage.Spent = usage.NOTHING


def claim(message_id: int) -> TitleWish | None:
    """Become the one who asks for a title after this reply; None where the thread has or awaits one, or nobody can.

    Idempotent: no. What follows may cost money, so of all callers one gets it, once.
    """
    reply = (
        Message.objects.filter(pk=message_id, status__in=_ENDED, thread__title_source=TitleSource.WORDS)
        .select_related("thread")
        .annotate(asked=Left("parent__text", QUESTION_CHARACTERS), said=Left("text", REPLY_CHARACTERS))
        .only("thread__title", "thread__public_id")
        .first()
    )
    if reply is None or not reply.said.strip():
        return None
    model = cheapest_model()
    if model is None:
        return None
    taken = Thread.objects.filter(pk=reply.thread_id, title_source=TitleSource.WORDS).update(
        title_source=TitleSource.ASKED
    )
    if not taken:
        return None
    turns = (
        # A question that is only a picture is called by its name.
        ChatTurn(role=str(Message.Role.USER), text=(reply.asked or "").strip() or reply.thread.title or "…"),
        ChatTurn(role=str(Message.Role.ASSISTANT), text=reply.said),
        ChatTurn(role=str(Message.Role.USER), text=WISH),
    )
    return TitleWish(
        thread_id=reply.thread_id,
        public_id=reply.thread.public_id,
        model=model,
        order=ChatOrder(model=model.gateway_name, turns=turns, max_output_tokens=_longest_answer(model), stream=False),
        endpoint=gateway_endpoint(),
    )


def cheapest_model() -> CatalogModel | None:
    """Return the enabled chat model that a title costs least with; one without a price comes last."""
    offered = [one for one in CatalogModel.objects.offered().of_kind(Kind.CHAT) if one.protocol in CHAT_ADAPTERS]
    return min(offered, key=_price_of_a_title, default=None)


async def ask(wish: TitleWish, *, http: httpx.AsyncClient) -> Naming:
    """Make the call and return what came of it. Never raises for what the gateway does. Idempotent: no."""
    adapter = CHAT_ADAPTERS[wish.model.protocol]
    request = replace(adapter.build(wish.order), read_timeout_seconds=ANSWER_SECONDS)
    try:
        reply = adapter.read_whole(await client.send(http, request, endpoint=wish.endpoint))
    except GatewayError as error:
        logger.info("Thread %s keeps its first words as its title: %s", wish.public_id, error)
        return Naming()
    return Naming(title=_title_in(reply), spent=_spent(wish, reply))


def write(wish: TitleWish, naming: Naming) -> None:
    """Give the thread its title, unless a person has named it meanwhile, and write down what asking cost.

    Idempotent: no; the one who has the wish calls it once.
    """
    tokens = (naming.spent.input_tokens or 0) + (naming.spent.output_tokens or 0)
    source = TitleSource.MODEL if naming.title else TitleSource.FAILED
    with transaction.atomic():
        threads = Thread.objects.filter(pk=wish.thread_id)
        threads.update(title_tokens=F("title_tokens") + tokens, title_charge_amount=naming.spent.charge_amount)
        named = threads.filter(title_source=TitleSource.ASKED)
        if naming.title:
            named.update(title=naming.title, title_source=source)
        else:
            named.update(title_source=source)
        claims.announce(list(threads.select_related("leaf")))


def clean(answer: str) -> str:
    """Return a title as a model's answer means it: its first line, without what models like to put around one."""
    incoming = IncomingText()
    line = first_words(incoming.take(answer) + incoming.rest()).strip(_WRAPPING)
    line = _LABEL.sub("", line).strip(_WRAPPING)
    if not line.endswith("..."):
        line = line.rstrip(".\u3002").rstrip(_WRAPPING)
    return line if any(sign.isalnum() for sign in line) else ""


def _title_in(reply: ChatReply) -> str:
    return "" if reply.finish_reason in {"refusal", "content_filter", "length"} else clean(reply.text)


def _spent(wish: TitleWish, reply: ChatReply) -> usage.Spent:
    said = f"{reply.reasoning}{reply.text}"
    return usage.of_call(wish.model, wish.order, usage=reply.usage, has_finished=True, said=said)


def _longest_answer(model: CatalogModel) -> int:
    return min(ANSWER_MAX_TOKENS, model.max_output_tokens or ANSWER_MAX_TOKENS)


def _price_of_a_title(model: CatalogModel) -> tuple[bool, Decimal]:
    amount = charge_chat(model, input_tokens=_USUAL_INPUT, output_tokens=_USUAL_OUTPUT)
    return amount is None, amount or Decimal(0)
