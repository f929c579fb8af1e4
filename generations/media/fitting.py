"""What has to be done to a file before a role of a model takes it: a plan, made from facts alone, or a refusal.

A plan changes nothing that a person would see as another picture: it scales, converts and makes the file smaller.
Cutting away is never planned unless asked for (`may_cut`): the sides of what is too wide or too narrow, the end of
what is too long. `generations.media.refit` and `generations.media.recode` carry a plan out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from generations.media import invalid
from generations.media.types import FILE_TYPES, MediaFacts

if TYPE_CHECKING:
    from generations.models import ModelInput

# More than this a picture only gets blurred.
MOST_ENLARGED = 3.0
# Nothing that lasts longer is taken apart here, not even for its beginning. Units: seconds.
LONGEST_CUT_SECONDS = 600
# What an encoder may give away of the role's largest size.
BYTES_SHARE = 0.98
# A PNG of more takes half a minute to write, and is too heavy in the end. Units: pixels.
MOST_PNG_PIXELS = 4_000_000
_PICTURE_CHOICES = ("image/png", "image/jpeg", "image/webp")


class Box(NamedTuple):
    """A part of a picture. Units: pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fit:
    """What is to be done. Nothing is, while `is_needed` is false.

    Units: `width` and `height` in pixels, after cutting and scaling; `seconds` of the beginning that stays.
    """

    facts: MediaFacts
    mime: str
    width: int | None
    height: int | None
    max_bytes: int
    is_too_heavy: bool = False
    box: Box | None = None
    seconds: float | None = None
    frame_rate: float | None = None

    @property
    def is_scaled(self) -> bool:
        """Whether it gets another size than its cut leaves."""
        before = (self.box.width, self.box.height) if self.box else (self.facts.width, self.facts.height)
        return before != (self.width, self.height)

    @property
    def is_needed(self) -> bool:
        """Whether the file itself is not what goes to the gateway."""
        is_other = self.mime != self.facts.mime or self.is_scaled or self.is_too_heavy
        return bool(is_other or self.box or self.seconds or self.frame_rate)

    @property
    def key(self) -> str:
        """Name the outcome, so that the same file is made ready for the same role once."""
        parts = [self.mime, f"{self.width}x{self.height}" if self.width else "", f"<{self.max_bytes}"]
        parts += [f"cut {self.box.left},{self.box.top},{self.box.width},{self.box.height}" if self.box else ""]
        parts += [f"{self.seconds:g}s" if self.seconds else "", f"{self.frame_rate:g}fps" if self.frame_rate else ""]
        return " ".join(part for part in parts if part)

    @property
    def notes(self) -> list[str]:
        """Say in words what is done, one sentence each."""
        return _notes(self)


def plan_fit(facts: MediaFacts, *, size_bytes: int, limits: ModelInput, may_cut: bool = False) -> Fit:
    """Return what has to be done to a file so that this role of this model takes it.

    Raises: MediaInvalid for what cannot be made to fit.
    """
    mime = _target_mime(facts, limits)
    seconds = _kept_seconds(facts, limits, may_cut=may_cut)
    box = size = None
    if facts.width and facts.height:
        box = _box(facts.width, facts.height, limits, may_cut=may_cut)
        size = _size(box.width if box else facts.width, box.height if box else facts.height, facts, limits)
    width, height = size or (None, None)
    is_written = box is not None or size != (facts.width, facts.height) or size_bytes > limits.max_bytes
    if mime == "image/png" and is_written and (width or 0) * (height or 0) > MOST_PNG_PIXELS:
        mime = "image/jpeg" if "image/jpeg" in limits.mime_list else mime
    return Fit(
        facts=facts,
        mime=mime,
        width=width,
        height=height,
        max_bytes=limits.max_bytes,
        is_too_heavy=size_bytes > limits.max_bytes,
        box=box,
        seconds=seconds,
        frame_rate=_frame_rate(facts, limits),
    )


def _target_mime(facts: MediaFacts, limits: ModelInput) -> str:
    accepted = limits.mime_list
    if facts.media != limits.media:
        raise invalid.wrong_type(facts.mime, accepted=accepted)
    if facts.mime in accepted:
        return facts.mime
    writable = {"image": _PICTURE_CHOICES, "video": ("video/mp4",), "audio": ("audio/wav", "audio/mpeg")}[facts.media]
    found = next((mime for mime in writable if mime in accepted), None)
    if found is None:
        raise invalid.wrong_type(facts.mime, accepted=accepted)
    return found


