"""System prompts: a thread's own, those with a name, and the parameters that stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from generations.forms.chat import OWN_PROMPT
from generations.forms.labels import parameter_label
from generations.forms.prompts import LONE_SURROGATE, NUL, PromptField
from generations.models import CatalogModel, ModelParameter, Preset, Thread, Visibility

SYSTEM_PROMPT_MAX_CHARACTERS = 40_000
NAME_MAX_CHARACTERS = 80
# Whoever sees them in a list chooses among these; a team with more has a page for them.
OFFERED_MAX = 200


@dataclass(frozen=True, slots=True)
class PresetChoice:
    """The presets that a person may choose from, and which one is chosen."""

    own: Sequence[Preset]
    shared: Sequence[Preset]
    value: str

    @property
    def is_own_prompt(self) -> bool:
        """Whether the thread has words that no preset has."""
        return self.value == OWN_PROMPT


def preset_choice(person: User, *, thread: Thread | None = None, value: str = "") -> PresetChoice:
    """Return what the composer offers as system prompts. One query."""
    found = list(Preset.objects.visible_to(person.pk).select_related("owner")[:OFFERED_MAX])
    return PresetChoice(
        own=[preset for preset in found if preset.owner_id == person.pk],
        shared=[preset for preset in found if preset.owner_id != person.pk],
        value=value or (prompt_value(thread) if thread else ""),
    )


def prompt_value(thread: Thread) -> str:
    """Return what of the presets a thread uses: a public id, `own` for words of its own, or nothing."""
    if not thread.system_prompt:
        return ""
    preset = thread.preset
    is_same = preset is not None and preset.system_prompt == thread.system_prompt
    return str(preset.public_id) if preset is not None and is_same else OWN_PROMPT


def chosen_preset(person: User, value: str) -> Preset | None:
    """Return the preset that a form names, if this person may use it."""
    try:
        return Preset.objects.visible_to(person.pk).filter(public_id=UUID(value)).first()
    except ValueError:
        return None


class ThreadSettingsForm(forms.Form):
    """A thread's system prompt and parameters; a model's limits are the fields' own. Empty leaves it to the model."""

    system_prompt = PromptField(max_characters=SYSTEM_PROMPT_MAX_CHARACTERS, label=gettext_lazy("System prompt"))
    save_as = forms.CharField(required=False, max_length=NAME_MAX_CHARACTERS, label=gettext_lazy("Save as a preset"))

    def __init__(self, data: Any = None, *, model: CatalogModel | None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="thread-%s")
        rows = model.chat_parameters if model is not None else {}
        for name, row in rows.items():
            self.fields[name] = _number_field(row)
        self.parameter_names = tuple(rows)

    @property
    def parameters(self) -> dict[str, float | int | None]:
        """The parameters as a thread keeps them."""
        return {name: self.cleaned_data.get(name) for name in self.parameter_names}

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        """The fields of the parameters, for the template."""
        return [self[name] for name in self.parameter_names]

    def clean_save_as(self) -> str:
        """Return the name on one line."""
        return clean_name(self.cleaned_data["save_as"])

    def clean(self) -> dict[str, Any]:
        """Refuse a name without words to go by it."""
        values = super().clean() or self.cleaned_data
        if values.get("save_as") and values.get("system_prompt") == "":
            self.add_error("system_prompt", _("Write the words that the preset is to hold."))
        return values


class PresetForm(forms.ModelForm[Preset]):
    """A preset: its name, its words, and who may use it."""

    system_prompt = PromptField(max_characters=SYSTEM_PROMPT_MAX_CHARACTERS, label=gettext_lazy("System prompt"))

    class Meta:
        model = Preset
        fields = ("name", "system_prompt", "visibility")

    def __init__(self, *arguments: Any, owner: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.owner = owner
        self.fields["visibility"].label = _("Who may use it")

    def clean_name(self) -> str:
        """Return a name that none of the person's other presets has."""
        name = clean_name(self.cleaned_data["name"])
        others = Preset.objects.filter(owner=self.owner, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("You have a preset of this name already."))
        return name

    def clean_system_prompt(self) -> str:
        """Return the words; there must be some."""
        text: str = self.cleaned_data["system_prompt"]
        if not text:
            raise ValidationError(_("Write the words that the preset is to hold."))
        return text

    def clean_visibility(self) -> str:
        """Return who may use it; by default its owner alone."""
        return self.cleaned_data["visibility"] or Visibility.PRIVATE


def clean_name(name: str) -> str:
    """Return a name on one line. Raises: ValidationError for what is no text."""
    if NUL in name or LONE_SURROGATE.search(name):
        raise ValidationError(_("The name holds characters that are not text. Delete them and try again."))
    return " ".join(name.split())


def _number_field(row: ModelParameter) -> forms.Field:
    least, most, label = row.minimum, row.maximum, str(parameter_label(row))
    if row.type == ModelParameter.Type.INTEGER:
        whole = [None if limit is None else int(limit) for limit in (least, most)]
        field: forms.Field = forms.IntegerField(required=False, min_value=whole[0], max_value=whole[1], label=label)
    else:
        limits = [None if limit is None else float(limit) for limit in (least, most)]
        field = forms.FloatField(required=False, min_value=limits[0], max_value=limits[1], label=label, step_size=None)
        field.widget.attrs["step"] = "0.1"
    field.widget.attrs["placeholder"] = _("The model's own")
    return field
