"""Every operation of the API: what it is for, what it takes, what it answers, and in whose words it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations.reference import schemas
from generations.reference.schemas import Schema

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value in the address or in a header."""

    name: str
    place: str
    description: Words
    schema: Schema
    example: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address. `error` and `answer` name components."""

    method: str
    path: str
    id: str
    summary: Words
    answer: str
    error: str
    description: Words = ""
    body: Schema = field(default_factory=dict)
    body_type: str = "application/json"
    example: Mapping[str, Any] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    streams: bool = False
    # Without `/v1`, where the OpenAI SDK goes with a base address that ends before it.
    short_path: str = ""

    @property
    def fields(self) -> list[tuple[str, Schema, bool]]:
        """The fields of the body: name, schema, whether it must be there."""
        required = self.body.get("required", ())
        return [(name, schema, name in required) for name, schema in self.body.get("properties", {}).items()]


_ANTHROPIC_VERSION = Parameter(
    "anthropic-version",
    "header",
    _("With it the answer is in Anthropic's form."),
    {"type": "string"},
)
_IDEMPOTENCY = Parameter(
    "Idempotency-Key",
    "header",
    _("A repeated call with the same value gets the first one's answer, for 24 hours."),
    {"type": "string", "maxLength": 255},
)
_YES = {"role": "user", "content": "Hello!"}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        "/v1/models",
        "listModels",
        _("List the models that this key may use"),
        answer="Models",
        error="OpenAIError",
        parameters=(_ANTHROPIC_VERSION,),
        short_path="/models",
    ),
    Operation(
        "GET",
        "/v1/models/{model}",
        "getModel",
        _("One model by its name"),
        answer="OneModel",
        error="OpenAIError",
        parameters=(
            Parameter(
                "model",
                "path",
                _("Name of the model."),
                {"type": "string", "pattern": "^[a-z0-9.-]+$"},
                "gpt-5.1",
                True,
            ),
            _ANTHROPIC_VERSION,
        ),
        short_path="/models/{model}",
    ),
    Operation(
        "POST",
        "/v1/chat/completions",
        "createChatCompletion",
        _("Chat in OpenAI's protocol"),
        answer="ChatCompletion",
        error="OpenAIError",
        description=_("Tools, pictures and every field that the studio does not know are passed on as they are."),
        body=schemas.CHAT_REQUEST,
        example={"model": "gpt-5.1", "messages": [_YES]},
        parameters=(_IDEMPOTENCY,),
        streams=True,
        short_path="/chat/completions",
    ),
    Operation(
        "POST",
        "/v1/messages",
        "createMessage",
        _("Chat in Anthropic's protocol"),
        answer="Message",
        error="AnthropicError",
        description=_("System prompts, tools, pictures, thinking and unknown fields are passed on as they are."),
        body=schemas.MESSAGES_REQUEST,
        example={"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": [_YES]},
        parameters=(_IDEMPOTENCY,),
        streams=True,
    ),
    Operation(
        "POST",
        "/ai/seedance/videos",
        "createVideo",
        _("Order a video with Seedance"),
        answer="Task",
        error="TaskError",
        body=schemas.SEEDANCE_REQUEST,
        example={
            "model": "doubao-seedance-2-0-fast",
            "content": [{"type": "text", "text": "A cat in the grass"}],
            "resolution": "720p",
            "ratio": "16:9",
            "duration": 5,
        },
        parameters=(_IDEMPOTENCY,),
    ),
    Operation(
        "GET",
        "/ai/seedance/result",
        "getVideo",
        _("Ask for a video"),
        answer="Task",
        error="TaskError",
        parameters=(
            Parameter("task_id", "query", _("What the order was answered."), {"type": "string"}, is_required=True),
        ),
    ),
    Operation(
        "POST",
        "/ai/gemini/image/generate",
        "createPicture",
        _("Order a picture with Nano Banana"),
        answer="Task",
        error="TaskError",
        body=schemas.GEMINI_REQUEST,
        example={"model": "nano-banana-fast", "prompt": "A city at night", "action": "generate"},
        parameters=(_IDEMPOTENCY,),
    ),
    Operation(
        "GET",
        "/ai/gemini/result",
        "getPicture",
        _("Ask for a picture"),
        answer="Task",
        error="TaskError",
        parameters=(
            Parameter("code", "query", _("What the order was answered."), {"type": "string"}, is_required=True),
        ),
    ),
    Operation(
        "POST",
        "/v1/images/generations",
        "createImage",
        _("Make pictures in OpenAI's protocol; the answer comes when they are done"),
        answer="Images",
        error="OpenAIError",
        body=schemas.IMAGE_REQUEST,
        example={"model": "gpt-image-2", "prompt": "An otter at the doctor's"},
        parameters=(_IDEMPOTENCY,),
        short_path="/images/generations",
    ),
    Operation(
        "POST",
        "/v1/images/edits",
        "editImage",
        _("Change pictures in OpenAI's protocol, sent as a form with files"),
        answer="Images",
        error="OpenAIError",
        body=schemas.EDIT_REQUEST,
        body_type="multipart/form-data",
        parameters=(_IDEMPOTENCY,),
        short_path="/images/edits",
    ),
)

# In whose words and with which status trouble is told, in the order in which people meet it.
TROUBLES: tuple[tuple[int, Words], ...] = (
    (400, _("The body or one of its fields is wrong, or the content was refused.")),
    (401, _("The key is missing, wrong, revoked or expired.")),
    (403, _("The key may not be used from this address or for this model.")),
    (404, _("No such address, model or task.")),
    (405, _("The address does not know this method.")),
    (408, _("The body stood still for too long.")),
    (409, _("A call with this Idempotency-Key is still running.")),
    (413, _("The body is larger than this address takes.")),
    (422, _("The Idempotency-Key was used before with another body, or its reply was not kept.")),
    (429, _("Too many requests a minute or calls at once; Retry-After says how long to wait.")),
    (500, _("Something went wrong inside the studio.")),
    (502, _("There was trouble at the gateway.")),
    (503, _("The gateway or the studio is not available; Retry-After may say for how long.")),
    (504, _("The gateway did not answer in time.")),
)

DIFFERENCES: tuple[Words, ...] = (
    _(
        "Keys begin with sk-studio- and are shown once. "
        "All three headers work: Authorization: Bearer, AIKey, x-api-key."
    ),
    _("task_id and taskCode are the studio's own; an id of the gateway finds nothing here, and the other way round."),
    _("Results are stored by the studio. Their addresses open without a header for 24 hours, and die with the key."),
    _(
        "A task of which nobody knows whether the gateway took it reads as running for ten minutes, "
        "then as failed with the code uncertain. It is never repeated by itself."
    ),
    _("callback_url is called by the studio, signed, and never passed on to the gateway."),
    _("The gateway's asset library (/api/v1/open/…) is not served. Files go in as bytes, data addresses or links."),
    _("Links given as inputs are passed on; the studio does not fetch them."),
    _("Requests a minute and calls at once are limited per key and per person by the administrator."),
)
