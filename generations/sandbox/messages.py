"""``/v1/messages``: the Anthropic chat protocol, whole and streamed.

Source: https://docs.claude.com/en/api/messages-streaming and https://platform.claude.com/docs/en/api/errors
"""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

from generations.sandbox.catalogue import is_chat_model
from generations.sandbox.conversation import Conversation, Tool, count_tokens, digest_parts, tokens_of
from generations.sandbox.envelopes import Refusal, anthropic_error
from generations.sandbox.exchange import Reply, Request, Stream, json_reply
from generations.sandbox.faults import ANTHROPIC, read_key, refuse_key, refuse_on_demand, spoil_answer, trouble
from generations.sandbox.resuming import resume, scenario_of
from generations.sandbox.scenarios import Scenario
from generations.sandbox.speech import Cue, Finish, Speech, perform, plan_speech
from generations.sandbox.workshop import Workshop

_STOPS = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOL: "tool_use",
    Finish.REFUSAL: "refusal",
    Finish.FILTER: "refusal",
}
_BAD_BYTES = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":"\xff\xfe"}\n\n'
_PING = b'event: ping\ndata: {"type":"ping"}\n\n'


async def create_message(workshop: Workshop, request: Request) -> Reply | Stream:
    """Answer ``POST /v1/messages``."""
    if problem := refuse_key(read_key(request.headers, family=ANTHROPIC), family=ANTHROPIC, pays=True):
        return problem
    try:
        body = request.json()
        conversation = read_conversation(body)
    except ValueError:
        return anthropic_error(400, "invalid_request_error", "The request body is not valid JSON")
    except Refusal as refusal:
        return anthropic_error(400, "invalid_request_error", refusal.message)
    scenario = scenario_of(conversation)
    if problem := refuse_on_demand(scenario, family=ANTHROPIC):
        return problem
    if not is_chat_model(conversation.model):
        return trouble(ANTHROPIC, 503)
    if scenario.fail == "moderation":
        return anthropic_error(400, "invalid_request_error", "Output blocked by content filtering policy")
    message_id = f"msg_{secrets.token_hex(12)}"
    workshop.ledger.record(
        path=request.path, prompt=conversation.question, accepted_id=message_id, model=conversation.model
    )
    if scenario.fail:
        return trouble(ANTHROPIC, 529)
    speech = plan_speech(conversation, scenario)
    if scenario.drop or scenario.badjson:
        return await spoil_answer(scenario) or Reply(b"")
    performance = _Message(message_id, conversation, speech, scenario, pace=workshop.switches.pace)
    if body.get("stream"):
        return Stream(performance.stream(), headers={"cache-control": "no-cache"})
    return await performance.whole()


def read_conversation(body: Any) -> Conversation:
    """Return the conversation in an Anthropic body. Raises: Refusal."""
    if not isinstance(body, dict):
        raise Refusal("", "the request body must be a JSON object")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refusal("", "model: Field required")
    most = body.get("max_tokens")
    if most is None:
        raise Refusal("", "max_tokens: Field required")
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise Refusal("", "max_tokens: Input should be an integer greater than or equal to 1")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal("", "messages: at least one message is required")
    question, texts, images, has_tool_result = "", [], 0, False
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("user", "assistant"):
            raise Refusal("", f"messages.{index}.role: Input should be 'user' or 'assistant'")
        text, pictures = digest_parts(message.get("content"))
        texts.append(text)
        if role == "user":
            question, images = text or question, pictures
            blocks = message["content"] if isinstance(message.get("content"), list) else []
            has_tool_result = any(isinstance(block, dict) and block.get("type") == "tool_result" for block in blocks)
    system, _ = digest_parts(body.get("system", ""))
    choice = body.get("tool_choice") or {}
    tools = [] if choice.get("type") == "none" else body.get("tools") or []
    conversation = Conversation(
        model=body["model"],
        question=question,
        system=system,
        turns=sum(message["role"] == "user" for message in messages),
        images=images,
        prompt_tokens=sum(count_tokens(text) + 4 for text in [*texts, system]) + 260 * images,
        most_tokens=most,
        tools=tuple(Tool(str(tool.get("name", "")), tool.get("input_schema") or {}) for tool in tools),
        forced_tool={"any": "*", "tool": str(choice.get("name", ""))}.get(str(choice.get("type")), ""),
        has_tool_result=has_tool_result,
    )
    return resume(conversation, [(message["role"], text) for message, text in zip(messages, texts, strict=True)])


