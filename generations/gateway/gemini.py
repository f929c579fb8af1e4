"""Gemini images (Nano Banana): `/ai/gemini/*`, tasks under the name `taskCode`, asked for under the name `code`.

Source: https://apidoc.3hei.com/zh/docs/guide/quickstart; field names beyond it from
https://docs.mountsea.ai/api-reference/gemini/image, a relative of this gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generations.gateway.errors import BadInput
from generations.gateway.tasks import (
    address_of,
    bytes_of,
    image_mime,
    items_at,
    positive_integer,
    read_report,
    read_task_id,
)
from generations.gateway.types import Accepted, InputFile, MediaOrder, Output, TaskReport, WireRequest, WireResponse
from generations.gateway.writing import (
    JSON_HEADERS,
    POLL_READ_SECONDS,
    SUBMIT_READ_SECONDS,
    checked_parameters,
    data_uri_or_address,
)

_PARAMETERS = frozenset({"aspect_ratio", "resolution", "num_images"})
_INPUT_ROLES = frozenset({"edit_image", "reference_image"})
_IMAGE_POSITIONS = (
    "imageUrl",
    "image_url",
    "imageUrls[]",
    "image_urls[]",
    "images[]",
    "urls[]",
    "url",
    "result.images[]",
    "outputs[]",
    "b64_json",
    "data",
)


class GeminiImages:
    """The adapter of protocol `gemini_images`."""

    protocol = "gemini_images"
    blocking = False

    def build_submit(self, order: MediaOrder) -> WireRequest:
        """Return the paid request; with inputs it is an edit.

        Raises: BadInput for a parameter or role the protocol does not know.
        """
        body: dict[str, object] = {
            "prompt": order.prompt,
            "action": "edit" if order.inputs else "generate",
            "model": order.model,
            **checked_parameters(order.parameters, allowed=_PARAMETERS),
        }
        if order.inputs:
            body["image_urls"] = [_image_address(file) for file in order.inputs]
        return WireRequest(
            method="POST",
            path="/ai/gemini/image/generate",
            headers=JSON_HEADERS,
            json=body,
            read_timeout_seconds=SUBMIT_READ_SECONDS,
        )

    def read_submit(self, response: WireResponse) -> Accepted:
        """Return the task code. Raises: GatewayError."""
        return read_task_id(response)

    def build_poll(self, task_id: str) -> WireRequest:
        """Return the question how a task stands."""
        return WireRequest(
            method="GET",
            path="/ai/gemini/result",
            query=(("code", task_id),),
            read_timeout_seconds=POLL_READ_SECONDS,
        )

    def read_poll(self, response: WireResponse) -> TaskReport:
        """Return how the task stands; one task may bring several pictures. Raises: OuterCode, GatewayError."""
        return read_report(response, find_outputs=_find_outputs)


def _image_address(file: InputFile) -> str:
    if file.role not in _INPUT_ROLES:
        raise BadInput(f"This protocol has no input role {file.role}.")
    return data_uri_or_address(file)


def _find_outputs(result: Mapping[str, Any]) -> tuple[Output, ...]:
    """Return all pictures at the first position that holds any."""
    for position in _IMAGE_POSITIONS:
        found = tuple(_pictures(items_at(result, position)))
        if found:
            return found
    return ()


def _pictures(items: list[Any]) -> Iterator[Output]:
    for item in items:
        holder = item if isinstance(item, dict) else {}
        width, height = positive_integer(holder.get("width")), positive_integer(holder.get("height"))
        address = address_of(item)
        if address:
            yield Output(role="image", url=address, width=width, height=height)
            continue
        content = bytes_of(holder.get("b64_json") or holder.get("data") or item)
        if content and image_mime(content):
            yield Output(role="image", content=content, mime=image_mime(content), width=width, height=height)


GEMINI_IMAGES = GeminiImages()
