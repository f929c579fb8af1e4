"""Files given with a prompt: what each role takes, what is done to them first, and which roles go together.

An upload is judged by its bytes, an asset by what was read from its bytes when it came; the limits are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generations.forms.labels import group_label, role_label
from generations.media.fitting import Fit, plan_fit
from generations.media.invalid import opaque_mask, type_name
from generations.media.refit import has_clear_part
from generations.media.types import MediaFacts
from generations.media.uploads import read_upload, source_of
from generations.models import Asset, CatalogModel, ModelInput

# A mask may miss the ratio of its picture by what rounding leaves.
RATIO_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Given:
    """One file in one role: either a fresh upload or an asset that the studio has, and what is done to it first."""

    role: str
    fit: Fit
    upload: UploadedFile | None = None
    asset: Asset | None = None

    @property
    def facts(self) -> MediaFacts:
        """What the file itself is."""
        return self.fit.facts

    @property
    def seconds(self) -> float:
        """How long it will last; a picture lasts nothing."""
        return self.fit.seconds or (self.facts.duration_ms or 0) / 1000


class UploadsInput(forms.FileInput):
    """Reads every file that came under one name, where Django's own reads the last."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[UploadedFile]:
        """Return the files that a browser sent; an empty file control sends a file without name or bytes."""
        found = files.getlist(name) if isinstance(files, MultiValueDict) else [files[name]] if name in files else []
        return [upload for upload in found if upload and (upload.name or upload.size)]


class UploadsField(forms.Field):
    """Any number of uploads for one role; the form judges them."""

    widget = UploadsInput

    def clean(self, value: list[UploadedFile] | None) -> list[UploadedFile]:
        """Return the uploads as they are."""
        return value or []


class AssetsField(forms.Field):
    """Any number of the studio's own assets for one role, by public id; the form looks them up."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: list[str] | None) -> list[str]:
        """Return the ids, each once, in their order."""
        return list(dict.fromkeys(text for text in value or [] if text))


def is_prompt_optional(model: CatalogModel, given: Sequence[Given]) -> bool:
    """Tell whether these files say enough without words.

    Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/videos (text is optional beside pictures).
    """
    return model.protocol == "seedance" and any(item.facts.media in {"image", "video"} for item in given)


def fit_of_upload(upload: UploadedFile, row: ModelInput) -> Fit:
    """Return what has to be done to an upload in a role.

    Raises: MediaInvalid with one sentence.
    """
    fit = plan_fit(read_upload(upload), size_bytes=upload.size or 0, limits=row)
    if row.role == "mask" and not has_clear_part(source_of(upload)):
        raise opaque_mask()
    return fit


def fit_of_asset(asset: Asset, row: ModelInput, *, may_cut: bool = False) -> Fit:
    """Return what has to be done to an asset in a role.

    Raises: MediaInvalid with one sentence, as for an upload.
    """
    return plan_fit(facts_of(asset), size_bytes=asset.size_bytes, limits=row, may_cut=may_cut)


def facts_of(asset: Asset) -> MediaFacts:
    """Return what was read from an asset's bytes when it came."""
    return MediaFacts(
        media=asset.media,
        mime=asset.mime,
        width=asset.width,
        height=asset.height,
        duration_ms=asset.duration_ms,
        frame_rate=asset.frame_rate,
        has_sound=asset.has_sound,
    )


def with_matching_mask(given: Sequence[Given]) -> list[Given]:
    """Return the files with the mask brought to the size that the first image will have, if it has its shape."""
    first = next((item for item in given if item.role == "edit_image"), None)
    return [
        replace(item, fit=replace(item.fit, width=first.fit.width, height=first.fit.height))
        if first is not None and item.role == "mask" and _has_shape_of(item, first)
        else item
        for item in given
    ]


def combination_errors(rows: Sequence[ModelInput], given: Sequence[Given]) -> dict[str, list[str]]:
    """Return the errors of files beside each other, by role: counts, groups, needs, total length, mask."""
    errors: dict[str, list[str]] = {}
    by_role: dict[str, list[Given]] = {}
    for item in given:
        by_role.setdefault(item.role, []).append(item)
    used = [row for row in rows if row.role in by_role]
    for row in used:
        found = _count_error(row, by_role[row.role]) or _needs_error(row, by_role) or _total_error(row, by_role)
        if found:
            errors.setdefault(row.role, []).append(found)
    if clash := _group_clash(used):
        row, others = clash
        errors.setdefault(row.role, []).append(
            _("%(this)s and %(other)s cannot be combined. Remove one of them.")
            % {"this": group_label([row]), "other": group_label([others])}
        )
    if not errors and (mask := by_role.get("mask")) and (images := by_role.get("edit_image")):
        first = images[0].facts
        if not _has_shape_of(mask[0], images[0]):
            errors["mask"] = [
                _("The mask must have the shape of the first image, %(width)s × %(height)s.")
                % {"width": first.width, "height": first.height}
            ]
    return errors


def type_names(row: ModelInput) -> str:
    """Return a role's file types as people know them: `PNG, JPEG, WebP`."""
    return ", ".join(type_name(mime) for mime in row.mime_list)


def _has_shape_of(mask: Given, image: Given) -> bool:
    sides = (mask.facts.width, mask.facts.height, image.facts.width, image.facts.height)
    if not all(sides):
        return False
    mask_width, mask_height, width, height = (side or 1 for side in sides)
    return abs(mask_width / mask_height / (width / height) - 1) <= RATIO_TOLERANCE


def _count_error(row: ModelInput, items: Sequence[Given]) -> str:
    if len(items) <= row.max_count:
        return ""
    return ngettext(
        "At most %(count)s file is taken here.", "At most %(count)s files are taken here.", row.max_count
    ) % {"count": row.max_count}


def _needs_error(row: ModelInput, by_role: Mapping[str, Sequence[Given]]) -> str:
    needed = [role.strip() for role in row.needs.split(",") if role.strip()]
    if not needed or any(role in by_role for role in needed):
        return ""
    # Translators: joins the names of two files of which one is needed.
    names = _(" or ").join(str(role_label(role)) for role in needed)
    return _("%(this)s alone is not enough: add %(needed)s.") % {"this": role_label(row.role), "needed": names}


def _total_error(row: ModelInput, by_role: Mapping[str, Sequence[Given]]) -> str:
    if row.max_total_seconds is None:
        return ""
    seconds = sum(item.seconds for item in by_role[row.role])
    if seconds <= row.max_total_seconds:
        return ""
    return _("Together they last %(seconds)s s; at most %(limit)s s are taken.") % _lengths(
        seconds, row.max_total_seconds
    )


def _group_clash(used: Sequence[ModelInput]) -> tuple[ModelInput, ModelInput] | None:
    grouped = [row for row in used if row.group]
    other = next((row for row in grouped if row.group != grouped[0].group), None)
    return None if other is None else (other, grouped[0])


def _lengths(seconds: float, limit: Decimal) -> dict[str, str]:
    return {"seconds": f"{seconds:.1f}", "limit": f"{limit.normalize():f}"}
