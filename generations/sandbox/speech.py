"""A reply as it is spoken: planned once, then performed piece by piece with the faults that a directive asks for."""

import asyncio
import dataclasses
import enum
import time
from collections.abc import AsyncIterator

from generations.sandbox.conversation import Conversation, Tool, chosen_tool, fill_arguments, tokens_of
from generations.sandbox.exchange import HangUp
from generations.sandbox.resuming import rest_of
from generations.sandbox.scenarios import Scenario, strip_directives
from generations.sandbox.talk import compose, fill_up, muse

NATURAL_TOKENS_PER_SECOND = 40.0
FIRST_TOKEN_SECONDS = 0.4
TOKENS_BEFORE_SILENCE = 5


class Finish(enum.Enum):
    """Why the reply ends; each protocol has its own words."""

    STOP = "stop"
    LENGTH = "length"
    TOOL = "tool"
    REFUSAL = "refusal"
    FILTER = "content_filter"


@dataclasses.dataclass(frozen=True, slots=True)
class Speech:
    """A planned reply."""

    thinking: list[str]
    tokens: list[str]
    finish: Finish
    tool: Tool | None = None
    arguments: str = ""

    @property
    def text(self) -> str:
        """Return the whole reply."""
        return "".join(self.tokens)

    @property
    def completion_tokens(self) -> int:
        """Return what the reply costs."""
        return len(self.thinking) + len(self.tokens) + len(tokens_of(self.arguments))


class Cue(enum.Enum):
    """What a performer does next."""

    THINKING = "thinking"
    TEXT = "text"
    PING = "ping"
    ERROR = "error"
    BAD_BYTES = "bad bytes"


def plan_speech(conversation: Conversation, scenario: Scenario) -> Speech:
    """Return the reply to a conversation, cut where its length limit or a directive says."""
    question = strip_directives(conversation.question)
    thinking = tokens_of(muse(question)) if scenario.reasoning else []
    tool = chosen_tool(conversation)
    if tool and not scenario.empty:
        return Speech(thinking, [], Finish.TOOL, tool, fill_arguments(tool, question))
    if scenario.empty:
        return Speech(thinking, [], _asked_finish(scenario) or Finish.STOP)
    tokens = tokens_of(compose(dataclasses.replace(conversation, question=question)))
    if scenario.tokens is not None:
        tokens = fill_up(tokens, scenario.tokens, question)
    if conversation.said:
        tokens = rest_of(tokens, conversation)
    finish = _asked_finish(scenario)
    if finish:
        tokens = tokens[: max(1, len(tokens) // 2)] if finish is Finish.LENGTH else tokens[:12]
    if conversation.most_tokens is not None and conversation.most_tokens < len(tokens):
        tokens, finish = tokens[: conversation.most_tokens], Finish.LENGTH
    return Speech(thinking, tokens, finish or Finish.STOP)


def _asked_finish(scenario: Scenario) -> Finish | None:
    return next((finish for finish in Finish if finish.value == scenario.finish), None)


async def perform(speech: Speech, scenario: Scenario, *, pace: float) -> AsyncIterator[tuple[Cue, str]]:
    """Yield the reply's pieces at their pace, with the scenario's interruptions.

    Raises: HangUp after N tokens for ``[sandbox cut=N]``.
    """
    await asyncio.sleep((scenario.slow or 0) + FIRST_TOKEN_SECONDS * pace)
    clock = _Metronome(scenario, pace=pace)
    cues = [(Cue.THINKING, token) for token in speech.thinking] + [(Cue.TEXT, token) for token in speech.tokens]
    for number, cue in enumerate(cues):
        for interruption in _interruptions(scenario, number):
            yield interruption
            if interruption[0] is Cue.ERROR:
                return
        if scenario.cut == number:
            raise HangUp
        if scenario.stuck and number == TOKENS_BEFORE_SILENCE:
            await asyncio.Event().wait()
        await clock.wait()
        yield cue
    if scenario.error is not None and scenario.error >= len(cues):
        yield (Cue.ERROR, "")
    elif scenario.cut is not None and scenario.cut >= len(cues):
        raise HangUp


def _interruptions(scenario: Scenario, number: int) -> list[tuple[Cue, str]]:
    found = [(Cue.PING, "")] * (25 if scenario.pings else 0)
    if scenario.badutf8 and number == 2:
        found.append((Cue.BAD_BYTES, ""))
    if scenario.error == number:
        found.append((Cue.ERROR, ""))
    return found


class _Metronome:
    """Keeps the average pace even where single sleeps would be too short to be exact."""

    def __init__(self, scenario: Scenario, *, pace: float) -> None:
        if scenario.tps is not None:
            self._interval = 1 / scenario.tps if scenario.tps > 0 else 0.0
        else:
            self._interval = pace / NATURAL_TOKENS_PER_SECOND
        self._next = time.monotonic()

    async def wait(self) -> None:
        """Return when the next piece is due."""
        self._next += self._interval
        ahead = self._next - time.monotonic()
        await asyncio.sleep(ahead if ahead > 0.002 else 0)
