"""What Seedance refuses, in the words of its error codes.

Source: https://www.volcengine.com/docs/82379/1520757 and
https://apidoc.3hei.com/zh/docs/services/video/seedance/api/videos for the three modes.
"""

import dataclasses
from typing import Any

from generations.sandbox.catalogue import VIDEO_RATIOS, VideoLimits, video_limits
from generations.sandbox.envelopes import Refusal
from generations.sandbox.inputs import check_video_picture, decode_data_uri

LARGEST_SEED = 2**32 - 1
LARGEST_AUDIO_BYTES = 15 * 1024 * 1024
_KINDS = {"image_url": "image", "video_url": "video", "audio_url": "audio"}
_MOST_REFERENCES = {"image": 9, "video": 3, "audio": 3}
_IMAGE_ROLES = ("first_frame", "last_frame", "reference_image")


@dataclasses.dataclass(frozen=True, slots=True)
class Medium:
    """One picture, clip or sound of ``content[]``; ``content`` is None unless it came inside the request."""

    kind: str
    role: str
    url: str
    content: bytes | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class VideoOrder:
    """A Seedance request that was found valid. Units: ``seconds`` may be -1, the model chooses."""

    model: str
    prompt: str
    media: tuple[Medium, ...]
    resolution: str
    ratio: str
    seconds: int
    seed: int | None
    has_audio: bool
    wants_last_frame: bool
    echoes: dict[str, Any]


def bad(param: str, message: str) -> Refusal:
    """Return the refusal of one parameter."""
    return Refusal("InvalidParameter", f"The parameter `{param}` is not valid: {message}.", param=param)


def one_of(body: dict[str, Any], name: str, allowed: tuple[str, ...], *, default: str) -> str:
    """Return a text parameter. Raises: Refusal if it is not among the allowed ones."""
    value = body.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise bad(name, f"{value!r} is not one of {', '.join(allowed)}")
    return value


def whole(body: dict[str, Any], name: str, *, low: int, high: int, default: int | None) -> int | None:
    """Return an integer parameter. Raises: Refusal for another type or outside the range."""
    value = body.get(name, default)
    if value is None and name not in body:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise bad(name, f"{value!r} is not a whole number from {low} to {high}")
    return value


