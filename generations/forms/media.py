"""The form of one request for media, built from the model's catalogue rows.

It knows only what the model has: another name, another value or a pair that the model does not take is refused in
a sentence beside its field, whatever a page offered. Names of parameters are the gateway's own; a role's uploads
come as `input_<role>`, the studio's own assets as `asset_<role>`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from generations.forms.inputs import (
    AssetsField,
    Given,
    UploadsField,
    combination_errors,
    fit_of_asset,
    fit_of_upload,
    is_prompt_optional,
    with_matching_mask,
)
from generations.forms.labels import known_parameter_label, parameter_label, role_label, value_label
from generations.forms.parameters import ParameterField
from generations.forms.prompts import PromptField
from generations.forms.seeds import FIXED, LAST, MODES, RANDOM, SEED, last_seed, mode_of
from generations.media.inputs import can_send
from generations.media.invalid import MediaInvalid
from generations.models import Asset, CatalogModel, ModelInput, ModelParameter, Visibility

STALE_FORM = gettext_lazy("This form was not complete. It is now; press the button again.")
FindAsset = Callable[[UUID], Asset]
# Names that every model's form has beside its own.
COMMON_NAMES = frozenset(
    {"csrfmiddlewaretoken", "kind", "model", "from_model", "prompt", "visibility", "submission_id"}
    | {"input_group", "timeline_top", "parent", "relation", "also", "variations", "seed_mode"}
    | {"draft_tab"}
)


class MediaForm(forms.Form):
    """One request for media. `parameters` and `given` hold what was found right, also when something else was not.

    `find_asset` returns an asset that the person may use and raises Http404 for any other.
    """

    visibility = forms.ChoiceField(choices=Visibility.choices, required=False)
    submission_id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": STALE_FORM, "invalid": STALE_FORM}
    )
    input_group = forms.CharField(required=False)
    # What it was made from, as far as the person may see that: never a reason to refuse an order.
    parent = forms.CharField(required=False)
    relation = forms.CharField(required=False)

    # More models that get the same prompt, and how often each of them gets it: see `generations.forms.ensemble`.
    also = AssetsField(required=False)
    variations = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=4,
        error_messages={
            name: gettext_lazy("One to four variations can be made at once.")
            for name in ("invalid", "min_value", "max_value")
        },
    )
    seed_mode = forms.ChoiceField(required=False, choices=[(mode, mode) for mode in MODES])

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        model: CatalogModel,
        owner: User,
        find_asset: FindAsset,
        default_visibility: str = Visibility.TEAM,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data,
            files,
            initial={"submission_id": uuid.uuid4(), "visibility": default_visibility, **(initial or {})},
            auto_id="composer-%s",
        )
        self.model, self.owner, self.find_asset = model, owner, find_asset
        self.default_visibility = default_visibility
        self.parameter_rows: list[ModelParameter] = list(model.parameters.all())
        self.input_rows: list[ModelInput] = list(model.inputs.all())
        self.parameters: dict[str, Any] = {}
        self.given: list[Given] = []
        # Every asset that came with the form, also one that the role does not take.
        self.lying: list[tuple[str, Asset]] = []
        self._add_fields()

    def _add_fields(self) -> None:
        self.fields["prompt"] = PromptField(max_characters=self.model.prompt_max_characters, label=_("Prompt"))
        for parameter in self.parameter_rows:
            if parameter.name in COMMON_NAMES:
                continue
            self.fields[parameter.name] = ParameterField(parameter)
            if parameter.type == ModelParameter.Type.SIZE:
                other = f"{parameter.name}_other"
                self.fields[other] = forms.CharField(required=False, label=_("Another size"), max_length=20)
        for row in self.input_rows:
            self.fields[f"input_{row.role}"] = UploadsField(label=role_label(row.role), required=False)
            self.fields[f"asset_{row.role}"] = AssetsField(label=role_label(row.role), required=False)

    def clean_visibility(self) -> str:
        """Return who may see the result; the person's default when nothing was chosen."""
        return self.cleaned_data["visibility"] or self.default_visibility

    def clean(self) -> dict[str, Any]:
        """Check what no field can check alone, and gather `parameters` and `given`."""
        super().clean()
        self._refuse_another_model()
        self._refuse_foreign_names()
        self._gather_parameters()
        self._gather_files()
        is_empty = not self.cleaned_data.get("prompt") and "prompt" not in self.errors
        if is_empty and not is_prompt_optional(self.model, self.given):
            self.add_error("prompt", _("Write what you want to see."))
        return self.cleaned_data

    def _refuse_another_model(self) -> None:
        # Without this an order for a model that was switched off meanwhile would be filled, and paid, by another.
        asked = self.data.get("model")
        if asked and asked != self.model.gateway_name:
            self.add_error(None, _("The model that you chose is not offered any more. Choose another one."))

    def _refuse_foreign_names(self) -> None:
        # A price is asked with the names of file controls, but without their files.
        foreign = sorted(set(self.data) - COMMON_NAMES - set(self.fields))
        if foreign:
            names = ", ".join(str(known_parameter_label(name[:60])) for name in foreign[:5])
            self.add_error(
                None, _("%(model)s has no setting “%(names)s”.") % {"model": self.model.name, "names": names}
            )

    def _gather_parameters(self) -> None:
        for parameter in self.parameter_rows:
            name = parameter.name
            other = self.cleaned_data.get(f"{name}_other")
            if other and parameter.type == ModelParameter.Type.SIZE:
                self._clean_other_size(name, other)
            if name == SEED:
                self._choose_seed()
            if name not in self.cleaned_data or self.cleaned_data[name] is None:
                continue
            if parameter.applies(self.cleaned_data):
                self.parameters[name] = self.cleaned_data[name]
            elif str(self.data.get(name, "")).strip():
                self.add_error(name, self._condition_sentence(parameter))

    def _choose_seed(self) -> None:
        mode = mode_of(self.data)
        if mode == LAST:
            self.cleaned_data[SEED] = last_seed(self.owner, self.model)
        elif mode == RANDOM:
            self.cleaned_data[SEED] = None
        if mode != FIXED and SEED in self.errors:
            del self.errors[SEED]

    def _clean_other_size(self, name: str, other: str) -> None:
        try:
            self.cleaned_data[name] = self.fields[name].clean(other)
        except forms.ValidationError as error:
            self.add_error(f"{name}_other", error)

    def _condition_sentence(self, parameter: ModelParameter) -> str:
        name, _equals, values = parameter.condition.partition("=")
        row = next((row for row in self.parameter_rows if row.name == name.strip()), None)
        return _("Only while %(setting)s is %(values)s.") % {
            "setting": parameter_label(row) if row else name,
            # Translators: joins the values of a setting of which one is needed.
            "values": _(" or ").join(str(value_label(name.strip(), value.strip())) for value in values.split("|")),
        }

    def _gather_files(self) -> None:
        chosen_group = self.cleaned_data.get("input_group")
        for row in self.input_rows:
            # A page shows one group at a time; what lies in a hidden one was not meant.
            if row.group and chosen_group not in {"", "none", row.group}:
                continue
            self.given += self._uploads(row) + self._assets(row)
        self.given = with_matching_mask(self.given)
        for role, sentences in combination_errors(self.input_rows, self.given).items():
            for sentence in sentences:
                self.add_error(f"input_{role}", sentence)

    def _uploads(self, row: ModelInput) -> list[Given]:
        found = []
        for upload in self.cleaned_data.get(f"input_{row.role}", []):
            try:
                fit = fit_of_upload(upload, row)
            except MediaInvalid as error:
                self.add_error(f"input_{row.role}", _named(upload, str(error.sentence)))
                continue
            found.append(Given(role=row.role, fit=fit, upload=upload))
        return self._sendable(row, found)

    def _assets(self, row: ModelInput) -> list[Given]:
        found = []
        for text in self.cleaned_data.get(f"asset_{row.role}", []):
            try:
                asset = self.find_asset(UUID(text))
                self.lying.append((row.role, asset))
                found.append(Given(role=row.role, fit=fit_of_asset(asset, row), asset=asset))
            except (ValueError, Http404):
                self.add_error(f"input_{row.role}", _("A file that was chosen is not there any more."))
            except MediaInvalid as error:
                self.add_error(f"input_{row.role}", str(error.sentence))
        return self._sendable(row, found)

    def _sendable(self, row: ModelInput, found: list[Given]) -> list[Given]:
        if found and not can_send(row):
            self.add_error(f"input_{row.role}", unsendable_sentence())
        return found


def unsendable_sentence() -> str:
    """Say why a role is off, and what an administrator has to set."""
    if settings.BUCKET is not None:
        return _(
            "The gateway takes this only from an address. An administrator has to give the bucket in "
            "STUDIO_STORAGE_URL an address under which it can be reached from the internet."
        )
    return _(
        "The gateway takes this only from an address. An administrator has to set STUDIO_PUBLIC_URL to the "
        "address under which the studio can be reached from the internet."
    )


def _named(upload: UploadedFile, sentence: str) -> str:
    name = "".join(sign for sign in str(upload.name or "") if sign.isprintable())
    return f"{name[:60]}: {sentence}" if name else sentence
