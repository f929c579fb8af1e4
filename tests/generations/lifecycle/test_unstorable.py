"""A gateway's words that no column takes: NUL and half a character reach no row, and cost none."""

from __future__ import annotations

import json
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from generations.gateway.adapters import MEDIA_ADAPTERS
from generations.gateway.errors import GatewayError
from generations.gateway.types import WireResponse
from generations.lifecycle.poll import PollAnswer, record_poll
from generations.lifecycle.transitions import changes
from generations.models import Generation, Status
from tests.factories import make_generation

pytestmark = pytest.mark.django_db

FOUL = "a\x00b\ud800"


def polled(row: Generation, result: object) -> Generation:
    """Let one poll come back with this result, as the engine does it."""
    body = json.dumps({"code": 0, "info": FOUL, "result": result}).encode()
    response = WireResponse(status=200, headers={"content-type": "application/json"}, body=body)
    token = row.lease_token = uuid.uuid4()
    row.save(update_fields=["lease_token"])
    try:
        report = MEDIA_ADAPTERS[row.model.protocol].read_poll(response)
    except GatewayError as error:
        answer = PollAnswer(row.pk, token, error=error, raw=response.raw_for_staff())
    else:
        answer = PollAnswer(row.pk, token, report=report, pending_paths=("",) * len(report.outputs), raw=report.raw)
    with changes() as batch:
        record_poll(answer, row, now=timezone.now(), next_seconds=3, batch=batch)
    return Generation.objects.get(pk=row.pk)


def test_a_success_full_of_them_is_stored(alice: User) -> None:
    result = {
        "id": FOUL,
        "status": "succeeded",
        "content": {"video_url": f"https://files.example.com/{FOUL}.mp4"},
        "resolution": FOUL,
        "ratio": FOUL,
        "usage": {"completion_tokens": 5, FOUL: FOUL},
    }

    row = polled(make_generation(alice, status=Status.IN_PROGRESS), result)

    assert row.status == Status.STORING
    assert "\x00" not in row.outputs.get().source_url


def test_a_status_word_made_of_them_is_kept_as_unknown(alice: User) -> None:
    row = polled(make_generation(alice, status=Status.IN_PROGRESS), {"id": "task-1", "status": FOUL})

    assert row.status == Status.IN_PROGRESS
    assert row.unknown_word
    assert "\x00" not in row.unknown_word


def test_a_failure_told_in_them_is_kept(alice: User) -> None:
    result = {"id": "task-1", "status": "failed", "error": {"code": FOUL, "message": FOUL}}

    row = polled(make_generation(alice, status=Status.IN_PROGRESS), result)

    assert row.status == Status.FAILED
    assert "\x00" not in row.failure_detail + row.raw_reply
