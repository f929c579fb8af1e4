"""What tests of the relay share: a thread with a waiting reply, and the sandbox as its gateway."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from generations.models import CatalogModel, Message
from generations.relay import turns
from tests.generations.relay.stations import OPENAI, MakeReply


@pytest.fixture
def make_reply(alice: User) -> MakeReply:
    """A thread of alice with one question; the reply waits for a producer."""

    def make(text: str, *, model: str = OPENAI) -> Message:
        question = turns.Question(
            text=text, model=CatalogModel.objects.get(gateway_name=model), submission_id=uuid.uuid4()
        )
        thread, _ = turns.start_thread(question, owner=alice, visibility="private", now=timezone.now())
        return Message.objects.select_related("thread").get(pk=thread.leaf_id)

    return make


@pytest.fixture
def gateway(settings: Any, sandbox: str) -> str:
    """The sandbox as the gateway of this test's stations."""
    settings.SANDBOX_URL = sandbox
    return sandbox
