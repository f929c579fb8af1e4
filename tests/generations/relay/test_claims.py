from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from generations.models import Message, MessageStatus, Revision, TimelineEntry
from generations.relay import claims, pieces
from generations.relay.claims import Ending
from generations.relay.pieces import Growth, TailWish
from tests.generations.relay.stations import MakeReply

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + pieces.LEASE + datetime.timedelta(seconds=1)


def growth(claim: claims.Claim, text: str, *, start: int = 0, reasoning: str = "", renew: bool = False) -> Growth:
    return Growth(
        claim.message_id, claim.token, text_start=start, text=text, reasoning_start=0, reasoning=reasoning, renew=renew
    )


def test_only_the_first_claim_of_a_reply_succeeds(make_reply: MakeReply) -> None:
    reply = make_reply("hello")

    first = claims.claim(reply.pk, now=NOW)
    second = claims.claim(reply.pk, now=NOW)

    assert first is not None
    assert second is None
    reply.refresh_from_db()
    assert (reply.status, reply.producer_token, reply.started_at) == (MessageStatus.STREAMING, first.token, NOW)


def test_a_claim_that_has_run_out_leads_to_interrupted_and_never_to_another_claim(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    claim = claims.claim(reply.pk, now=NOW)
    assert claim
    pieces.flush([growth(claim, "so far")], now=NOW)

    assert claims.survey(now=LATER, patience_seconds=2).has_abandoned
    assert claims.interrupt_abandoned(now=LATER) == 1
    assert claims.interrupt_abandoned(now=LATER) == 0
    assert claims.claim(reply.pk, now=LATER) is None
    reply.refresh_from_db()
    assert (reply.status, reply.text) == (MessageStatus.INTERRUPTED, "so far")


def test_a_flush_renews_the_lease(make_reply: MakeReply) -> None:
    claim = claims.claim(make_reply("hello").pk, now=NOW)
    assert claim

    pieces.flush([growth(claim, "a", renew=True)], now=NOW + datetime.timedelta(seconds=8))

    assert claims.interrupt_abandoned(now=LATER) == 0


def test_who_has_lost_a_reply_cannot_write_it_any_more(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    claim = claims.claim(reply.pk, now=NOW)
    assert claim
    claims.interrupt_abandoned(now=LATER)

    result = pieces.flush([growth(claim, "late")], now=LATER)
    ended = claims.finish(
        reply.pk, token=claim.token, ending=Ending(MessageStatus.COMPLETED, text="late", reasoning=""), now=LATER
    )

    assert result.lost == {reply.pk}
    assert not ended
    reply.refresh_from_db()
    assert (reply.status, reply.text) == (MessageStatus.INTERRUPTED, "")


def test_a_flush_brings_back_the_wish_to_stop(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    claim = claims.claim(reply.pk, now=NOW)
    assert claim
    Message.objects.filter(pk=reply.pk).update(stop_requested_at=NOW)

    result = pieces.flush([growth(claim, "")], now=NOW)

    assert result.stop_wished == {reply.pk}


def test_a_reply_that_nobody_began_ends_at_once_when_it_is_stopped(make_reply: MakeReply) -> None:
    reply = make_reply("hello")

    assert claims.stop_unbegun(reply.pk, now=NOW)
    assert not claims.stop_unbegun(reply.pk, now=NOW)
    assert claims.claim(reply.pk, now=NOW) is None


def test_an_old_question_is_not_answered_by_surprise(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    much_later = reply.created_at + claims.PENDING_MAX + datetime.timedelta(minutes=1)

    assert claims.claim(reply.pk, now=much_later) is None
    assert claims.interrupt_abandoned(now=much_later) == 1


def test_the_survey_finds_what_nobody_opened_after_some_patience(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    reply.refresh_from_db()

    early = claims.survey(now=reply.created_at + datetime.timedelta(seconds=1), patience_seconds=2)
    late = claims.survey(now=reply.created_at + datetime.timedelta(seconds=3), patience_seconds=2)

    assert early.unopened == ()
    assert late.unopened == (reply.pk,)


def test_a_tail_returns_what_a_reader_lacks_in_characters(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    claim = claims.claim(reply.pk, now=NOW)
    assert claim
    pieces.flush([growth(claim, "你好, 😀 reader", reasoning="hm, well")], now=NOW)

    (piece,) = pieces.tail([TailWish(reply.pk, text_length=4, reasoning_length=4)])

    assert (piece.text, piece.reasoning, piece.status) == ("😀 reader", "well", MessageStatus.STREAMING)


def test_the_tail_of_a_deleted_reply_is_an_end(db: None) -> None:
    (piece,) = pieces.tail([TailWish(12345)])

    assert piece.status == MessageStatus.INTERRUPTED


def test_the_end_of_a_reply_is_told_to_open_tabs_and_neither_claim_nor_flush_are(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    owner = reply.thread.owner_id
    before = Revision.objects.number_of(owner)

    claim = claims.claim(reply.pk, now=NOW)
    assert claim
    pieces.flush([growth(claim, "a")], now=NOW)
    assert Revision.objects.number_of(owner) == before
    claims.finish(reply.pk, token=claim.token, ending=Ending(MessageStatus.COMPLETED, text="a", reasoning=""), now=NOW)

    assert Revision.objects.number_of(owner) > before
    assert TimelineEntry.objects.get(thread=reply.thread).status == MessageStatus.COMPLETED


def test_a_token_of_somebody_else_opens_nothing(make_reply: MakeReply) -> None:
    reply = make_reply("hello")
    claims.claim(reply.pk, now=NOW)

    ending = Ending(MessageStatus.COMPLETED, text="forged", reasoning="")

    assert not claims.finish(reply.pk, token=uuid.uuid4(), ending=ending, now=NOW)
