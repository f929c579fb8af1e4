"""What a growing reply leaves behind: read without gap or repeat, whoever asks and whenever."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from generations.models import Message, MessagePiece, MessageStatus
from generations.relay import claims, pieces
from generations.relay.claims import Claim
from generations.relay.pieces import Growth, TailWish
from tests.generations.relay.stations import MakeReply

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TEXT = "".join(chr(0x4E00 + number) for number in range(400)) + "😀 end"


@pytest.fixture
def claim(make_reply: MakeReply) -> Claim:
    taken = claims.claim(make_reply("hello").pk, now=NOW)
    assert taken
    return taken


def keep(claim: Claim, start: int, end: int, *, is_whole: bool = False) -> None:
    growth = Growth(
        claim.message_id,
        claim.token,
        text_start=start,
        text=TEXT[start:end],
        reasoning_start=0,
        reasoning="",
        renew=False,
        whole=(TEXT[:end], "") if is_whole else None,
    )
    assert pieces.flush([growth], now=NOW).lost == set()


def kept(claim: Claim) -> str:
    message = Message.objects.get(pk=claim.message_id)
    pieces.complete([message])
    return message.text


def test_pieces_are_read_as_one_text(claim: Claim) -> None:
    for start in range(0, 100, 10):
        keep(claim, start, start + 10)

    assert kept(claim) == TEXT[:100]
    assert Message.objects.get(pk=claim.message_id).text == ""


def test_a_flush_whose_fate_was_unknown_may_come_again(claim: Claim) -> None:
    keep(claim, 0, 10)
    keep(claim, 0, 10)
    keep(claim, 0, 25)
    keep(claim, 25, 30)

    assert kept(claim) == TEXT[:30]


def test_what_is_folded_into_the_row_leaves_no_pieces(claim: Claim) -> None:
    keep(claim, 0, 10)
    keep(claim, 10, 40, is_whole=True)

    assert Message.objects.get(pk=claim.message_id).text == TEXT[:40]
    assert not MessagePiece.objects.exists()


@pytest.mark.parametrize("seed", range(6))
def test_who_follows_reads_everything_once_whatever_happens_between(claim: Claim, seed: int) -> None:
    chance = random.Random(seed)
    said, seen = 0, ""
    while said < len(TEXT):
        end = min(len(TEXT), said + chance.randint(1, 40))
        keep(claim, said, end, is_whole=chance.random() < 0.3)
        said = end
        if chance.random() < 0.6:
            (piece,) = pieces.tail([TailWish(claim.message_id, len(seen))])
            seen += piece.text
            assert TEXT.startswith(seen)
    ending = claims.Ending(MessageStatus.COMPLETED, text=TEXT, reasoning="")
    claims.finish(claim.message_id, token=claim.token, ending=ending, now=NOW)

    (piece,) = pieces.tail([TailWish(claim.message_id, len(seen))])

    assert (seen + piece.text, piece.status) == (TEXT, MessageStatus.COMPLETED)
    assert not MessagePiece.objects.exists()


def test_an_abandoned_reply_keeps_its_pieces_and_says_what_it_must_have_cost(claim: Claim) -> None:
    keep(claim, 0, 50)

    claims.interrupt_abandoned(now=NOW + pieces.LEASE)

    message = Message.objects.get(pk=claim.message_id)
    assert (message.status, message.text) == (MessageStatus.INTERRUPTED, TEXT[:50])
    assert message.is_usage_estimated
    assert message.output_tokens == 50
    assert message.charge_amount
    assert not MessagePiece.objects.exists()


def test_a_reply_that_nobody_began_costs_nothing_when_it_is_given_up(make_reply: MakeReply) -> None:
    reply = make_reply("hello")

    claims.interrupt_abandoned(now=reply.created_at + claims.PENDING_MAX)

    reply.refresh_from_db()
    assert (reply.status, reply.input_tokens, reply.charge_amount) == (MessageStatus.INTERRUPTED, None, None)
