"""Orders that are answered with a task: `POST /ai/seedance/videos` and `POST /ai/gemini/image/generate`.

Source: https://apidoc.3hei.com/zh/docs/guide/quickstart,
https://apidoc.3hei.com/zh/docs/services/video/seedance/api/videos, https://www.volcengine.com/docs/82379/1520757;
the fields of the second beyond the quick start from https://docs.mountsea.ai/api-reference/gemini/image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from generations.api.bodies import model_name, read_json
from generations.api.callbacks import NAME as CALLBACK
from generations.api.callbacks import callback_of
from generations.api.context import ApiCallContext, Handler
from generations.api.errors import bad_field, missing
from generations.api.http import ApiAnswer, json_answer
from generations.api.inputs import WireInput
from generations.api.media import Asked, place_order
from generations.api.orders import WireOrder
from generations.api.results import SUCCESS

Body: TypeAlias = Mapping[str, Any]
ReadOrder: TypeAlias = Callable[[dict[str, Any]], WireOrder]

# What each type of item may be for; the first is meant where no role is said.
_ROLES: Mapping[str, tuple[str, ...]] = {
    "image_url": ("first_frame", "last_frame", "reference_image"),
    "video_url": ("reference_video",),
    "audio_url": ("reference_audio",),
}
_ACTIONS = ("generate", "edit")
DEFAULT_BANANA = "nano-banana-fast"


def task_handler(protocol: str, read_order: ReadOrder, *, path: str, id_name: str) -> Handler:
    """Return the handler that queues what a request asks for; `id_name` is what the protocol calls a task's id."""

    async def answer(context: ApiCallContext) -> ApiAnswer:
        body = await read_json(context.request)
        asked = Asked(order=read_order(body), protocol=protocol, path=path, fields=body)
        placed = await place_order(context, asked)
        return json_answer({"code": 0, "info": SUCCESS, "result": {id_name: str(placed.public_id)}})

    return answer


def read_clip(body: dict[str, Any]) -> WireOrder:
    """Return the order that a body of Seedance's is. Raises: ApiError."""
    name = model_name(body)
    content = body.get("content")
    if content is None or content == []:
        raise missing("content")
    if not isinstance(content, list):
        raise bad_field("content", "must be a list of items.")
    texts: list[str] = []
    files: list[WireInput] = []
    for place, item in enumerate(content):
        _read_item(item, f"content[{place}]", texts=texts, files=files)
    _check_roles(content, files)
    return WireOrder(
        model=name,
        prompt="\n".join(texts),
        parameters=_without(body, "model", "content"),
        inputs=tuple(files),
        callback_url=callback_of(body),
        prompt_param="content",
    )


def read_banana(body: dict[str, Any]) -> WireOrder:
    """Return the order that a body of Gemini's is. Raises: ApiError."""
    name = DEFAULT_BANANA if body.get("model") is None else model_name(body)
    prompt = _text(body, "prompt")
    if not prompt.strip():
        raise missing("prompt")
    urls = body.get("image_urls")
    urls = [] if urls is None else urls
    if not isinstance(urls, list):
        raise bad_field("image_urls", "must be a list of addresses or data URIs.")
    action = body.get("action") or ("edit" if urls else "generate")
    if action not in _ACTIONS:
        raise bad_field("action", "must be 'generate' or 'edit'.")
    if action == "edit" and not urls:
        raise missing("image_urls")
    if action == "generate" and urls:
        raise bad_field("image_urls", "only with action 'edit'.")
    return WireOrder(
        model=name,
        prompt=prompt,
        parameters=_without(body, "model", "prompt", "action", "image_urls"),
        inputs=tuple(_pictures(urls)),
        callback_url=callback_of(body),
    )


def _without(body: Body, *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in {*names, CALLBACK}}


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_field(name, "must be a text.")
    return value


def _pictures(urls: list[Any]) -> Iterator[WireInput]:
    for place, url in enumerate(urls):
        param = f"image_urls[{place}]"
        if not isinstance(url, str):
            raise bad_field(param, "must be an address or a data URI.")
        yield WireInput(role="edit_image", param=param, text=url)


def _read_item(item: Any, param: str, *, texts: list[str], files: list[WireInput]) -> None:
    kind: Any = item.get("type") if isinstance(item, dict) else None
    if kind == "text":
        if not isinstance(item.get("text"), str):
            raise bad_field(f"{param}.text", "must be a text.")
        texts.append(item["text"])
    elif isinstance(kind, str) and kind in _ROLES:
        files.append(_file_of(item, kind, param))
    else:
        raise bad_field(f"{param}.type", f"must be 'text', {', '.join(map(repr, _ROLES))}.")


def _file_of(item: Body, kind: str, param: str) -> WireInput:
    holder = item.get(kind)
    url = holder.get("url") if isinstance(holder, dict) else None
    if not isinstance(url, str):
        raise bad_field(f"{param}.{kind}.url", "must be an address or a data URI.")
    role = item.get("role")
    if role is not None and role not in _ROLES[kind]:
        raise bad_field(f"{param}.role", f"must be {' or '.join(map(repr, _ROLES[kind]))}.")
    return WireInput(role=role or _ROLES[kind][0], param=f"{param}.{kind}.url", text=url)


def _check_roles(content: list[Any], files: list[WireInput]) -> None:
    """Refuse a picture of several whose part nobody has said. Raises: ApiError."""
    if len(files) < 2:
        return
    for place, item in enumerate(content):
        if item.get("type") == "image_url" and item.get("role") is None:
            raise missing(f"content[{place}].role")
