"""Other people's programs over the API: one conversation each. Their environments are made only on request."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Studio, findings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("llm", {"conversation": [True, True, True], "not_streamed": True}),
        (
            "langchain",
            {"openai": [True, True, "get_weather", ["city"]], "anthropic": [True, True, "get_weather", ["city"]]},
        ),
        ("litellm", {"openai": [True, True], "anthropic": [True, True], "refused": "NotFoundError"}),
        ("ai_sdk", {"openai": [True, True], "anthropic": [True, True]}),
    ],
)
def test_a_conversation_in_other_peoples_programs(studio: Studio, name: str, expected: dict[str, object]) -> None:
    assert findings(studio, name) == expected
