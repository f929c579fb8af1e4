"""Calls the studio's ASGI application as a server would, piece by piece, and keeps what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from accounts.models import ApiKey
from generations.relay import station, switchboard

Result = TypeVar("Result")
Files = Sequence[tuple[str, bytes]]


@dataclass(slots=True)
class Answer:
    """What came back. `is_whole` is false when the application let the connection break."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    is_whole: bool = False

    @property
    def body(self) -> bytes:
        """All bytes."""
        return b"".join(self.pieces)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON objects of a stream of events."""
        lines = [line[6:] for line in self.body.decode().split("\n") if line.startswith("data: {")]
        return [json.loads(line) for line in lines]


@dataclass(slots=True)
class Caller:
    """Somebody with a key."""

    secret: str
    key: ApiKey

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of an ordinary call."""
        return {"host": "127.0.0.1", "authorization": f"Bearer {self.secret}", **more}

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Make one call and wait for its end, its ending written."""
        return run(lambda: self.acall(method, path, body, **options))

    def get(self, path: str, **options: Any) -> Answer:
        """Make one GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        """Make one POST; anything but bytes is sent as JSON."""
        return self.call("POST", path, body, **options)

    def post_form(self, path: str, fields: Mapping[str, str], files: Files = (), **options: Any) -> Answer:
        """Send a form with files and wait for the end of the answer."""
        return run(lambda: self.apost_form(path, fields, files, **options))

    async def apost_form(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Files = (),
        *,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """Send a form with files, with a boundary of its own each time."""
        parts = [(name, (f"{name}.bin", content, "application/octet-stream")) for name, content in files]
        sent = httpx.Request("POST", "http://127.0.0.1/", data=dict(fields), files=parts or [("none", ("", b""))])
        headers = {"content-type": sent.headers["content-type"], **(headers or {})}
        return await self.acall("POST", path, sent.read(), headers=headers, **options)

    async def acall(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        until: Callable[[Answer], bool] | None = None,
        address: str = "127.0.0.1",
    ) -> Answer:
        """Make one call; hang up as soon as `until` says so of what has come."""
        from studio.asgi import application

        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**self.headers(), "content-length": str(len(content)), **(headers or {})}
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "method": method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items() if value],
            "client": (address, 40000),
            "scheme": "http",
        }
        answer, is_gone, waiting = Answer(), asyncio.Event(), [content]

        async def receive() -> dict[str, Any]:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": False}
            await is_gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
                return
            if message.get("body"):
                answer.pieces.append(message["body"])
            answer.is_whole = not message.get("more_body", False)
            if until is not None and until(answer):
                is_gone.set()

        await application(scope, receive, send)
        return answer


def run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run on an event loop of its own, and return when all that ended has been written."""

    async def whole() -> Result:
        try:
            return await work()
        finally:
            await switchboard.current().stop(deadline_seconds=2)
            await station.current().stop(deadline_seconds=0)

    return asyncio.run(whole())
