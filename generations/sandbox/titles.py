"""Titles: how the sandbox knows that a conversation is to be given one, and what it answers."""

import re
from collections.abc import Mapping, Sequence

from generations.sandbox.conversation import Conversation
from generations.sandbox.scenarios import Scenario, parse_scenario, strip_directives

LONGEST_WORDS, LONGEST_CHARACTERS, SHORTEST_CHARACTERS = 6, 14, 4
_WISH = re.compile(
    r"\b(?:title|name|headline)\b.{0,80}\b(?:conversation|chat|thread)\b"
    r"|\b(?:conversation|chat|thread)\b.{0,80}\b(?:title|name|headline)\b"
    r"|(?:对话|会话|聊天).{0,40}(?:标题|题目)|(?:标题|题目).{0,40}(?:对话|会话|聊天)",
    re.IGNORECASE | re.DOTALL,
)
_LEADING = re.compile(
    r"^(?:(?:please|can you|could you|what is|what are|what's|how do i|how to|how can i|"
    r"tell me about|explain|write|give me|"
    r"请问|请你|请|帮我|什么是|如何|怎么|怎样|解释一下|介绍一下|写一个|写一段|给我|关于|about)\s*)+",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:a|an|the|some|me|us|of|about)\s+", re.IGNORECASE)
_SIGNS = re.compile(r"[*_`#<>|\[\]\"“”「」《》]+")
# Stops of both languages; a dot or a colon within a number or an address is none.
_END_OF_THOUGHT = re.compile(r"[?!;,]|[.:](?=\s|$)|\n|[\u3002\uff1f\uff01\uff1b\uff0c\uff1a\u3001]")
_CHINESE = re.compile(r"[一-鿿]")
# A title does not end with one of these.
_LOOSE_END = re.compile(
    r"(?:\s(?:an?|and|as|at|by|for|from|in|into|of|on|or|over|the|to|under|with|without))+$", re.IGNORECASE
)
_TROUBLES: Mapping[str, Scenario] = {
    "fail": Scenario(http=500),
    "drop": Scenario(drop=True),
    "empty": Scenario(empty=True),
    "slow": Scenario(slow=3.0),
}


def is_title_wanted(spoken: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the last of what was said asks for a title of what was said before; items are role and text."""
    asked = sum(role == "user" for role, _text in spoken)
    return asked > 1 and spoken[-1][0] == "user" and _WISH.search(spoken[-1][1]) is not None


def title_scenario(conversation: Conversation) -> Scenario:
    """Return what ``[sandbox title=…]`` in the first question wants to happen when its title is asked for."""
    return _TROUBLES.get(parse_scenario(conversation.titled).title, Scenario())


def title_of(question: str) -> str:
    """Return a title for a conversation that began with this question, in its language."""
    plain = without_request(_SIGNS.sub(" ", strip_directives(question)).strip())
    thoughts = [part.strip() for part in _END_OF_THOUGHT.split(plain) if part.strip()]
    # "Explain:" alone says too little.
    thought = next((part for part in thoughts if len(part) >= SHORTEST_CHARACTERS), (thoughts or ["…"])[0])
    if _CHINESE.search(thought):
        return thought[:LONGEST_CHARACTERS]
    title = _LOOSE_END.sub("", " ".join(_ARTICLE.sub("", thought).split()[:LONGEST_WORDS]))
    return f"{title[:1].upper()}{title[1:]}"


def without_request(text: str) -> str:
    """Return a question without the words that only say that something is wanted."""
    return _LEADING.sub("", text)
