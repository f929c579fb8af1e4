"""What the two chat protocols have in common: the question, the tools, the length, read into one object."""

import dataclasses
import json
import re
from typing import Any

_TOKEN = re.compile(r"[㐀-鿿　-〿＀-￯]|[ ]?[^\W㐀-鿿]+|\s+|[^\w\s]")


@dataclasses.dataclass(frozen=True, slots=True)
class Tool:
    """A function that the client offers, with the JSON schema of its arguments."""

    name: str
    schema: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """A chat request that was found valid, whichever protocol it came by. Units: tokens.

    ``said`` is what a reply to the question had said already when it was cut. ``titled`` is how a conversation began
    that is to be given a title.
    """

    model: str
    question: str
    said: str = ""
    titled: str = ""
    system: str = ""
    turns: int = 1
    images: int = 0
    prompt_tokens: int = 0
    most_tokens: int | None = None
    tools: tuple[Tool, ...] = ()
    forced_tool: str = ""
    has_tool_result: bool = False
    wants_json: bool = False


def tokens_of(text: str) -> list[str]:
    """Return the text in pieces about as large as a model's tokens; joined they give it back."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """Return the number of pieces."""
    return len(tokens_of(text))


def fill_arguments(tool: Tool, question: str) -> str:
    """Return JSON arguments that fit the tool's schema, made up from the question."""
    properties = tool.schema.get("properties") or {}
    wanted = tool.schema.get("required") or list(properties)
    arguments = {name: _example(properties.get(name) or {}, question) for name in wanted}
    return json.dumps(arguments, ensure_ascii=False)


def _example(schema: dict[str, Any], question: str) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kinds: dict[str, Any] = {
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1.5),
        "boolean": True,
        "array": [],
        "object": {},
        "null": None,
    }
    kind = schema.get("type", "string")
    return kinds.get(kind, question[:60]) if isinstance(kind, str) else question[:60]


def chosen_tool(conversation: Conversation) -> Tool | None:
    """Return the tool to call: the forced one, or one whose name stands in the question."""
    if conversation.has_tool_result:
        return None
    for tool in conversation.tools:
        if conversation.forced_tool in (tool.name, "*"):
            return tool
    question = conversation.question.lower()
    for tool in conversation.tools:
        words = [tool.name.lower(), *re.split(r"[_\W]+", tool.name.lower())]
        if any(len(word) > 3 and word in question for word in words):
            return tool
    return None


def digest_parts(content: Any) -> tuple[str, int]:
    """Return the text and the number of pictures in a message's content, of either protocol."""
    if isinstance(content, str):
        return content, 0
    texts, images = [], 0
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                texts.append(part["text"])
            images += part.get("type") in ("image", "image_url")
    return "\n".join(texts), images
