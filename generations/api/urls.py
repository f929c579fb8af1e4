"""Which handler answers which address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from generations.api import chat, images, models, openapi, results, tasks
from generations.api.context import Handler
from generations.api.families import plain_path
from generations.api.http import ApiAnswer, ApiRequest

ROUTES: Mapping[tuple[str, str], Handler] = MappingProxyType(
    {
        ("GET", "/v1/models"): models.list_models,
        ("POST", "/v1/chat/completions"): chat.chat_handler(chat.OPENAI),
        ("POST", "/v1/messages"): chat.chat_handler(chat.ANTHROPIC),
        ("POST", images.GENERATIONS): images.generate,
        ("POST", images.EDITS): images.edit,
        ("POST", "/ai/seedance/videos"): tasks.task_handler(
            "seedance", tasks.read_clip, path="/ai/seedance/videos", id_name="task_id"
        ),
        ("GET", "/ai/seedance/result"): results.result_handler("seedance", parameter="task_id"),
        ("POST", "/ai/gemini/image/generate"): tasks.task_handler(
            "gemini_images", tasks.read_banana, path="/ai/gemini/image/generate", id_name="taskCode"
        ),
        ("GET", "/ai/gemini/result"): results.result_handler("gemini_images", parameter="code"),
    }
)


# Answered to anybody: it says what everybody may know, and nothing of this installation.
OPEN_ROUTES: Mapping[str, Callable[[ApiRequest], ApiAnswer]] = MappingProxyType(
    {openapi.PATH: openapi.answer_with(lambda method, path: is_served(method, path))}
)


def find_handler(method: str, path: str) -> Handler | None:
    """Return the handler of an address written as `routing.plain_path` does, or None."""
    method = "GET" if method == "HEAD" else method
    found = ROUTES.get((method, path))
    if found is None and method == "GET" and path.startswith("/v1/models/") and path.count("/") == 3:
        return models.one_model
    return found


def is_served(method: str, path: str) -> bool:
    """Tell whether an address answers, written as a person writes it; `{model}` stands for any name."""
    return find_handler(method, plain_path(path.replace("{model}", "x"))) is not None


def methods_of(path: str) -> list[str]:
    """Return the methods that an address knows; none for an address that does not exist."""
    known = [method for method, route in ROUTES if route == path]
    return ["GET"] if path.startswith("/v1/models/") else known
