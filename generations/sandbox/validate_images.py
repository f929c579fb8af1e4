"""What the two families of picture models refuse.

Source: https://docs.mountsea.ai/api-reference/gemini/image for the Gemini fields;
https://developers.openai.com/api/reference/resources/images/methods/generate.md for the OpenAI ones, and
https://docs.fast-token.com/cn/chat-gpt/GptImage-2-Create.html for the pixel bounds.
"""

import dataclasses
import re
from typing import Any

from generations.sandbox.catalogue import (
    PICTURE_RESOLUTIONS,
    is_gemini_picture_model,
    is_openai_picture_model,
    picture_ratios,
    picture_size,
)
from generations.sandbox.envelopes import Refusal
from generations.sandbox.exchange import Part
from generations.sandbox.imagefacts import read_image_facts
from generations.sandbox.inputs import decode_data_uri
from generations.sandbox.validate import bad, one_of, whole

MOST_GEMINI_INPUTS = 14
LARGEST_GEMINI_INPUT_BYTES = 10 * 1024 * 1024
MOST_EDIT_INPUTS = 16
LARGEST_EDIT_INPUT_BYTES = 50 * 1024 * 1024
LARGEST_MASK_BYTES = 4 * 1024 * 1024
LEAST_PIXELS, MOST_PIXELS, LONGEST_SIDE = 655_360, 3840 * 2160, 3840
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")


@dataclasses.dataclass(frozen=True, slots=True)
class PictureOrder:
    """A picture request that was found valid. Units: pixels; ``compression`` is percent of quality."""

    model: str
    prompt: str
    width: int
    height: int
    format: str = "png"
    compression: int = 100
    count: int = 1
    quality: str = "auto"
    is_edit: bool = False
    urls: tuple[str, ...] = ()
    contents: tuple[bytes, ...] = ()
    mask: bytes | None = None


