"""LangChain's chat models for both protocols: one conversation each, whole and streamed, and a tool."""

from __future__ import annotations

from typing import Any

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from reporting import ADDRESS, KEY, report


@tool
def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"18 °C in {city}"


def openai() -> ChatOpenAI:
    return ChatOpenAI(model="gpt-5.1", base_url=f"{ADDRESS}/v1", api_key=KEY)


def anthropic() -> ChatAnthropic:
    return ChatAnthropic(model="claude-sonnet-4-6", base_url=ADDRESS, api_key=KEY, max_tokens=512)


def conversation(model: Any) -> Any:
    turns: list[Any] = [HumanMessage("Hi [sandbox tokens=12]")]
    turns.append(model.invoke(turns))
    turns.append(HumanMessage("And then? [sandbox tokens=12]"))
    pieces = [piece.text for piece in model.stream(turns)]
    call = model.bind_tools([get_weather]).invoke("What is the weather in 杭州?").tool_calls[0]
    return [bool(turns[1].text), sum(map(bool, pieces)) > 1, call["name"], sorted(call["args"])]


report({"openai": lambda: conversation(openai()), "anthropic": lambda: conversation(anthropic())})
