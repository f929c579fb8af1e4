"""The gateway's four envelopes: ``/ai``, the asset library, the OpenAI shape and the Anthropic shape."""

import dataclasses
import json
import secrets
from typing import Any

from generations.sandbox.exchange import Reply, json_reply

WEB_CONSOLE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Console</title></head>
<body><h1>Sandbox gateway</h1><p>This is the page that the real gateway's web console would show.</p></body></html>"""


@dataclasses.dataclass(slots=True)
class Refusal(Exception):
    """A request that is not accepted, for a stated reason."""

    code: str
    message: str
    status: int = 400
    param: str = ""


def request_id() -> str:
    """Return an id like those that the services put at the end of their messages."""
    return secrets.token_hex(10)


def html_reply() -> Reply:
    """Return what New API says on an unknown address: its web console with status 200."""
    return Reply(WEB_CONSOLE.encode(), content_type="text/html; charset=utf-8")


def media_ok(result: dict[str, Any]) -> Reply:
    """Return the success envelope of ``/ai/*``."""
    return json_reply({"code": 0, "info": "success", "result": result})


def media_error(code: int, info: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return the failure envelope of ``/ai/*``."""
    return json_reply({"code": code, "info": info, "result": None}, status=status, headers=headers)


def media_refusal(refusal: Refusal, *, style: str) -> Reply:
    """Return a refused ``/ai/*`` request in one of three styles: ``info``, ``http400`` or ``nested``."""
    message = f"{refusal.message} Request id: {request_id()}"
    info = f"{refusal.code}: {message}"
    if style == "nested":
        error = {"code": refusal.code, "message": message, "param": refusal.param, "type": "BadRequest"}
        info = f"upstream error: {json.dumps({'error': error}, ensure_ascii=False)}"
    return media_error(refusal.status, info, status=refusal.status if style == "http400" else 200)


def openai_error(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """Return the error envelope of ``/v1/images/*`` and ``/v1/chat/*``."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_reply({"error": error}, status=status, headers=headers)


def openai_refusal(refusal: Refusal) -> Reply:
    """Return a refused request in the OpenAI shape."""
    return openai_error(refusal.status, refusal.message, code=refusal.code or None, param=refusal.param or None)


def anthropic_error(status: int, kind: str, message: str) -> Reply:
    """Return the error envelope of ``/v1/messages``."""
    error = {"type": kind, "message": message}
    return json_reply({"type": "error", "error": error, "request_id": f"req_{request_id()}"}, status=status)


def asset_ok(action: str, result: dict[str, Any]) -> Reply:
    """Return the success envelope of ``/api/v1/open/*``."""
    return json_reply({"ResponseMetadata": {"RequestId": request_id(), "Action": action}, "Result": result})


def asset_error(action: str, refusal: Refusal) -> Reply:
    """Return the failure envelope of ``/api/v1/open/*``."""
    error = {"Code": refusal.code, "Message": refusal.message}
    metadata = {"RequestId": request_id(), "Action": action, "Error": error}
    return json_reply({"ResponseMetadata": metadata}, status=refusal.status)
