"""The bodies of the API as JSON Schema: no narrower than what is really accepted, no wider than what is answered.

Source: https://developers.openai.com/api/reference/resources/chat, https://platform.claude.com/docs/en/api/messages,
https://www.volcengine.com/docs/82379/1520757
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer"}
NULLABLE_TEXT: Schema = {"type": ["string", "null"]}


def record(properties: Schema, *required: str, **more: Any) -> dict[str, Any]:
    """Return the schema of an object; what it does not name may be there too."""
    return {"type": "object", "properties": properties, "required": list(required), **more}


def _model(example: str) -> dict[str, Any]:
    text = _("Name of a model, as the list of models has it.")
    return {"type": "string", "minLength": 1, "maxLength": 200, "description": text, "examples": [example]}


def _flag(text: Any) -> dict[str, Any]:
    return {"type": ["boolean", "null"], "description": text}


def _optional(kind: str, text: Any) -> dict[str, Any]:
    """Return the schema of a field that may be missing or null."""
    return {"type": [kind, "null"], "description": text}


_CALLBACK = {
    **_optional(
        "string",
        _("Where the end of the task is announced. It is the studio's own and never reaches the gateway."),
    ),
    "maxLength": 500,
}
CHAT_REQUEST = record(
    {
        "model": _model("gpt-5.1"),
        "messages": {
            "type": "array",
            "minItems": 1,
            "description": _("The conversation: system, user, assistant and tool messages, with text or pictures."),
            "items": record(
                {
                    "role": {"type": "string", "enum": ["system", "user", "assistant"]},
                    "content": {"type": "string", "minLength": 1},
                },
                "role",
                "content",
            ),
        },
        "stream": _flag(_("Send the reply as server-sent events while it is made.")),
        # Looked at only in a stream.
        "stream_options": {
            "description": _("With include_usage the last chunk tells the tokens used."),
        },
    },
    "model",
    "messages",
)
MESSAGES_REQUEST = record(
    {
        "model": _model("claude-sonnet-4-6"),
        "max_tokens": {
            "type": "integer",
            "minimum": 1,
            "maximum": 64_000,
            "description": _("The longest reply, in tokens."),
        },
        "messages": {
            "type": "array",
            "minItems": 1,
            "description": _("The conversation, with text, pictures, tool uses and their results."),
            "items": record(
                {
                    "role": {"type": "string", "enum": ["user"]},
                    "content": {"type": "string"},
                },
                "role",
            ),
        },
        "stream": _flag(_("Send the reply as server-sent events while it is made.")),
    },
    "model",
    "max_tokens",
    "messages",
)
SEEDANCE_REQUEST = record(
    {
        "model": _model("doubao-seedance-2-0-fast"),
        "content": {
            "type": "array",
            "minItems": 1,
            "description": _("The prompt as a text, and pictures, videos and sounds with their roles."),
            "items": record({"type": {"enum": ["text", "image_url", "video_url", "audio_url"]}, "text": {}}, "type"),
        },
        "resolution": _optional("string", _("480p, 720p or 1080p, as the model has it.")),
        "ratio": _optional("string", _("For instance 16:9, or adaptive.")),
        "duration": _optional("integer", _("Length in seconds.")),
        "callback_url": _CALLBACK,
    },
    "model",
    "content",
)
GEMINI_REQUEST = record(
    {
        "model": _optional("string", _("Name of a model; nano-banana-fast without one.")),
        "prompt": {"type": "string", "minLength": 1, "description": _("What the picture shows.")},
        "action": {"description": _("Make a picture or change some.")},
        "aspect_ratio": _optional("string", _("For instance 16:9.")),
        "resolution": _optional("string", _("1K, 2K or 4K, as the model has it.")),
        "image_urls": {**_optional("array", _("The pictures to change.")), "items": TEXT},
        "callback_url": _CALLBACK,
    },
    "prompt",
)
_PICTURE = {
    "model": _model("gpt-image-2"),
    "prompt": {"type": "string", "minLength": 1, "description": _("What the picture shows.")},
    "size": _optional("string", _("Width and height in pixels, for instance 1024x1024.")),
    "quality": _optional("string", _("low, medium or high.")),
    "n": _optional("integer", _("How many pictures.")),
    "output_format": _optional("string", _("png, jpeg or webp.")),
    "callback_url": _CALLBACK,
}
IMAGE_REQUEST = record(_PICTURE, "model", "prompt")
EDIT_REQUEST = record(
    {
        "model": _model("gpt-image-2"),
        "prompt": _PICTURE["prompt"],
        "image": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": _("The picture to change; several as image[]."),
        },
        "mask": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": _("Transparent where the picture may change."),
        },
        # A form has texts only.
        **{name: {"type": "string", "description": _PICTURE[name]["description"]} for name in ("size", "quality", "n")},
    },
    "model",
    "prompt",
    "image",
)
COMPONENTS: Mapping[str, Schema] = MappingProxyType(
    {
        "OpenAIError": record(
            {"error": record({"message": TEXT, "type": TEXT, "param": NULLABLE_TEXT, "code": {}}, "message", "type")},
            "error",
        ),
        "AnthropicError": record(
            {
                "type": {"const": "error"},
                "error": record({"type": TEXT, "message": TEXT}, "type", "message"),
                "request_id": NULLABLE_TEXT,
            },
            "type",
            "error",
        ),
        "TaskError": record(
            {"code": COUNT, "info": TEXT, "error": record({"code": TEXT, "message": TEXT}, "code", "message")},
            "code",
            "info",
        ),
        "ChatCompletion": record(
            {
                "id": TEXT,
                "object": TEXT,
                "created": COUNT,
                "model": TEXT,
                "choices": {"type": "array", "items": record({"index": COUNT, "message": {"type": "object"}})},
                "usage": {"type": ["object", "null"]},
            },
            "choices",
        ),
        "Message": record(
            {"id": TEXT, "type": TEXT, "role": TEXT, "content": {"type": "array"}, "usage": {"type": "object"}},
            "content",
        ),
        "Models": {
            "anyOf": [
                record(
                    {
                        "object": {"const": "list"},
                        "data": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}},
                    },
                    "object",
                    "data",
                ),
                record(
                    {
                        "data": {"type": "array", "items": {"$ref": "#/components/schemas/AnthropicModel"}},
                        "has_more": {"type": "boolean"},
                        "first_id": NULLABLE_TEXT,
                        "last_id": NULLABLE_TEXT,
                    },
                    "data",
                    "has_more",
                ),
            ]
        },
        "Model": record(
            {"id": TEXT, "object": {"const": "model"}, "created": COUNT, "owned_by": TEXT}, "id", "object", "created"
        ),
        "AnthropicModel": record(
            {"id": TEXT, "type": {"const": "model"}, "display_name": TEXT, "created_at": TEXT}, "id", "type"
        ),
        "OneModel": {
            "anyOf": [{"$ref": "#/components/schemas/Model"}, {"$ref": "#/components/schemas/AnthropicModel"}]
        },
        "Task": record({"code": {"const": 0}, "info": TEXT, "result": {"type": "object"}}, "code", "result"),
        "Images": record({"created": COUNT, "data": {"type": "array", "items": {"type": "object"}}}, "data"),
        "Webhook": record(
            {
                "id": {**TEXT, "description": _("The same in every try.")},
                "type": {
                    "enum": [
                        "generation.completed",
                        "generation.failed",
                        "generation.canceled",
                        "generation.uncertain",
                    ]
                },
                "created_at": COUNT,
                "task": {"type": "object"},
            },
            "id",
            "type",
            "created_at",
            "task",
        ),
    }
)
