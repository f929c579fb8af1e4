from __future__ import annotations

import pytest

from generations.sandbox.conversation import Conversation, tokens_of
from generations.sandbox.resuming import rest_of, resume, scenario_of

TURNS = [("user", "Tell me [sandbox cut=5]"), ("assistant", "Once upon")]


def conversation_of(wish: str) -> Conversation:
    return resume(Conversation(model="gpt-5.1", question=wish), [*TURNS, ("user", wish)])


@pytest.mark.parametrize(
    "wish",
    ["Continue", "please go on.", "继续", "接着写。", "Your last message was cut off. Go on from exactly there."],
)
def test_a_reply_that_was_cut_is_taken_up_without_its_trouble(wish: str) -> None:
    conversation = conversation_of(wish)

    assert (conversation.question, conversation.said) == (TURNS[0][1], "Once upon")
    assert scenario_of(conversation).cut is None


@pytest.mark.parametrize("wish", ["How do I continue a loop in Python?", "继续教育是什么?", "And then?"])
def test_another_question_is_a_question(wish: str) -> None:
    assert conversation_of(wish).said == ""


def test_only_the_rest_is_said() -> None:
    conversation = Conversation(model="gpt-5.1", question="x", said="Once up")

    assert "".join(rest_of(tokens_of("Once upon a time"), conversation)) == "on a time"
    assert rest_of(tokens_of("Elsewhere"), conversation) == tokens_of("Elsewhere")