def _kept_seconds(facts: MediaFacts, limits: ModelInput, *, may_cut: bool) -> float | None:
    if facts.duration_ms is None:
        return None
    seconds = facts.duration_ms / 1000
    # Encoders end a clip up to a frame late or early.
    if limits.min_seconds is not None and seconds < float(limits.min_seconds) - 0.05:
        raise invalid.too_short(limits.min_seconds, seconds=seconds)
    if limits.max_seconds is None or seconds <= float(limits.max_seconds) + 0.05:
        return None
    if not may_cut or seconds > LONGEST_CUT_SECONDS:
        raise invalid.too_long(limits.max_seconds, seconds=seconds)
    return float(limits.max_seconds)


def _box(width: int, height: int, limits: ModelInput, *, may_cut: bool) -> Box | None:
    """Return the middle part whose ratio the role takes; None when the whole has such a ratio."""
    lowest, highest = float(limits.min_ratio), float(limits.max_ratio)
    if lowest <= width / height <= highest:
        return None
    if not may_cut:
        if width < limits.min_ratio * height:
            raise invalid.too_narrow(limits.min_ratio, width=width, height=height)
        raise invalid.too_wide(limits.max_ratio, width=width, height=height)
    if width / height > highest:
        # One pixel less, because some limits exclude the ratio itself.
        kept = max(1, int(height * highest) - 1)
        return Box(left=(width - kept) // 2, top=0, width=kept, height=height)
    kept = max(1, int(width / lowest) - 1)
    return Box(left=0, top=(height - kept) // 2, width=width, height=kept)


def _size(width: int, height: int, facts: MediaFacts, limits: ModelInput) -> tuple[int, int]:
    pixels = width * height
    smallest = max(limits.min_side / min(width, height), math.sqrt((limits.min_pixels or 0) / pixels))
    largest = min(
        limits.max_side / max(width, height), math.sqrt(limits.max_pixels / pixels) if limits.max_pixels else math.inf
    )
    if smallest <= 1 <= largest:
        return width, height
    scale = largest if largest < 1 else smallest
    if smallest > largest:
        raise invalid.too_thin(limits.min_side, limits.max_side, width=width, height=height)
    if scale > MOST_ENLARGED:
        raise invalid.side_too_short(limits.min_side, width=width, height=height)
    grow = math.ceil if scale > 1 else math.floor
    if facts.media == "video":
        # H.264 halves its colours in both directions.
        return (max(2, 2 * int(grow(width * scale / 2))), max(2, 2 * int(grow(height * scale / 2))))
    return (max(1, int(grow(round(width * scale, 3)))), max(1, int(grow(round(height * scale, 3)))))


def _frame_rate(facts: MediaFacts, limits: ModelInput) -> float | None:
    if facts.frame_rate is None:
        return None
    # 23.976 is what film calls 24.
    if limits.min_frame_rate is not None and facts.frame_rate < float(limits.min_frame_rate) - 0.1:
        return float(limits.min_frame_rate)
    if limits.max_frame_rate is not None and facts.frame_rate > float(limits.max_frame_rate) + 0.1:
        return float(limits.max_frame_rate)
    return None


def _notes(fit: Fit) -> list[str]:
    notes = []
    facts, box = fit.facts, fit.box
    if box:
        notes.append(
            _("Cut from %(before)s to %(after)s.")
            % {"before": f"{facts.width} × {facts.height}", "after": f"{box.width} × {box.height}"}
        )
    if fit.seconds:
        notes.append(_("Only the first %(seconds)s s are used.") % {"seconds": f"{fit.seconds:g}"})
    if fit.is_scaled:
        before = f"{box.width} × {box.height}" if box else f"{facts.width} × {facts.height}"
        is_larger = (fit.width or 0) > (box.width if box else facts.width or 0)
        sentence = (
            _("Enlarged from %(before)s to %(after)s.") if is_larger else _("Scaled from %(before)s to %(after)s.")
        )
        notes.append(sentence % {"before": before, "after": f"{fit.width} × {fit.height}"})
    if fit.mime != facts.mime:
        notes.append(
            _("Converted from %(before)s to %(after)s.")
            % {"before": FILE_TYPES[facts.mime].name, "after": FILE_TYPES[fit.mime].name}
        )
    if fit.is_too_heavy:
        notes.append(_("Saved again with less than %(size)s.") % {"size": filesizeformat(fit.max_bytes)})
    if fit.frame_rate:
        notes.append(
            _("From %(before)s to %(after)s frames a second.")
            % {"before": f"{facts.frame_rate:g}", "after": f"{fit.frame_rate:g}"}
        )
    return notes