def validate_gemini_picture(body: Any, *, takes_data_uris: bool) -> PictureOrder:
    """Return the order of ``POST /ai/gemini/image/generate``. Raises: Refusal."""
    if not isinstance(body, dict):
        raise Refusal("InvalidParameter", "The request body must be a JSON object.")
    for name in ("prompt", "action"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise Refusal("MissingParameter", f"The required parameter `{name}` is missing.", param=name)
    model = body.get("model", "nano-banana-fast")
    if not isinstance(model, str) or not is_gemini_picture_model(model):
        raise Refusal("InvalidEndpoint.NotFound", f"The model {model} does not exist.", 404, "model")
    action = one_of(body, "action", ("generate", "edit"), default="generate")
    ratio = one_of(body, "aspect_ratio", picture_ratios(model), default="1:1")
    resolution = one_of(body, "resolution", PICTURE_RESOLUTIONS, default="1K")
    whole(body, "num_images", low=1, high=1, default=1)
    urls, contents = _read_gemini_inputs(body, takes_data_uris=takes_data_uris)
    if action == "edit" and not urls and not contents:
        raise Refusal("MissingParameter", "`image_urls` is required when action is edit.", param="image_urls")
    width, height = picture_size(model, ratio=ratio, resolution=resolution)
    return PictureOrder(
        model=model,
        prompt=body["prompt"],
        width=width,
        height=height,
        # Large pictures come as JPEG: a PNG of 17 megapixels would be 20 MB for nothing.
        format="png" if width * height < 2_500_000 else "jpeg",
        compression=93,
        is_edit=action == "edit",
        urls=urls,
        contents=contents,
    )


def _read_gemini_inputs(body: dict[str, Any], *, takes_data_uris: bool) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    given = body.get("image_urls") or []
    if not isinstance(given, list) or not all(isinstance(url, str) for url in given):
        raise bad("image_urls", "it is a list of addresses")
    if len(given) > MOST_GEMINI_INPUTS:
        raise bad("image_urls", f"at most {MOST_GEMINI_INPUTS} pictures are accepted")
    urls, contents = [], []
    for index, url in enumerate(given):
        param = f"image_urls[{index}]"
        if url.startswith("data:") and takes_data_uris:
            content = decode_data_uri(url, kind="image", param=param)
            if read_image_facts(content) is None:
                raise bad(param, "it is not a picture that can be read")
            if len(content) > LARGEST_GEMINI_INPUT_BYTES:
                raise bad(param, "a picture must not exceed 10 MB")
            contents.append(content)
        elif url.startswith(("http://", "https://")):
            urls.append(url)
        else:
            raise bad(param, "it must be an http(s) address")
    return tuple(urls), tuple(contents)


def validate_openai_picture(fields: Any) -> PictureOrder:
    """Return the order of ``POST /v1/images/generations``. Raises: Refusal."""
    if not isinstance(fields, dict):
        raise Refusal("", "The request body must be a JSON object.")
    prompt, model = fields.get("prompt"), fields.get("model", "gpt-image-2")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refusal("missing_required_parameter", "Missing required parameter: 'prompt'.", param="prompt")
    if len(prompt) > 32_000:
        raise Refusal("string_above_max_length", "'prompt' is longer than 32000 characters.", param="prompt")
    if not isinstance(model, str) or not is_openai_picture_model(model):
        raise Refusal("model_not_found", f"No available channel for model {model}", 503, "model")
    try:
        one_of(fields, "background", ("auto", "opaque"), default="auto")
        one_of(fields, "moderation", ("auto", "low"), default="auto")
        quality = one_of(fields, "quality", ("auto", "low", "medium", "high"), default="auto")
        format_ = one_of(fields, "output_format", ("png", "jpeg", "webp"), default="png")
        compression = whole(fields, "output_compression", low=0, high=100, default=100)
        count = whole(fields, "n", low=1, high=10, default=1)
        for unsupported in ("response_format", "style", "input_fidelity"):
            if unsupported in fields:
                raise bad(unsupported, "this model does not support it")
    except Refusal as refusal:
        raise Refusal("invalid_value", refusal.message, 400, refusal.param) from None
    if compression != 100 and format_ == "png":
        raise Refusal("invalid_value", "Compression below 100 needs jpeg or webp.", param="output_compression")
    width, height = _read_size(fields.get("size", "auto"))
    return PictureOrder(
        model, prompt, width, height, format_, 100 if compression is None else compression, count or 1, quality
    )


def _read_size(size: Any) -> tuple[int, int]:
    if size == "auto":
        return 1024, 1024
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if not found:
        raise Refusal("invalid_value", f"Invalid size {size!r}: expected auto or WIDTHxHEIGHT.", param="size")
    width, height = int(found[1]), int(found[2])
    problem = ""
    if width % 16 or height % 16:
        problem = "both sides must be divisible by 16"
    elif max(width, height) > LONGEST_SIDE:
        problem = f"no side may exceed {LONGEST_SIDE}"
    elif max(width, height) > 3 * min(width, height):
        problem = "the ratio must lie between 1:3 and 3:1"
    elif not LEAST_PIXELS <= width * height <= MOST_PIXELS:
        problem = f"the picture must have {LEAST_PIXELS} to {MOST_PIXELS} pixels"
    if problem:
        raise Refusal("invalid_value", f"Invalid size {size!r}: {problem}.", param="size")
    return width, height


def validate_openai_edit(parts: list[Part]) -> PictureOrder:
    """Return the order of ``POST /v1/images/edits``; its files are called ``image`` or ``image[]``. Raises: Refusal."""
    fields: dict[str, Any] = {part.name: part.content.decode("utf-8", "replace") for part in parts if not part.filename}
    for name in ("n", "output_compression"):
        if name in fields:
            fields[name] = int(fields[name]) if fields[name].isdigit() else fields[name]
    order = validate_openai_picture(fields)
    pictures = [part.content for part in parts if part.name in ("image", "image[]") and part.filename]
    masks = [part.content for part in parts if part.name == "mask" and part.filename]
    if not pictures:
        raise Refusal("missing_required_parameter", "Missing required parameter: 'image'.", param="image")
    if len(pictures) > MOST_EDIT_INPUTS:
        raise Refusal("invalid_value", f"At most {MOST_EDIT_INPUTS} images are accepted.", param="image")
    facts = [read_image_facts(content) for content in pictures]
    for content, fact in zip(pictures, facts, strict=True):
        if fact is None or fact.format not in ("png", "jpeg", "webp"):
            raise Refusal("invalid_image_file", "Images must be png, jpeg or webp.", param="image")
        if len(content) >= LARGEST_EDIT_INPUT_BYTES:
            raise Refusal("invalid_image_file", "Each image must be smaller than 50 MB.", param="image")
    if masks:
        _check_mask(masks[0], first=(facts[0].width, facts[0].height) if facts[0] else (0, 0))
    mask = masks[0] if masks else None
    return dataclasses.replace(order, is_edit=True, contents=tuple(pictures), mask=mask)


def _check_mask(mask: bytes, *, first: tuple[int, int]) -> None:
    fact = read_image_facts(mask)
    problem = ""
    if fact is None or fact.format != "png" or not fact.has_alpha:
        problem = "The mask must be a png with an alpha channel."
    elif len(mask) >= LARGEST_MASK_BYTES:
        problem = "The mask must be smaller than 4 MB."
    elif (fact.width, fact.height) != first:
        problem = "The mask must have the size of the first image."
    if problem:
        raise Refusal("invalid_image_file", problem, param="mask")
