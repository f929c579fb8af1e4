import json

import pytest

from generations.sandbox.conversation import Conversation, Tool, fill_arguments, tokens_of
from generations.sandbox.talk import compose, fill_up, topic_of


def reply(question: str, **more: object) -> str:
    return compose(Conversation(model="gpt-5.1", question=question, **more))  # type: ignore[arg-type]


def test_the_reply_takes_up_the_question_and_its_wishes() -> None:
    text = reply("Compare two ways to write a Python function")

    assert "```python" in text
    assert "| --- | --- | --- |" in text
    assert "## " in text
    assert "sandbox" in text


def test_the_same_question_gets_the_same_reply_and_others_get_others() -> None:
    replies = {reply(f"Tell me about number {number}") for number in range(10)}

    assert len(replies) == 10
    assert reply("Tell me about number 3") in replies


def test_chinese_is_answered_in_chinese() -> None:
    text = reply("帮我写一段关于大海的视频提示词")

    assert "沙盒" in text
    assert "大海的视频提示词" in text
    assert "> " in text


@pytest.mark.parametrize("text", ["a  b\n\n| c |\t中文,标点!\n", "don't_stop 1.5e3 émigré 🏖️", ""])
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens_of(text)) == text


def test_any_length_can_be_filled() -> None:
    assert len(fill_up(tokens_of("short"), 500, "otters")) == 500


def test_json_is_given_when_wanted() -> None:
    assert json.loads(reply("otters", wants_json=True))["topic"] == "otters"


@pytest.mark.parametrize(
    ("question", "topic"),
    [("How do I cook rice?", "cook rice"), ("请帮我解释一下光圈。", "光圈"), ("??", "??"), ("", "…")],
)
def test_a_topic_is_the_heart_of_the_question(question: str, topic: str) -> None:
    assert topic_of(question) == topic


def test_arguments_follow_the_schema() -> None:
    schema = {"properties": {"n": {"type": "integer", "minimum": 3}, "ok": {"type": "boolean"}, "to": {"enum": ["b"]}}}

    assert json.loads(fill_arguments(Tool("t", schema), "q")) == {"n": 3, "ok": True, "to": "b"}