class _Message:
    """One reply in the Anthropic shape."""

    def __init__(
        self, message_id: str, conversation: Conversation, speech: Speech, scenario: Scenario, *, pace: float
    ) -> None:
        self._frame = {"id": message_id, "type": "message", "role": "assistant", "model": conversation.model}
        self._conversation = conversation
        self._speech = speech
        self._scenario = scenario
        self._pace = pace

    async def whole(self) -> Reply:
        """Return the reply in one piece, after the time that it takes to speak it."""
        async for cue, _ in perform(self._speech, self._scenario, pace=self._pace / 4):
            if cue is Cue.ERROR:
                return trouble(ANTHROPIC, 529)
        blocks: list[dict[str, Any]] = []
        if self._speech.thinking:
            thinking = "".join(self._speech.thinking)
            blocks.append({"type": "thinking", "thinking": thinking, "signature": "sandbox"})
        if self._speech.tokens:
            blocks.append({"type": "text", "text": self._speech.text})
        if self._speech.tool:
            blocks.append({**self._tool_block(), "input": json.loads(self._speech.arguments)})
        ending: dict[str, Any] = {"content": blocks, "stop_reason": _STOPS[self._speech.finish], "stop_sequence": None}
        if not self._scenario.nousage:
            ending["usage"] = self._usage(self._speech.completion_tokens)
        return json_reply({**self._frame, **ending})

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the reply as named server-sent events."""
        start: dict[str, Any] = {
            **self._frame,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self._usage(1),
        }
        yield _event("message_start", {"message": start})
        yield _PING
        index, open_cue = -1, None
        async for cue, piece in perform(self._speech, self._scenario, pace=self._pace):
            if cue is Cue.PING:
                yield _PING
            elif cue is Cue.BAD_BYTES:
                yield _BAD_BYTES
            elif cue is Cue.ERROR:
                yield _event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})
                return
            else:
                if cue is not open_cue:
                    for closing in self._close_block(index, open_cue):
                        yield closing
                    index, open_cue = index + 1, cue
                    kind = cue.value
                    yield _event("content_block_start", {"index": index, "content_block": {"type": kind, kind: ""}})
                delta = {"type": f"{cue.value}_delta", cue.value: piece}
                yield _event("content_block_delta", {"index": index, "delta": delta})
        for closing in self._close_block(index, open_cue):
            yield closing
        if self._speech.tool:
            for event in self._tool_events(index + 1):
                yield event
        stop = {"stop_reason": _STOPS[self._speech.finish], "stop_sequence": None}
        usage = {} if self._scenario.nousage else {"usage": {"output_tokens": self._speech.completion_tokens}}
        yield _event("message_delta", {"delta": stop, **usage})
        yield _event("message_stop", {})

    def _close_block(self, index: int, cue: Cue | None) -> list[bytes]:
        if cue is None:
            return []
        events = []
        if cue is Cue.THINKING:
            signature = {"type": "signature_delta", "signature": "sandbox"}
            events.append(_event("content_block_delta", {"index": index, "delta": signature}))
        return [*events, _event("content_block_stop", {"index": index})]

    def _tool_block(self) -> dict[str, Any]:
        name = self._speech.tool.name if self._speech.tool else ""
        return {"type": "tool_use", "id": f"toolu_{self._frame['id'][-12:]}", "name": name, "input": {}}

    def _tool_events(self, index: int) -> list[bytes]:
        pieces = tokens_of(self._speech.arguments)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        return [
            _event("content_block_start", {"index": index, "content_block": self._tool_block()}),
            *[_event("content_block_delta", {"index": index, "delta": delta}) for delta in deltas],
            _event("content_block_stop", {"index": index}),
        ]

    def _usage(self, output_tokens: int) -> dict[str, int]:
        return {
            "input_tokens": self._conversation.prompt_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": output_tokens,
        }


def _event(name: str, content: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **content}, ensure_ascii=False)}\n\n".encode()
