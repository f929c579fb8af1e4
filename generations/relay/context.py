"""What a reply is asked from: the turns on the way to it, as many as the model's window holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from generations.gateway.types import ChatOrder, ChatTurn
from generations.models import Asset, Message, MessageAttachment, ModelInput
from generations.relay.joint import GO_ON
from generations.relay.pictures import Placed, picture_row
from generations.relay.thread_settings import asked_with
from generations.relay.tree import walk_up

# Kept free in the window for the reply when the catalogue does not say how long one may be.
REPLY_TOKENS = 4_096
# What a message costs beyond its words.
TURN_TOKENS = 4
# What a picture costs about, scaled as it is. Source: https://docs.claude.com/en/docs/build-with-claude/vision
PICTURE_TOKENS = 1_200
_CHUNK = 50
_RUN_OF_TICKS = re.compile(r"`{3,}")
# Scripts in which one character is about one token.
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is: one a Chinese, Japanese or Korean character, else one for four."""
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide + 3) // 4


@dataclass(frozen=True, slots=True)
class Asking:
    """What a reply is asked from. `start_id`: the first message that goes along, where older ones do not fit."""

    order: ChatOrder
    pictures: tuple[Placed, ...]
    # What the model takes as a picture, where there are some.
    picture_row: ModelInput | None
    parameters: dict[str, float | int]
    start_id: int | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message that goes along: its words, with those of its text files, and its pictures."""

    message: Message
    text: str
    pictures: tuple[Asset, ...]


def build_order(reply: Message) -> ChatOrder:
    """Return what to ask the gateway for this reply, without its pictures."""
    return asking_for(reply).order


def asking_for(reply: Message) -> Asking:
    """Return what to ask the gateway for this reply. Older turns than the model's window holds are left out."""
    model = reply.model or reply.thread.model
    system = reply.thread.system_prompt
    parameters = asked_with(reply.thread, model)
    cut_words = _cut_words(reply)
    longest = parameters.get("max_output_tokens", model.max_output_tokens)
    budget_tokens = None
    if model.context_window_tokens:
        reserve = min(longest or REPLY_TOKENS, model.context_window_tokens // 2)
        budget_tokens = model.context_window_tokens - int(reserve) - estimate_tokens(system)
        budget_tokens -= sum(TURN_TOKENS + estimate_tokens(turn.text) for turn in cut_words)
    row = picture_row(model) if _has_attachments(reply) else None
    kept, is_cut = _kept_turns(reply, row, budget_tokens=budget_tokens)
    temperature = parameters.get("temperature")
    order = ChatOrder(
        model=model.gateway_name,
        turns=(*(ChatTurn(role=str(one.message.role), text=one.text) for one in kept), *cut_words),
        system=system,
        max_output_tokens=None if longest is None else int(longest),
        temperature=None if temperature is None else float(temperature),
    )
    placed = tuple(Placed(turn, asset) for turn, one in enumerate(kept) for asset in one.pictures)
    start_id = kept[0].message.pk if is_cut and kept else None
    return Asking(order=order, pictures=placed, picture_row=row, parameters=parameters, start_id=start_id)


def input_tokens(order: ChatOrder) -> int:
    """Return about how many tokens an order is."""
    words = sum(TURN_TOKENS + estimate_tokens(turn.text) for turn in order.turns)
    return estimate_tokens(order.system) + words + PICTURE_TOKENS * sum(len(turn.images) for turn in order.turns)


def _has_attachments(reply: Message) -> bool:
    return MessageAttachment.objects.filter(message__thread=reply.thread_id).exists()


def _kept_turns(reply: Message, row: ModelInput | None, *, budget_tokens: int | None) -> tuple[list[_Kept], bool]:
    """Return the messages that go along, oldest first, and whether older ones had to stay behind."""
    pictures_left = row.max_count if row is not None else 0
    kept: list[_Kept] = []
    is_cut = False
    for message in _nearest_first(reply.parent_id):
        one = _read_turn(message, most_pictures=pictures_left)
        if not one.text.strip() and not one.pictures:
            continue
        if budget_tokens is not None:
            budget_tokens -= TURN_TOKENS + estimate_tokens(one.text) + PICTURE_TOKENS * len(one.pictures)
            # The question itself always goes along; the gateway can say better than an estimate that it is too long.
            if budget_tokens < 0 and kept:
                is_cut = True
                break
        pictures_left -= len(one.pictures)
        kept.append(one)
    # A conversation begins with its person, also where its beginning was left out.
    while kept and kept[-1].message.role != Message.Role.USER:
        kept.pop()
    kept.reverse()
    return kept, is_cut


def _read_turn(message: Message, *, most_pictures: int) -> _Kept:
    pictures: list[Asset] = []
    words: list[str] = []
    left_out = 0
    for given in message.attachments.all():
        if given.text_file is not None:
            words.append(quoted(given.text_file.name, given.text_file.text))
        elif given.asset is not None and len(pictures) < most_pictures:
            pictures.append(given.asset)
        else:
            left_out += 1
    if left_out:
        words.append(f"[{left_out} picture(s) of this message are not sent along.]")
    return _Kept(message, "\n\n".join([*words, *([message.text] if message.text else [])]), tuple(pictures))


def quoted(name: str, text: str) -> str:
    """Return a text file as a quotation that nothing in it can end."""
    longest = max((len(run) for run in _RUN_OF_TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{' '.join(name.split())}:\n{fence}\n{text.rstrip()}\n{fence}"


def _nearest_first(message_id: int | None) -> Iterator[Message]:
    way = walk_up(message_id, stride=_CHUNK)
    while stretch := list(islice(way, _CHUNK)):
        rows = (
            Message.objects.only("role", "text")
            .prefetch_related("attachments__asset", "attachments__text_file")
            .in_bulk(stretch)
        )
        yield from (rows[pk] for pk in stretch if pk in rows)


def _cut_words(reply: Message) -> tuple[ChatTurn, ...]:
    """Return what a reply that is to go on has said so far, and the wish that it does."""
    if reply.continued_from is None or not reply.text.strip():
        return ()
    return (
        ChatTurn(role=str(Message.Role.ASSISTANT), text=reply.text),
        ChatTurn(role=str(Message.Role.USER), text=GO_ON),
    )
