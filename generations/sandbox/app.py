"""The ASGI application: which path goes to which handler, and the sandbox's own ``/sandbox/*`` routes."""

import asyncio
import json
import pathlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from generations.sandbox import assets, chat, files, gemini, messages, openai_images, seedance
from generations.sandbox.catalogue import DOCUMENTED_MODELS
from generations.sandbox.envelopes import html_reply, media_error, openai_error
from generations.sandbox.exchange import (
    BodyTooLarge,
    HangUp,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    Stream,
    hang_up,
    json_reply,
    read_request,
    send_reply,
    send_stream,
)
from generations.sandbox.faults import ANTHROPIC, read_key, refuse_key
from generations.sandbox.workshop import Workshop

MEDIA_LIMIT_BYTES = 64 * 1024 * 1024
EDIT_LIMIT_BYTES = 256 * 1024 * 1024
LOGGED_TEXT_CHARACTERS = 2000
Handler = Callable[[Workshop, Request], Awaitable[Reply | Stream]]

_SECRET_HEADERS = ("aikey", "authorization", "x-api-key")


async def _health(_workshop: Workshop, _request: Request) -> Reply:
    return json_reply({"ok": True})


async def _ledger(workshop: Workshop, request: Request) -> Reply:
    return json_reply(workshop.ledger.rows(prompt=request.query.get("prompt")))


async def _show_switches(workshop: Workshop, _request: Request) -> Reply:
    return json_reply(workshop.switches.as_dict())


async def _change_switches(workshop: Workshop, request: Request) -> Reply:
    try:
        workshop.switches.change(dict(request.json()))
    except (ValueError, TypeError) as error:
        return json_reply({"error": str(error)}, status=400)
    return json_reply(workshop.switches.as_dict())


async def _requests(workshop: Workshop, request: Request) -> Reply:
    limit = request.query.get("limit", "50")
    rows = list(workshop.requests)
    return json_reply(rows[-int(limit) :] if limit.isdigit() and int(limit) else [])


async def _served(workshop: Workshop, _request: Request) -> Reply:
    return json_reply({"bytes": workshop.served_bytes})


async def _models(_workshop: Workshop, request: Request) -> Reply:
    if problem := refuse_key(read_key(request.headers, family=ANTHROPIC), family=ANTHROPIC, pays=False):
        return problem
    rows = [{"id": name, "object": "model", "created": 1760000000, "owned_by": "sandbox"} for name in DOCUMENTED_MODELS]
    return json_reply({"object": "list", "data": rows})


ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "/ai/seedance/videos"): seedance.create_video,
    ("GET", "/ai/seedance/result"): seedance.video_result,
    ("POST", "/ai/gemini/image/generate"): gemini.create_picture,
    ("GET", "/ai/gemini/result"): gemini.picture_result,
    ("POST", "/v1/images/generations"): openai_images.generate,
    ("POST", "/v1/images/edits"): openai_images.edit,
    ("POST", "/v1/chat/completions"): chat.complete,
    ("POST", "/v1/messages"): messages.create_message,
    ("GET", "/v1/models"): _models,
    ("GET", "/sandbox/health"): _health,
    ("GET", "/sandbox/ledger"): _ledger,
    ("GET", "/sandbox/control"): _show_switches,
    ("POST", "/sandbox/control"): _change_switches,
    ("GET", "/sandbox/requests"): _requests,
    ("GET", "/sandbox/served"): _served,
}
UNPREFIXED = ("/chat/completions", "/images/generations", "/images/edits", "/models")


class SandboxApp:
    """The sandbox as an ASGI application. One instance serves one data folder."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._answering: set[asyncio.Task[Any]] = set()
        self._has_resumed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        self.resume()
        task = asyncio.current_task()
        if task:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        client = scope.get("client")
        try:
            await self._answer(scope, receive, send)
        except HangUp:
            hang_up((str(client[0]), int(client[1])) if client else None)

    def resume(self) -> None:
        """Take up what a restart interrupted; must run inside the event loop. Idempotent: yes."""
        if not self._has_resumed:
            self._has_resumed = True
            self.workshop.resume()

    async def close(self) -> None:
        """End every open answer and both drawing processes."""
        for task in list(self._answering):
            task.cancel()
        await self.workshop.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.resume()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit_bytes = EDIT_LIMIT_BYTES if scope["path"].endswith("/images/edits") else MEDIA_LIMIT_BYTES
        try:
            request = await read_request(scope, receive, limit_bytes=limit_bytes)
        except BodyTooLarge:
            await send_reply(media_error(413, "RequestTooLarge: the request body is too large.", status=413), send)
            return
        entry = self._log(request)
        handler = self._find_handler(request)
        reply = handler if isinstance(handler, Reply) else await handler(self.workshop, request)
        if entry is not None:
            entry["status"] = reply.status
        if isinstance(reply, Reply):
            await send_reply(reply, send)
        else:
            is_whole = await send_stream(reply, receive, send)
            if entry is not None:
                entry["client_left"] = not is_whole

    def _find_handler(self, request: Request) -> Handler | Reply:
        path, method = request.path, request.method
        if path in UNPREFIXED and self.workshop.switches.unprefixed:
            path = f"/v1{path}"
        if found := ROUTES.get((method, path)):
            return found
        if path.startswith("/files/") and method in ("GET", "HEAD"):
            return files.serve_file
        if path.startswith("/api/v1/open/") and method == "POST":
            return assets.call_library
        if path.startswith("/v1/"):
            return openai_error(404, f"Invalid URL ({method} {path})")
        if path.startswith(("/ai/", "/api/", "/sandbox/", "/files/")):
            return media_error(404, f"NotFound: no such address ({method} {path}).", status=404)
        # The real console answers every other address with its page and status 200.
        return html_reply()

    def _log(self, request: Request) -> dict[str, Any] | None:
        if request.path.startswith("/sandbox/"):
            return None
        headers = {name: _mask(value) if name in _SECRET_HEADERS else value for name, value in request.headers.items()}
        entry: dict[str, Any] = {
            "time": time.time(),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": headers,
            "json": None,
        }
        try:
            if request.headers.get("content-type", "").startswith("multipart/"):
                entry["form"] = [
                    {"name": part.name, "filename": part.filename, "bytes": len(part.content)}
                    | ({} if part.filename else {"text": part.content.decode("utf-8", "replace")})
                    for part in request.parts()
                ]
            elif request.body:
                entry["json"] = _shorten(json.loads(request.body))
        except ValueError:
            entry["raw"] = request.body[:LOGGED_TEXT_CHARACTERS].decode("utf-8", "replace")
        self.workshop.requests.append(entry)
        return entry


def create_app(*, data_dir: pathlib.Path, pace: float = 1.0) -> SandboxApp:
    """Return the sandbox over a data folder, which is made if missing.

    Units: ``pace`` 1 is natural, 0 waits for nothing.
    """
    return SandboxApp(Workshop(data_dir=data_dir, pace=pace))


def _mask(value: str) -> str:
    scheme, separator, key = value.rpartition(" ")
    return f"{scheme}{separator}{key[:4]}…"


def _shorten(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _shorten(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_shorten(value) for value in content]
    if isinstance(content, str) and len(content) > LOGGED_TEXT_CHARACTERS:
        return f"{content[:LOGGED_TEXT_CHARACTERS]}… ({len(content)} characters)"
    return content
