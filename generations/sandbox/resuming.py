"""Going on: a reply that was cut is taken up where it ends, without the trouble that had cut it."""

import dataclasses
import re
from collections.abc import Sequence

from generations.sandbox.conversation import Conversation, tokens_of
from generations.sandbox.scenarios import Scenario, parse_scenario
from generations.sandbox.titles import is_title_wanted, title_scenario

# What a person or a program says behind a reply that was cut.
_GO_ON = re.compile(
    r"your last message was cut off\b.*|(please )?(continue|go on|keep going|carry on)[.! ]*"
    r"|请?(继续|接着)[写说吧]?[。.! ]*",
    re.IGNORECASE | re.DOTALL,
)


def resume(conversation: Conversation, spoken: Sequence[tuple[str, str]]) -> Conversation:
    """Return the conversation as it stood before its last reply, with what that had said, if it is to go on.

    One that is to be given a title comes back with how it began.

    ``spoken`` are role and text of every message, in order.
    """
    if is_title_wanted(spoken):
        return dataclasses.replace(conversation, titled=next(text for role, text in spoken if role == "user"))
    if len(spoken) < 3 or not _GO_ON.fullmatch(spoken[-1][1].strip()):
        return conversation
    (asker, question), (speaker, said) = spoken[-3:-1]
    if (asker, speaker) != ("user", "assistant"):
        return conversation
    return dataclasses.replace(conversation, question=question, said=said)


def scenario_of(conversation: Conversation) -> Scenario:
    """Return what the question asks for out of the ordinary; trouble comes once."""
    if conversation.titled:
        return title_scenario(conversation)
    scenario = parse_scenario(conversation.question)
    if not conversation.said:
        return scenario
    return dataclasses.replace(
        scenario, http=None, drop=False, html=False, badjson=False, fail="", stuck=False, cut=None, error=None,
        finish="", empty=False,
    )  # fmt: skip


def rest_of(tokens: list[str], conversation: Conversation) -> list[str]:
    """Return what of a reply has not been said yet; all of it where the words before are not its own."""
    text = "".join(tokens)
    return tokens_of(text[len(conversation.said) :]) if text.startswith(conversation.said) else tokens