def flag(body: dict[str, Any], name: str, *, default: bool) -> bool:
    """Return a boolean parameter. Raises: Refusal for anything but true or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise bad(name, "it is true or false")
    return value


def validate_video(body: Any) -> VideoOrder:
    """Return the order that a body of ``POST /ai/seedance/videos`` makes.

    Raises: Refusal for anything documented as wrong.
    """
    if not isinstance(body, dict):
        raise Refusal("InvalidParameter", "The request body must be a JSON object.")
    for name in ("model", "content"):
        if body.get(name) in (None, "", []):
            raise Refusal("MissingParameter", f"The required parameter `{name}` is missing.", param=name)
    model = body["model"]
    limits = video_limits(model) if isinstance(model, str) else None
    if limits is None:
        message = f"The model or endpoint {model} does not exist or you do not have access to it."
        raise Refusal("InvalidEndpoint.NotFound", message, 404, "model")
    resolution = one_of(body, "resolution", limits.resolutions, default="720p")
    _check_special_fields(body, limits, resolution=resolution)
    prompt, media = _read_content(body["content"], limits)
    return VideoOrder(
        model=model,
        prompt=prompt,
        media=media,
        resolution=resolution,
        ratio=one_of(body, "ratio", (*VIDEO_RATIOS, "adaptive"), default="adaptive"),
        seconds=_read_seconds(body, limits),
        seed=whole(body, "seed", low=-1, high=LARGEST_SEED, default=None),
        has_audio=limits.makes_sound and flag(body, "generate_audio", default=True),
        wants_last_frame=flag(body, "return_last_frame", default=False),
        echoes={
            "service_tier": body.get("service_tier", "default"),
            "execution_expires_after": body.get("execution_expires_after", 172800),
        },
    )


def _read_seconds(body: dict[str, Any], limits: VideoLimits) -> int:
    value = body.get("duration", 5)
    if value == -1 and not isinstance(value, bool) and limits.lets_model_choose_length:
        return -1
    low, high = limits.shortest_seconds, limits.longest_seconds
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        choice = ", or -1" if limits.lets_model_choose_length else ""
        raise bad("duration", f"{value!r} is not a whole number of seconds from {low} to {high}{choice}")
    if "frames" in body and limits.takes_frames:
        frames = whole(body, "frames", low=29, high=289, default=None) or 29
        if (frames - 25) % 4:
            raise bad("frames", "it must have the form 25+4n")
        return max(low, round(frames / 24))
    return value


def _check_special_fields(body: dict[str, Any], limits: VideoLimits, *, resolution: str) -> None:
    if body.get("frames") is not None and not limits.takes_frames:
        raise bad("frames", "this model does not support it")
    if flag(body, "camera_fixed", default=False) and not limits.takes_frames:
        raise bad("camera_fixed", "this model does not support it")
    flag(body, "watermark", default=False)
    if flag(body, "draft", default=False) and not (limits.takes_draft and resolution == "480p"):
        raise bad("draft", "drafts are made by 1.5-pro at 480p only")
    tier = one_of(body, "service_tier", ("default", "flex"), default="default")
    if tier == "flex" and limits.takes_references and not limits.takes_frames:
        raise bad("service_tier", "this model does not support flex")
    whole(body, "execution_expires_after", low=3600, high=259200, default=172800)
    tools = body.get("tools", [])
    if not isinstance(tools, list) or any(tool != {"type": "web_search"} for tool in tools):
        raise bad("tools", "only web_search is known")
    identifier = body.get("safety_identifier", "")
    if not isinstance(identifier, str) or len(identifier) > 64:
        raise bad("safety_identifier", "it is a text of at most 64 characters")
    if not isinstance(body.get("callback_url", ""), str):
        raise bad("callback_url", "it is an address")


def _read_content(content: Any, limits: VideoLimits) -> tuple[str, tuple[Medium, ...]]:
    if not isinstance(content, list):
        raise bad("content", "it is a list of items")
    texts: list[str] = []
    media: list[Medium] = []
    for index, item in enumerate(content):
        param = f"content[{index}]"
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "text":
            if not isinstance(item.get("text"), str):
                raise bad(f"{param}.text", "it is a text")
            texts.append(item["text"])
        elif kind in _KINDS:
            media.append(_read_medium(item, kind=_KINDS[kind], param=param))
        else:
            raise bad(f"{param}.type", f"{kind!r} is not text, image_url, video_url or audio_url")
    prompt = "\n".join(texts)
    if not media and not prompt.strip():
        raise Refusal("MissingParameter", "The content has neither a text nor a medium.", param="content")
    return prompt, _check_mode(media, limits)


def _read_medium(item: dict[str, Any], *, kind: str, param: str) -> Medium:
    holder = item.get(f"{kind}_url")
    url = holder.get("url") if isinstance(holder, dict) else None
    param = f"{param}.{kind}_url.url"
    if not isinstance(url, str) or not url:
        raise Refusal("MissingParameter", f"The required parameter `{param}` is missing.", param=param)
    content = None
    if url.startswith("data:"):
        if kind == "video":
            raise bad(param, "a video cannot be sent as base64, use a public address or asset://")
        content = decode_data_uri(url, kind=kind, param=param)
        if kind == "image":
            check_video_picture(content, param=param)
        elif len(content) > LARGEST_AUDIO_BYTES:
            raise bad(param, "an audio file must not exceed 15 MB")
    elif not url.startswith(("http://", "https://", "asset://")):
        raise bad(param, "it is an http(s) address, asset://<id>, or for images and audio a data: address")
    role = item.get("role") or ""
    allowed = ("", *_IMAGE_ROLES) if kind == "image" else (f"reference_{kind}",)
    if role not in allowed:
        raise bad(param.replace(f".{kind}_url.url", ".role"), f"{role!r} is not a role of an item with {kind}_url")
    return Medium(kind, role, url, content)


def _check_mode(media: list[Medium], limits: VideoLimits) -> tuple[Medium, ...]:
    """Return the media with their roles filled in. The mode is deduced from the roles, and modes exclude each other."""
    references = [medium for medium in media if medium.role.startswith("reference_")]
    if not references:
        return _check_frames(media)
    if len(references) < len(media):
        raise bad("content", "first or last frames cannot be mixed with reference media")
    if not limits.takes_references:
        raise bad("content", "this model does not support reference media")
    for kind, most in _MOST_REFERENCES.items():
        if sum(medium.kind == kind for medium in media) > most:
            raise bad("content", f"at most {most} reference {kind}s are accepted")
    if all(medium.kind == "audio" for medium in media):
        raise bad("content", "audio alone is not enough, add at least one image or video")
    return tuple(media)


def _check_frames(media: list[Medium]) -> tuple[Medium, ...]:
    roles = [medium.role for medium in media]
    if len(media) > 2:
        raise bad("content", "more than two images are only accepted with the role reference_image")
    if len(media) == 2 and sorted(roles) != ["first_frame", "last_frame"]:
        raise bad("content", "two images need the roles first_frame and last_frame")
    if len(media) == 1 and roles[0] == "last_frame":
        raise bad("content", "a last_frame needs a first_frame")
    return tuple(dataclasses.replace(medium, role=medium.role or "first_frame") for medium in media)
