"""``/v1/chat/completions``: the OpenAI chat protocol, whole and streamed.

Source: https://apidoc.3hei.com/zh/docs/services/chat/openai/chat-completions for response, errors and the quirks:
``temperature`` and ``top_p`` are clamped silently, ``stop`` has no effect, ``max_tokens`` of 0 or 1 is ignored.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from generations.sandbox.catalogue import is_chat_model
from generations.sandbox.conversation import Conversation, Tool, count_tokens, digest_parts, tokens_of
from generations.sandbox.envelopes import Refusal, openai_error, openai_refusal
from generations.sandbox.exchange import Reply, Request, Stream, json_reply
from generations.sandbox.faults import OPENAI, read_key, refuse_key, refuse_on_demand, spoil_answer, trouble
from generations.sandbox.resuming import resume, scenario_of
from generations.sandbox.scenarios import Scenario
from generations.sandbox.speech import Cue, Finish, Speech, perform, plan_speech
from generations.sandbox.workshop import Workshop

ROLES = ("system", "user", "assistant", "tool", "developer")
_FINISHES = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOL: "tool_calls",
    Finish.REFUSAL: "content_filter",
    Finish.FILTER: "content_filter",
}


async def complete(workshop: Workshop, request: Request) -> Reply | Stream:
    """Answer ``POST /v1/chat/completions``."""
    if problem := refuse_key(read_key(request.headers, family=OPENAI), family=OPENAI, pays=True):
        return problem
    try:
        body = request.json()
        conversation = read_conversation(body)
    except ValueError:
        return openai_error(400, "The request body is not valid JSON.")
    except Refusal as refusal:
        return openai_refusal(refusal)
    scenario = scenario_of(conversation)
    if problem := refuse_on_demand(scenario, family=OPENAI):
        return problem
    if not is_chat_model(conversation.model):
        return trouble(OPENAI, 503)
    if scenario.fail == "moderation":
        return openai_error(400, "The prompt was blocked.", kind="new_api_error", code="sensitive_words_detected")
    completion_id = f"chatcmpl-{secrets.token_hex(12)}"
    workshop.ledger.record(
        path=request.path, prompt=conversation.question, accepted_id=completion_id, model=conversation.model
    )
    if scenario.fail:
        return trouble(OPENAI, 502)
    speech = plan_speech(conversation, scenario)
    if scenario.drop or scenario.badjson:
        return await spoil_answer(scenario) or Reply(b"")
    performance = _Completion(completion_id, conversation, speech, scenario, pace=workshop.switches.pace)
    if body.get("stream"):
        options = body.get("stream_options") or {}
        has_usage = bool(options.get("include_usage")) and not scenario.nousage
        return Stream(performance.stream(has_usage=has_usage), headers={"cache-control": "no-cache"})
    return await performance.whole()


def read_conversation(body: Any) -> Conversation:
    """Return the conversation in an OpenAI body. Raises: Refusal."""
    if not isinstance(body, dict):
        raise Refusal("", "The request body must be a JSON object.")
    messages = body.get("messages")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refusal("missing_required_parameter", "you must provide a model parameter", param="model")
    if not isinstance(messages, list) or not messages:
        raise Refusal("missing_required_parameter", "Missing required parameter: 'messages'.", param="messages")
    question, system, texts, images = "", "", [], 0
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ROLES:
            raise Refusal("invalid_value", f"Invalid value: {role!r}.", param=f"messages[{index}].role")
        text, pictures = digest_parts(message.get("content"))
        texts.append(text)
        if role == "user":
            question, images = text, pictures
        elif role in ("system", "developer"):
            system = text
    conversation = Conversation(
        model=body["model"],
        question=question,
        system=system,
        turns=sum(message["role"] == "user" for message in messages),
        images=images,
        prompt_tokens=sum(count_tokens(text) + 4 for text in texts) + 260 * images,
        most_tokens=_most_tokens(body),
        tools=_tools(body),
        forced_tool=_forced_tool(body.get("tool_choice")),
        has_tool_result=messages[-1]["role"] == "tool",
        wants_json=(body.get("response_format") or {}).get("type", "text") != "text",
    )
    return resume(conversation, [(message["role"], text) for message, text in zip(messages, texts, strict=True)])


def _most_tokens(body: dict[str, Any]) -> int | None:
    for name, least in (("max_completion_tokens", 1), ("max_tokens", 2)):
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Refusal("invalid_type", f"Invalid type for '{name}': expected a positive integer.", param=name)
        if value >= least:
            return value
    return None


def _tools(body: dict[str, Any]) -> tuple[Tool, ...]:
    if body.get("tool_choice") == "none":
        return ()
    functions = [tool.get("function") or {} for tool in body.get("tools") or [] if isinstance(tool, dict)]
    return tuple(Tool(str(function.get("name", "")), function.get("parameters") or {}) for function in functions)


def _forced_tool(choice: Any) -> str:
    if choice == "required":
        return "*"
    return str((choice.get("function") or {}).get("name", "")) if isinstance(choice, dict) else ""


class _Completion:
    """One reply in the OpenAI shape."""

    def __init__(
        self, completion_id: str, conversation: Conversation, speech: Speech, scenario: Scenario, *, pace: float
    ) -> None:
        self._frame: dict[str, Any] = {"id": completion_id, "created": int(time.time()), "model": conversation.model}
        self._conversation = conversation
        self._speech = speech
        self._scenario = scenario
        self._pace = pace

    async def whole(self) -> Reply:
        """Return the reply in one piece, after the time that it takes to speak it."""
        text: list[str] = []
        thinking: list[str] = []
        async for cue, piece in perform(self._speech, self._scenario, pace=self._pace / 4):
            if cue is Cue.ERROR:
                return trouble(OPENAI, 500)
            if cue is not Cue.PING:
                (thinking if cue is Cue.THINKING else text).append(piece)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(text)}
        if thinking:
            message["reasoning_content"] = "".join(thinking)
        if self._speech.tool:
            message |= {"content": None, "tool_calls": [self._tool_call()]}
        choice = {"index": 0, "message": message, "finish_reason": _FINISHES[self._speech.finish]}
        body: dict[str, Any] = {**self._frame, "object": "chat.completion", "choices": [choice]}
        if not self._scenario.nousage:
            body["usage"] = self._usage()
        return json_reply(body | {"system_fingerprint": "fp_sandbox"})

    async def stream(self, *, has_usage: bool) -> AsyncIterator[bytes]:
        """Yield the reply as server-sent events."""
        yield self._chunk({"role": "assistant", "content": ""}, has_usage=has_usage)
        async for cue, piece in perform(self._speech, self._scenario, pace=self._pace):
            if cue is Cue.PING:
                yield b": ping\n\n"
            elif cue is Cue.BAD_BYTES:
                yield b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"\xff\xfe\xc3"}}]}\n\n'
            elif cue is Cue.ERROR:
                error = {"message": "upstream stream broke", "type": "upstream_error", "param": None, "code": None}
                yield _event({"error": error})
                return
            else:
                name = "reasoning_content" if cue is Cue.THINKING else "content"
                yield self._chunk({name: piece}, has_usage=has_usage)
        if self._speech.tool:
            call = self._tool_call()
            head = {**call, "function": {"name": call["function"]["name"], "arguments": ""}}
            yield self._chunk({"tool_calls": [{"index": 0, **head}]}, has_usage=has_usage)
            for piece in tokens_of(call["function"]["arguments"]):
                delta = {"index": 0, "function": {"arguments": piece}}
                yield self._chunk({"tool_calls": [delta]}, has_usage=has_usage)
        yield self._chunk({}, finish=_FINISHES[self._speech.finish], has_usage=has_usage)
        if has_usage:
            yield _event({**self._frame, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()})
        yield b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, has_usage: bool) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk: dict[str, Any] = {**self._frame, "object": "chat.completion.chunk", "choices": [choice]}
        return _event(chunk | {"usage": None} if has_usage else chunk)

    def _tool_call(self) -> dict[str, Any]:
        function = {"name": self._speech.tool.name if self._speech.tool else "", "arguments": self._speech.arguments}
        return {"id": f"call_{self._frame['id'][-12:]}", "type": "function", "function": function}

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self._conversation.prompt_tokens, self._speech.completion_tokens
        image_tokens, thinking = 260 * self._conversation.images, len(self._speech.thinking)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "text_tokens": prompt - image_tokens,
                "audio_tokens": 0,
                "image_tokens": image_tokens,
            },
            "completion_tokens_details": {
                "text_tokens": completion - thinking,
                "audio_tokens": 0,
                "reasoning_tokens": thinking,
            },
        }


def _event(content: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode()
