"""What the parameters, values and inputs of models are called on screen.

The catalogue holds the gateway's own names. Documented ones are named here, once, in both languages; a row's own
labels outrank these, and a name that nobody knows is shown as it is, made readable.
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from generations.models import ModelInput, ModelParameter

Text = StrPromise | str

PARAMETERS: dict[str, StrPromise] = {
    "ratio": _("Ratio"),
    "aspect_ratio": _("Ratio"),
    "resolution": _("Resolution"),
    "duration": _("Duration"),
    "generate_audio": _("Sound"),
    "seed": _("Seed"),
    "watermark": _("Watermark"),
    "return_last_frame": _("Keep the last frame as an image"),
    "camera_fixed": _("Fixed camera"),
    "size": _("Size"),
    "quality": _("Quality"),
    "n": _("Count"),
    "output_format": _("File format"),
    "output_compression": _("Compression"),
    "background": _("Background"),
    "moderation": _("Moderation"),
}

HINTS: dict[str, StrPromise] = {
    "seed": _("The same seed gives a similar result, not the same one. Empty: random."),
    "output_compression": _("0 to 100, for JPEG and WebP."),
}

VALUES: dict[tuple[str, str], StrPromise] = {
    ("ratio", "adaptive"): _("Adaptive"),
    ("duration", "-1"): _("Model decides"),
    ("size", "auto"): _("Automatic size"),
    ("quality", "auto"): _("Automatic quality"),
    ("quality", "low"): _("Low quality"),
    ("quality", "medium"): _("Medium quality"),
    ("quality", "high"): _("High quality"),
    ("background", "auto"): _("Automatic"),
    ("background", "opaque"): _("Opaque"),
    ("moderation", "auto"): _("Automatic"),
    ("moderation", "low"): _("Low"),
    ("output_format", "png"): _("PNG"),
    ("output_format", "jpeg"): _("JPEG"),
    ("output_format", "webp"): _("WebP"),
}

ROLES: dict[str, StrPromise] = {
    "first_frame": _("First frame"),
    "last_frame": _("Last frame"),
    "reference_image": _("Reference image"),
    "reference_video": _("Reference video"),
    "reference_audio": _("Reference sound"),
    "edit_image": _("Image to edit"),
    "mask": _("Mask"),
}

# What fits on a thumbnail; where a role takes several, a number follows.
SHORT_ROLES: dict[str, StrPromise] = {
    "first_frame": _("First"),
    "last_frame": _("Last"),
    "reference_image": _("Image"),
    "reference_video": _("Video"),
    "reference_audio": _("Sound"),
    "edit_image": _("Image"),
    "mask": _("Mask"),
}

GROUPS: dict[str, StrPromise] = {
    "frames": _("Frames"),
    "reference": _("References"),
    "edit": _("Images to edit"),
}

# The shape of a picture goes by two names; a change of model keeps it.
SAME_MEANING: dict[str, str] = {"ratio": "aspect_ratio", "aspect_ratio": "ratio"}


def parameter_label(parameter: ModelParameter) -> Text:
    """Return a parameter's name on screen."""
    own = parameter.label_zh if (get_language() or "").startswith("zh") else ""
    return own or parameter.label_en or PARAMETERS.get(parameter.name) or _readable(parameter.name)


def known_parameter_label(name: str) -> Text:
    """Return the name on screen of a parameter whose row is not at hand, as in an old recipe."""
    return PARAMETERS.get(name) or _readable(name)


def value_label(name: str, value: object) -> Text:
    """Return one value of a parameter as people say it: `5 s`, `1024 × 1024`, `× 2`, `On`."""
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    text = str(value)
    if known := VALUES.get((name, text)):
        return known
    if name == "duration":
        # Translators: a length in seconds, as on a chip.
        return gettext("%(seconds)s s") % {"seconds": text}
    if name == "n":
        return f"× {text}"
    width, _x, height = text.partition("x")
    return f"{width} × {height}" if width.isdecimal() and height.isdecimal() else text


def role_label(role: str) -> Text:
    """Return the name on screen of what a file is for."""
    return ROLES.get(role) or _readable(role)


def short_role_label(role: str) -> Text:
    """Return the name of a role as it stands on a thumbnail."""
    return SHORT_ROLES.get(role) or role_label(role)


def group_label(inputs: list[ModelInput]) -> Text:
    """Return the name on screen of a group of inputs that may be combined."""
    return GROUPS.get(inputs[0].group) or role_label(inputs[0].role)


def _readable(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()
