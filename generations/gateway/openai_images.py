"""OpenAI images: `/v1/images/*`. One blocking call that takes minutes and answers with the pictures themselves.

Source: https://apidoc.3hei.com/zh/docs/services/image/openai and
https://developers.openai.com/api/reference/resources/images/methods/generate.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generations.gateway.envelopes import read_object
from generations.gateway.errors import BadInput, ProtocolError
from generations.gateway.tasks import address_of, bytes_of, image_mime
from generations.gateway.types import (
    JSON,
    MEGABYTE_BYTES,
    Delivered,
    FilePart,
    InputFile,
    MediaOrder,
    Output,
    TaskReport,
    WireRequest,
    WireResponse,
)
from generations.gateway.writing import BLOCKING_READ_SECONDS, JSON_HEADERS, checked_parameters, clean_mime

_PARAMETERS = frozenset(
    {
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "user",
        "safety_identifier",
    }
)
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
# Ten pictures of 3840 × 2160 as base64 of PNG.
RESPONSE_MAX_BYTES = 256 * MEGABYTE_BYTES


class OpenAIImages:
    """The adapter of protocol `openai_images`."""

    protocol = "openai_images"
    blocking = True

    def build_submit(self, order: MediaOrder) -> WireRequest:
        """Return the paid request: JSON without inputs, a multipart edit with them.

        Raises: BadInput for a parameter or role the protocol does not know, or a file given by address.
        """
        fields: dict[str, JSON] = {
            "model": order.model,
            "prompt": order.prompt,
            **checked_parameters(order.parameters, allowed=_PARAMETERS),
        }
        if not order.inputs:
            return WireRequest(
                method="POST",
                path="/v1/images/generations",
                headers=JSON_HEADERS,
                json=fields,
                read_timeout_seconds=BLOCKING_READ_SECONDS,
                max_response_bytes=RESPONSE_MAX_BYTES,
            )
        return WireRequest(
            method="POST",
            path="/v1/images/edits",
            form=tuple((name, _form_text(value)) for name, value in fields.items()),
            files=_file_parts(order.inputs),
            read_timeout_seconds=BLOCKING_READ_SECONDS,
            max_response_bytes=RESPONSE_MAX_BYTES,
        )

    def read_submit(self, response: WireResponse) -> Delivered:
        """Return the pictures.

        Raises: the GatewayError that the answer states; ProtocolError for a success without a picture, which may
        have been charged.
        """
        answer = read_object(response)
        outputs = tuple(_pictures(answer))
        if not outputs:
            raise ProtocolError(response.raw_for_staff(), status=response.status)
        usage = answer.get("usage")
        return Delivered(
            outputs=outputs, usage=usage if isinstance(usage, dict) else None, raw=response.raw_for_staff()
        )

    def build_poll(self, task_id: str) -> WireRequest:
        """Raise BadInput: this protocol has no tasks."""
        raise BadInput("This protocol answers at once and has no tasks.")

    def read_poll(self, response: WireResponse) -> TaskReport:
        """Raise ProtocolError: this protocol has no tasks."""
        raise ProtocolError("This protocol answers at once and has no tasks.", status=response.status)


def _file_parts(inputs: tuple[InputFile, ...]) -> tuple[FilePart, ...]:
    """Return the parts of an edit: `image` for one picture, `image[]` for several, and the mask.

    Names are ours, not the person's: a file name may hold anything.
    """
    images = [file for file in inputs if file.role in {"edit_image", "reference_image"}]
    masks = [file for file in inputs if file.role == "mask"]
    if len(images) + len(masks) != len(inputs) or not images or len(masks) > 1:
        raise BadInput("An edit takes pictures to edit and at most one mask.")
    name = "image" if len(images) == 1 else "image[]"
    parts = [_file_part(file, name=name, stem=f"image-{number}") for number, file in enumerate(images, start=1)]
    return (*parts, *(_file_part(mask, name="mask", stem="mask") for mask in masks))


def _file_part(file: InputFile, *, name: str, stem: str) -> FilePart:
    mime = clean_mime(file.mime)
    if file.content is None or mime not in _EXTENSIONS:
        raise BadInput("An edit takes PNG, JPEG or WebP pictures as bytes.")
    return FilePart(name=name, filename=f"{stem}.{_EXTENSIONS[mime]}", mime=mime, content=file.content)


def _form_text(value: JSON) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pictures(answer: dict[str, JSON]) -> Iterator[Output]:
    size = _SIZE.fullmatch(str(answer.get("size", "")))
    width, height = (int(size[1]), int(size[2])) if size else (None, None)
    items = answer.get("data")
    for item in items if isinstance(items, list) else ():
        content = bytes_of(item.get("b64_json")) if isinstance(item, dict) else None
        if content:
            yield Output(role="image", content=content, mime=image_mime(content), width=width, height=height)
        elif address := address_of(item):
            yield Output(role="image", url=address, width=width, height=height)


OPENAI_IMAGES = OpenAIImages()
