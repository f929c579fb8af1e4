"""Titles that the sandbox gives, and how it knows that one is wanted."""

from __future__ import annotations

import httpx
import pytest

from generations.sandbox.titles import title_of
from tests.generations.sandbox.conftest import BEARER

WISH = "Give this conversation a title in its own language. Answer with the title alone."


def turns(question: str, wish: str = WISH) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": "Well."},
        {"role": "user", "content": wish},
    ]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("写一段关于港口清晨的短文，要安静。", "港口清晨的短文"),
        ("请帮我比较一下两种提示词的区别", "比较一下两种提示词的区别"),
        ("为什么天空是蓝色的？", "为什么天空是蓝色的"),
        ("请解释：种子如何改变一张生成的图片以及它的所有细节", "种子如何改变一张生成的图片以"),
        ("Write a shot list for a 15-second film of a harbour at dawn.", "Shot list for a 15-second film"),
        ("What is the use of a lamp in the dark?", "Use of a lamp"),
        ("**Tell** me of it [sandbox tokens=9]", "Tell me of it"),
        ("", "…"),
    ],
)
def test_a_title_says_what_the_question_is_about(question: str, title: str) -> None:
    assert title_of(question) == title


@pytest.mark.parametrize("wish", [WISH, "请给这段对话起一个标题", "Name this chat, please"])
def test_openai_chat_gives_a_conversation_its_title(http: httpx.Client, wish: str) -> None:
    body = {"model": "gpt-5.1", "messages": turns("写一段关于港口清晨的短文，要安静。[sandbox tokens=400]", wish)}

    answer = http.post("/v1/chat/completions", json=body, headers=BEARER).json()

    assert answer["choices"][0]["message"]["content"] == "港口清晨的短文"


def test_anthropic_messages_give_a_conversation_its_title(http: httpx.Client) -> None:
    body = {"model": "claude-sonnet-4-6", "max_tokens": 99, "messages": turns("Explain tides to a child.")}

    answer = http.post("/v1/messages", json=body, headers=BEARER).json()

    assert answer["content"] == [{"type": "text", "text": "Tides to a child"}]


def test_a_first_question_about_titles_is_a_question(http: httpx.Client) -> None:
    body = {"model": "gpt-5.1", "messages": turns("Lamps")[2:]}

    answer = http.post("/v1/chat/completions", json=body, headers=BEARER).json()

    assert len(answer["choices"][0]["message"]["content"]) > 100


@pytest.mark.parametrize(("trouble", "status"), [("fail", 500), ("empty", 200)])
def test_trouble_with_a_title_can_be_asked_for_in_the_first_question(
    http: httpx.Client, trouble: str, status: int
) -> None:
    body = {"model": "gpt-5.1", "messages": turns(f"Lamps [sandbox title={trouble} http=429]")}

    answer = http.post("/v1/chat/completions", json=body, headers=BEARER)

    assert answer.status_code == status
    assert status != 200 or answer.json()["choices"][0]["message"]["content"] == ""
