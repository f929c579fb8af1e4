"""The API as an OpenAPI document.

Source: https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils import translation

from generations.reference.operations import OPERATIONS, TROUBLES, Operation
from generations.reference.schemas import COMPONENTS

IsServed = Callable[[str, str], bool]
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "aiKey": {"type": "apiKey", "in": "header", "name": "AIKey"},
    "xApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}
_INTRODUCTION = (
    "The studio speaks the protocols of its gateway, OpenAI and Anthropic. Make a key on the page API keys and send it "
    "in any of three headers. Addresses work with and without /v1."
)


def document(*, is_served: IsServed) -> bytes:
    """Return the document, in English, with the operations that are served."""
    paths: dict[str, Any] = {}
    with translation.override("en"):
        for operation in OPERATIONS:
            if not is_served(operation.method, operation.path):
                continue
            told = _operation(operation)
            paths.setdefault(operation.path, {})[operation.method.lower()] = told
            if operation.short_path:
                again = {**told, "operationId": f"{operation.id}Short"}
                paths.setdefault(operation.short_path, {})[operation.method.lower()] = again
        whole = {
            "openapi": "3.1.0",
            "info": {"title": "Studio API", "version": "1", "description": _INTRODUCTION},
            "servers": [{"url": "/"}],
            "security": [{name: []} for name in _SECURITY],
            "paths": paths,
            "webhooks": {"task": {"post": _webhook()}},
            "components": {
                "schemas": dict(COMPONENTS),
                "securitySchemes": _SECURITY,
                "headers": {"RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
            },
        }
        return json.dumps(whole, ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "items") else str(value)


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.is_required,
                "description": parameter.description,
                "schema": parameter.schema,
                **({"example": parameter.example} if parameter.example else {}),
            }
            for parameter in operation.parameters
        ],
        "responses": _responses(operation),
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body:
        media = {"schema": operation.body, **({"example": operation.example} if operation.example else {})}
        told["requestBody"] = {"required": True, "content": {operation.body_type: media}}
    return told


def _responses(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": _reference(operation.answer)}}
    if operation.streams:
        content["text/event-stream"] = {"schema": {"type": "object"}}
    # The list of models refuses in the words of whoever asks.
    errors = ["OpenAIError", "AnthropicError"] if "/models" in operation.path else [operation.error]
    schema: dict[str, Any] = {"anyOf": [_reference(name) for name in errors]} if errors[1:] else _reference(errors[0])
    refusals = {
        str(status): {
            "description": text,
            "content": {"application/json": {"schema": schema}},
            **({"headers": {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}} if status == 429 else {}),
        }
        for status, text in TROUBLES
    }
    return {"200": {"description": "Done.", "content": content}, **refusals}


def _webhook() -> dict[str, Any]:
    headers = {
        "X-Studio-Delivery": "The same in every try.",
        "X-Studio-Timestamp": "Seconds since 1970, of this try.",
        "X-Studio-Signature": "sha256= and the HMAC-SHA256, in hex, over timestamp, full stop and body.",
    }
    return {
        "summary": "A task has ended",
        "description": "Sent to callback_url or the key's own address. Any 2xx takes it; else it is tried again, "
        "eight times within about a day. Redirects are not followed.",
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        ],
        "requestBody": {"content": {"application/json": {"schema": _reference("Webhook")}}},
        "responses": {"2XX": {"description": "Taken."}},
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
